"""Figures found in a paragraph in the form of the resolutions. The sentences are ours, the numbers the documents'."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard.figures.published.declared import declared
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.paragraph import paragraph
from tabard.rules.checks.prose import check_found

SAID = declared()
SYSTEM = (
    "1,516 United Nations civilian personnel were affected by safety and security incidents in 2019, including 44 "
    "fatalities, of which 11 resulted from acts of violence, namely, crime and armed conflict, 192 injuries, of which "
    "92 resulted from acts of violence, 6 abductions, 86 arrests and detentions and 327 reported cases of intimidation "
    "and harassment (A/75/246, annexes I and III)"
)
AID = (
    "In 2019 there were 483 recorded attacks on humanitarian personnel, resulting in 125 killed, 234 injured and 134 "
    "abducted."
)
AREA = (
    "Of UNRWA area staff in 2019, none were killed, one was injured, eight were arrested and detained and there were "
    "74 reported cases of intimidation and harassment."
)


def told(text: str) -> list[tuple[str, str, str, str]]:
    return [(f.figure.text, f.figure.unit, f.figure.measure, f.figure.year) for f in paragraph(text)]


def rules(text: str, *others: Figure) -> set[str]:
    return {finding.rule for finding in check_found(paragraph(text), SAID, others)}


def test_the_sentence_of_the_system() -> None:
    assert told(SYSTEM) == [
        ("1516", "persons", "unsms.affected", "2019"),
        ("44", "persons", "unsms.killed", "2019"),
        ("11", "persons", "unsms.killed_violence", "2019"),
        ("192", "persons", "unsms.injured", "2019"),
        ("92", "persons", "unsms.injured_violence", "2019"),
        ("6", "persons", "unsms.abducted", "2019"),
        ("86", "persons", "unsms.detained", "2019"),
        ("327", "reported cases", "unsms.intimidated", "2019"),
    ]
    assert rules(SYSTEM) == set()


def test_the_sentence_of_aid_workers() -> None:
    assert told(AID) == [
        ("483", "attacks", "aid.recorded", "2019"),
        ("125", "persons", "aid.killed", "2019"),
        ("234", "persons", "aid.injured", "2019"),
        ("134", "persons", "aid.kidnapped", "2019"),
    ]
    assert rules(AID) == {"check_parts_total", "check_unit_wrong"}


def test_the_sentence_of_area_staff() -> None:
    assert told(AREA) == [
        ("0", "persons", "unrwa.killed", "2019"),
        ("1", "persons", "unrwa.injured", "2019"),
        ("8", "persons", "unrwa.detained", "2019"),
        ("74", "reported cases", "unrwa.intimidated", "2019"),
    ]
    assert rules(AREA) == set()


def test_the_right_sentence_is_quiet() -> None:
    text = "In 2019, 483 aid workers were attacked in 277 incidents: 125 were killed, 234 wounded and 124 kidnapped."
    assert [(measure, unit) for _, unit, measure, _ in told(text)] == [
        ("aid.victims", "persons"),
        ("aid.incidents", "incidents"),
        ("aid.killed", "persons"),
        ("aid.injured", "persons"),
        ("aid.kidnapped", "persons"),
    ]
    assert rules(text) == set()


@pytest.mark.parametrize("wrong", ["1,615", "482", "248", "12"])
def test_one_wrong_number_is_found(wrong: str) -> None:
    right = "In 2019, 483 aid workers were attacked in 277 incidents: 125 were killed, 234 wounded and 124 kidnapped."
    assert "check_parts_total" in rules(right.replace("234", wrong))


@pytest.mark.parametrize(
    "text",
    [
        "Eleven colleagues were killed, of whom twelve were women.",
        "11 persons were killed, including 12 women.",
        "Of the eleven who were robbed, none; 7 were injured, of which 8 by acts of violence.",
    ],
)
def test_a_part_beyond_its_whole_is_found_whatever_is_counted(text: str) -> None:
    assert rules(text) == {"check_part_over_whole"}


def test_54_per_cent_in_a_sentence() -> None:
    assert "check_share_truncated" in rules(f"{SYSTEM}, and 54 per cent of the killed were locally recruited")
    assert rules(f"{SYSTEM}, and 55 per cent of the killed were locally recruited") == set()


def test_56_per_cent_in_a_sentence() -> None:
    text = "In 2018 31 United Nations staff were killed, of whom 11 by acts of violence; 56% were locally recruited."
    assert rules(text) == {"check_share_unreachable"}


def test_a_share_of_whatever_stands_before_it() -> None:
    assert rules("44 colleagues were hurt, of whom 54 per cent were women.") == {"check_share_truncated"}
    assert rules("44 colleagues were hurt, of whom 50 per cent were women.") == set()


def test_6_of_7_is_one_figure() -> None:
    text = "In 2021, 18 United Nations staff were killed, of whom 7 by violent acts; 6 of the 7 were locally recruited."
    assert told(text)[-1] == ("6 of 7", "persons", "unsms.local_share", "2021")
    assert rules(text) == set()
    assert rules(text.replace("of whom 7", "of whom 9")) == {"check_share_of_other"}


def test_causes_that_the_data_do_not_bear_out() -> None:
    """Of the 11 of 2019, 5 were killed by violent extremism; in 2018 nobody was."""

    def by_terrorism(number: str) -> Figure:
        return Figure("p", "press", "2019", "unsms.killed_terrorism", "persons", number)

    assert rules(SYSTEM, by_terrorism("5")) == {"check_cause_missing"}
    assert rules(SYSTEM, by_terrorism("0")) == set()
    naming = SYSTEM.replace("crime and", "crime, acts of terrorism and")
    assert rules(naming, by_terrorism("5")) == set()
    assert rules(naming, by_terrorism("0")) == {"check_cause_without_case"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "See paragraph 12 of resolution 75/125 of 11 December 2020, annex 3.",
        "As requested in 2019 and again from January 2020 to June 2021, pursuant to A/RES/74/116.",
        "One may wonder. The Assembly decides to remain seized of the matter.",
    ],
)
def test_what_counts_nothing_is_no_figure(text: str) -> None:
    assert told(text) == []


def test_a_year_is_the_sentences_own() -> None:
    assert [year for *_, year in told("In 2018, 9 were killed. In 2019, 11 were killed.")] == ["2018", "2019"]


def test_positions_point_into_the_text() -> None:
    found = paragraph(SYSTEM)
    assert [SYSTEM[f.start : f.end] for f in found][:3] == ["1,516", "44", "11"]


@given(st.text(alphabet="0123456789 ,.;%()-/ofandresultinginkilledwhich\n", max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    check_found(paragraph(text), SAID)


def test_attacks_beside_their_victims_are_attacks() -> None:
    text = "In 2019, 277 attacks on aid workers left 483 victims: 125 killed, 234 wounded and 124 kidnapped."
    assert told(text)[0] == ("277", "attacks", "aid.incidents", "2019")
    assert rules(text) == set()
