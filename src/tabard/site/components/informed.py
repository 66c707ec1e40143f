"""The panel of who was told of an incident, and the line that stands while next of kin wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.incidents import kin, standing
from tabard.incidents import words as restricted
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Incident, Told
from tabard.incidents.told import log_of
from tabard.rules.canonical import incident_from
from tabard.rules.kin import FAMILY, NOBODY, grave
from tabard.site.components import telling
from tabard.site.components.panel import Panel
from tabard.site.templatetags.words import vocabulary_language
from tabard.vocab import words

FIRST = ("designated_official", "security_adviser", "head_office", "police")  # told at once, mostly
Choice = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """One line of the log, who wrote it, and whether it was taken back."""

    told: Told
    by: str
    voided: bool


def panel(incident: Incident, by: Account) -> Panel | None:
    """The log; nothing for whoever finds nothing here and may add nothing."""
    log, may_tell = _log(incident), may(by, Permission.INCIDENT_TELL, keys_of(incident))
    waits = kin.holds(incident)
    parties = {each.told.whom for each in log if not each.voided}
    return Panel(
        "components/informed.html",
        {
            "incident": incident,
            "log": log,
            "waits": waits,
            "settled": incident.current.kin == kin.SETTLED,
            "may_tell": may_tell,
            "quick": [
                choice for choice in _choices("told_party") if choice[0] in FIRST and choice[0] not in parties
            ],
            "parties": [choice for choice in _choices("told_party") if choice[0] != NOBODY],
            "ways": _choices("told_how"),
            "reasons": _choices("kin_reason"),
            "persons": _persons(incident) if may_tell and restricted.may_read(by, incident) else [],
            "family": FAMILY,
            "nobody": NOBODY,
        },
    )


def _log(incident: Incident) -> list[Said]:
    rows = log_of(incident)
    names = dict(Account.objects.filter(pk__in={row.by for row in rows}).values_list("pk", "name"))
    return [Said(row, names.get(row.by, ""), hasattr(row, "voided_by")) for row in rows]


def _choices(list_code: str) -> list[Choice]:
    language = vocabulary_language()
    return [(code, words.label(list_code, code, language)) for code in words.words(list_code)]


def _persons(incident: Incident) -> Sequence[Choice]:
    """Those in it who have a key of their own, each by what is stated of them."""
    held = next(standing.latest_of([incident.pk]), None)
    harm = incident_from(held.facts).harm if held else ()
    return [
        (each.subject, " · ".join([*telling.outcomes(each), *telling.people(each)]))
        for each in harm
        if each.subject and grave(each)
    ]
