"""Whoever watches the service learns when reports are not taken in, or not coded."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from cast import Cast
from tabard.intake import writer
from tabard.intake.receiving import Coming, keep
from tabard.rules.ids import ulid
from tabard.site import doctor

pytestmark = pytest.mark.django_db(databases="__all__")
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def coming() -> Coming:
    return Coming(ulid(), None, "own", "", "application/json", b"{}")


def test_all_is_well(client: Client) -> None:
    keep(coming())
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"state": "well"})


def test_numbers_are_for_who_has_signed_in(client: Client, cast: Cast) -> None:
    keep(coming())
    client.force_login(cast.amina)
    told = client.get("/health/").json()
    assert (told["waiting"], told["checks"]) == (1, {"writer": "well", "backlog": "well"})


def test_a_backlog_that_grows_old_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(coming())
    later = datetime.now(UTC) + timedelta(seconds=doctor.LONGEST_WAIT + 1)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return later

    monkeypatch.setattr(doctor, "datetime", Later)
    found = doctor.waiting()
    assert (found.well, found.code, found.count) == (False, "backlog_old", 1)
    assert (client.get("/health/").status_code, client.get("/health/").json()) == (503, {"state": "unwell"})


@pytest.mark.skipif(not ON_SQLITE, reason="PostgreSQL takes plain commits")
def test_a_writer_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is held, and nobody has touched it for long: the process hangs."""
    file = tmp_path / "intake.db"
    monkeypatch.setattr(writer, "path", lambda: file)
    assert doctor.writer_of_reports().well  # nobody serves
    held = writer._hold(writer.lock_of(file))
    assert doctor.writer_of_reports().well
    long_ago = time.time() - doctor.LONGEST_SILENCE - 5
    os.utime(writer.lock_of(file), (long_ago, long_ago))
    found = doctor.writer_of_reports()
    assert (found.well, found.code, found.count // 10) == (False, "writer_silent", 3)
    os.close(held)
