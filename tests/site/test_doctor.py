"""`tabard doctor` finds what is wrong, each kind of it, and says how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from installation import installation
from tabard.access import appendonly, guard
from tabard.access.models import AuditLine
from tabard.access.trail import console
from tabard.incidents import standing
from tabard.incidents.actions import create_collection, report
from tabard.incidents.models import Current, Harm, Revision
from tabard.incidents.writer import Entry
from tabard.intake import actions
from tabard.rules import facts
from tabard.site import doctor

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def incident() -> str:
    by = console()
    create_collection(by=by, code="own", label="Own")
    told = facts.Incident(country="SSD", harm=(facts.Harm(2, outcomes={"died": facts.Outcome(True)}),))
    return report(by=by, collection="own", entry=Entry(told)).pk


def findings() -> dict[str, doctor.Finding]:
    return {finding.check: finding for finding in doctor.examine()}


def test_a_sound_register_is_well(incident: str) -> None:
    assert [f.check for f in findings().values() if not f.well] == []


def tampered(change: Callable[[], object]) -> None:
    with guard.lifted(), appendonly.lifted():
        change()


def test_a_changed_audit_line_is_found(incident: str) -> None:
    tampered(lambda: AuditLine.objects.filter(pk=2).update(actor="X" * 26))
    assert findings()["audit"].code == "audit_broken"


def test_a_changed_revision_is_found(incident: str) -> None:
    tampered(lambda: Revision.objects.update(facts='{"country":"SDN"}'))
    assert findings()["revisions"].code == "revisions_broken"


def test_a_changed_harm_row_is_found(incident: str) -> None:
    """The rows that are counted must say what the digested facts say."""
    tampered(lambda: Harm.objects.update(n=1))
    assert findings()["revisions"].code == "revisions_broken"


def test_a_changed_column_of_a_revision_is_found(incident: str) -> None:
    tampered(lambda: Revision.objects.update(country="SDN"))
    assert findings()["revisions"].code == "revisions_broken"


def test_missing_triggers_are_found(incident: str) -> None:
    name = "incidents_harm_no_change" if connection.vendor == "postgresql" else "incidents_harm_no_update"
    on = " ON incidents_harm" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert findings()["seals"].code == "triggers_missing"


def test_a_stale_index_is_found_and_mended(incident: str) -> None:
    with guard.lifted():
        Current.objects.all().delete()
    assert findings()["index"].code == "index_stale"
    with guard.lifted():
        standing.rebuild()
    assert findings()["index"].well


def test_a_missing_original_is_found(incident: str) -> None:
    by = console()
    original = actions.receive(by=by, data=b"x", media_type="text/csv", collection="own")
    batch = actions.open_batch(
        by=by, original=original, format="awsd", collection="own", as_of=original.received_at.date()
    )
    with guard.lifted():
        type(batch).objects.filter(pk=batch.pk).update(original="0" * 26)
    assert findings()["originals"].code == "originals_missing"


def test_serve_refuses_the_network_while_example_accounts_exist(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as one:
        one.run("migrate")
        one.run("demo")
        assert "example" in one.error("serve", "--host", "0.0.0.0", code=1)
