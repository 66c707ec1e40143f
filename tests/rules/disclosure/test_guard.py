"""The guard by small examples that one can reckon by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from tabard.rules.disclosure import (
    Cell,
    Exemption,
    Exposure,
    Key,
    Ledger,
    Policy,
    Reason,
    Relation,
    Release,
    Verdict,
    guard,
)
from tabard.rules.refusals import Refused

PRIMARY, COMPLEMENTARY, CHANGE, BEFORE = Reason.PRIMARY, Reason.COMPLEMENTARY, Reason.CHANGE, Reason.BEFORE
MONDAY, LATER = date(2025, 9, 1), date(2026, 9, 1)
GLOBAL = ("the Under-Secretary-General", "a global total names nobody")


def key(name: str, window: str = "2024", **other: str) -> Key:
    return Key(name, window, **other)


def release(
    cells: dict[str, int],
    relations: dict[str, str] | None = None,
    edition: str = "2025",
    audience: str = "public",
    exempt: tuple[str, ...] = (),
    unasked: tuple[str, ...] = (),
) -> Release:
    """Cells by name (`killed@2024-H1`), and of each total its parts."""
    return Release(
        edition,
        audience,
        MONDAY,
        tuple(Cell(named(name), value, asked=name not in unasked) for name, value in cells.items()),
        tuple(
            Relation(named(total), tuple(named(part) for part in parts.split()))
            for total, parts in (relations or {}).items()
        ),
        tuple(Exemption(named(name), *GLOBAL) for name in exempt),
    )


def named(name: str) -> Key:
    return key(*name.split("@"))


def withheld(verdict: Verdict) -> dict[str, Reason]:
    return {each.name: reason for each, reason in verdict.withheld.items()}


ROW = {"all": 20, "a": 2, "b": 8, "c": 10}
TOTAL = {"all": "a b c"}


def test_a_small_cell_takes_one_other_with_it() -> None:
    verdict = guard(Ledger(), release(ROW, TOTAL))
    assert withheld(verdict) == {"a": PRIMARY, "b": COMPLEMENTARY}
    assert {each.name for each in verdict.told} == {"all", "c"}
    assert verdict.exposed == ()


@pytest.mark.parametrize(
    ("value", "policy", "small"),
    [
        (0, Policy(), False),
        (1, Policy(), True),
        (4, Policy(), True),
        (5, Policy(), False),
        (0, Policy(zero=True), True),
        (2, Policy(threshold=3), True),
        (3, Policy(threshold=3), False),
    ],
)
def test_the_threshold(value: int, policy: Policy, small: bool) -> None:
    verdict = guard(Ledger(), release({"a": value}), policy)
    assert withheld(verdict) == ({"a": PRIMARY} if small else {})


def test_a_cell_may_need_a_threshold_of_its_own() -> None:
    cells = (Cell(key("a"), 9, threshold=10), Cell(key("b"), 9))
    assert withheld(guard(Ledger(), Release("2025", "public", MONDAY, cells))) == {"a": PRIMARY}


def test_narrow_is_not_enough() -> None:
    """1 and 1 and 6 of 8: the two together are 2, each certainly 1 where none is told."""
    verdict = guard(Ledger(), release({"all": 8, "a": 1, "b": 1, "c": 6}, TOTAL))
    assert withheld(verdict) == {"a": PRIMARY, "b": PRIMARY, "c": COMPLEMENTARY}
    wide = guard(Ledger(), release({"all": 13, "a": 3, "b": 4, "c": 6}, TOTAL))
    assert withheld(wide) == {"a": PRIMARY, "b": PRIMARY}


def test_a_table_of_two_dimensions_takes_a_square() -> None:
    cells = {"all": 80, "r1": 32, "r2": 48, "c1": 32, "c2": 48, "r1c1": 2, "r1c2": 30, "r2c1": 30, "r2c2": 18}
    parts = {"all": "r1 r2", "r1": "r1c1 r1c2", "r2": "r2c1 r2c2", "c1": "r1c1 r2c1", "c2": "r1c2 r2c2"}
    made = release(cells, parts)
    made = replace(made, relations=(*made.relations, Relation(key("all"), (key("c1"), key("c2")))))
    verdict = guard(Ledger(), made)
    assert withheld(verdict) == dict.fromkeys(["r1c2", "r2c1", "r2c2"], COMPLEMENTARY) | {"r1c1": PRIMARY}


def test_a_second_table_over_the_same_records_counts() -> None:
    """By cause and by sex: what is withheld in one must not follow from the other."""
    parts = {"all": "a b c", "a": "f m"}
    verdict = guard(Ledger(), release({**ROW, "f": 1, "m": 1}, parts))
    assert {"a", "f", "m"} <= withheld(verdict).keys()
    assert withheld(verdict)["b"] == COMPLEMENTARY


def test_at_most_the_total_narrows_from_above() -> None:
    """3 killed of 6 affected: between 1 and 6, wide enough. 3 of 3 in a column that is told: not."""
    cells = (Cell(key("affected"), 6), Cell(key("killed"), 3))
    at_most = (Relation(key("affected"), (key("killed"),), exact=False),)
    assert withheld(guard(Ledger(), Release("e", "public", MONDAY, cells, at_most))) == {"killed": PRIMARY}
    exempt = (Exemption(key("affected"), *GLOBAL),)
    few = (Cell(key("affected"), 3), Cell(key("killed"), 3))
    verdict = guard(Ledger(), Release("e", "public", MONDAY, few, at_most, exempt))
    assert [(each.key.name, each.because) for each in verdict.exposed] == [("killed", "exempt")]


def test_an_exempt_total_is_told_with_who_decided() -> None:
    verdict = guard(Ledger(), release({"all": 3, "a": 1, "b": 2}, {"all": "a b"}, exempt=("all",)))
    assert key("all") in verdict.told
    said = next(each for each in verdict.ledger.tellings if each.key == key("all"))
    assert (said.told, said.exempt_by, said.exempt_why) == (True, *GLOBAL)
    assert {each.key.name for each in verdict.exposed} == {"a", "b"}  # 1 and 2, or 2 and 1: no decision helps


def test_the_second_half_of_a_year_is_a_cell_too() -> None:
    first = guard(Ledger(), release({"killed@2024-H1": 9}))
    year = release(
        {"killed@2024": 11, "killed@2024-H1": 9, "killed@2024-H2": 2},
        {"killed@2024": "killed@2024-H1 killed@2024-H2"},
        edition="2026",
        unasked=("killed@2024-H1", "killed@2024-H2"),
    )
    assert withheld(guard(first.ledger, year)) == {"killed": COMPLEMENTARY}
    assert withheld(guard(Ledger(), year)) == {}


def test_what_one_edition_withheld_the_next_does_not_give_away() -> None:
    first = guard(Ledger(), release(ROW, TOTAL))
    grown = {"all": 30, "a": 12, "b": 8, "c": 10}  # ten came late: nothing is small any more
    again = guard(first.ledger, release(grown, TOTAL, edition="2026"))
    assert withheld(again) == {"a": BEFORE, "b": BEFORE}
    assert withheld(guard(Ledger(), release(grown, TOTAL, edition="2026"))) == {}


def test_a_change_of_one_person_is_small() -> None:
    first = guard(Ledger(), release({"all": 28, "a": 8, "b": 20}, {"all": "a b"}))
    corrigendum = release({"all": 29, "a": 9, "b": 20}, {"all": "a b"}, edition="2025 corrigendum")
    verdict = guard(first.ledger, corrigendum)
    assert withheld(verdict) == {"all": CHANGE, "a": CHANGE}
    assert withheld(guard(first.ledger, corrigendum, Policy(changes=False))) == {}
    exempt = replace(corrigendum, exemptions=(Exemption(key("all"), *GLOBAL),))
    assert withheld(guard(first.ledger, exempt)) == {"a": CHANGE, "b": COMPLEMENTARY}


def test_a_small_cell_told_before_is_kept_from_who_reads_this_edition() -> None:
    """8 were told; six are withdrawn. Whoever knows of the withdrawal knows the 2, nobody else may."""
    first = guard(Ledger(), release({"all": 28, "a": 8, "b": 20}, {"all": "a b"}))
    verdict = guard(first.ledger, release({"all": 22, "a": 2, "b": 20}, {"all": "a b"}, edition="2026"))
    assert withheld(verdict) == {"a": PRIMARY, "b": COMPLEMENTARY}
    assert verdict.exposed == ()


def test_what_was_split_finer_after_it_was_told_is_named_as_exposed() -> None:
    first = guard(Ledger(), release({"a": 8}))
    verdict = guard(first.ledger, release({"a": 2, "f": 1, "m": 1}, {"a": "f m"}, edition="2026"))
    assert verdict.exposed == tuple(
        Exposure(key(name), ("public",), True, "told_before") for name in ("f", "m")
    )
    assert withheld(verdict) == dict.fromkeys(["a", "f", "m"], PRIMARY)


def test_a_partner_reads_what_is_public_as_well() -> None:
    """A partner was told `b`: a public table that withholds it for the sake of `a` would give `a` to that partner."""
    partner = guard(Ledger(), release({"b": 8}, audience="partner"))
    public = guard(partner.ledger, release(ROW, TOTAL))
    assert withheld(public) == {"a": PRIMARY, "c": COMPLEMENTARY}
    told = guard(Ledger(), release(ROW, TOTAL))
    later = guard(told.ledger, release(ROW, TOTAL, audience="partner"))
    assert withheld(later) == {"a": PRIMARY, "b": COMPLEMENTARY}  # what is public already stays told


def test_a_partner_does_not_pay_for_another() -> None:
    one = guard(Ledger(), release({"b": 8}, audience="one"))
    assert withheld(guard(one.ledger, release(ROW, TOTAL, audience="two")))["b"] == COMPLEMENTARY


def test_what_cannot_be_is_known_to_all() -> None:
    """No road deaths among premises: that zero hides nothing."""
    cells = (Cell(key("all"), 7), Cell(key("a"), 2), Cell(key("b"), 5), Cell(key("z"), 0, possible=False))
    total = (Relation(key("all"), (key("a"), key("b"), key("z"))),)
    verdict = guard(Ledger(), Release("e", "public", MONDAY, cells, total), Policy(zero=True))
    assert key("z") in verdict.told


def test_a_share_goes_with_its_cells() -> None:
    verdict = guard(Ledger(), release(ROW, TOTAL))
    pairs = [(key("a"), key("all")), (key("c"), key("all")), (key("c"), key("b"))]
    assert list(verdict.shares(pairs).values()) == [Reason.SHARE, None, Reason.SHARE]


def test_units_and_collections_do_not_meet() -> None:
    """The same name counted in cases is another cell."""
    first = guard(Ledger(), release({"a": 8}))
    cases = Release("2026", "public", LATER, (Cell(key("a", unit="cases"), 9),))
    assert withheld(guard(first.ledger, cases)) == {}


def test_the_verdict_does_not_depend_on_the_order() -> None:
    made = release({**ROW, "f": 1, "m": 1, "g": 4, "h": 4}, {"all": "a b c", "a": "f m", "b": "g h"})
    expected = guard(Ledger(), made).reasons
    for seed in range(5):
        mixed = random.Random(seed)
        cells, relations = list(made.cells), list(made.relations)
        mixed.shuffle(cells)
        mixed.shuffle(relations)
        assert (
            guard(Ledger(), replace(made, cells=tuple(cells), relations=tuple(relations))).reasons == expected
        )


def test_the_ledger_only_grows() -> None:
    first = guard(Ledger(), release(ROW, TOTAL)).ledger
    second = guard(first, release({"d": 7}, edition="2026")).ledger
    assert second.tellings[: len(first.tellings)] == first.tellings
    assert [each.key.name for each in second.tellings[len(first.tellings) :]] == ["d"]
    assert second.told_to(frozenset({"public"})) == {key("all"), key("c"), key("d")}


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    guard(Ledger(), release(ROW, TOTAL))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: guard(Ledger(), release({**ROW, "a": 3}, TOTAL)), "cells_not_total"),
        (lambda: guard(Ledger(), release({"a": 3}, {"a": "b"})), "bad_value"),
        (lambda: guard(guard(Ledger(), release({"a": 3})).ledger, release({"a": 4})), "bad_value"),
        (lambda: release({"a": -1}), "out_of_range"),
        (lambda: Release("e", "public", MONDAY, (Cell(key("a"), 1), Cell(key("a"), 2))), "bad_value"),
        (lambda: Release("e", "public", MONDAY, (Cell(key("a"), 1, possible=False),)), "out_of_range"),
        (lambda: release({"a": 1}, exempt=("b",)), "bad_value"),
        (
            lambda: Release(
                "e", "public", MONDAY, (Cell(key("a"), 1),), (), (Exemption(key("a"), "x", " "),)
            ),
            "missing_field",
        ),
        (lambda: Policy(threshold=1), "out_of_range"),
        (lambda: Policy(width=0), "out_of_range"),
    ],
)
def test_what_is_refused(make: object, code: str) -> None:
    with pytest.raises(Refused) as refused:
        make()  # type: ignore[operator]
    assert refused.value.code == code
