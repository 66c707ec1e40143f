"""Roles and first passwords below the pages: the verbs themselves say no."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cast import Cast, lines
from cast import cast as cast
from tabard.access import setting_up
from tabard.access.actions import close_account, create_account, end_assignment, grant
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "a long example phrase"


def test_nobody_gives_a_role_to_themselves(cast: Cast) -> None:
    for by in (cast.administrator, cast.console):
        with pytest.raises(Forbidden, match="not_to_yourself"):
            grant(by=by, account=by, role="desk", scope="*")
    assert cast.administrator.assignments.count() == 1


def test_the_consoles_role_is_given_by_who_holds_it_only(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        grant(by=cast.administrator, account=cast.stranger, role="operator", scope="*")
    assert grant(by=cast.console, account=cast.stranger, role="operator", scope="*").role == "operator"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"role": "none"}, "unknown_word"),
        ({"valid_from": date(2030, 2, 1), "valid_to": date(2030, 1, 1)}, "bad_date"),
    ],
)
def test_what_is_no_role_is_refused(given: dict[str, Any], code: str, cast: Cast) -> None:
    with pytest.raises(Refused, match=code):
        grant(by=cast.administrator, account=cast.stranger, **({"role": "desk", "scope": "*"} | given))


def test_a_role_is_held_once_and_taken_back_within_what_one_administers(cast: Cast) -> None:
    local = create_account(by=cast.console, handle="local", password=None)
    grant(by=cast.console, account=local, role="administrator", scope=cast.organisation_a.scope_key)
    with pytest.raises(Refused, match="assignment_there"):
        grant(by=local, account=cast.amina, role="desk", scope=cast.organisation_a.scope_key)
    end_assignment(by=local, assignment=cast.amina.assignments.get())
    with pytest.raises(Forbidden):
        end_assignment(by=local, assignment=cast.joseph.assignments.get())


def test_a_link_opens_one_account_once(cast: Cast) -> None:
    secret = setting_up.secret(cast.stranger)
    for account, given in ((cast.amina, secret), (cast.stranger, secret[:-1] + "x"), (cast.stranger, "")):
        with pytest.raises(Refused, match="link_ended"):
            setting_up.set_up(by=account, account=account, given=given, password=PASSWORD)
    with pytest.raises(Forbidden):
        setting_up.set_up(by=cast.amina, account=cast.stranger, given=secret, password=PASSWORD)
    setting_up.set_up(by=cast.stranger, account=cast.stranger, given=secret, password=PASSWORD)
    assert cast.stranger.check_password(PASSWORD)
    assert not setting_up.opens(cast.stranger, secret)
    assert all(secret not in line.detail for line in lines())


def test_a_closed_account_and_an_old_link_open_nothing(cast: Cast, settings: Any) -> None:
    secret = setting_up.secret(cast.stranger)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert not setting_up.opens(cast.stranger, secret)
    settings.PASSWORD_RESET_TIMEOUT = 60
    assert setting_up.opens(cast.stranger, secret)
    close_account(by=cast.console, account=cast.stranger)
    assert not setting_up.opens(cast.stranger, secret)


def test_a_reset_voids_the_password_and_every_link_before(cast: Cast) -> None:
    first = setting_up.secret(cast.stranger)
    second = setting_up.reset_account(by=cast.administrator, account=cast.stranger)
    assert not setting_up.opens(cast.stranger, first)
    assert setting_up.opens(cast.stranger, second)
    with pytest.raises(Refused, match="not_to_yourself"):
        setting_up.reset_account(by=cast.administrator, account=cast.administrator)
