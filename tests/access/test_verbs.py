"""Every verb of every room is a door and refuses whoever may not; found by walking the package."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FunctionType
from typing import Any, cast

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

import tabard
from cast import Cast, World, entry, lines, rows
from tabard.access import door, policy
from tabard.access.models import Factor, OpenSession, Token
from tabard.access.passkeys import Place
from tabard.desk.callers import OnThePhone
from tabard.desk.models import Draft, Need, SavedFilter
from tabard.desk.reporting import Head
from tabard.figures import actions as figures
from tabard.figures.models import Published
from tabard.figures.published.entry import Entry as Printed
from tabard.formats.report import Told as Said
from tabard.incidents.decisions import Why
from tabard.incidents.models import Told
from tabard.incidents.queries import Filters
from tabard.intake.attachments import Kept
from tabard.rules.facts import Incident as Facts
from tabard.rules.refusals import Forbidden

pytestmark = pytest.mark.django_db(databases="__all__")
SOURCE = Path(cast(str, tabard.__file__)).parent
ROLES = tomllib.loads((SOURCE / "access" / "data" / "roles.toml").read_text(encoding="utf-8"))
WHY = Why("other")
ABOVE = {"cli", "site", "__main__"}  # ask for changes; make none
# What takes `by` or stands in an `actions.py` and is no door itself, and why that is right.
REVIEWED = {
    "tabard.desk.already.already": "a read; comparing places is written to the trail",
    "tabard.desk.callers.callers": "a read, written to the trail",
    "tabard.desk.choices.choices": "a read: where the account may report",
    "tabard.desk.drafts.done": "a part of reporting and amending, within their act",
    "tabard.desk.drafts.find": "a read: one of the account's own drafts",
    "tabard.desk.drafts.mine": "a read: the account's own drafts",
    "tabard.desk.editing.save": "a part of `revising.amend`, through the door of `revise`",
    "tabard.desk.editing.standing": "a read, written to the trail",
    "tabard.desk.reporting.send": "asks the policy, keeps the bytes, then goes through the door of `enter`",
    "tabard.access.tracing.export": "a read, written to the trail",
    "tabard.access.tracing.page": "a read, written to the trail",
    "tabard.access.tracing.verify": "a read, written to the trail",
    "tabard.access.trail.has_read": "a line about a read; changes nothing",
    "tabard.access.trail.proved": "a line about a session; changes nothing",
    "tabard.access.trail.signed_in": "a line about a session; changes nothing",
    "tabard.desk.flash.report": "a read, written to the trail",
    "tabard.desk.needs.texts": "a read, written to the trail",
    "tabard.figures.actions.freeze": "asks the policy, writes files, then goes through the door of `keep`",
    "tabard.figures.fresh.fresh": "finds a snapshot, or freezes",
    "tabard.figures.published.actions.entry_of": "a read: a stored figure as it would be entered",
    "tabard.figures.published.actions.take_in": "asks the policy, reads a file, then goes through `enter`",
    "tabard.figures.published.comparing.with_ours": "a read",
    "tabard.figures.queries.cell_incidents": "a read",
    "tabard.figures.queries.table": "a read",
    "tabard.incidents.asking.questions": "a read by whom they are asked, written to the trail",
    "tabard.incidents.attaching.attach": "asks the policy, keeps a file, then goes through the door of its entry",
    "tabard.incidents.attaching.find": "a read",
    "tabard.incidents.attaching.listed": "a read",
    "tabard.incidents.attaching.read": "a read, written to the trail",
    "tabard.incidents.actions.keys_of": "a read: the keys of an incident, for the policy",
    "tabard.incidents.exporting.write": "a read, written to the trail",
    "tabard.incidents.imports.opened": "a part of the verbs of imports, within their act",
    "tabard.incidents.held.verbatim": "a read, written to the trail",
    "tabard.incidents.held.body": "a read, for what is made of it; shown to nobody",
    "tabard.desk.mending.take_in": "goes through the door of taking a held report up",
    "tabard.desk.mending.where": "a read: where a report may go",
    "tabard.incidents.together.carry_out": "goes through the door of each decision, in one act",
    "tabard.incidents.together.rehearse": "the same, and keeps nothing of it",
    "tabard.incidents.together.undo_act": "goes through the door of each undoing, in one act",
    "tabard.incidents.words.may_read": "a read",
    "tabard.incidents.words.read": "a read, written to the trail",
    "tabard.incidents.worker.process": "goes through the doors of the batch, one after the other",
    "tabard.intake.line.receipt": "a read",
    "tabard.intake.queries.verbatim": "a read, written to the trail",
}
# Who may hold the guard open or act without a permission; a new name here wants two readers.
LIFTS_GUARD = {
    "access/appendonly.py",  # triggers are no change of the data
    "access/door.py",
    "access/management/commands/migrate.py",
    "cli/upkeep.py",  # rebuilds the index
    "intake/receiving.py",  # reports are kept without waiting for the register; their lines come when they are coded
    "site/backup.py",  # restores into an empty database
}
OPENS = {
    "access/attempts.py",  # failed tries to sign in, by nobody yet
    "access/door.py",
    "api/etags.py",  # one verb through its own door, behind the revision that it starts from
    "api/once.py",  # one verb through its own door, with the answer that a retry gets
    "access/factors.py",  # a code used up by somebody who is not yet signed in
    "access/trail.py",  # lines of what changes nothing, and the console
    "incidents/coder.py",  # savepoints within its own act
    "incidents/together.py",  # many verbs, each through its own door, in one act
    "site/example/loading.py",  # many verbs, each through its own door, in one act
}
BEHIND_THE_GUARD = {
    "access/guard.py",
    "access/unsaid.py",
    "figures/register.py",  # COPY … TO, for a freeze
    "site/postgres.py",  # COPY of a backup
}


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(tabard.__path__, "tabard."):
        if found.name.split(".")[1] not in ABOVE:
            yield found.name


def verbs() -> Iterator[tuple[str, FunctionType]]:
    """The public functions of every `actions.py`, and wherever else somebody acts."""
    for name in modules():
        for function in vars(importlib.import_module(name)).values():
            own = inspect.isfunction(function) and function.__module__ == name
            if own and not function.__name__.startswith("_") and acts(name, function):
                yield f"{name}.{function.__qualname__}", function


def acts(module: str, function: FunctionType) -> bool:
    return module.endswith(".actions") or "by" in inspect.signature(function).parameters


FOUND = dict(verbs())
DOORS = {name: verb for name, verb in door.REGISTRY.items() if name.startswith("tabard.")}


def test_the_walk_finds_the_rooms() -> None:
    rooms = {name.split(".")[1] for name in FOUND}
    assert rooms >= {"access", "people", "intake", "incidents", "figures"}
    imports = {f"tabard.incidents.imports.{name}" for name in ("take_in", "undo", "confirm_withdrawals")}
    assert DOORS.keys() >= imports | {"tabard.incidents.bulk.report_many"}


@pytest.mark.parametrize("name", sorted(FOUND.keys() - REVIEWED.keys()))
def test_every_verb_is_a_door(name: str) -> None:
    assert door.REGISTRY.get(name) is FOUND[name]


def test_every_door_is_found_by_the_walk() -> None:
    assert DOORS.keys() <= FOUND.keys()


@pytest.mark.parametrize("name", sorted((FOUND.keys() - REVIEWED.keys()) | DOORS.keys()))
def test_every_verb_takes_keywords_and_says_who(name: str) -> None:
    parameters = inspect.signature(DOORS[name]).parameters
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert parameters["by"].default is inspect.Parameter.empty


def sources() -> Iterator[tuple[str, str]]:
    for path in SOURCE.rglob("*.py"):
        yield str(path.relative_to(SOURCE)), path.read_text(encoding="utf-8")


def calls(text: str) -> set[str]:
    """The names that are called in a module, with what they are called on: `guard.lifted`."""
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}


def test_only_reviewed_modules_lift_the_guard() -> None:
    found = {path for path, text in sources() if any("guard.lifted" in name for name in calls(text))}
    assert found == LIFTS_GUARD


def test_only_reviewed_modules_open_an_act_without_a_permission() -> None:
    ways = re.compile(
        r"from tabard\.access\.door import .*\bopened\b|\bdoor\.opened\(|^def opened\(actor", re.MULTILINE
    )
    found = {path for path, text in sources() if ways.search(text)}
    assert found == OPENS


def test_no_module_reaches_behind_the_guard() -> None:
    """The driver's own cursor and connection know no wrapper."""
    ways = re.compile(
        r"connection\.connection\b|\.executescript\(|\.callproc\(|\.copy\(.*COPY|execute_wrappers"
    )
    found = {path for path, text in sources() if ways.search(text)}
    assert found == BEHIND_THE_GUARD


