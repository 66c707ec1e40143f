"""How far a file has got, told outside its one open transaction."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tabard.intake import progress
from tabard.intake.models import Batch


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Batch(state="reading", rows_done=7)


def test_what_was_told_last_is_known(batch: Batch) -> None:
    for rows in (1, 500, 1000):
        progress.tell(batch, rows)
    assert progress.told(batch) == 1000


def test_before_and_after_the_batch_itself_knows(batch: Batch) -> None:
    assert progress.told(batch) == 7
    progress.tell(batch, 500)
    progress.done(batch)
    progress.done(batch)  # twice is nothing
    assert progress.told(batch) == 7


@pytest.mark.parametrize("state", [state for state in Batch.STATES if state != "reading"])
def test_only_a_batch_being_read_asks_the_file(state: str, batch: Batch) -> None:
    progress.tell(batch, 500)
    batch.state = state
    assert progress.told(batch) == 7


@pytest.mark.parametrize("text", ["", "half a line", "-1"])
def test_a_number_half_written_is_no_number(text: str, batch: Batch) -> None:
    progress.tell(batch, 500)
    progress._path(batch).write_text(text)
    assert progress.told(batch) == 7


def test_the_file_is_named_by_the_opaque_key(batch: Batch, tmp_path: Path) -> None:
    progress.tell(batch, 1)
    assert [path.name for path in (tmp_path / "progress").iterdir()] == [batch.pk]
