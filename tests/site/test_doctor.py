"""`tabard doctor` finds what is wrong, each kind of it, and says how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import QuerySet

from installation import migrated
from tabard.access import appendonly, door, guard
from tabard.access.models import AuditLine, ChainHead
from tabard.access.trail import console
from tabard.incidents import standing
from tabard.incidents.actions import create_collection, report, revise
from tabard.incidents.models import Current, Harm, Incident, Listing, Revision
from tabard.incidents.writer import Entry
from tabard.intake import actions
from tabard.rules import facts
from tabard.rules.refusals import Refused
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


def _forget(revisions: QuerySet[Revision]) -> None:
    """Delete revisions and every row that hangs on them, as somebody at the database itself could."""
    keys = list(revisions.values_list("pk", flat=True))
    Current.objects.filter(revision__in=keys).delete()
    Harm.objects.filter(revision__in=keys).delete()
    Revision.objects.filter(pk__in=keys).delete()


def test_a_vanished_last_revision_is_found(incident: str) -> None:
    """The chain of those before it is whole: only the sum that the audit chain keeps tells."""
    entry = Entry(facts.Incident(country="SSD"))
    revise(by=console(), incident=Incident.objects.get(pk=incident), entry=entry)
    assert findings()["revisions"].well
    tampered(lambda: _forget(Revision.objects.filter(number=2)))
    tampered(standing.rebuild)
    assert findings()["revisions"].code == "revisions_broken"


def test_a_vanished_incident_is_found(incident: str) -> None:
    def vanish() -> None:
        _forget(Revision.objects.all())
        Listing.objects.all().delete()
        Incident.objects.all().delete()

    tampered(vanish)
    assert findings()["revisions"].code == "revisions_broken"


def test_a_sum_made_right_by_hand_is_found(incident: str) -> None:
    entry = Entry(facts.Incident(country="SSD"))
    revise(by=console(), incident=Incident.objects.get(pk=incident), entry=entry)

    def vanish() -> None:
        _forget(Revision.objects.filter(number=2))
        left = Revision.objects.get().digest
        ChainHead.objects.filter(name="tally:revisions").update(last=1, digest=left)

    tampered(vanish)
    tampered(standing.rebuild)
    assert findings()["revisions"].code == "revisions_broken"


def _revise_and_refuse(incident: str) -> None:
    with door.opened(console().pk):
        entry = Entry(facts.Incident(country="SSD"))
        revise(by=console(), incident=Incident.objects.get(pk=incident), entry=entry)
        raise Refused("internal")


def test_a_refused_act_leaves_the_sum_as_it_was(incident: str) -> None:
    with door.opened(console().pk):
        with pytest.raises(Refused):
            _revise_and_refuse(incident)
        door.record("incidents:incident:report", f"incident:{incident}")
    assert ChainHead.objects.get(name="tally:revisions").last == 1
    assert findings()["revisions"].well


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
    with migrated(tmp_path / "home") as one:
        one.run("demo")
        assert "example" in one.error("serve", "--host", "0.0.0.0", code=1)
