"""Who may: computed here from the text of the roles and compared with what the policy answers."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from cast import Cast
from tabard.access import permissions, policy, roles
from tabard.access.actions import create_account, grant
from tabard.access.models import Account, Assignment
from tabard.access.permissions import Permission
from tabard.rules.refusals import Forbidden

pytestmark = pytest.mark.django_db(databases="__all__")
ROOM = Path(permissions.__file__).parent
ROLES = tomllib.loads((ROOM / "data" / "roles.toml").read_text(encoding="utf-8"))
SCOPES = ("*", "org:A", "country:SSD", "collection:own", "kingdom:X", "org:", "org", "")
THINGS = {
    "nobody's": (),
    "ours": ("org:A", "collection:own", "country:SSD"),
    "theirs": ("org:B", "collection:awsd", "country:AFG"),
    "here": ("org:B", "collection:awsd", "country:SSD"),
}


def acting(role: str, scope: str, **more: date | None) -> Account:
    """Somebody with one assignment, as the database would give it."""
    account = Account(handle="x")
    account._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "assignments": [Assignment(account=account, role=role, scope=scope, **more)]
    }
    return account


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_whole_matrix(role: str) -> None:
    for scope, permission, (name, keys) in product(SCOPES, Permission, THINGS.items()):
        covered = scope == "*" or scope in keys
        expected = covered and permission.value in ROLES[role]["permissions"]
        told = policy.may(acting(role, scope), permission, keys)
        assert told is expected, (role, scope, permission, name)


@given(scope=st.text(max_size=12), keys=st.lists(st.text(max_size=12), max_size=4))
def test_a_scope_covers_what_names_it_and_nothing_else(scope: str, keys: list[str]) -> None:
    told = policy.may(acting("reader", scope), Permission.INCIDENT_READ, keys)
    assert told is (scope == "*" or any(scope == key for key in keys))


def test_no_keys_want_everything() -> None:
    assert policy.may(acting("reader", "*"), Permission.INCIDENT_READ)
    assert not policy.may(acting("reader", "org:A"), Permission.INCIDENT_READ)
    assert policy.may_somewhere(acting("reader", "org:A"), Permission.INCIDENT_READ)


@pytest.mark.parametrize("permission", Permission)
def test_deny_by_default(permission: Permission, cast: Cast) -> None:
    unknown = acting("king", "*")
    for nobody in (cast.stranger, AnonymousUser(), unknown):
        assert not policy.may(nobody, permission, ("org:A",))
        assert not policy.may_somewhere(nobody, permission)
        assert policy.holding(nobody, permission) == ()
        with pytest.raises(Forbidden):
            policy.require(nobody, permission)


TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (None, None, True),
        (TODAY, None, True),
        (None, TODAY, True),
        (TODAY, TODAY, True),
        (TODAY - DAY, TODAY + DAY, True),
        (TODAY + DAY, None, False),
        (None, TODAY - DAY, False),
        (TODAY + DAY, TODAY + 2 * DAY, False),
        (TODAY - 2 * DAY, TODAY - DAY, False),
    ],
)
def test_an_assignment_holds_between_its_days(
    starts: date | None, ends: date | None, holds: bool, cast: Cast
) -> None:
    grant(
        by=cast.administrator,
        account=cast.stranger,
        role="reader",
        scope="*",
        valid_from=starts,
        valid_to=ends,
    )
    again = Account.objects.get(pk=cast.stranger.pk)
    assert policy.may(again, Permission.INCIDENT_READ) is holds
    assert policy.may_somewhere(again, Permission.INCIDENT_READ) is holds


def test_a_closed_account_holds_nothing(cast: Cast) -> None:
    cast.console.is_active = False
    assert policy.grants(cast.console) == ()
    assert not any(policy.may(cast.console, permission) for permission in Permission)


def test_several_assignments_add_up(cast: Cast) -> None:
    somebody = create_account(by=cast.administrator, handle="both", password=None)
    for scope in ("org:A", "country:SSD"):
        grant(by=cast.administrator, account=somebody, role="reader", scope=scope)
    assert policy.may(somebody, Permission.INCIDENT_READ, ("org:A",))
    assert policy.may(somebody, Permission.INCIDENT_READ, ("country:SSD",))
    assert not policy.may(somebody, Permission.INCIDENT_READ, ("org:B", "country:AFG"))
    assert {held.scope for held in policy.holding(somebody, Permission.INCIDENT_READ)} == {
        "org:A",
        "country:SSD",
    }
    assert policy.holding(somebody, Permission.INCIDENT_REPORT) == ()


def test_a_permission_and_a_scope_of_two_assignments_do_not_mix(cast: Cast) -> None:
    """Desk for A and reader of everything: no desk for B."""
    somebody = create_account(by=cast.administrator, handle="mixed", password=None)
    grant(by=cast.administrator, account=somebody, role="desk", scope="org:A")
    grant(by=cast.administrator, account=somebody, role="reader", scope="*")
    assert policy.may(somebody, Permission.INCIDENT_REVISE, ("org:A",))
    assert not policy.may(somebody, Permission.INCIDENT_REVISE, ("org:B",))


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_watches_or_appoints_sees_no_incident(role: str) -> None:
    seen = [
        name
        for name in ROLES[role]["permissions"]
        if name.startswith(("incidents:incident", "incidents:restricted"))
    ]
    assert seen == []


def test_permissions_are_room_noun_verb_in_order() -> None:
    values = [permission.value for permission in Permission]
    assert all(re.fullmatch(r"[a-z]+:[a-z]+:[a-z]+(-[a-z]+)*", value) for value in values)
    assert values == sorted(values)
    assert len(set(values)) == len(values)
    rooms = {path.name for path in ROOM.parent.iterdir() if path.is_dir()}
    assert {value.split(":")[0] for value in values} <= rooms


def test_each_permission_has_its_sentence() -> None:
    lines = re.findall(
        r"^    [A-Z_]+ = .*$", (ROOM / "permissions.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(lines) == len(Permission)
    assert [line for line in lines if not re.search(r'"  # .{12,}', line)] == []


def test_roles_name_known_permissions_and_say_what_they_are() -> None:
    known = {permission.value for permission in Permission}
    for code, role in ROLES.items():
        assert set(role["permissions"]) <= known, code
        assert len(set(role["permissions"])) == len(role["permissions"]), code
        assert role["label"], code
        assert role["says"].endswith("."), code
        assert role["clearance"] in ("public", "internal", "restricted", "sealed"), code


def test_roles_are_read_as_they_are_written() -> None:
    told = {
        code: (role.label, role.says, role.clearance, {p.value for p in role.permissions})
        for code, role in roles.roles().items()
    }
    assert told == {
        code: (role["label"], role["says"], role["clearance"], set(role["permissions"]))
        for code, role in ROLES.items()
    }


def test_every_permission_is_somebodys() -> None:
    """But for signing in, which everybody may try, and what waits for a later room."""
    held = {name for role in ROLES.values() for name in role["permissions"]}
    assert {permission.value for permission in Permission} - held == {"access:account:sign-in"}


@pytest.mark.parametrize(
    ("clearance", "sees"),
    [
        ("public", ("public",)),
        ("internal", ("public", "internal")),
        ("restricted", ("public", "internal", "restricted")),
        ("sealed", ("public", "internal", "restricted", "sealed")),
    ],
)
def test_a_clearance_sees_what_is_at_or_below_it(clearance: str, sees: tuple[str, ...]) -> None:
    assert roles.cleared(clearance) == sees
