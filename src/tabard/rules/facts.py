"""The facts of an incident, as plain frozen values: what every format reads into, what a revision
stores, what every scheme projects from. Codes are words of `vocab/data/<list>.csv`; the list is
named beside each field. `None` always means *not stated*; it is never zero and never "no".

A/RES/75/125, preamble and paragraphs 3, 10, 11, 15, 18, 19, 31: each of its terms is a code here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SCHEMA_VERSION = 1

# Outcome facts, in the order in which every table, column and form shows them (list `outcome`).
# Several may hold for one person: abducted *and* died is stored as just that.
OUTCOMES = (
    "died",
    "died_in_captivity",
    "injured",
    "abducted",  # taken or held by a non-State actor, hostage-taking included
    "detained",  # arrested or held by a State (or de facto authority)
    "missing",
    "sexual_violence",
    "exploited",  # sexual exploitation and abuse
    "assaulted",
    "robbed",
    "broken_in",  # forced entry of a residence
    "burgled",  # entry of a residence without force
    "threatened",
    "harassed",  # intimidation and harassment; counted in reported cases
    "other_harm",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome fact: did it happen (never `None`: a fact not stated is simply absent) and on
    which day, where the source gives one of its own."""

    holds: bool
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Harm:
    """`n` persons who share everything stated here *jointly* by the source."""

    n: int | None
    n_basis: str = "stated"  # n_basis: stated, at_least, estimate, imputed, unknown
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    scope: str | None = (
        None  # scope: unsms, unrwa_area, ngo, red_cross, uniformed, humanitarian, medical_local, civilian, other
    )
    org_type: str | None = None  # org_type
    organisation: str | None = None  # id of people.Organisation, opaque here
    recruitment: str | None = None  # recruitment: local, international
    gender: str | None = None  # gender: female, male, diverse, undisclosed
    function: str | None = None  # function: driver, guard, health_worker, ...
    contract: str | None = None  # contract
    on_duty: bool | None = None
    family_member: bool | None = None  # an eligible family member, not personnel
    cause: str | None = None  # cause; where it differs from the incident's
    care: bool | None = None  # the injury needed medical care
    serious: bool | None = None  # the injury was serious
    held_24h: bool | None = None  # held for 24 hours or longer
    captor: str | None = None  # captor: state, non_state; who took or holds them
    fate: str | None = None  # fate: held, released, rescued, escaped, died, unknown
    subject: str | None = None  # random key of one person (n = 1) across incidents; never a name


@dataclass(frozen=True, slots=True)
class Margin:
    """A count the source gives by one or two dimensions only; never spread over `Harm`.

    `dimension` is outcome, recruitment, gender, org_type or total (value "" for total).
    """

    n: int | None
    dimension: str
    value: str
    dimension2: str = ""
    value2: str = ""
    n_basis: str = "stated"


@dataclass(frozen=True, slots=True)
class ObjectHarm:
    """`n` things of one kind, with what was done to them; units are things, never persons."""

    n: int | None
    kind: str  # object_kind: un_premises, residence, health_facility, vehicle, convoy, supplies, ...
    effects: tuple[
        str, ...
    ] = ()  # object_effect: attacked, looted, destroyed, damaged, occupied, entered, stolen, misused
    n_basis: str = "stated"


@dataclass(frozen=True, slots=True)
class Position:
    """Where, as precisely as the source supports; kept in an erasable row, never in a revision."""

    lat: float | None = None
    lon: float | None = None
    precision: str = "unknown"  # place_precision: exact, near, km25, admin2, admin1, linear, country, unknown
    admin1: str = ""
    admin2: str = ""
    locality: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """What is held to be so about one incident. No name, no free text, no position."""

    first_day: date | None = None  # with last_day: the span in which it happened
    last_day: date | None = None
    date_precision: str = "unknown"  # date_precision: exact, days, week, month, year, unknown
    days_off: int = 0  # for "days": the ± days already inside the span
    country: str | None = None  # ISO 3166-1 alpha-3; None is unknown ("NAM" is Namibia)
    cause: str | None = None  # cause (with its branch: violence or safety)
    means: str | None = None  # means
    context: str | None = None  # context
    setting: str | None = None  # setting
    actor: str | None = None  # actor
    motive: str | None = None  # motive
    motive_confidence: str | None = None  # confidence: low, moderate, high
    targeting: str | None = None  # targeting
    targeting_confidence: str | None = None  # confidence
    complexity: str | None = None  # complexity: single, complex, secondary_device, coordinated
    certainty: str | None = None  # certainty: rumour, possible, probable, confirmed
    severity: str | None = None  # severity: near_miss, low, moderate, high, critical
    near_miss: bool | None = None
    tags: tuple[tuple[str, str], ...] = ()  # (list, code) of lists medical, programme, breach
    harm: tuple[Harm, ...] = ()
    margins: tuple[Margin, ...] = ()
    objects: tuple[ObjectHarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Texts:
    """The words that go with the facts: free text and names. Erasable rows hold them."""

    details: str = ""
    actor_name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class SourceClaim:
    """Who says so, graded; the claim itself is the source's own count of each outcome."""

    kind: str  # source_kind: focal_point, official, media, database, archived, warden, partner, self, witness, other
    reliability: str = "F"  # A-F
    credibility: int = 6  # 1-6
    certainty: str | None = None  # certainty
    tlp: str = "TLP:AMBER"
    consent: bool | None = None  # consent to share
    claims: Mapping[str, int | None] = field(default_factory=dict)  # outcome or "affected" -> n
