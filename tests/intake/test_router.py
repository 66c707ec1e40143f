"""Which database holds what: two files on SQLite, one database on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections, router

from tabard.intake.models import Original, OriginalBody, Turn
from tabard.intake.router import IntakeRouter

pytestmark = pytest.mark.django_db(databases="__all__")
APART = {Original, OriginalBody, Turn}
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
on_sqlite = pytest.mark.skipif(not ON_SQLITE, reason="SQLite's two files")


def tables(alias: str) -> set[str]:
    return set(connections[alias].introspection.table_names()) - {"django_migrations"}


def owned(apart: bool) -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if (model in APART) is apart}


@on_sqlite
def test_originals_lie_in_a_file_of_their_own() -> None:
    assert set(connections) == {"default", "intake"}
    assert tables("intake") == owned(apart=True)
    names = [Path(connections[alias].settings_dict["NAME"]) for alias in ("default", "intake")]
    assert names[0] != names[1]


@on_sqlite
def test_everything_else_lies_in_the_register() -> None:
    assert tables("default") >= owned(apart=False)
    assert not tables("default") & owned(apart=True)


@on_sqlite
@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_reads_and_writes_go_to_the_same_file(model: type) -> None:
    expected = "intake" if model in APART else "default"
    assert router.db_for_read(model) == router.db_for_write(model) == expected


@on_sqlite
def test_no_row_refers_across_the_files() -> None:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model:
                assert (field.related_model in APART) is (model in APART)


@pytest.mark.postgres
def test_one_database_holds_everything() -> None:
    assert set(connections) == {"default"}
    assert tables("default") >= owned(apart=True) | owned(apart=False)
    assert router.db_for_write(Original) == "default"


def test_without_a_second_database_the_router_has_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATABASES", {"default": {}})
    told = IntakeRouter()
    for model in apps.get_models():
        assert told.db_for_read(model) is None
        assert told.db_for_write(model) is None
    assert told.allow_migrate("default", "intake", "original") is None


def test_migrations_that_name_no_table_run_in_the_register_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATABASES", {"default": {}, "intake": {}})
    told = IntakeRouter()
    assert told.allow_migrate("default", "intake") is True
    assert told.allow_migrate("intake", "intake") is False
    assert told.allow_migrate("intake", "intake", "originalbody") is True
    assert told.allow_migrate("default", "intake", "originalbody") is False
    assert told.allow_migrate("intake", "people", "original") is False