NOW = datetime(2020, 1, 1, tzinfo=UTC)
PRINTED = Printed("A/RES/75/125", "2019", "Treaty status", "States parties", "as printed", "States", "95")
KEPT = Kept("image/png", 1, "a.png", "", "", "", "0" * 32)  # a file that lies in the store
Given = Callable[[Cast, World], dict[str, Any]]
# How each verb is asked. A new verb is asked here too, or the test below says so.
ASKED: dict[str, Given] = {
    "tabard.desk.callers.keep_caller": lambda c, w: {"incident": w.incident, "said": OnThePhone()},
    "tabard.desk.callers.erase_callers": lambda c, w: {"incident": w.incident, "reason": "request"},
    "tabard.desk.drafts.keep": lambda c, w: {"form": {"key": ("01J0000000000000000000000D",)}},
    "tabard.desk.drafts.expire": lambda c, w: {},
    "tabard.desk.drafts.delete": lambda c, w: {"draft": Draft()},
    "tabard.desk.reporting.enter": lambda c, w: {
        "head": Head("01J0000000000000000000000D", "own"),
        "told": Said(Facts(country="SSD")),
        "original": "",
    },
    "tabard.desk.revising.amend": lambda c, w: {"now": Stood(w), "told": None, "reason": "correction"},
    "tabard.incidents.sameness.say_same": lambda c, w: {"incident": w.incident, "another": w.other},
    "tabard.access.actions.create_account": lambda c, w: {"handle": "new", "password": None},
    "tabard.access.actions.grant": lambda c, w: {"account": c.stranger, "role": "reader", "scope": "*"},
    "tabard.access.setting_up.reset_account": lambda c, w: {"account": c.stranger},
    "tabard.access.setting_up.set_up": lambda c, w: {"account": c.amina, "given": "", "password": ""},
    "tabard.access.actions.close_account": lambda c, w: {"account": c.stranger},
    "tabard.access.actions.end_assignment": lambda c, w: {"assignment": c.amina.assignments.get()},
    "tabard.access.actions.unlock_account": lambda c, w: {"account": c.amina},
    "tabard.access.actions.change_password": lambda c, w: {"account": c.amina, "password": "a" * 20},
    "tabard.access.actions.end_session": lambda c, w: {"session": OpenSession(account=c.amina)},
    "tabard.access.factors.add_totp": lambda c, w: {"account": c.amina, "secret": "A" * 32, "code": "1"},
    "tabard.access.factors.renew_recovery": lambda c, w: {"account": c.amina},
    "tabard.access.factors.remove": lambda c, w: {"factor": Factor(account=c.amina, kind="totp")},
    "tabard.access.passkeys.add": lambda c, w: {
        "account": c.amina,
        "place": Place("https", "tabard.example"),
        "kept": {},
        "answer": {},
    },
    "tabard.access.identities.link": lambda c, w: {"account": c.amina, "issuer": "i", "subject": "s"},
    "tabard.access.identities.unlink": lambda c, w: {"account": c.amina},
    "tabard.access.tokens.issue": lambda c, w: {"account": c.amina, "scopes": (), "lasts": timedelta(days=1)},
    "tabard.access.tokens.revoke": lambda c, w: {"token": Token(account=c.amina)},
    "tabard.people.actions.create_organisation": lambda c, w: {"name": "New", "kind": "ingo"},
    "tabard.people.actions.rename_organisation": lambda c, w: {
        "organisation": c.organisation_a,
        "name": "New",
    },
    "tabard.people.actions.place_organisation": lambda c, w: {
        "organisation": c.organisation_a,
        "parent": None,
    },
    "tabard.people.actions.close_organisation": lambda c, w: {"organisation": c.organisation_a},
    "tabard.people.actions.add_word": lambda c, w: {
        "list_code": "cause",
        "code": "new_word",
        "parent": "crime",
        "labels": {"en": "New"},
    },
    "tabard.people.actions.label_word": lambda c, w: {"word": Worded(), "labels": {"en": "New"}},
    "tabard.people.actions.retire_word": lambda c, w: {"word": Worded()},
    "tabard.incidents.attaching.add_attachment": lambda c, w: {"incident": w.incident, "kept": KEPT},
    "tabard.incidents.attaching.remove_attachment": lambda c, w: {
        "incident": w.incident,
        "attachment": "0" * 26,
        "reason": "mistake",
    },
    "tabard.intake.actions.receive": lambda c, w: {
        "data": b"1",
        "media_type": "text/csv",
        "collection": "own",
    },
    "tabard.intake.actions.open_batch": lambda c, w: {
        "original": w.original,
        "format": "awsd",
        "collection": "own",
        "as_of": date(2020, 1, 1),
    },
    "tabard.intake.actions.save_mapping": lambda c, w: {"name": "New", "mapping": {}},
    "tabard.intake.actions.erase_original": lambda c, w: {"original": w.original.pk, "reason": "request"},
    "tabard.intake.actions.begin": lambda c, w: {"batch": w.batch},
    "tabard.intake.actions.fail": lambda c, w: {"batch": w.batch, "code": "empty_file"},
    "tabard.intake.actions.wait_again": lambda c, w: {"batch": w.batch},
    "tabard.incidents.actions.create_collection": lambda c, w: {"code": "new", "label": "New"},
    "tabard.incidents.actions.report": lambda c, w: {"collection": "own", "entry": entry()},
    "tabard.incidents.actions.revise": lambda c, w: {"incident": w.incident, "entry": entry()},
    "tabard.incidents.actions.withdraw": lambda c, w: {"incident": w.incident},
    "tabard.incidents.actions.count_as": lambda c, w: {"incident": w.incident, "another": w.other},
    "tabard.incidents.actions.void": lambda c, w: {"incident": w.incident, "number": 1},
    "tabard.incidents.actions.link": lambda c, w: {
        "first": w.incident,
        "second": w.other,
        "kind": "duplicate",
    },
    "tabard.incidents.actions.unlink": lambda c, w: {"link": Linked(w)},
    "tabard.incidents.actions.reinstate": lambda c, w: {"incident": w.incident, "number": 1},
    **{
        f"tabard.incidents.reviewing.{name}": lambda c, w: {"incident": w.incident, "why": WHY}
        for name in ("verify", "code", "hold", "ask_back", "release", "withdraw")
    },
    "tabard.incidents.reviewing.count_as": lambda c, w: {
        "incident": w.incident,
        "another": w.other,
        "why": WHY,
    },
    "tabard.incidents.reviewing.link": lambda c, w: {
        "incident": w.incident,
        "another": w.other,
        "kind": "duplicate",
        "why": WHY,
    },
    "tabard.incidents.reviewing.unlink": lambda c, w: {
        "incident": w.incident,
        "link": Linked(w),
        "why": WHY,
    },
    "tabard.incidents.reviewing.void": lambda c, w: {"incident": w.incident, "number": 1, "why": WHY},
    "tabard.incidents.reviewing.undo": lambda c, w: {"review": Decided(w), "why": WHY},
    "tabard.desk.filters.keep": lambda c, w: {"place": "incidents", "name": "x", "asked": Filters()},
    "tabard.desk.filters.throw_away": lambda c, w: {"kept": SavedFilter()},
    "tabard.desk.filters.subscribe": lambda c, w: {"kept": SavedFilter()},
    "tabard.desk.filters.unsubscribe": lambda c, w: {"kept": SavedFilter()},
    "tabard.desk.notices.mark_read": lambda c, w: {},
    "tabard.incidents.asking.answer": lambda c, w: {"incident": w.incident, "text": "x"},
    "tabard.incidents.coder.code": lambda c, w: {"upto": 1},
    "tabard.incidents.held.take_up": lambda c, w: {"taken": Waiting(w), "data": b"{}"},
    "tabard.incidents.held.reject": lambda c, w: {"taken": Waiting(w), "reason": "other"},
    "tabard.incidents.held.put_back": lambda c, w: {"taken": Waiting(w)},
    "tabard.incidents.splitting.split": lambda c, w: {"incident": w.incident, "parts": (), "why": WHY},
    "tabard.incidents.actions.erase_words": lambda c, w: {"original": w.original.pk, "reason": "request"},
    "tabard.incidents.mending.mend_alike": lambda c, w: {"batch": w.batch, "rule": None},
    "tabard.incidents.told.tell": lambda c, w: {"incident": w.incident, "whom": "police"},
    "tabard.incidents.told.tell_many": lambda c, w: {"incidents": [w.incident, w.other], "whom": "police"},
    "tabard.incidents.told.untell": lambda c, w: {"told": Told(incident=w.incident)},
    "tabard.desk.needs.ask": lambda c, w: {"incident": w.incident, "kind": "cash"},
    "tabard.desk.needs.assign": lambda c, w: {"need": Need(incident=w.incident.pk)},
    "tabard.desk.needs.finish": lambda c, w: {"need": Need(incident=w.incident.pk)},
    "tabard.desk.needs.drop": lambda c, w: {"need": Need(incident=w.incident.pk), "reason": "not_needed"},
    "tabard.desk.needs.reopen": lambda c, w: {"need": Need(incident=w.incident.pk)},
    "tabard.desk.needs.erase_text": lambda c, w: {"need": Need(incident=w.incident.pk), "reason": "request"},
    "tabard.incidents.mending.mend": lambda c, w: {"row": Held(w), "changes": {}},
    "tabard.incidents.bulk.report_many": lambda c, w: {"collection": "own", "coming": ()},
    "tabard.incidents.imports.take_in": lambda c, w: {"batch": w.batch, "reading": None},
    "tabard.incidents.imports.confirm_withdrawals": lambda c, w: {"batch": w.batch},
    "tabard.incidents.imports.undo": lambda c, w: {"batch": w.batch},
    "tabard.figures.actions.keep": lambda c, w: {"frozen": None, "known_on": NOW, "recorded_by": NOW},
    "tabard.figures.published.actions.enter": lambda c, w: {"found": (), "file": ""},
    "tabard.figures.published.actions.add": lambda c, w: {"entry": PRINTED},
    "tabard.figures.published.actions.correct": lambda c, w: {"figure": Published(), "entry": PRINTED},
    "tabard.figures.published.actions.void": lambda c, w: {"figure": Published()},
    "tabard.figures.published.actions.erase_note": lambda c, w: {"figure": Published()},
    "tabard.figures.writing.export": lambda c, w: {"table": Counted(), "form": "csv"},
}


