"""Takes the example into the register through the door: all of it, or nothing; the second time, nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tabard.access.door import opened
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.desk import needs
from tabard.incidents import reviewing, told
from tabard.incidents.actions import count_as, create_collection, link, revise, void, withdraw
from tabard.incidents.bulk import report_many
from tabard.incidents.decisions import Why
from tabard.incidents.models import Incident
from tabard.site.example.accounts import COLLECTION, make_accounts, organisations
from tabard.site.example.register import coming, identity
from tabard.site.example.stories import Step, stories

LABEL = "Synthetic example"
# Which stories belong together, and how.
LINKS = (
    ("threat", "knife", "follow_up"),
    ("office", "car", "part_of"),
    ("ambush-again", "ambush", "duplicate"),
)

# What the desk has decided on the stories so far; those not named wait for it.
VERIFIED = (
    "compound driver interpreter ambush leave new-year crowd crash plane two-sources office family".split()
)
CODED = "warehouse lorries clinic".split()
HELD = {"in-confidence": Why("sensitive"), "checkpoint": Why("contradictory")}
# Help that is needed, by whom it is seen to, and in how many hours; one time has run out.
NEEDS = (
    ("warehouse", "replacement_vehicle", "logistics", -20),
    ("family", "family_support", "human_resources", 6),
    ("driver", "stress_counselling", "medical_service", 30),
    ("checkpoint", "find_out", "security_desk", None),
)
TOLD = (
    ("driver", "designated_official", "phone"),
    ("driver", "head_office", "written"),
    ("compound", "host_government", "written"),
)
ASKED = {"school": "Was the school open that day? (Synthetic example.)"}


def load() -> dict[str, int | str]:
    """Load what is not there yet; how much was entered."""
    by = console()
    with opened(by.pk):
        create_collection(by=by, code=COLLECTION, label=LABEL, example=True)
        owners = organisations(by)
        new = not Incident.objects.filter(collection=COLLECTION).exists()
        incidents = report_many(by=by, collection=COLLECTION, coming=coming(owners)) if new else 0
        later = _later(by) if new else 0
        if new:
            _review(by)
        accounts = make_accounts(by)
    return {
        "incidents": Incident.objects.filter(collection=COLLECTION).count(),
        "revisions": incidents + later,
        "accounts": accounts,
        "collection": COLLECTION,
    }


def _later(by: Account) -> int:
    """What became of the stories: the number of revisions made."""
    ids = {story.name: identity(story.name, story.known) for story in stories()}
    found = Incident.objects.in_bulk(ids.values())
    there = {name: found[key] for name, key in ids.items()}
    made = 0
    for story in stories():
        for step in story.steps:
            _take(by, there, there[story.name], step)
            made += 1
    for first, second, kind in LINKS:
        link(by=by, first=there[first], second=there[second], kind=kind)
    return made


def _review(by: Account) -> None:
    """The desk's decisions, so that its queue shows every state; what help is owed, and who was told."""
    keys = {story.name: identity(story.name, story.known) for story in stories()}
    there = Incident.objects.in_bulk(keys.values())
    for name in VERIFIED:
        reviewing.verify(by=by, incident=there[keys[name]], why=Why("checked"))
    for name in CODED:
        reviewing.code(by=by, incident=there[keys[name]], why=Why("checked"))
    for name, why in HELD.items():
        reviewing.hold(by=by, incident=there[keys[name]], why=why)
    for name, question in ASKED.items():
        reviewing.ask_back(by=by, incident=there[keys[name]], why=Why("unclear", question))
    now = datetime.now(UTC)
    for name, kind, unit, hours in NEEDS:
        due = now + timedelta(hours=hours) if hours is not None else None
        needs.ask(by=by, incident=there[keys[name]], kind=kind, unit=unit, due_at=due)
    for name, whom, how in TOLD:
        told.tell(by=by, incident=there[keys[name]], whom=whom, how=how)


def _take(by: Account, there: Mapping[str, Incident], incident: Incident, step: Step) -> None:
    if step.act == "revise" and step.entry is not None:
        revise(by=by, incident=incident, entry=step.entry, reason=step.reason, known_at=step.known)
    elif step.act == "count_as":
        count_as(by=by, incident=incident, another=there[step.another], known_at=step.known)
    elif step.act == "withdraw":
        withdraw(by=by, incident=incident, known_at=step.known)
    else:
        void(by=by, incident=incident, number=step.number)
