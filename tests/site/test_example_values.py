"""The example before it is loaded: the same on every machine, and holding what a register must be able to say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from tabard.incidents.checks import check
from tabard.places.countries import countries
from tabard.rules.canonical import canonical, digest
from tabard.rules.facts import Incident
from tabard.rules.ids import is_ulid
from tabard.site.example import ACCOUNTS_SHOWN, FILLING_NOTE
from tabard.site.example.chance import Stream
from tabard.site.example.plan import plans
from tabard.site.example.register import coming, drafts, identity
from tabard.site.example.stories import Story, stories

ALL = coming({})
TOLD = {story.name: story for story in stories()}
# Changes only when somebody means to change the example.
FINGERPRINT = "a1db38b504c2a53125458c0c01ad1cf8395882c63543a4c083b4f2e52573a1bc"


def fingerprint() -> str:
    """One digest over every id, moment, fact, word and place, and over what came later."""
    parts = [f"{one.id} {one.known_at.isoformat()} {one.sensitivity}" for one in ALL]
    parts += [
        canonical(part) for one in ALL for part in (one.entry.facts, one.entry.texts, one.entry.position)
    ]
    parts += [f"{story.name} {step.act} {step.known}" for story in stories() for step in story.steps]
    parts += [canonical(step.entry.facts) for story in stories() for step in story.steps if step.entry]
    return digest(*parts)


def final(name: str) -> Incident:
    facts = TOLD[name].final
    assert facts is not None
    return facts


def test_it_is_the_same_here_as_anywhere() -> None:
    assert fingerprint() == FINGERPRINT


def test_it_does_not_hang_on_the_order_of_hashes() -> None:
    script = "import django; django.setup(); import test_example_values as t; print(t.fingerprint())"
    env = os.environ | {"PYTHONHASHSEED": "1", "DJANGO_SETTINGS_MODULE": "tabard.site.settings"}
    env["PYTHONPATH"] = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    ran = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == FINGERPRINT


def test_chance_keeps_to_its_weights() -> None:
    chance = Stream("coin")
    drawn = Counter(chance.weighed({"a": 3, "b": 1, "never": 0}) for _ in range(4000))
    assert set(drawn) == {"a", "b"}
    assert 2800 < drawn["a"] < 3200


def test_chance_shuffles_without_loss() -> None:
    assert sorted(Stream("cards").shuffled(range(52))) == list(range(52))


def test_ids_are_ulids_of_the_moment_when_it_was_known() -> None:
    moment = datetime(2019, 5, 4, 9, tzinfo=UTC)
    assert is_ulid(identity("driver", moment))
    number = 0
    for letter in identity("driver", moment)[:10]:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    assert number == 1_556_960_400_000  # milliseconds
    assert len({one.id for one in ALL}) == len(ALL)


def test_every_record_keeps_to_the_lists_of_words() -> None:
    for one in ALL:
        check(one.entry.facts)
    for story in stories():
        for step in story.steps:
            check(step.entry.facts if step.entry else Incident())


def test_every_text_says_that_it_is_invented() -> None:
    marks = ("(Synthetic example.)", "(Exemple synthétique.)", "(مثال اصطناعي.)", "(Ejemplo sintético.)")
    texts = [one.entry.texts.details for one in ALL]
    texts += [step.entry.texts.details for story in stories() for step in story.steps if step.entry]
    assert not [text for text in texts if not text.endswith(marks)]
    assert not [text for text in texts if "{" in text or "None" in text]
    assert {one.entry.texts.language for one in ALL} == {"en", "fr", "ar", "es"}


def test_it_looks_alive() -> None:
    facts = [one.entry.facts for one in ALL]
    assert len({each.country for each in facts}) >= 40
    assert {each.first_day.month for each in facts if each.first_day} == set(range(1, 13))
    assert len({each.setting for each in facts}) >= 12
    assert len({each.means for each in facts}) >= 15
    functions = {harm.function for each in facts for harm in each.harm}
    assert {"driver", "guard", "health_worker", "teacher", "interpreter"} <= functions
    assert {"female", "male", None} <= {harm.gender for each in facts for harm in each.harm}


def test_places_lie_near_their_country_and_are_no_finer_than_such_reports_are() -> None:
    for one in ALL:
        place, home = one.entry.position, countries()[one.entry.facts.country or ""]
        assert place is not None
        assert place.lat is not None
        assert place.lon is not None
        assert place.precision in ("km25", "admin1")
        assert abs(place.lat - home.lat) <= 2.01
        assert abs(place.lon - home.lon) <= 2.01


def test_nothing_is_known_before_it_happened_and_all_by_the_summer_after() -> None:
    for one in ALL:
        last = one.entry.facts.last_day
        assert last is not None
        assert last <= one.known_at.date() <= date(last.year + 1, 6, 30)


def test_no_incident_of_the_mass_crosses_the_year() -> None:
    for each in drafts():
        assert each.facts.first_day is not None
        assert each.facts.last_day is not None
        assert each.facts.first_day.year == each.facts.last_day.year == int(each.name[:4])


def test_the_plan_has_every_scope_in_every_year() -> None:
    scopes = ("unsms", "unrwa_area", "ngo", "uniformed")
    assert {(p.year, p.scope) for p in plans()} == {(y, s) for y in (2018, 2019, 2020) for s in scopes}


def test_passwords_are_long_and_the_filling_owns_up() -> None:
    assert all(len(password) >= 12 for _, password, _ in ACCOUNTS_SHOWN)
    assert "one possible filling" in FILLING_NOTE


def test_several_persons_in_one_row_and_in_several() -> None:
    assert [harm.n for harm in final("compound").harm] == [1, 1, 5, 1]


def test_one_person_with_two_outcomes_on_days_of_their_own() -> None:
    (driver,) = final("driver").harm
    assert driver.n == 1
    assert driver.subject
    assert {code: said.on for code, said in driver.outcomes.items()} == {
        "abducted": date(2019, 5, 3),
        "died": date(2019, 5, 19),
        "died_in_captivity": date(2019, 5, 19),
    }
    assert set(final("interpreter").harm[0].outcomes) == {"robbed", "assaulted"}


def test_one_person_in_two_incidents_of_2019() -> None:
    first, second = final("threat"), final("knife")
    assert first.harm[0].subject == second.harm[0].subject is not None
    assert first.first_day.year == second.first_day.year == 2019  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "act"), [("ambush-again", "count_as"), ("four-held", "withdraw"), ("exercise", "void")]
)
def test_what_left_the_counts(name: str, act: str) -> None:
    assert [step.act for step in TOLD[name].steps] == [act]
    assert TOLD[name].final is None


def test_a_mistaken_correction_was_cancelled() -> None:
    assert [step.act for step in TOLD["mistyped"].steps] == ["revise", "void"]
    assert [harm.n for harm in final("mistyped").harm] == [2]


def test_a_month_without_a_day_and_a_night_between_two_years() -> None:
    leave, night = final("leave"), final("new-year")
    assert (leave.first_day, leave.last_day) == (date(2019, 8, 1), date(2019, 8, 31))
    assert leave.date_precision == "month"
    assert (night.first_day, night.last_day) == (date(2019, 12, 31), date(2020, 1, 1))


def test_numbers_that_nobody_knows() -> None:
    first = TOLD["crowd"].entry.facts.harm[0]
    assert (first.n, first.n_basis) == (None, "unknown")
    assert final("crowd").harm[0].n == 6
    assert (final("vaccination").harm[0].n, final("vaccination").harm[0].n_basis) == (None, "unknown")
    assert (final("warehouse").harm[0].n, final("warehouse").harm[0].n_basis) == (5, "at_least")


def test_counts_by_one_dimension_only() -> None:
    told = final("totals-only")
    assert told.harm == ()
    assert [(m.n, m.dimension, m.value) for m in told.margins] == [
        (4, "total", ""),
        (3, "org_type", "un"),
        (1, "org_type", "ingo"),
    ]


def test_accidents_with_third_parties_and_of_aviation() -> None:
    crash, plane = final("crash"), final("plane")
    assert (crash.cause, {harm.scope for harm in crash.harm}) == ("road_traffic", {"unsms", "civilian"})
    assert plane.cause == "aviation"
    assert sum(harm.n or 0 for harm in plane.harm if harm.scope == "unsms") == 12


def test_things_are_harmed_in_units_of_things() -> None:
    kinds = {thing.kind for one in ALL for thing in one.entry.facts.objects}
    assert {"convoy", "un_premises", "health_facility", "vehicle", "supplies", "aircraft"} <= kinds


def test_a_near_miss_harms_nobody() -> None:
    assert final("near-miss").near_miss is True
    assert final("near-miss").harm == final("near-miss").objects == ()


def test_sexual_violence_is_sealed_or_restricted() -> None:
    kept = {
        one.sensitivity for one in ALL for harm in one.entry.facts.harm if "sexual_violence" in harm.outcomes
    }
    assert kept == {"restricted", "sealed"}
    assert TOLD["in-confidence"].sensitivity == "sealed"


def test_verified_late() -> None:
    assert [step.reason for step in TOLD["late"].steps] == ["late_verification"]
    assert (TOLD["late"].entry.facts.certainty, final("late").certainty) == ("probable", "confirmed")


def test_two_sources_that_disagree_stay_side_by_side() -> None:
    (step,) = TOLD["two-sources"].steps
    assert step.reason == "correction"
    assert step.entry is not None
    assert [claim.claims["injured"] for claim in step.entry.sources] == [9, 4]
    assert [harm.n for harm in final("two-sources").harm] == [4]


def test_words_in_arabic_and_french() -> None:
    languages: dict[str, list[Story]] = {}
    for story in stories():
        languages.setdefault(story.entry.texts.language, []).append(story)
    assert all("\u0600" < min(s.entry.texts.details.replace(" ", "")[:1]) < "\u06ff" for s in languages["ar"])
    assert len(languages["fr"]) >= 3