class Held:
    """A held row of the world's batch."""

    state = "held"

    def __init__(self, world: World) -> None:
        self.batch = world.batch


class Worded:
    """A word of everybody's, as far as its keys need it."""

    owner = ""


class Stood:
    """What stands of the world's incident, as far as its keys need it."""

    def __init__(self, world: World) -> None:
        self.incident = world.incident


class Linked:
    """A link of the world's incident, as far as its keys need it."""

    def __init__(self, world: World) -> None:
        self.first = world.incident


class Waiting:
    """A report that waits for a person, wanted where the world's incident lies."""

    collection = "own"

    def __init__(self, world: World) -> None:
        self.owner = world.incident.owner
        self.pk = 0


class Decided:
    """A decision on the world's incident, as far as its keys need it."""

    def __init__(self, world: World) -> None:
        self.incident = world.incident


class Counted:
    """A table over the world's collection."""

    collections = ("own",)


def test_every_verb_is_asked_by_those_who_may_not() -> None:
    assert ASKED.keys() == DOORS.keys()


def test_who_may_not_is_refused_and_leaves_nothing(cast: Cast, world: World) -> None:
    given = {name: ask(cast, world) for name, ask in ASKED.items()}
    before, chain = rows(), lines()
    for by in (cast.stranger, AnonymousUser(), None, closed(cast)):
        let_in = [name for name in ASKED if not forbidden(by, name, given[name])]
        assert let_in == []
    assert rows() == before
    assert lines() == chain


