"""One person's facts, four ways of counting: each clash of the schemes has its line here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard.rules.facts import OUTCOMES, Harm, Incident, Outcome
from tabard.rules.schemes import Projection, Scheme, lost, project
from tabard.vocab.schemes import scheme, schemes
from tabard.vocab.words import is_word, words

DAY = date(2019, 5, 17)
ATTACK = Incident(first_day=DAY, last_day=DAY, date_precision="exact", cause="crime")
CRASH = replace(ATTACK, cause="road_traffic")
OUT: tuple[str, ...] = ()


def person(*outcomes: str, **facts: object) -> Harm:
    return Harm(n=1, outcomes={name: Outcome(True) for name in outcomes}, **facts)  # type: ignore[arg-type]


def categories(code: str, incident: Incident, harm: Harm) -> tuple[str, ...]:
    return project(scheme(code), incident, harm).categories


# Section 4.9 of the field's vocabularies, row by row: facts -> annex, awsd, sind-brief, kika-file.
CROSSWALK = {
    "died by violence, not in captivity": (
        ATTACK, person("died"),
        ("killed_violence",), ("killed",), ("killed",), ("killed",),
    ),
    "died in captivity of a non-State actor": (
        ATTACK, person("abducted", "died_in_captivity"),
        ("killed_violence", "abducted"), ("killed",), ("kidnapped",),
        ("killed", "killed_in_captivity", "kidnapped"),
    ),
    "died in captivity of a State": (
        ATTACK, person("detained", "died_in_captivity"),
        ("killed_violence", "arrested_detained"), ("killed",), ("arrested",),
        ("killed", "killed_in_captivity", "arrested"),
    ),
    "died in captivity, only the captor stated: State": (
        ATTACK, person("died_in_captivity", captor="state"),
        ("killed_violence", "arrested_detained"), ("killed",), ("arrested",),
        ("killed", "killed_in_captivity", "arrested"),
    ),
    "died in captivity, nobody says whose": (
        ATTACK, person("died_in_captivity"),
        ("killed_violence",), ("killed",), ("kidnapped",), ("killed", "killed_in_captivity", "kidnapped"),
    ),
    "died in a safety incident": (CRASH, person("died"), ("killed_safety",), OUT, OUT, OUT),
    "injured, needing no medical care": (
        ATTACK, person("injured", care=False),
        ("injured_violence",), OUT, ("injured",), ("injured",),
    ),
    "injured, needing care": (
        ATTACK, person("injured", care=True),
        ("injured_violence",), ("wounded",), ("injured",), ("injured",),
    ),
    "injured, care not stated": (
        ATTACK, person("injured"),
        ("injured_violence",), ("wounded",), ("injured",), ("injured",),
    ),
    "injured in a safety incident": (CRASH, person("injured"), ("injured_safety",), OUT, OUT, OUT),
    "held under 24 hours by a State": (
        ATTACK, person("detained", held_24h=False, captor="state"),
        ("arrested_detained",), OUT, ("arrested",), ("arrested",),
    ),
    "held 24 hours or longer by a State": (
        ATTACK, person("detained", held_24h=True, captor="state"),
        ("arrested_detained",), ("detained",), ("arrested",), ("arrested",),
    ),
    "held by a State, length not stated": (
        ATTACK, person("detained"),
        ("arrested_detained",), ("detained",), ("arrested",), ("arrested",),
    ),
    "taken by a State, no word since": (
        ATTACK, person("missing", captor="state", fate="unknown"),
        ("missing",), ("detained",), ("disappeared_missing",), OUT,
    ),
    "missing, nobody knows why": (
        ATTACK, person("missing"),
        ("missing",), OUT, ("disappeared_missing",), OUT,
    ),
    "threatened only": (
        ATTACK, person("threatened"),
        ("intimidation_harassment",), OUT, ("threatened",), OUT,
    ),
    "abducted and let go": (
        ATTACK, person("abducted", fate="released"),
        ("abducted",), ("kidnapped",), ("kidnapped",), ("kidnapped",),
    ),
    "abducted for an hour": (
        ATTACK, person("abducted", held_24h=False),
        ("abducted",), OUT, ("kidnapped",), ("kidnapped",),
    ),
    "sexual violence": (
        ATTACK, person("sexual_violence"),
        ("sexual_assault",), ("wounded",), ("sexual_violence",), OUT,
    ),
    "robbed and beaten": (
        ATTACK, person("robbed", "assaulted"),
        ("aggravated_assault", "robbery"), OUT, ("assaulted", "crime"), OUT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", CROSSWALK)
@pytest.mark.parametrize("column", range(4), ids=["annex", "awsd", "sind-brief", "kika-file"])
def test_crosswalk(row: str, column: int) -> None:
    incident, harm, *expected = CROSSWALK[row]
    code = ("annex", "awsd", "sind-brief", "kika-file")[column]
    projection = project(scheme(code), incident, harm)
    assert projection.categories == expected[column]
    assert projection.counted is bool(expected[column])
    assert projection.date_day == DAY


@pytest.mark.parametrize("word", ["abducted", "detained"])
@pytest.mark.parametrize(
    ("captor", "annex", "awsd", "brief"),
    [
        ("state", "arrested_detained", "detained", "arrested"),
        ("non_state", "abducted", "kidnapped", "kidnapped"),
    ],
)
def test_the_captor_decides_between_arrest_and_abduction(
    word: str, captor: str, annex: str, awsd: str, brief: str
) -> None:
    harm = person(word, captor=captor)
    assert categories("annex", ATTACK, harm) == (annex,)
    assert categories("awsd", ATTACK, harm) == (awsd,)
    assert categories("sind-brief", ATTACK, harm) == (brief,)


@pytest.mark.parametrize(("word", "column"), [("abducted", "kidnapped"), ("detained", "arrested")])
@pytest.mark.parametrize("captor", ["state", "non_state", None])
def test_the_kika_file_keeps_its_own_word(word: str, column: str, captor: str | None) -> None:
    assert categories("kika-file", ATTACK, person(word, captor=captor)) == (column,)


@pytest.mark.parametrize(
    ("actor", "expected"),
    [("police", "detained"), ("de_facto_authority", "detained"), ("nsag_national", "kidnapped")],
)
def test_where_nobody_states_the_captor_the_actor_tells(actor: str, expected: str) -> None:
    assert categories("awsd", replace(ATTACK, actor=actor), person("missing")) == (expected,)


def test_a_word_chosen_for_the_person_goes_before_the_actor() -> None:
    assert categories("annex", replace(ATTACK, actor="police"), person("abducted")) == ("abducted",)


def test_awsd_takes_the_gravest_outcome_only() -> None:
    everything = ["abducted", "injured", "detained", "died"]
    assert categories("awsd", ATTACK, person(*everything)) == ("killed",)
    assert categories("awsd", ATTACK, person("abducted", "injured")) == ("wounded",)
    assert categories("awsd", ATTACK, person("abducted", "detained")) == ("kidnapped",)


def test_annex_counts_one_person_in_several_rows_but_who_died_of_a_wound_once() -> None:
    assert categories("annex", ATTACK, person("abducted", "robbed")) == ("abducted", "robbery")
    assert categories("annex", ATTACK, person("injured", "died")) == ("killed_violence",)


def test_annex_tells_forced_entry_from_burglary() -> None:
    assert categories("annex", ATTACK, person("broken_in")) == ("residence_break_in",)
    assert categories("annex", ATTACK, person("burgled")) == ("burglary",)
    assert categories("annex", ATTACK, person("broken_in", "burgled")) == ("residence_break_in",)


def test_intimidation_is_counted_in_reported_cases_and_the_rest_in_persons() -> None:
    units = {rule.code: rule.unit for rule in scheme("annex").categories}
    assert units.pop("intimidation_harassment") == "reported_cases"
    assert set(units.values()) == {"persons"}


def test_harm_that_no_annex_row_names_still_affects_a_person() -> None:
    projection = project(scheme("annex"), ATTACK, person("exploited"))
    assert (projection.counted, projection.categories, projection.because) == (True, (), "no_row")


def test_a_death_of_unknown_cause_falls_in_neither_row() -> None:
    projection = project(scheme("annex"), replace(ATTACK, cause=None), person("died"))
    assert (projection.counted, projection.categories) == (True, ())
    assert projection.because == "cause_not_stated"


def test_the_cause_stated_for_the_person_goes_before_the_incidents() -> None:
    bystander = person("died", cause="road_traffic")
    assert categories("annex", ATTACK, bystander) == ("killed_safety",)
    assert categories("awsd", ATTACK, bystander) == ()


@pytest.mark.parametrize("code", ["annex", "awsd", "sind-brief", "kika-file"])
@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ({"scope": "uniformed"}, "scope_outside"),
        ({"scope": "civilian"}, "scope_outside"),
        ({"scope": "medical_local"}, "scope_outside"),
        ({"family_member": True}, "family_outside"),
        ({"cause": "health_hazard"}, "health_outside"),
    ],
)
def test_peacekeepers_bystanders_families_and_illness_enter_no_total(
    code: str, facts: dict[str, object], because: str
) -> None:
    expected = Projection(False, (), because, DAY)
    assert project(scheme(code), ATTACK, person("died", **facts)) == expected


@pytest.mark.parametrize(
    ("harm", "because"),
    [
        (person("injured", care=False), "no_care_needed"),
        (person("abducted", held_24h=False), "held_under_24h"),
        (person("threatened"), "outcome_outside"),
        (person(), "no_outcome"),
        (Harm(n=1, outcomes={"died": Outcome(False)}), "no_outcome"),
    ],
)
def test_awsd_says_why_it_does_not_count(harm: Harm, because: str) -> None:
    assert project(scheme("awsd"), ATTACK, harm) == Projection(False, (), because, DAY)


def test_which_date_picks_the_year() -> None:
    taken, died = date(2018, 12, 20), date(2019, 2, 3)
    incident = Incident(first_day=taken, last_day=taken, date_precision="exact", cause="crime")
    outcomes = {"abducted": Outcome(True), "died": Outcome(True, died), "died_in_captivity": Outcome(True)}
    harm = Harm(n=4, outcomes=outcomes)
    annex = project(scheme("annex"), incident, harm)
    assert dict(zip(annex.categories, annex.days, strict=True)) == {
        "killed_violence": died,
        "abducted": taken,
    }
    assert annex.date_day == taken
    assert project(scheme("awsd"), incident, harm).date_day == taken
    assert project(scheme("awsd"), replace(incident, first_day=None), harm).date_day is None


def test_what_each_scheme_loses() -> None:
    incident = replace(ATTACK, motive="political", targeting="deliberate_aid", severity="high")
    harm = person("abducted", "died_in_captivity", contract="staff", recruitment="local", organisation="x")
    assert lost(scheme("awsd"), incident, harm) == (
        "cause", "contract", "organisation", "other_outcome", "severity", "targeting",
    )  # fmt: skip
    assert lost(scheme("annex"), incident, harm) == (
        "contract", "motive", "organisation", "severity", "targeting",
    )  # fmt: skip
    own_day = Harm(n=1, outcomes={"died": Outcome(True, DAY)})
    assert lost(scheme("awsd"), Incident(), own_day) == ("outcome_day",)
    assert lost(scheme("annex"), Incident(cause="crime"), own_day) == ()
    assert lost(scheme("kika-file"), Incident(), Harm(n=None)) == ()


def test_everything_a_scheme_names_is_a_word() -> None:
    assert set(schemes()) == set(words("scheme"))
    for each in schemes().values():
        assert all(is_word("fact", fact) for fact in each.carries)
        for rule in each.categories:
            assert is_word("scheme_category", rule.code)
            assert words("scheme_category")[rule.code].extra["unit"] == rule.unit
            assert set(rule.outcomes) <= set(OUTCOMES)
        for rule in (*each.outside, *each.reasons):
            assert is_word("scheme_reason", rule.code)


OPTIONAL = st.sampled_from([None, True, False])
OUTCOME = st.builds(Outcome, st.booleans(), st.none() | st.dates(date(2018, 1, 1), date(2020, 12, 31)))


def word_of(list_code: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from([*words(list_code), "a_word_of_our_own"])


HARMS = st.builds(
    Harm,
    n=st.none() | st.integers(0, 500),
    outcomes=st.dictionaries(st.sampled_from(OUTCOMES), OUTCOME),
    scope=word_of("scope"),
    cause=word_of("cause"),
    captor=word_of("captor"),
    fate=word_of("fate"),
    care=OPTIONAL,
    held_24h=OPTIONAL,
    family_member=OPTIONAL,
)
INCIDENTS = st.builds(
    Incident, first_day=st.none() | st.just(DAY), cause=word_of("cause"), actor=word_of("actor")
)
SCHEMES = st.sampled_from(list(schemes().values()))


@given(SCHEMES, INCIDENTS, HARMS)
def test_projection_is_total_and_always_the_same(each: Scheme, incident: Incident, harm: Harm) -> None:
    projection = project(each, incident, harm)
    assert projection == project(each, incident, harm)
    assert is_word("scheme_reason", projection.because)
    assert len(set(projection.categories)) == len(projection.categories) == len(projection.days)
    assert (projection.because == "counted") is bool(projection.categories)
    assert not projection.categories or projection.counted
    assert all(is_word("fact", fact) for fact in lost(each, incident, harm))


@given(SCHEMES, INCIDENTS, HARMS, st.none() | st.integers(0, 500))
def test_how_many_they_are_changes_nothing(
    each: Scheme, incident: Incident, harm: Harm, n: int | None
) -> None:
    before = harm.n
    assert project(each, incident, harm) == project(each, incident, replace(harm, n=n))
    assert harm.n == before


@given(INCIDENTS, HARMS)
def test_awsd_gives_one_person_one_outcome(incident: Incident, harm: Harm) -> None:
    assert len(categories("awsd", incident, harm)) <= 1


@given(SCHEMES, INCIDENTS, HARMS)
def test_nobody_is_counted_for_what_did_not_happen(each: Scheme, incident: Incident, harm: Harm) -> None:
    denied = {name: Outcome(False) for name in harm.outcomes}
    assert not project(each, incident, replace(harm, outcomes=denied)).counted
