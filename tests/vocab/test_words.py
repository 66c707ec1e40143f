"""The shipped lists: complete in six languages, stable in code and order, and safe to ask."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tabard.vocab
from tabard.rules.facts import OUTCOMES
from tabard.vocab.words import LANGUAGES, ancestors, column, is_word, label, lists, words

HOME = Path(tabard.vocab.__file__).parent
SCRIPTS = {"ar": r"[\u0600-\u06ff]", "zh": r"[\u4e00-\u9fff]", "ru": r"[\u0400-\u04ff]"}
# Names that are written in Latin letters in every language: nothing but the name is required there.
LATIN_NAMES = {("scheme", "awsd"), ("scheme", "sind-brief"), ("scheme", "kika-file")}
PROVENANCE = re.compile(r"^(S|R\+|R~|R\?|D) \S")

# Codes as the project's contract of facts names them, list by list (not exhaustive where open).
NAMED = {
    "n_basis": "stated at_least estimate imputed unknown",
    "scope": "unsms unrwa_area ngo red_cross uniformed humanitarian medical_local civilian other",
    "recruitment": "local international",
    "gender": "female male diverse undisclosed",
    "function": "driver guard health_worker ambulance_crew logistician engineer_deminer programme manager "
    "interpreter fieldworker administrator security teacher volunteer other",
    "cause": "terrorism armed_conflict crime civil_unrest violence_unknown road_traffic aviation "
    "other_transport occupational natural_hazard fire drowning other_safety",
    "means": "shooting bodily_assault aerial_bombardment shelling body_ied vehicle_ied vehicle_ied_remote "
    "vehicle_ied_suicide roadside_ied other_explosive landmine complex_attack kidnapping kidnap_killing "
    "detention sexual_assault arson blunt_or_bladed stones chemical unarmed cyber mob other unknown",
    "context": "ambush combat individual_attack mob_violence raid detention unknown",
    "setting": "road public_space un_premises ngo_premises premises residence project_site health_facility "
    "convoy air water online checkpoint camp custody school warehouse other unknown",
    "actor": "host_state foreign_forces state_unknown police de_facto_authority nsag_global nsag_regional "
    "nsag_national nsag_subnational nsag_unknown criminal unaffiliated aid_recipient staff_member community "
    "vigilante multiple unknown",
    "motive": "political economic incidental criminal extremist communal personal disputed other unknown",
    "targeting": "deliberate_un deliberate_aid incidental unclear",
    "confidence": "low moderate high",
    "complexity": "single complex secondary_device coordinated",
    "certainty": "rumour possible probable confirmed",
    "severity": "near_miss low moderate high critical",
    "medical": "personnel patient facility transport supplies medical_duty obstruction",
    "programme": "suspended relocated reduced closed delayed none access_denied",
    "breach": "emblem_misuse vehicle_misuse premises_entered immunity_ignored information_withheld "
    "no_medical_access no_counsel no_visit concession_demanded",
    "fate": "held released rescued escaped died unknown",
    "captor": "state non_state",
    "object_kind": "un_premises ngo_premises residence health_facility vehicle ambulance convoy aircraft "
    "supplies equipment other",
    "object_effect": "attacked looted destroyed damaged occupied entered stolen misused",
    "date_precision": "exact days week month year unknown",
    "place_precision": "exact near km25 admin2 admin1 linear country unknown",
    "revision_reason": "new correction late_verification reclassification split counted_as withdrawn "
    "reinstated void",
    "source_kind": "focal_point official media database archived warden partner self witness other",
    "source_reliability": "A B C D E F",
    "info_credibility": "1 2 3 4 5 6",
    "tlp": "TLP:RED TLP:AMBER+STRICT TLP:AMBER TLP:GREEN TLP:CLEAR TLP:WHITE",
    "un_classification": "unclassified confidential strictly_confidential",
    "ocha_sensitivity": "low moderate high severe",
    "link_kind": "same_event duplicate part_of follow_up",
    "sensitivity": "public internal restricted sealed",
    "unit": "incidents persons reported_cases premises vehicles convoys things per_cent",
    "row_state": "accepted held rejected",
    "org_type": "un un_secretariat un_afp unrwa ingo nngo lngo_cbo lngo_nrcs icrc ifrc nrcs_ifrc "
    "national_society ngo_unspecified donor government_health contractor_company other",
    "contract": "staff un_volunteer individual_contractor consultant intern expert_on_mission national_staff "
    "individually_deployed_military_police daily_worker contractor_company_employee volunteer other",
}


def labels(language: str, list_code: str) -> dict[str, str]:
    with (HOME / "labels" / language / f"{list_code}.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row["label"] for row in csv.DictReader(stream)}


@pytest.mark.parametrize("list_code", sorted(NAMED))
def test_list_holds_the_codes_of_the_contract(list_code: str) -> None:
    assert set(NAMED[list_code].split()) <= set(words(list_code))


def test_outcomes_stand_in_the_order_of_the_facts() -> None:
    assert tuple(words("outcome")) == OUTCOMES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("list_code", lists())
def test_every_word_has_a_label_in_every_language(list_code: str, language: str) -> None:
    found = labels(language, list_code)
    assert list(found) == list(words(list_code))
    assert all(text.strip() == text and text for text in found.values())
    assert len(set(found.values())) == len(found), "two words of one list read alike"
    script = SCRIPTS.get(language)
    if script is None:
        return
    needs = {code for code in found if (list_code, code) not in LATIN_NAMES}
    assert [code for code in needs if not re.search(script, found[code])] == []


@pytest.mark.parametrize("list_code", lists())
def test_every_word_is_defined_and_says_where_it_comes_from(list_code: str) -> None:
    for code, word in words(list_code).items():
        assert word.label == labels("en", list_code)[code]
        assert len(word.definition) > 10, code
        assert PROVENANCE.match(word.provenance), code
        assert word.parent in {"", *words(list_code)}


@pytest.mark.parametrize("list_code", lists())
def test_codes_are_plain_and_parents_make_no_circle(list_code: str) -> None:
    for code in words(list_code):
        assert re.fullmatch(r"[A-Za-z0-9_:+-]+", code)
        assert code not in ancestors(list_code, code)


def test_a_finer_word_knows_the_coarser_ones() -> None:
    assert ancestors("means", "vehicle_ied_remote") == ("vehicle_ied",)
    assert ancestors("org_type", "lngo_cbo") == ("nngo", "ngo_unspecified")
    assert ancestors("means", "shooting") == ()
    assert ancestors("means", "no_such_word") == ()


def test_labels_fall_back_to_english_then_to_the_code() -> None:
    assert label("recruitment", "local", "fr") == "Recrutement local"
    assert label("recruitment", "local", "xx") == "Locally recruited"
    assert label("recruitment", "no_such_word", "fr") == "no_such_word"
    assert label("no_such_list", "local") == "local"


def test_a_retired_word_is_a_word_only_in_its_days() -> None:
    assert is_word("tlp", "TLP:WHITE")
    assert is_word("tlp", "TLP:WHITE", date(2020, 12, 21))
    assert not is_word("tlp", "TLP:WHITE", date(2024, 1, 1))
    assert column("tlp", "replaced_by") == {"TLP:WHITE": "TLP:CLEAR"}
    assert is_word("tlp", "TLP:CLEAR", date(2024, 1, 1))


def test_an_unknown_list_is_a_fault_and_its_name_no_path() -> None:
    for name in ("no_such_list", "../rules/facts", "errors", "resolution_terms"):
        with pytest.raises(KeyError):
            words(name)


@given(st.sampled_from(lists()), st.text())
def test_any_text_can_be_asked_for(list_code: str, text: str) -> None:
    assert is_word(list_code, text) is (text in words(list_code))
    assert label(list_code, text, "ar") if text else True


def test_words_cannot_be_changed_in_passing() -> None:
    with pytest.raises(TypeError):
        words("gender")["x"] = words("gender")["male"]  # type: ignore[index]


def test_every_cause_has_a_branch_and_illness_is_neither() -> None:
    branches = column("cause", "branch")
    assert set(branches) == set(words("cause"))
    violence = {"terrorism", "armed_conflict", "crime", "civil_unrest", "violence_unknown"}
    assert {code for code, branch in branches.items() if branch == "violence"} == violence
    assert branches["road_traffic"] == branches["aviation"] == "safety"
    assert branches["health_hazard"] == "health"


def test_actors_say_whether_a_captor_is_a_state() -> None:
    state = {"host_state", "foreign_forces", "state_unknown", "police", "de_facto_authority"}
    captors = column("actor", "captor")
    assert {code for code, captor in captors.items() if captor == "state"} == state
    assert set(words("actor")) - set(captors) == {"multiple", "unknown"}


def test_no_hexagon_for_the_middle_of_a_country() -> None:
    assert set(words("place_precision")) - set(column("place_precision", "h3_resolution")) == {
        "country",
        "unknown",
    }


def test_what_leaves_the_counts() -> None:
    counts = column("revision_reason", "counts")
    assert {reason for reason, answer in counts.items() if answer == "no"} == {"counted_as", "withdrawn"}