def closed(cast: Cast) -> object:
    """The console's account, were it closed."""
    cast.console.is_active = False
    return cast.console


class TakenBack(Exception):
    """Ends a trial."""


def forbidden(by: object, name: str, given: dict[str, Any]) -> bool:
    """Whether the door itself says no; what the verb then makes of it is another matter, and taken back."""
    try:
        with transaction.atomic():
            DOORS[name](by=by, **given)
            raise TakenBack
    except Forbidden:
        return True
    except Exception:  # noqa: BLE001
        return False


@pytest.mark.parametrize("person", ["joseph", "analyst", "auditor", "administrator", "custodian"])
def test_roles_open_only_their_own_doors(person: str, cast: Cast, world: World) -> None:
    by = getattr(cast, person)
    opened = {name for name in ASKED if not forbidden(by, name, ASKED[name](cast, world))}
    held = {grant.role.code for grant in policy.grants(by)}
    permissions = set().union(*(ROLES[code]["permissions"] for code in held))
    assert opened == {name for name, verb in DOORS.items() if verb.permission in permissions}


def test_the_desk_acts_within_its_organisation_only(cast: Cast, world: World) -> None:
    name = "tabard.incidents.actions.withdraw"
    assert forbidden(cast.amina, name, {"incident": world.other})
    assert not forbidden(cast.amina, name, {"incident": world.incident})


def test_freezing_asks_the_policy_before_it_writes_a_file(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures.freezer, "build", lambda *_: pytest.fail("files were written"))
    with pytest.raises(Forbidden):
        figures.freeze(by=cast.joseph, known_on=date(2020, 1, 1))
