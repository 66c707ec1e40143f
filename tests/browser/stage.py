"""What the browser's tests find when the curtain rises: accounts, some invented incidents, a snapshot, a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from formats.made import AWSD_39, ONE_KILLED, awsd
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.figures.actions import freeze
from tabard.incidents import worker
from tabard.incidents.actions import create_collection, report, revise
from tabard.incidents.models import Incident
from tabard.incidents.writer import Entry
from tabard.intake.actions import open_batch, receive
from tabard.intake.models import Batch
from tabard.rules import facts

PASSWORD = "a long example phrase"
LANGUAGES = ("en", "ar")
WORDS = "Stopped on the road; the vehicle was taken."


@dataclass(frozen=True)
class Stage:
    """An installation with its address, and what stands in it."""

    url: str
    desk: Account
    reader: Account
    taken: Incident
    hidden: Incident
    done: Batch
    failed: Batch
    waiting: Batch


def entry(outcome: str, n: int | None, country: str = "SSD", **more: Any) -> Entry:
    """One harm, told by a focal point, with words and a place."""
    day = date(2019, 5, 4)
    harm = facts.Harm(
        n=n,
        n_basis="stated" if n else "unknown",
        outcomes={outcome: facts.Outcome(True)},
        scope="unsms",
        recruitment="local",
        gender="female",
        **more,
    )
    told = facts.Incident(
        first_day=day, last_day=day, date_precision="exact", country=country, cause="crime",
        means="kidnapping", setting="road", certainty="confirmed", harm=(harm,),
        margins=(facts.Margin(1, "gender", "female"),),
        objects=(facts.ObjectHarm(1, "vehicle", ("looted",)),),
    )  # fmt: skip
    claim = facts.SourceClaim(kind="focal_point", reliability="B", credibility=2, claims={outcome: 3})
    place = facts.Position(4.85, 31.6, "near", locality="Juba")
    return Entry(told, place, facts.Texts(details=WORDS, language="en"), (claim,))


def made_file(*rows: dict[str, str]) -> bytes:
    """An AWSD export of invented rows, in the header form of 39 columns."""
    return awsd(AWSD_39, *(ONE_KILLED | row for row in rows))


def accepted_and_held() -> bytes:
    """Two rows that can be coded, and one whose country nobody knows."""
    return made_file(
        {"Incident ID": "9001", "Year": "2019", "Month": "3", "Day": "2", "Country": "South Sudan"},
        {"Incident ID": "9002", "Year": "2018", "Month": "7", "Day": "9", "Country": "Mali"},
        {"Incident ID": "9003", "Year": "2019", "Month": "1", "Day": "1", "Country": "Nowhereland"},
    )


def _batch(by: Account, body: bytes) -> Batch:
    original = receive(by=by, data=body, media_type="text/csv", collection="trial")
    return open_batch(by=by, original=original, format="awsd", collection="trial", as_of=date(2020, 1, 1))


def _account(by: Account, handle: str, *roles: tuple[str, str]) -> Account:
    made = create_account(by=by, handle=handle, password=PASSWORD, name=f"{handle.title()} Y.", example=True)
    for role, scope in roles:
        grant(by=by, account=made, role=role, scope=scope)
    return made


@pytest.fixture
def stage(live_server: Any) -> Stage:
    """Small enough to be set anew for each test."""
    by = console()
    for code, label, example in (
        ("example", "Synthetic example", True),
        ("awsd", "AWSD", False),
        ("kika", "KIKA", False),
        ("trial", "Trial", False),
    ):
        create_collection(by=by, code=code, label=label, example=example)
    desk = _account(by, "desk", ("desk", "*"), ("analyst", "*"))
    reader = _account(by, "reader", ("reader", "country:MLI"))
    known = datetime(2019, 5, 5, tzinfo=UTC)
    taken = report(by=by, collection="example", entry=entry("abducted", 2, fate="held"), known_at=known)
    revise(by=by, incident=taken, entry=entry("abducted", 3, fate="held"), reason="late_verification")
    hidden = report(by=by, collection="example", entry=entry("died", None), known_at=known)
    report(by=by, collection="example", entry=entry("injured", 1, "MLI"), known_at=known)
    done, failed = _batch(by, accepted_and_held()), _batch(by, b"no such header\n1\n")
    worker.work_once()
    freeze(by=by, known_on=datetime.now(UTC))
    waiting = _batch(by, accepted_and_held())
    for batch in (done, failed):
        batch.refresh_from_db()
    return Stage(live_server.url, desk, reader, taken, hidden, done, failed, waiting)


def sign_in(page: Page, stage: Stage, handle: str = "desk", language: str = "en") -> None:
    """Open a session in a language."""
    page.goto(f"{stage.url}/sign-in/?lang={language}")
    page.fill("#handle", handle)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{stage.url}/")


def addresses(stage: Stage) -> dict[str, str]:
    """Every kind of page there is, with what makes it full."""
    return {
        "situation": "/",
        "list": "/incidents/",
        "list without hits": "/incidents/?country=FJI",
        "list after a failed search": "/incidents/?nothing=1",
        "incident": f"/incidents/{stage.taken.reference}/",
        "review": "/review/",
        "a decision": f"/incidents/{stage.taken.reference}/?do=verified",
        "notices": "/notices/",
        "held reports": "/review/reports/",
        "split": f"/incidents/{stage.taken.reference}/split/",
        "flash report": f"/incidents/{stage.taken.reference}/flash/",
        "needs": "/needs/",
        "imports": "/imports/",
        "new import": "/imports/new/",
        "import done": f"/imports/{stage.done.pk}/",
        "import, accepted rows": f"/imports/{stage.done.pk}/?state=accepted",
        "import failed": f"/imports/{stage.failed.pk}/",
        "import waiting": f"/imports/{stage.waiting.pk}/",
        "row": f"/imports/{stage.done.pk}/rows/{stage.done.rows.earliest('number').number}/",
        "held row": f"/imports/{stage.done.pk}/rows/{stage.done.rows.get(state='held').number}/",
        "figures": "/figures/",
        "table": "/figures/annex-1/",
        "cell": "/figures/annex-1/abducted/2019/",
        "series": "/figures/awsd-summary/",
        "absent": "/incidents/XXX-2019-0001/",
        "bad request": "/incidents/?country=nowhere",
    }


def records(body: str) -> list[dict[str, str]]:
    """The records of an exported CSV, its HXL row left out."""
    rows = list(csv.DictReader(io.StringIO(body.lstrip("\ufeff"))))
    return rows[1:]
