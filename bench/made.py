"""A synthetic register of any size, written straight into the tables: for measuring only, below the application.

The same size gives the same register on every machine. `check` holds a sample of it against the real code."""

from __future__ import annotations

import random
import sys
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import ready
from django.core.management import call_command
from django.db import connection, models, transaction
from loading import Load
from shapes import CURRENT, SEED, Shape, columns, shapes, weights

from tabard.access import guard
from tabard.incidents import standing, verifying
from tabard.incidents.bulk import MOVED_IN
from tabard.incidents.models import (
    Collection,
    Counter,
    Current,
    Harm,
    Incident,
    Listing,
    Margin,
    ObjectHarm,
    Revision,
    Source,
    Tag,
    Words,
)
from tabard.incidents.writer import claims_digest, digest_of
from tabard.people.models import Organisation
from tabard.places.countries import countries
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.canonical import canonical, digest, salted
from tabard.rules.dates import span
from tabard.rules.kin import FREE

CHUNK = 5_000
DAYS = 29 * 365  # from 1997 on
REVISED = 0.2
BACKDATED = 0.1
ORGANISATIONS, READERS_SHARE = 50, 0.34  # of the own register, which is 88 % of all
WAITING = 50
COLLECTIONS = {"own": 0.88, "awsd": 0.08, "kika": 0.04}
SENSITIVITIES = {"internal": 92, "restricted": 6, "public": 1, "sealed": 1}
KINDS = "incident revision words position organisation account".split()
EMPTY = canonical(facts.Incident())
TEXTS = [facts.Texts(f"Made sentence number {n}: a vehicle was stopped on the road.") for n in range(200)]
PLACES = [facts.Position(n % 60, n % 120, "admin1", f"Region {n % 30}", "", f"Town {n}") for n in range(200)]
IDENTITY = ("id", "reference", "collection_id", "owner", "sensitivity")
INCIDENT = columns(Incident)
CLAIM = facts.SourceClaim("focal_point", "B", 2, "confirmed")
CLAIMS, NO_CLAIMS = claims_digest((CLAIM,)), claims_digest(())
ORDER: tuple[type[models.Model], ...] = (
    Organisation,
    Collection,
    Words,
    Position,
    Incident,
    Revision,
    Harm,
    Margin,
    ObjectHarm,
    Tag,
    Source,
    Current,
    Listing,
    Counter,
)
Rows = dict[type[models.Model], list[Sequence[Any]]]


def key(kind: str, number: int) -> str:
    """An id in the form of a ULID, ascending."""
    return f"{KINDS.index(kind)}{number:025d}"


READER = key("organisation", 0)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def at_share(total: float, first: float, rest: int) -> list[float]:
    """The first gets its share, the others less and less of what is left."""
    tail = [1 / (rank + 1) for rank in range(rest)]
    return [first, *(part / sum(tail) * (total - first) for part in tail)]


