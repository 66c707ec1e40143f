"""A planted name is found where the fields say that names lie, and nowhere else: no line, log or exception."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from canary import CANARY, found, plant
from cast import Cast, lines, make_cast
from tabard.access import audit, door
from tabard.access.actions import create_account, grant
from tabard.access.logs import NoValues
from tabard.access.models import Account
from tabard.intake.models import Batch, Row, Verbatim
from tabard.intake.queries import verbatim
from tabard.people.actions import create_organisation
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
PLANTED = {
    ("access.Account", "handle"),
    ("access.Account", "name"),
    ("incidents.Words", "actor_name"),
    ("incidents.Words", "details"),
    ("intake.Mapping", "mapping"),
    ("intake.OriginalBody", "body"),
    ("intake.Verbatim", "text"),
    ("people.Organisation", "name"),
    ("places.Position", "locality"),
}
KNOWN_TO_ALL = {("people.Organisation", "name")}  # internal: organisations are no persons


@pytest.fixture
def planted() -> Batch:
    return plant()


def sensitivity(label: str, field: str) -> str:
    return str(apps.get_model(label).SENSITIVITY[field])  # type: ignore[attr-defined]


def test_the_file_was_taken_in(planted: Batch) -> None:
    assert (planted.state, planted.rows_total) == ("done", 3)
    assert {row.state for row in Row.objects.filter(batch=planted)} == {"accepted", "held"}


def test_the_name_is_found_where_it_was_planted_and_nowhere_else(planted: Batch) -> None:
    assert set(found()) == PLANTED


def test_those_fields_say_that_they_are_not_for_everybody(planted: Batch) -> None:
    levels = {place: sensitivity(*place) for place in set(found()) - KNOWN_TO_ALL}
    assert set(levels.values()) <= {"restricted", "sealed"}, levels


def test_no_audit_line_holds_it(planted: Batch) -> None:
    for line in lines():
        assert CANARY.lower() not in repr(vars(line)).lower()
    assert audit.verify().whole


def test_nothing_says_it_when_it_is_printed(planted: Batch) -> None:
    for model in apps.get_models():
        for row in model._base_manager.all():
            assert CANARY.lower() not in f"{row!r} {row}".lower()


def refusals(cast: Cast) -> Iterator[Callable[[], object]]:
    by, long = cast.administrator, CANARY * 20
    yield lambda: create_account(by=by, handle=CANARY, password=None)
    yield lambda: create_account(by=by, handle=long, name=long, password=None)
    yield lambda: create_organisation(by=by, name=CANARY, kind="ingo")
    yield lambda: create_organisation(by=by, name=long, kind="ingo")
    yield lambda: create_organisation(by=by, name="New", kind=CANARY)
    yield lambda: create_organisation(by=cast.stranger, name=CANARY, kind="ingo")
    yield lambda: create_organisation(by=by, name=f"{CANARY}\0", kind="ingo")
    yield lambda: grant(by=by, account=cast.stranger, role=CANARY, scope="*")
    yield lambda: grant(by=by, account=cast.stranger, role="reader", scope=CANARY)
    yield lambda: grant(by=by, account=cast.stranger, role="reader", scope="")
    yield lambda: Account.objects.filter(handle=CANARY).update(name=CANARY)


def said(error: BaseException) -> str:
    """All that an error says, and the errors that it drags along."""
    return f"{error} {error!r} {getattr(error, 'fields', '')} {''.join(traceback.format_exception(error))}"


def test_no_refusal_repeats_what_was_typed() -> None:
    cast = make_cast()
    create_account(by=cast.console, handle=CANARY, name=CANARY, password=None)
    create_organisation(by=cast.console, name=CANARY, kind="ingo")
    for refusal in refusals(cast):
        try:
            with transaction.atomic():
                refusal()
        except (Refused, DatabaseError, ValueError) as error:
            texts, chain = said(error), error
            while chain := chain.__cause__ or chain.__context__:  # type: ignore[assignment]
                texts += f"{chain} {chain!r}"
            assert CANARY not in texts


@pytest.mark.postgres
def test_a_refused_row_still_names_its_constraint() -> None:
    cast = make_cast()
    with pytest.raises(IntegrityError, match="access_account_handle") as refusal:
        create_account(by=cast.console, handle="amina", password=None)
    assert "amina" not in str(refusal.value)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the settings' own handler would write."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.addFilter(NoValues())
    handler.setFormatter(logging.Formatter(settings.LOGGING["formatters"]["line"]["format"], style="{"))
    logging.getLogger("test.crash").addHandler(handler)
    yield told
    logging.getLogger("test.crash").removeHandler(handler)


def test_every_handler_of_the_settings_drops_values() -> None:
    quiet = settings.LOGGING["filters"]["quiet"]["()"]
    assert quiet == f"{NoValues.__module__}.{NoValues.__qualname__}"
    assert all("quiet" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


def crash(cast: Cast) -> None:
    """An act that breaks with a name in its hands."""
    with door.opened(cast.console.pk):
        made = create_account(by=cast.console, handle=CANARY, name=CANARY, password=None)
        try:
            int(made.handle)
        except ValueError as error:
            raise RuntimeError(f"cannot count {made.handle}") from error


def test_a_crash_inside_an_act_is_logged_by_type_and_place_only(logged: io.StringIO) -> None:
    cast = make_cast()
    log = logging.getLogger("test.crash")
    before = audit.verify()
    try:
        crash(cast)
    except RuntimeError:
        log.exception("Internal Server Error: %s", f"/people/{CANARY}")
    assert "RuntimeError at" in logged.getvalue()
    assert "crash:" in logged.getvalue()
    assert CANARY not in logged.getvalue()
    assert audit.verify() == before


def row_of(batch: Batch) -> Row:
    return batch.rows.order_by("number").first()


def test_reading_the_words_is_written_down(planted: Batch) -> None:
    by = Account.objects.get(handle="amina")
    row = row_of(planted)
    assert CANARY in verbatim(row, by=by)
    last = lines()[-1]
    assert (last.verb, last.subject, last.actor) == ("intake:original:read", f"row:{row.pk}", by.pk)
    assert audit.detail(last)["fields"] == ["verbatim"]


@pytest.mark.parametrize("handle", ["joseph", "stranger", "analyst", "auditor", "administrator"])
def test_who_may_not_reads_no_words(handle: str, planted: Batch) -> None:
    start = len(lines())
    with pytest.raises(Forbidden):
        verbatim(row_of(planted), by=Account.objects.get(handle=handle))
    assert len(lines()) == start


def test_erased_words_are_refused(planted: Batch) -> None:
    with door.opened("test"):
        Verbatim.objects.all().delete()
    with pytest.raises(Refused, match="erased"):
        verbatim(row_of(planted), by=Account.objects.get(handle="amina"))
