"""One of each thing that a page can be asked for, planted for an organisation; everything named in it is a canary."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from attached import png
from cast import Cast
from formats.made import AWSD_39, ONE_KILLED, awsd
from tabard.access import guard
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.desk import drafts, filters, needs
from tabard.figures.published.actions import add as add_printed
from tabard.figures.published.entry import Entry as Printed
from tabard.incidents import attaching, together, told, worker
from tabard.incidents.actions import create_collection, report
from tabard.incidents.decisions import Why
from tabard.incidents.models import Collection, Incident
from tabard.incidents.queries import Filters
from tabard.incidents.together import Wanted
from tabard.incidents.writer import Entry
from tabard.intake.actions import open_batch, receive, save_mapping
from tabard.intake.models import OriginalBody, Taken
from tabard.people.actions import add_word
from tabard.rules.facts import Harm, Outcome, Position, Texts
from tabard.rules.facts import Incident as Facts
from tabard.rules.ids import ulid

MATRIX = Path(__file__).parent / "matrix"
ROLES = ("reader", "officer", "desk", "analyst", "auditor", "administrator", "custodian", "operator")
NOTHING = "01AAAAAAAAAAAAAAAAAAAAAAAA"
CANARY = "Zyxwv Canaryname"
PLACE = Position(4.85, 31.6, "exact")
PRINTED = Printed("A/RES/75/125", "", "Treaty status", "States parties", "as printed", "States", "95")
KNOWN = datetime(2019, 5, 2, tzinfo=UTC)


def table(name: str) -> dict[str, dict[str, str]]:
    """One of the reviewed tables, by its first column."""
    with (MATRIX / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Call:
    """`POST /needs/{need}/ do=take`: a method, an address, and what the form sends."""

    method: str
    address: str
    sent: dict[str, str]

    @classmethod
    def parse(cls, text: str, things: dict[str, str]) -> Call:
        method, address, *pairs = text.split(" ")
        filled = [pair.format(**things).split("=", 1) for pair in pairs]
        return cls(method, address.format(**things), dict(filled))


def pages() -> Iterator[tuple[str, str, set[str]]]:
    """Name, call and who of every page."""
    for name, row in table("pages").items():
        yield name, row["call"], set(row["who"].split())


def person(cast: Cast, role: str, scope: str = "*", handle: str = "") -> Account:
    account = create_account(by=cast.console, handle=handle or f"{role}-1", password=None)
    grant(by=cast.console, account=account, role=role, scope=scope)
    return account


def collections(cast: Cast) -> None:
    for code in ("own", "awsd"):
        create_collection(by=cast.console, code=code, label=code)


def incident(
    cast: Cast, owner: str, sensitivity: str = "internal", words: str = CANARY, place: Position = PLACE
) -> Incident:
    """One killed in South Sudan, told in words that are a canary."""
    told_so = Facts(
        first_day=date(2019, 5, 1),
        last_day=date(2019, 5, 1),
        date_precision="exact",
        country="SSD",
        cause="crime",
        harm=(Harm(n=1, outcomes={"died": Outcome(True)}, scope="ngo", org_type="ingo", gender="female"),),
    )
    texts = Texts(details=words, actor_name=words)
    entry = Entry(told_so, replace(place, locality=words), texts)
    return report(
        by=cast.console, collection="own", entry=entry, owner=owner, sensitivity=sensitivity, known_at=KNOWN
    )


def plant(
    cast: Cast,
    owner: str,
    sensitivity: str = "internal",
    words: str = CANARY,
    keeper: Account | None = None,
    place: Position = PLACE,
) -> dict[str, str]:
    """Everything about one incident of this owner, by the names that addresses use."""
    by, found = cast.console, incident(cast, owner, sensitivity, words, place)
    act, _ = together.carry_out(by=by, wanted=Wanted("coded", Why("other")), chosen=[(found, None)])
    need = needs.ask(by=by, incident=found, kind="call_back", text=words)
    file = attaching.attach(by=by, incident=found, data=png(), name=f"{words}.png")
    line = told.tell(by=by, incident=found, whom="police", how="phone")
    draft = drafts.keep(by=by, form={"key": (NOTHING,), "details": (words,)}, incident=found.pk)
    by, scope = (keeper, filters.scopes(keeper)[0]) if keeper else (by, "*")
    name = ("A question " if words.startswith(CANARY) else words) + sensitivity
    question = {"place": "incidents", "name": name, "asked": Filters(country="SSD")}
    kept = filters.keep(by=by, shared=scope, **question)
    ids = {"act": act, "need": need.pk, "file": file.pk, "told": line.pk, "draft": draft.pk, "kept": kept.pk}
    return ids | {"ref": found.reference, "incident": found.pk}


def imports(cast: Cast, owner: str, words: str = CANARY) -> dict[str, str]:
    """An import with its rows, a mapping, a report that could not be coded."""
    by = cast.console
    data = awsd(AWSD_39, ONE_KILLED, ONE_KILLED | {"Incident ID": "8", "Country": "Nowhere"})
    original = receive(by=by, data=data, media_type="text/csv", collection="awsd")
    batch = open_batch(
        by=by, original=original, format="awsd", collection="awsd", as_of=date(2020, 1, 1), owner=owner
    )
    worker.work_once()
    mapping = save_mapping(by=by, name=words, mapping={"columns": {}}, owner=owner)
    number = batch.rows.order_by("number").values_list("number", flat=True)[0]
    held = batch.rows.filter(state="held").values_list("number", flat=True)[0]
    numbers = {"number": str(number), "held": str(held), "turn": str(held_report(owner))}
    return numbers | {"batch": batch.pk, "original": original.pk, "mapping": mapping.pk}


def held_report(owner: str) -> int:
    """A report that could not be coded, as the coder leaves it."""
    with guard.lifted():
        body = OriginalBody.objects.create(
            original=ulid(), salt="s", body=CANARY.encode(), fingerprint=ulid()
        )
        notes = [{"code": "unknown_word", "field": "cause"}]
        kept = {"received_at": KNOWN, "at": KNOWN, "by": NOTHING, "collection": "own", "owner": owner}
        turn = Taken.objects.count() + 1
        return Taken.objects.create(turn=turn, original=body.original, state="held", notes=notes, **kept).turn


def everything(cast: Cast, owner: str) -> dict[str, str]:
    if not Collection.objects.exists():
        collections(cast)
    word = add_word(by=cast.console, list_code="cause", code="raid", parent="crime", labels={"en": "Raid"})
    fixed = {"org": owner, "nothing": NOTHING, "row": "fatalities", "word": word.pk}
    account = {"account": cast.joseph.pk, "assignment": cast.joseph.assignments.get().pk}
    figure = add_printed(by=cast.console, entry=PRINTED)
    return plant(cast, owner) | imports(cast, owner) | fixed | account | {"printed": figure.pk}