class Maker:
    """Draws incidents one after the other and keeps the rows of a chunk."""

    def __init__(self, size: int) -> None:
        self.chance, self.size = random.Random(SEED), size
        self.shapes = shapes()
        self.heavy = list(accumulate(weights()))
        self.countries = sorted(countries())
        self.chance.shuffle(self.countries)
        self.country_weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.countries))))
        self.owners = [key("organisation", n) for n in range(ORGANISATIONS)]
        self.owner_weights = list(accumulate(at_share(1, READERS_SHARE, ORGANISATIONS - 1)))
        self.references: Tally[str] = Tally()
        self.number = Tally[str]()
        self.salts = [f"{n:032x}" for n in range(len(TEXTS))]
        self.words = [salted(salt, text) for salt, text in zip(self.salts, TEXTS, strict=True)]
        self.places = [salted(salt, place) for salt, place in zip(self.salts, PLACES, strict=True)]
        self.revision_columns = columns(Revision)
        self.at = {name: place for place, name in enumerate(self.revision_columns)}
        self.blank = self._template(
            dict.fromkeys(columns(Revision)) | {"days_off": 0, "date_precision": "unknown"}
        )
        self.templates = {id(shape): self._template(shape.columns) for shape in self.shapes}
        self.rows: Rows = {}

    def _template(self, known: dict[str, Any]) -> list[Any]:
        always = {"batch": "", "schema_version": facts.SCHEMA_VERSION, "by": key("account", 0)}
        empty = dict.fromkeys(("place", "place_hash", "words", "words_hash", "previous"), "")
        full = known | empty | always
        return [full.get(name) for name in self.revision_columns]

    def next(self, kind: str) -> str:
        self.number[kind] += 1
        return key(kind, self.number[kind])

    def add(self, model: type[models.Model], row: Sequence[Any]) -> None:
        self.rows.setdefault(model, []).append(row)

    def take(self) -> Rows:
        """The rows gathered so far."""
        taken, self.rows = self.rows, {}
        return taken

    def pick(self, things: Sequence[Any], cumulative: list[float]) -> Any:
        return self.chance.choices(things, cum_weights=cumulative)[0]

    # -- one incident ---------------------------------------------------------------------------------------

    def incident(self) -> None:
        """One incident, its revisions and its rows of the index."""
        chance = self.chance
        pk, shape = self.next("incident"), self.pick(self.shapes, self.heavy)
        country = self.pick(self.countries, self.country_weights) if chance.random() > 0.015 else None
        first = self._day()
        known = datetime(first.year, first.month, first.day, 12, tzinfo=UTC) + timedelta(
            chance.randrange(1, 40)
        )
        collection = chance.choices(list(COLLECTIONS), list(COLLECTIONS.values()))[0]
        owner = self.pick(self.owners, self.owner_weights) if collection == "own" else ""
        sensitivity = chance.choices(list(SENSITIVITIES), list(SENSITIVITIES.values()))[0]
        identity = (pk, self._reference(country, shape, first, known), collection, owner, sensitivity)
        own = collection == "own"
        known_by = {
            "source": self._source(collection),
            "source_key": None if own else f"s{pk[-9:]}",
            "made_at": known,
        }
        self.made_at = known
        named = dict(zip(IDENTITY, identity, strict=True)) | known_by
        self.add(Incident, [named[name] for name in INCIDENT])
        last = self._revisions(pk, shape, country, first, known)
        if last is not None:
            self._index(identity, last, *last[3:])

    def _source(self, collection: str) -> str:
        """Of the own register one in fifty waits for the desk; the others moved in at once."""
        if collection != "own":
            return collection
        return "" if self.number["incident"] % WAITING == 0 else MOVED_IN

    def _day(self) -> date:
        """Most are recorded in the order in which they happen; one in ten is entered later, from an archive."""
        chance = self.chance
        passed = self.number["incident"] / self.size if chance.random() > BACKDATED else chance.random()
        return date(1997, 1, 1) + timedelta(max(0, int(DAYS * passed**0.6) - chance.randrange(40)))

    def _reference(self, country: str | None, shape: Shape, first: date, known: datetime) -> str:
        year = known.year if shape.precision == "unknown" else _days(shape, first)[0].year
        prefix = f"{country or 'ZZZ'}-{year:04d}"
        self.references[prefix] += 1
        return f"{prefix}-{self.references[prefix]:04d}"

    def _revisions(
        self, pk: str, shape: Shape, country: str | None, first: date, known: datetime
    ) -> tuple[str, str, Shape, str | None, date] | None:
        """One revision, or two; what holds today: its id, its reason and what it says. None after a void."""
        chance = self.chance
        one, before = self._revision(pk, 1, known, "new", shape, country, first)
        if chance.random() >= REVISED:
            return one, "new", shape, country, first
        later, dice = known + timedelta(chance.randrange(5, 400)), chance.random()
        if dice < 0.01:
            self._void(pk, known, later, one, before)
            return None
        if dice < 0.03:
            two, _ = self._revision(pk, 2, later, "withdrawn", shape, country, first, before)
            return two, "withdrawn", shape, country, first
        if dice < 0.04 and self.number["incident"] > 1:
            other = key("incident", self.number["incident"] - 1)
            two, _ = self._revision(pk, 2, later, "counted_as", shape, country, first, before, other)
            return two, "counted_as", shape, country, first
        new = self.pick(self.shapes, self.heavy) if shape.precision != "unknown" else shape
        new = new if new.precision != "unknown" else shape
        two, _ = self._revision(pk, 2, later, "correction", new, country, first, before)
        return two, "correction", new, country, first

    def _revision(
        self,
        pk: str,
        number: int,
        known: datetime,
        reason: str,
        shape: Shape,
        country: str | None,
        first: date,
        previous: str = "",
        counted_as: str | None = None,
    ) -> tuple[str, str]:
        row, at = self.templates[id(shape)].copy(), self.at
        made, recorded = self.next("revision"), min(known + timedelta(1), NOW)
        begins, ends = _days(shape, first)
        row[at["first_day"]], row[at["last_day"]] = begins, ends
        row[at["country"]], row[at["counted_as_id"]] = country, counted_as
        text = _text(shape, country, begins, ends)
        place, place_hash = self._place()
        words, words_hash = self._words()
        row[at["place"]], row[at["place_hash"]] = place, place_hash
        row[at["words"]], row[at["words_hash"]] = words, words_hash
        row[at["claims_digest"]] = CLAIMS
        mark = self._finish(row, (made, pk, number, known, recorded, reason), text, previous)
        self.last = row
        for model, rest in shape.parts:
            self.add(model, (made, *rest))
        self.add(
            Source,
            (made, 0, "focal_point", "B", 2, "confirmed", "TLP:AMBER", None, "{}", "", words, words_hash),
        )
        return made, mark

    def _void(self, pk: str, known: datetime, later: datetime, voided: str, previous: str) -> None:
        row = self.blank.copy()
        row[self.at["voids_id"]] = voided
        stamp = (self.next("revision"), pk, 2, known, min(later, NOW), "void")
        row[self.at["claims_digest"]] = NO_CLAIMS
        self._finish(row, stamp, EMPTY, previous)

    def _finish(
        self, row: list[Any], stamp: tuple[str, str, int, datetime, datetime, str], text: str, previous: str
    ) -> str:
        """Fill in who, when and the chain."""
        told = dict(
            zip(("id", "incident_id", "number", "known_at", "recorded_at", "reason"), stamp, strict=True)
        )
        told |= {"facts": text, "facts_digest": digest(text), "previous": previous}
        for name, value in told.items():
            row[self.at[name]] = value
        whole: Any = SimpleNamespace(**dict(zip(self.revision_columns, row, strict=True)))
        mark = row[self.at["digest"]] = digest_of(whole)
        self.add(Revision, row)
        return mark

    def _place(self) -> tuple[str, str]:
        if self.chance.random() > 0.6:
            return "", ""
        turn, pk = self.chance.randrange(len(PLACES)), self.next("position")
        place = PLACES[turn]
        where = (place.lat, place.lon, place.precision, "", place.admin1, "", place.locality)
        self.add(Position, (pk, self.salts[turn], *where))
        return pk, self.places[turn]

    def _words(self) -> tuple[str, str]:
        turn, pk = self.chance.randrange(len(TEXTS)), self.next("words")
        self.add(Words, (pk, self.salts[turn], TEXTS[turn].details, "", "", ""))
        return pk, self.words[turn]

    def _index(
        self,
        identity: tuple[str, str, str, str, str],
        last: tuple[str, str, Shape, str | None, date],
        country: str | None,
        first: date,
    ) -> None:
        pk, _, collection, owner, sensitivity = identity
        revision, reason, shape = last[:3]
        begins, _ = _days(shape, first)
        occurred = begins.isoformat() if begins else ""
        told = dict(zip(self.revision_columns, self.last, strict=True))
        known = shape.current | {name: told[name] for name in standing.REPEATED}
        known |= {
            "reference": identity[1],
            "source_key": None if collection == "own" else f"s{pk[-9:]}",
            "known_at": told["known_at"].isoformat(),
            "last_day": standing.day_text(told["last_day"]),
            "collection": collection,
            "owner": owner,
            "sensitivity": sensitivity,
            "occurred": occurred,
            "country": country or "",
            "standing": standing.STANDING.get(reason, "counted"),
            **self._owed(pk, collection, reason),
        }
        known["kin"] = shape.kin if collection == "own" else FREE
        self.add(Current, (pk, revision, *(known[name] for name in CURRENT)))
        if reason not in standing.STANDING:
            shared = (pk, collection, owner, sensitivity, occurred, country or "")
            for facet in shape.facets:
                self.add(Listing, (*shared, facet))

    def _owed(self, pk: str, collection: str, reason: str) -> dict[str, str | None]:
        """What the desk owes it: nothing but a first look at those that wait."""
        waits = not self._source(collection) and reason not in standing.STANDING
        return {
            "review": "new" if waits else "",
            "waiting_since": standing.instant_text(self.made_at) if waits else None,
        }


