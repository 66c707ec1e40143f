"""Who may open what: every role against every page and every verb, as the reviewed tables of `tests/matrix` say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from access.test_verbs import ASKED, DOORS, forbidden
from api.conftest import undone
from cast import Cast, World
from cast import cast as cast
from cast import world as world
from planted import ROLES, Call, everything, pages, person, table
from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.roles import roles
from tabard.api.service import service
from tabard.figures.actions import freeze

pytestmark = pytest.mark.django_db(databases="__all__")
PAGES = list(pages())
VERBS = {name: set(row["who"].split()) for name, row in table("verbs").items()}
PUBLIC = {"anyone", "off"}
HIDDEN = {403, 404}
AWAY = -1  # to the page where one signs in


def named(patterns: list[Any]) -> Iterator[str]:
    """The name of every address; those of the API's operations stand in `tests/api/test_matrix.py`."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from named(each.url_patterns)
        elif isinstance(each, URLPattern):
            yield str(each.name)


def test_every_address_stands_in_the_table() -> None:
    operations = {
        operation.view_func.__name__
        for router in service._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    }
    found = set(named(get_resolver().url_patterns)) - operations - {"api-root"}
    assert {name for name, _, _ in PAGES} == found


def test_every_verb_stands_in_the_table() -> None:
    assert {f"tabard.{name}" for name in VERBS} == DOORS.keys()


def test_the_tables_name_every_role() -> None:
    assert set(ROLES) == roles().keys()
    assert all(who <= {*ROLES, "own", "nobody"} for who in VERBS.values())
    assert all(who <= {*ROLES, "everybody", "nobody", *PUBLIC} for _, _, who in PAGES)


def asked(client: Client, call: Call) -> Any:
    client.raise_request_exception = False
    way = client.post if call.method == "POST" else client.get
    answer = way(call.address, call.sent)
    if answer.streaming:
        answer.body = b"".join(answer.streaming_content)
    return answer


@pytest.fixture
def things(cast: Cast, settings: Any) -> dict[str, str]:
    settings.OIDC = {}
    made = everything(cast, cast.organisation_a.pk)
    freeze(by=cast.console, known_on=datetime.now(UTC))
    return made


def answers(account: Account | None, things: dict[str, str]) -> dict[str, int]:
    """The status of every page; each is asked as if no other had been."""
    found = {}
    for name, call, who in PAGES:
        if who & PUBLIC:
            continue
        with undone():
            client = Client()
            if account is not None:
                client.force_login(account)
            answer = asked(client, Call.parse(call, things))
            to_sign_in = answer.status_code == 302 and answer.url.startswith("/sign-in/")
            found[name] = AWAY if to_sign_in and name != "sign-out" else answer.status_code
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_pages_and_no_other(role: str, cast: Cast, things: dict[str, str]) -> None:
    found = answers(person(cast, role), things)
    assert {name: code for name, code in found.items() if code >= 500 or code == AWAY} == {}
    opened = {name for name, code in found.items() if code not in HIDDEN}
    wanted = {name for name, _, who in PAGES if not who & PUBLIC and who & {role, "everybody"}}
    assert opened == wanted, {name: found[name] for name in opened ^ wanted}


def test_whoever_holds_no_role_opens_their_own_account_only(cast: Cast, things: dict[str, str]) -> None:
    found = answers(cast.stranger, things)
    wanted = {name for name, _, who in PAGES if "everybody" in who}
    assert {name for name, code in found.items() if code not in HIDDEN} == wanted


def test_a_stranger_is_sent_to_sign_in(cast: Cast, things: dict[str, str]) -> None:
    found = answers(None, things)
    assert {name for name, code in found.items() if code != AWAY} <= {"sign-out"}


def test_what_opens_without_signing_in_shows_nothing(cast: Cast, things: dict[str, str]) -> None:
    for _, call, who in PAGES:
        if who & PUBLIC:
            answer = asked(Client(), Call.parse(call, things))
            assert answer.status_code < 500
            assert (answer.status_code == 404) or "off" not in who
            assert things["ref"] not in answer.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_its_verbs_and_no_other(role: str, cast: Cast, world: World) -> None:
    by = person(cast, role)
    opened = {name for name in ASKED if not forbidden(by, name, ASKED[name](cast, world))}
    assert opened == {f"tabard.{name}" for name, who in VERBS.items() if role in who}


@pytest.mark.parametrize("role", ROLES)
def test_no_verb_reaches_beyond_its_scope(role: str, cast: Cast, world: World) -> None:
    """A role in organisation B: nothing of organisation A is done, only what is one's own to keep."""
    by = person(cast, role, cast.organisation_b.scope_key)
    opened = {
        name.removeprefix("tabard.") for name in ASKED if not forbidden(by, name, ASKED[name](cast, world))
    }
    wanted = {name for name, who in VERBS.items() if role in who and name in OF_ONES_OWN}
    assert opened == wanted


# About nothing but what the one who asks has made, or will.
OF_ONES_OWN = {
    "desk.drafts.keep",
    "desk.drafts.delete",
    "desk.drafts.expire",
    "desk.filters.keep",
    "desk.filters.throw_away",
    "desk.filters.subscribe",
    "desk.filters.unsubscribe",
    "desk.notices.mark_read",
}


def test_what_everybody_does_to_their_own_account(cast: Cast) -> None:
    """What is marked `own`, and nothing else, is done without any role; never to somebody else's account."""
    own = {name for name, who in VERBS.items() if "own" in who}
    permissions = {DOORS[f"tabard.{name}"].permission for name in own}
    mine, theirs = policy.key_of(cast.stranger), policy.key_of(cast.amina)
    assert permissions == {each for each in Permission if policy.may(cast.stranger, each, [mine])}
    assert not any(policy.may(cast.stranger, each, [theirs]) for each in Permission)
