"""The checks of printed figures, one by one; every expected number is a document's, worked out by hand."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard.figures.published.declared import declared
from tabard.rules.checks.compare import against_last, compared
from tabard.rules.checks.figure import Figure, amount, months
from tabard.rules.checks.finding import Finding, asks, stops
from tabard.rules.checks.footing import adds_up, lies_within, possible
from tabard.rules.checks.numerals import in_figures
from tabard.rules.checks.shares import Reached, reached
from tabard.rules.checks.whole import check

SAID = declared()
RESOLUTION = "A/RES/75/125"


def figure(
    measure: str, text: str, unit: str = "persons", source: str = RESOLUTION, year: str = "2019"
) -> Figure:
    return Figure(f"{source} {year} {measure}", source, year, measure, unit, text)


def sheet(source: str = RESOLUTION, year: str = "2019", **numbers: str) -> list[Figure]:
    """What a document prints: `killed="125"`; a unit may follow, `recorded="483 attacks"`."""
    found = []
    for name, printed in numbers.items():
        text, _, unit = printed.partition(" ")
        found.append(figure(name.replace("__", "."), text, unit or "persons", source, year))
    return found


def rules(figures: list[Figure]) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in check(figures, SAID)}


def one(figures: list[Figure], rule: str) -> Finding:
    (found,) = [finding for finding in check(figures, SAID) if finding.rule == rule]
    return found


QUOTED = {
    "aid__recorded": "483 attacks",
    "aid__killed": "125",
    "aid__injured": "234",
    "aid__kidnapped": "134",
}
SOURCE = {"aid__incidents": "277 incidents", "aid__victims": "483", "aid__killed": "125"}
SOURCE |= {"aid__injured": "234", "aid__kidnapped": "124"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,516", "1516"),
        ("1 516", "1516"),
        ("0", "0"),
        ("0.96", "0.96"),
        ("6 of 7", None),
        ("", None),
        ("1,51", None),
    ],
)
def test_printed_text_becomes_a_number(text: str, value: str | None) -> None:
    assert amount(text) == (None if value is None else Decimal(value))


def test_a_share_in_words_is_a_pair() -> None:
    assert figure("x", "all (4 of 4)").pair == (4, 4)
    assert figure("x", "6 of the 7").pair == (6, 7)
    assert figure("x", "54").pair is None


def test_times() -> None:
    assert months("2019") == (2019 * 12, 2019 * 12 + 11)
    assert months("2019-01..2020-06") == (2019 * 12, 2020 * 12 + 5)
    assert months("2019-03") == (2019 * 12 + 2, 2019 * 12 + 2)
    assert months("2022..") is None
    assert months("") is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("none", 0),
        ("eleven", 11),
        ("forty-four", 44),
        ("one hundred and twenty-five", 125),
        ("two thousand", 2000),
    ],
)
def test_words_for_numbers(words: str, number: int) -> None:
    assert in_figures(words) == number


def test_the_resolution_of_2020_does_not_add_up() -> None:
    """125 + 234 + 134 = 493, not 483; the report that it quotes prints 124, and then it does."""
    found = one([*sheet(**QUOTED), *sheet("AWSR 2020", **SOURCE)], "check_parts_total")
    assert found.numbers == {"parts": "125 + 234 + 134", "sum": "493", "total": "483", "off": "10"}
    (suggested,) = found.suggestions
    assert (suggested.printed, suggested.should_be, suggested.why) == ("134", "124", "also_printed")


def test_without_its_source_every_single_correction_is_told() -> None:
    found = one(sheet(**QUOTED), "check_parts_total")
    told = {(each.printed, each.should_be) for each in found.suggestions}
    assert told == {("125", "115"), ("234", "224"), ("134", "124"), ("483", "493")}


def test_persons_are_no_attacks() -> None:
    assert one(sheet(**QUOTED), "check_unit_wrong").keys == ("A/RES/75/125 2019 aid.recorded",)
    assert "check_unit_wrong" not in rules(sheet(**QUOTED | {"aid__recorded": "277 attacks"}))


def test_a_series_keeps_its_unit() -> None:
    """158 attacks in 2016 stand where 2014 and 2018 print 329 and 405 persons."""
    years = {
        "2014": ("329", "121", "88", "120"),
        "2016": ("158", "101", "98", "89"),
        "2018": ("405", "131", "144", "130"),
    }
    figures = [
        each
        for year, (total, *parts) in years.items()
        for each in sheet(
            year,
            year,
            aid__recorded=f"{total} attacks",
            **dict(zip(("aid__killed", "aid__injured", "aid__kidnapped"), parts, strict=True)),
        )
    ]
    found = one(figures, "check_unit_mix_events")
    assert found.keys == ("2016 2016 aid.recorded",)
    assert (found.numbers["value"], found.numbers["sum"], found.numbers["others"]) == ("158", "288", 2)
    assert [each.keys[0] for each in check(figures, SAID) if each.rule == "check_unit_wrong"] == [
        "2014 2014 aid.recorded",
        "2018 2018 aid.recorded",
    ]


def test_the_source_itself_is_right() -> None:
    assert rules(sheet("AWSR 2020", **SOURCE)) == {}


@pytest.mark.parametrize(
    ("percent", "wholes", "found"),
    [
        ("54", [44, 11], {("truncated", 6, 11), ("truncated", 24, 44)}),
        ("56", [31, 11], set()),
        ("67", [22], set()),
        ("90", [10], {(name, 9, 10) for name in ("half_up", "half_even", "truncated")}),
        ("67", [9], {("half_up", 6, 9), ("half_even", 6, 9)}),
        ("12.5", [8], {(name, 1, 8) for name in ("half_up", "half_even", "truncated")}),
        ("13", [8], {("half_up", 1, 8)}),
        ("12", [8], {("half_even", 1, 8), ("truncated", 1, 8)}),
        ("0", [3], {(name, 0, 3) for name in ("half_up", "half_even", "truncated")}),
        ("100", [3], {(name, 3, 3) for name in ("half_up", "half_even", "truncated")}),
    ],
)
def test_which_share_gives_a_percentage(
    percent: str, wholes: list[int], found: set[tuple[str, int, int]]
) -> None:
    assert {(r.rounding, r.part, r.whole) for r in reached(Decimal(percent), wholes)} == found


@given(st.integers(1, 400), st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10))
def test_a_share_is_reached_where_trying_every_n_says_so(whole: int, percent: Decimal) -> None:
    ways = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "truncated": ROUND_DOWN}
    tried = {
        Reached(whole, part, name)
        for part in range(whole + 1)
        for name, way in ways.items()
        if (Decimal(part) * 100 / whole).quantize(Decimal((0, (1,), int(percent.as_tuple().exponent))), way)
        == percent
    }
    assert set(reached(percent, [whole])) == tried


def killed(**more: str) -> list[Figure]:
    return sheet(unsms__killed="44", unsms__killed_violence="11", **more)


def test_54_per_cent_is_cut_off() -> None:
    found = one([*killed(), figure("unsms.local_share", "54", "per cent")], "check_share_truncated")
    assert (found.numbers["pairs"], found.numbers["exact"]) == ("6/11, 24/44", "54.55")
    assert [each.should_be for each in found.suggestions] == ["55"]


def test_56_per_cent_of_2018_cannot_be() -> None:
    figures = [
        *sheet(unsms__killed="31", unsms__killed_violence="11"),
        figure("unsms.local_share", "56", "per cent"),
    ]
    found = one(figures, "check_share_unreachable")
    assert found.numbers["tried"] == "11, 31"
    assert found.numbers["near"] == "6/11 = 54.55, 17/31 = 54.84"


def test_55_per_cent_is_fine() -> None:
    assert rules([*killed(), figure("unsms.local_share", "55", "per cent")]) == {}


def test_n_of_n_has_to_be_of_a_printed_count() -> None:
    assert rules([*killed(), figure("unsms.local_share_violence", "6 of 11")]) == {}
    assert rules([*killed(), figure("unsms.local_share_violence", "6 of 7")]) == {
        "check_share_of_other": "error"
    }


def test_a_bare_percentage_says_which_total_it_implies() -> None:
    """1,734 persons were 0.96 per cent: between 0.955 and 0.965 per cent, so of 179,689 to 181,571."""
    figures = [*sheet(unsms__affected="1734"), figure("unsms.share_of_staff", "0.96", "per cent")]
    numbers = one(figures, "check_share_alone").numbers
    assert (numbers["low"], numbers["high"]) == ("179689", "181571")


@pytest.mark.parametrize(
    ("killed_in_all", "by_violence", "wrong"), [("44", "11", False), ("11", "11", False), ("11", "44", True)]
)
def test_a_part_is_never_more_than_its_whole(killed_in_all: str, by_violence: str, wrong: bool) -> None:
    figures = sheet(unsms__killed=killed_in_all, unsms__killed_violence=by_violence)
    assert ("check_part_over_whole" in rules(figures)) == wrong


def test_a_part_is_never_more_than_a_whole_that_another_document_prints() -> None:
    assert rules([*killed(), *sheet("press", unsms__killed_terrorism="5")]) == {}
    assert "check_part_over_whole" in rules([*killed(), *sheet("press", unsms__killed_terrorism="12")])


def test_parts_that_are_not_all_may_be_less() -> None:
    total, part = figure("a", "483"), figure("b", "471")
    assert list(adds_up(total, [part], whole=False)) == []
    assert [f.rule for f in adds_up(part, [total], whole=False)] == ["check_parts_over"]


@pytest.mark.parametrize(
    ("text", "unit", "rule"),
    [
        ("1.5", "persons", "check_not_whole"),
        ("101", "per_cent", "check_over_hundred"),
        ("12 of 11", "persons", "check_part_over_whole"),
        ("11", "persons", ""),
    ],
)
def test_a_figure_is_possible(text: str, unit: str, rule: str) -> None:
    assert [f.rule for f in possible(figure("x", text), unit)] == ([rule] if rule else [])


def test_lies_within_asks_nothing_of_what_is_no_number() -> None:
    assert list(lies_within(figure("a", "many"), figure("b", "1"))) == []


def test_a_unit_is_the_declared_one() -> None:
    assert rules(sheet(unsms__intimidated="327 persons")) == {"check_unit_other": "error"}
    assert rules([figure("unsms.intimidated", "327", "reported cases")]) == {}
    assert rules([figure("unsms.affected", "1516", "persons affected")]) == {}


def test_documents_that_differ() -> None:
    """134 against 124 is as much as editions of a living source differ by; 141 against 117 is more."""
    little = [*sheet(aid__kidnapped="134"), *sheet("AWSR", aid__kidnapped="124")]
    much = [*sheet(aid__kidnapped="141"), *sheet("AWSR", aid__kidnapped="117")]
    assert rules(little) == {"check_sources_differ": "note"}
    assert rules(much) == {"check_sources_differ": "warning"}
    assert (
        one([*much, *sheet("AWSD", aid__kidnapped="117")], "check_sources_differ").suggestions[0].should_be
        == "117"
    )


def test_eighteen_months_hold_their_year() -> None:
    year = sheet(unsms__killed="44")
    assert rules([*year, *sheet("press", "2019-01..2020-06", unsms__killed="52")]) == {}
    assert rules([*year, *sheet("press", "2019-01..2020-06", unsms__killed="43")]) == {
        "check_year_over_span": "error"
    }


def test_a_jump_is_threefold_and_by_thirty() -> None:
    def years(before: str, after: str) -> list[Figure]:
        return [*sheet("a", "2019", unrwa__injured=before), *sheet("b", "2020", unrwa__injured=after)]

    assert rules(years("1", "42")) == {"check_jump": "warning"}
    assert rules(years("42", "1")) == {"check_jump": "warning"}
    assert rules(years("1", "30")) == {}
    assert rules(years("60", "177")) == {}
    assert rules([*sheet("a", "2019", unrwa__injured="1"), *sheet("b", "2021", unrwa__injured="42")]) == {}


def test_states_parties_do_not_fall() -> None:
    def parties(*numbers: str) -> list[Figure]:
        return [
            figure("treaty.convention", number, "States", f"A/RES/{67 + n}/1", "")
            for n, number in enumerate(numbers)
        ]

    assert rules(parties("90", "91", "95", "95")) == {}
    assert rules(parties("90", "95", "91")) == {"check_falls": "error"}


def test_two_units_are_never_subtracted() -> None:
    (pair,) = compared(
        [figure("aid.recorded", "483", "attacks")], [figure("aid.recorded", "483", source="b")], SAID
    )
    assert pair.off is None
    assert not pair.same


def test_the_last_edition_against_this_one() -> None:
    last, this = (
        sheet("2019", aid__victims="483", aid__killed="125"),
        sheet("2020", aid__victims="481", aid__killed="125"),
    )
    (found,) = against_last(last, this, SAID)
    assert (found.rule, found.severity) == ("check_last_edition", "note")
    assert found.numbers == {"before": "483", "after": "481", "year": "2019", "off": "-2"}


def test_the_gate() -> None:
    wrong = check(sheet(**QUOTED), SAID)
    assert stops(wrong)
    note = check([*sheet(aid__kidnapped="134"), *sheet("AWSR", aid__kidnapped="124")], SAID)
    assert not stops(note)
    assert not asks(note)
    assert asks(wrong)


def test_the_same_figures_give_the_same_findings_in_any_order() -> None:
    figures = [*sheet(**QUOTED), *sheet("AWSR 2020", **SOURCE)]
    assert [f.rule for f in check(figures, SAID)] == [f.rule for f in check(figures[::-1], SAID)]