def _days(shape: Shape, first: date) -> tuple[Any, Any]:
    """First and last day, as the shape's precision has them."""
    if shape.precision == "exact":
        return first, first
    if shape.precision == "unknown":
        return None, None
    found = span(first.year, first.month if shape.precision == "month" else None)
    return found.first, found.last


def _text(shape: Shape, country: str | None, first: date | None, last: date | None) -> str:
    """The shape's canonical facts with the incident's own day and country."""
    text = shape.text.replace("@@@", country) if country else shape.text.replace('"country":"@@@",', "")
    if first is None or last is None:
        return text
    return text.replace("1000-01-01", first.isoformat()).replace("1000-01-02", last.isoformat())


def chunks(size: int) -> Iterator[Rows]:
    """The rows of a register of that many incidents, a few thousand incidents at a time."""
    maker = Maker(size)
    for number, owner in enumerate(maker.owners):
        maker.add(Organisation, (owner, f"Made organisation {number}", "ingo", None, True, None))
    for code in COLLECTIONS:
        maker.add(Collection, (code, code, False, NOW))
    for done in range(0, size, CHUNK):
        for _ in range(min(CHUNK, size - done)):
            maker.incident()
        yield maker.take()
    for prefix, last in maker.references.items():
        maker.add(Counter, (prefix, last))
    yield maker.take()


