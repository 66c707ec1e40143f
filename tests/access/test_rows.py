"""Rows written by name of column are the rows that models of the same values would be, on either engine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db.models import Model

from tabard.access import guard
from tabard.access.rows import insert, insert_stated
from tabard.intake.models import Original, Taken
from tabard.places.models import Position
from tabard.rules.ids import is_ulid

pytestmark = pytest.mark.django_db(databases="__all__")
NOON = datetime(2026, 3, 4, 12, 0, 0, 5, tzinfo=UTC)
SAME_NOON = NOON.astimezone(timezone(timedelta(hours=3)))


def position(**more: Any) -> dict[str, Any]:
    return {"salt": "s", "lat": 4.85, "lon": None, "precision": "exact", **more}


def taken(turn: int, **more: Any) -> dict[str, Any]:
    told = {"turn": turn, "original": f"o{turn}", "received_at": NOON, "by": "b", "collection": "own"}
    return told | {"state": "accepted", "at": SAME_NOON, **more}


ROWS: list[tuple[type[Model], list[dict[str, Any]]]] = [
    (Position, [position(id="1"), position(id="2", lat=None), position(id="3", lon=True)]),
    (Taken, [taken(1), taken(2, notes=[{"code": "x"}]), taken(3, at=NOON + timedelta(days=1))]),
]


def stored(model: type[Model]) -> list[dict[str, Any]]:
    return list(model._base_manager.order_by("pk").values())


@pytest.mark.parametrize(("model", "rows"), ROWS, ids=lambda part: getattr(part, "__name__", ""))
def test_by_name_as_by_model(model: type[Model], rows: list[dict[str, Any]]) -> None:
    with guard.lifted():
        insert([model(**row) for row in rows])
        as_models = stored(model)
        model._base_manager.all().delete()
        insert_stated(model, rows)
    assert stored(model) == as_models
    assert len(as_models) == len(rows)


def test_what_is_left_out_takes_the_default_and_ids_differ() -> None:
    with guard.lifted():
        insert_stated(Position, [position(), position()])
    first, second = stored(Position)
    assert is_ulid(first["id"])
    assert is_ulid(second["id"])
    assert first["id"] != second["id"]
    assert first["hexagon"] == ""


def test_nothing_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert([])
        insert_stated(Original, [])


def test_a_day_and_an_instant_of_it_are_kept_apart() -> None:
    """Prepared once by value: a date equals no moment, and the same moment in two zones is one."""
    assert date(2026, 3, 4) != NOON
    with guard.lifted():
        insert_stated(Taken, [taken(1), taken(2, at=NOON)])
    assert stored(Taken)[0]["at"] == stored(Taken)[1]["at"] == NOON
