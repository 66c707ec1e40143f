"""The migrations say what the models say: nothing waits to be made."""

from __future__ import annotations

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_no_migration_waits_to_be_made() -> None:
    loader = MigrationLoader(None)  # from the files alone: no database is asked
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    assert {room: [str(m.operations) for m in waiting] for room, waiting in changes.items()} == {}


def test_each_room_has_one_last_migration() -> None:
    """Two would mean that two changes were made side by side and never joined."""
    assert MigrationLoader(None).detect_conflicts() == {}
