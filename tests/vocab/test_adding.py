"""A newcomer adds a word or a scheme and touches only its own file: no code, no migration."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import tabard.vocab
from tabard.rules.facts import Harm, Incident, Outcome
from tabard.rules.schemes import project
from tabard.vocab import schemes, words

HOME = Path(tabard.vocab.__file__).parent

NEW_SCHEME = """
code = "deaths-only"
version = "1"
label = "Deaths only"
provenance = "D made for this test"
day_from = "outcome"
single = true
counts_rowless = false
outside = []
reason = []
carries = ["country"]

[[category]]
code = "killed"
outcomes = ["died"]
when = [{ died = ["yes"] }]
"""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shipped words in a folder of this test's own."""
    shutil.copytree(HOME / "data", tmp_path / "data")
    shutil.copytree(HOME / "labels", tmp_path / "labels")
    caches = (words.lists, words.words, words._labels, schemes.schemes)
    monkeypatch.setattr(words, "HERE", tmp_path)
    monkeypatch.setattr(schemes, "FOLDER", tmp_path / "data" / "schemes")
    for each in caches:
        each.cache_clear()
    yield tmp_path
    for each in caches:
        each.cache_clear()


def append(path: Path, row: str) -> None:
    path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")


def test_a_new_word_is_a_row_of_its_list_and_a_row_of_its_labels(copy: Path) -> None:
    append(copy / "data" / "means.csv", "net,Net,Caught with a net.,D Tabard,bodily_assault,2026-01-01,,BA")
    append(copy / "labels" / "fr" / "means.csv", "net,Filet")
    assert words.is_word("means", "net")
    assert words.ancestors("means", "net") == ("bodily_assault",)
    assert words.label("means", "net", "fr") == "Filet"


def test_a_new_list_is_a_file(copy: Path) -> None:
    header = "code,label,definition,provenance,parent,valid_from,valid_to"
    (copy / "data" / "weather.csv").write_text(f"{header}\nrain,Rain,Water from above.,D,,,\n", "utf-8")
    assert "weather" in words.lists()
    assert words.words("weather")["rain"].label == "Rain"


def test_a_new_scheme_is_a_file(copy: Path) -> None:
    (copy / "data" / "schemes" / "deaths-only.toml").write_text(NEW_SCHEME, "utf-8")
    harm = Harm(n=1, outcomes={"died_in_captivity": Outcome(True)})
    assert project(schemes.scheme("deaths-only"), Incident(), harm).categories == ("killed",)


def test_a_misspelt_fact_in_a_scheme_is_refused_while_loading(copy: Path) -> None:
    (copy / "data" / "schemes" / "wrong.toml").write_text(NEW_SCHEME.replace("{ died", "{ dead"), "utf-8")
    with pytest.raises(ValueError, match="dead"):
        schemes.schemes()
