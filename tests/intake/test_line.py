"""Behind the last turn none can still appear, also where turns are given out before they are committed."""

from __future__ import annotations

import os
import threading

import psycopg
import pytest
from django.db import connection, connections

from tabard.intake.line import last_turn
from tabard.intake.receiving import LINE, Coming, keep
from tabard.rules.ids import ulid

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, databases="__all__")]


def coming() -> Coming:
    return Coming(ulid(), None, "own", "", "application/json", b"{}")


def test_the_coder_waits_for_a_turn_that_is_given_out_and_not_committed() -> None:
    """An earlier turn commits after a later one: the later one is not coded before it."""
    keep(coming())
    first, found, done = last_turn(), [], threading.Event()

    def look() -> None:
        found.append(last_turn())
        connections.close_all()
        done.set()

    name = connection.settings_dict["NAME"]
    address = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=name)
    with psycopg.connect(address) as slow:
        slow.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LINE])
        slow.execute("INSERT INTO intake_turn (original) VALUES (%s)", [ulid()])
        keep(coming())  # a later turn, committed at once
        thread = threading.Thread(target=look)
        thread.start()
        assert not done.wait(1)
        slow.commit()
        assert done.wait(10)
        thread.join()
    assert found == [first + 2]
