"""Each term of A/RES/75/125 (preamble; paragraphs 3, 10, 11, 15, 18, 19, 31) has a code of ours."""

from __future__ import annotations

import csv
from pathlib import Path

import tabard.vocab
from tabard.vocab.words import is_word

TABLE = Path(tabard.vocab.__file__).parent / "data" / "resolution_terms.csv"

# Read off the resolution by hand (PP: preamble, counted from its first paragraph; OP: operative).
REVIEWED = {
    "PP6": "medical personnel; exclusively medical duties; means of transport; medical equipment; "
    "hospitals and facilities; wounded and sick; care without delay",
    "PP12": "attacks on roads; public spaces; United Nations premises; providing assistance; "
    "directed attacks",
    "PP13": "locally recruited; assault; arrest and detention; acts of violence; road traffic accidents; "
    "abduction; personnel killed",
    "PP14": "crime; intimidation; harassment; sexual violence; violence against women; sexual assaults; "
    "male and female victims",
    "PP15": "attacks; threats; assistance restricted",
    "PP16": "flag disrespected; emblems; use of vehicles; use of premises",
    "PP17": "punished for care; medical duty",
    "PP18": "national personnel; national NGO; international NGO; armed conflict; injury; illness; "
    "limited medical access",
    "PP19": "peace operations",
    "PP20": "persons affected; fatalities; violence by crime; violence by conflict; injuries; abductions; "
    "arrests and detentions; reported cases; intimidation and harassment; security management system; "
    "UNRWA area staff",
    "PP21": "deaths; disabilities; recorded attacks; NGO casualties; humanitarian personnel",
    "PP22": "medical personnel; medical transport; medical equipment; hospitals and facilities; impunity",
    "PP24": "public health hazards; illnesses; health-care personnel",
    "PP26": "murder; other violence; rape; sexual assault; women; children; intimidation; armed robbery; "
    "abduction; hostage-taking; kidnapping; harassment; illegal arrest; humanitarian convoys; destruction; "
    "looting; property",
    "PP27": "impunity; attacks on premises; attacks on assets",
    "PP29": "intentional attacks",
    "PP31": "accidents; road safety; aviation safety; civilian lives",
    "OP3": "threats; deliberate targeting; terrorism; attacks on convoys; complex nature; scale of threats; "
    "politically motivated; criminally motivated; extremist attacks",
    "OP10": "female personnel; women and men; sexual violence; sexual exploitation; abuse; crime; "
    "intimidation and harassment; sexual violence not investigated",
    "OP11": "acts of violence; attacks; threats; intentional attacks; peacekeeping mission; unpunished",
    "OP15": "medical personnel; medical duties; means of transport; medical equipment; "
    "hospitals and facilities; wounded and sick; no investigation",
    "OP18": "information on arrest; arrest or detention; medical assistance; independent doctors; visits; "
    "legal counsel; speedy release; unlawful detention",
    "OP19": "abduct; take hostage; kidnap; detain unlawfully; release; without harm; concession; "
    "State or other captor",
    "OP31": "road incidents; road hazards; casualties; injuries; civilian casualties",
}


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_reviewed_term_is_mapped_and_no_other() -> None:
    reviewed = {(paragraph, term) for paragraph, terms in REVIEWED.items() for term in terms.split("; ")}
    assert {(row["paragraph"], row["term"]) for row in rows()} == reviewed


def test_every_term_maps_to_words_that_exist() -> None:
    assert [row for row in rows() if not is_word(row["list"], row["code"])] == []


def test_no_mapping_stands_twice() -> None:
    found = [tuple(row.values()) for row in rows()]
    assert len(found) == len(set(found))