def make(size: int) -> None:
    """Migrate an empty home and fill it."""
    for alias in ready.settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    with Load(ORDER) as load:
        for rows in chunks(size):
            load.write(rows)


def check(size: int, sample: int = 300) -> None:
    """A sample says what the real code would have written: chains, rows behind revisions, and the index."""
    numbers = random.Random(size).sample(range(1, size + 1), min(sample, size))
    ids = [key("incident", number) for number in numbers]
    broken = list(verifying.broken(ids))
    before = _indexed(ids)
    with guard.lifted(), transaction.atomic():
        standing.refresh(ids)
        after = _indexed(ids)
        transaction.set_rollback(True)
    if broken or before != after:
        raise SystemExit(f"the made register is not what the application would write: {len(broken)} broken")


def _indexed(ids: list[str]) -> tuple[list[Any], list[Any]]:
    current = list(Current.objects.filter(pk__in=ids).order_by("pk").values_list())
    listing = Listing.objects.filter(incident_id__in=ids).order_by("incident_id", "facet")
    names = [f.attname for f in Listing._meta.concrete_fields if f.attname != "id"]
    return current, list(listing.values_list(*names))


def main() -> None:
    """`made.py SIZE`: fill the home that the environment names."""
    size = int(sys.argv[1])
    make(size)
    check(size)
    connection.close()


if __name__ == "__main__":
    main()
