"""Revisions are chained and say what they said: a changed value is found, whichever it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import models
from hypothesis import given, settings

from incidents.made import entry, killed, report, rolled_back, tampering
from incidents.strategies import IN_DATABASE, MORE
from incidents.strategies import incidents as told_facts
from tabard.access import guard
from tabard.access.models import Account
from tabard.incidents import actions, verifying
from tabard.incidents.models import Harm, Incident, Margin, ObjectHarm, Revision, Tag
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.site import doctor

pytestmark = pytest.mark.django_db(databases="__all__")

# Not part of what is said: ids the database gives, and ids of things kept apart.
UNSAID = {"id", "incident_id", "revision_id", "batch", "place", "words", "schema_version", "position"}
FULL = killed(
    means="bodily_assault",
    near_miss=False,
    tags=(("medical", "personnel"),),
    margins=(facts.Margin(2, "gender", "female"),),
    objects=(facts.ObjectHarm(1, "vehicle", ("stolen",)),),
)


def build(by: Account) -> Incident:
    """An incident with a revision of each kind."""
    incident = report(by, entry=Entry(FULL, facts.Position(1.0, 2.0, "exact"), facts.Texts("Words")))
    actions.revise(by=by, incident=incident, entry=Entry(FULL))
    actions.void(by=by, incident=incident, number=2)
    actions.count_as(by=by, incident=incident, another=report(by))
    return incident


def is_broken(incident: Incident) -> bool:
    return list(verifying.broken([incident.pk])) == [incident.pk]


@settings(IN_DATABASE, max_examples=40 * MORE)
@given(told=told_facts())
def test_rows_repeat_the_facts(by: Account, told: facts.Incident) -> None:
    with rolled_back():
        incident = report(by, entry=Entry(told))
        assert not is_broken(incident)


def test_a_whole_chain_is_whole(by: Account) -> None:
    incident = build(by)
    assert not is_broken(incident)
    assert doctor.revisions().well
    rows = list(Revision.objects.filter(incident=incident).order_by("number"))
    assert [row.previous for row in rows] == ["", *(row.digest for row in rows[:-1])]


def _other(field: models.Field[Any, Any], value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(field, models.DateTimeField):
        return value.replace(year=value.year - 1)
    if isinstance(field, models.DateField):
        return date(1999, 1, 1) if value is None or field.name == "first_day" else value + timedelta(1)
    if isinstance(field, models.IntegerField):
        return 77 if value is None else value + 50
    return "x" if not value else value[:-1] + ("y" if value[-1] != "y" else "z")


CHANGED = [
    (model, field.attname)
    for model in (Revision, Harm, Margin, ObjectHarm, Tag)
    for field in model._meta.concrete_fields
    if field.attname not in UNSAID | {"voids_id", "counted_as_id"}
]


@pytest.mark.parametrize(("model", "name"), CHANGED, ids=lambda part: getattr(part, "__name__", part))
def test_one_changed_value_is_found(by: Account, model: type[models.Model], name: str) -> None:
    incident = build(by)
    where = "incident" if model is Revision else "revision__incident"
    rows = model._base_manager.filter(**{where: incident}).order_by("pk")
    target = rows.filter(number=1).get() if model is Revision else rows.first()
    assert target is not None
    value = _other(model._meta.get_field(name), getattr(target, name))
    with tampering():
        model._base_manager.filter(pk=target.pk).update(**{name: value})
    assert is_broken(incident)


def test_whom_a_void_cancels_and_a_duplicate_counts_as_is_sealed(by: Account) -> None:
    incident = build(by)
    other = report(by)
    changes = (
        ({"number": 3}, {"voids": Revision.objects.get(incident=incident, number=1)}),
        (
            {"number": 4},
            {"counted_as": other},
        ),
    )
    for row, change in changes:
        with rolled_back(), tampering():
            Revision.objects.filter(incident=incident, **row).update(**change)
            assert is_broken(incident)


def test_a_revision_taken_out_is_found(by: Account) -> None:
    incident = build(by)
    with tampering():
        Revision.objects.filter(incident=incident, number=4).update(number=5)
    assert is_broken(incident)


def test_a_row_taken_out_or_put_in_is_found(by: Account) -> None:
    for change in ("take", "put"):
        incident = build(by)
        row = Harm.objects.filter(revision__incident=incident).first()
        assert row is not None
        with tampering():
            if change == "take":
                Harm.objects.filter(pk=row.pk).delete()
            else:
                row.pk, row.position = None, 9
                row.save(force_insert=True)
        assert is_broken(incident)


def test_an_incident_without_revisions_is_found(by: Account) -> None:
    with guard.lifted():
        incident = Incident(reference="SSD-2019-9999", collection_id="own", made_at="2020-01-01T00:00Z")
        incident.save(force_insert=True)
    assert is_broken(incident)
    assert not is_broken(report(by, entry=entry()))
