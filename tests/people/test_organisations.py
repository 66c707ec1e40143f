"""Organisations: entered through the door, under a kind of the list, known elsewhere by an opaque key."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from cast import Cast, lines
from tabard.access import audit
from tabard.people.actions import create_organisation
from tabard.people.models import Organisation
from tabard.rules.ids import is_ulid
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
CANARY = "Zyxwv Canaryname"


def test_an_organisation_is_known_by_an_opaque_key(cast: Cast) -> None:
    made = create_organisation(by=cast.administrator, name=CANARY, kind="ingo", parent=cast.organisation_a)
    kept = Organisation.objects.get(name=CANARY)
    assert kept == made
    assert is_ulid(kept.pk)
    assert (kept.scope_key, kept.kind, kept.parent, kept.is_example) == (
        f"org:{kept.pk}",
        "ingo",
        cast.organisation_a,
        False,
    )


def test_its_line_holds_the_key_and_the_kind_and_no_name(cast: Cast) -> None:
    made = create_organisation(by=cast.administrator, name=CANARY, kind="ingo")
    last = lines()[-1]
    assert (last.subject, audit.detail(last)) == (made.scope_key, {"kind": "ingo"})
    assert CANARY not in f"{made!r} {made} {last!r} {last.detail}"


@pytest.mark.parametrize("kind", ["", "kingdom", "INGO", CANARY])
def test_a_kind_is_a_word_of_the_list(kind: str, cast: Cast) -> None:
    with pytest.raises(Refused, match="unknown_word") as refusal:
        create_organisation(by=cast.administrator, name="New", kind=kind)
    assert refusal.value.fields == {"field": "kind"}
    assert not Organisation.objects.filter(name="New").exists()


def test_two_of_one_name_are_refused(cast: Cast) -> None:
    with pytest.raises(IntegrityError):
        create_organisation(by=cast.administrator, name="Organisation A", kind="ingo")
    assert Organisation.objects.filter(name="Organisation A").count() == 1


@pytest.mark.parametrize("person", ["amina", "joseph", "stranger", "analyst", "auditor", "custodian"])
def test_only_the_administrator_enters_one(person: str, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        create_organisation(by=getattr(cast, person), name="New", kind="ingo")
