"""A thousand characters at most, whole words, whole numbers, right way round; and what it weighs."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tabard.rules.flash import Line, cut, flash, isolated, messages, plain, units

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
WORDS = {
    "en": "Two vehicles were stopped on the road north of town by about 12 000 armed men . ",
    "ar": "أوقفت سيارتان على الطريق شمال المدينة من قبل 12 مسلحا ",
    "zh": "两辆车在镇北的路上被拦下，约有12名武装人员在场。",
}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
lines = st.lists(
    st.builds(Line, st.just("x"), texts.map(plain), texts.map(plain), st.booleans()), max_size=12
)


def utf16(text: str) -> int:
    """As Java and JavaScript on a telephone count: a code point above the first plane is two."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


@given(lines, st.sampled_from(LANGUAGES))
def test_never_more_than_a_thousand(some: list[Line], language: str) -> None:
    made = flash("Flash report", some, language)
    assert utf16(made.text) == made.characters <= 1_000
    assert made.text.count("\n") == len(made.lines)
    offered = iter(some)
    assert all(any(kept == line or (line.free and kept.free) for line in offered) for kept in made.lines)


@given(lines, st.sampled_from(LANGUAGES))
def test_marks_of_direction_close_on_their_line(some: list[Line], language: str) -> None:
    for line in flash("Flash report", some, language).text.split("\n"):
        depth = 0
        for character in line:
            depth += {"\u2066": 1, "\u2067": 1, "\u2068": 1, "\u2069": -1}.get(character, 0)
            assert depth in (0, 1)
        assert depth == 0


def first_strong(line: str) -> str:
    """The direction that a telephone gives to a line: its first strong character outside isolates (UAX 9, P2)."""
    depth = 0
    for character in line:
        depth += {"\u2066": 1, "\u2067": 1, "\u2068": 1, "\u2069": -1}.get(character, 0)
        if not depth and (kind := unicodedata.bidirectional(character)) in ("L", "R", "AL"):
            return kind
    return ""


@given(lines)
def test_every_arabic_line_runs_from_right_to_left(some: list[Line]) -> None:
    made = flash("SSD-2026-0001", some, "ar")
    assert {first_strong(line) for line in made.text.split("\n")} <= {"R", "AL"}


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("most", [*range(1, 100), 200, 999])
def test_words_are_cut_whole(language: str, most: int) -> None:
    whole = (WORDS[language] * 50).strip()
    short = cut(whole, most)
    assert utf16(short) <= most
    if not short:
        return
    assert short.endswith("...")
    kept = short.removesuffix("...")
    assert whole.startswith(kept)
    rest = whole[len(kept) :]
    assert not (kept[-1].isdecimal() and rest.lstrip(" ")[:1].isdecimal()), "inside a number"
    if language != "zh":
        assert rest.startswith(" "), "inside a word"
    else:
        assert not re.match(r"[0-9A-Za-z]", rest) or not re.search(r"[0-9A-Za-z]$", kept)


@given(texts, st.integers(0, 400))
def test_a_cut_text_is_its_own_beginning(text: str, most: int) -> None:
    short = cut(text, most)
    assert utf16(short) <= most
    assert short == text or not short or text.startswith(short.removesuffix("..."))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("length", range(900, 1001))
def test_the_brim_is_reached_and_not_passed(length: int, language: str) -> None:
    told = [Line("a", "A", "x" * length), Line("b", "B", "y " * 600, free=True), Line("c", "C", "z" * 20)]
    assert 900 < utf16(flash("Flash", told, language).text) <= 1_000 or length > 985


def test_the_most_important_stands_and_the_rest_gives_way() -> None:
    told = [
        Line("what", "What", "Ambush"),
        Line("words", "Words", "a b " * 600, free=True),
        Line("told", "Told", "Police"),
    ]
    made = flash("Flash", told, "en")
    assert made.text.startswith("Flash\nWhat: Ambush\nWords: a b a b ")
    assert made.text.endswith(" b...")
    assert [line.name for line in made.lines] == ["what", "words"]
    unlucky = [Line("what", "What", "x" * 990), Line("told", "Told", "Police")]
    assert [line.name for line in flash("Flash", unlucky, "en").lines] == ["told"]  # whole or not at all


@given(texts)
@example("Told:\nfamily")
@example("abc\u202edef\u2066ghi\x00")
def test_somebodys_words_stay_on_their_line_and_turn_nothing_round(text: str) -> None:
    told = plain(text)
    assert not re.search("[\n\r\t\x00\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]", told)
    assert told == told.strip()


# Counted by hand after 3GPP TS 23.038 and 23.040: 160 and 153 of the small alphabet, 70 and 67 of the large one.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 1000, 7),
        ("я" * 70, 1), ("я" * 71, 2), ("я" * 134, 2), ("я" * 135, 3), ("я" * 1000, 15),
        ("€" * 80, 1), ("€" * 81, 2), ("a" * 159 + "€", 2),  # the escape makes it two
        ("€" * 153, 3),  # 76 fit into one of 153 units, none is torn: 76 + 76 + 1
        ("😀" * 35, 1), ("😀" * 36, 2), ("😀" * 67, 3),  # 33 fit into 67: 33 + 33 + 1
        ("ü" * 160, 1), ("ç" * 160, 3), ("x\n" * 80, 1),
    ],
)  # fmt: skip
def test_short_messages(text: str, expected: int) -> None:
    assert messages(text) == expected


def test_marks_only_where_they_are_needed() -> None:
    """One mark, and a message of 160 characters holds 70."""
    line = Line("words", "Words", "They were stopped.", free=True)
    assert flash("Flash", [line], "en").text.isascii()
    turned = Line("words", "Words", "أوقفوا", free=True)
    assert flash("Flash", [turned], "en").text == f"Flash\nWords: {isolated('أوقفوا')}"
    assert (
        flash("Flash", [line], "ar").text.split("\n")[1] == f"\u200fWords: {isolated('They were stopped.')}"
    )


def test_units() -> None:
    assert [units(text) for text in ("a", "é", "ش", "中", "😀", "👩‍⚕️")] == [1, 1, 1, 1, 2, 5]
