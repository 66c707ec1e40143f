"""From a death to the family and the head office, in a real browser: told, flash report, help and actions."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Page

from browser.stage import Stage, sign_in
from browser.stage import stage as stage
from tabard.access.trail import console
from tabard.desk import needs
from tabard.incidents.actions import report
from tabard.incidents.models import Current, Incident
from tabard.incidents.writer import Entry
from tabard.people.actions import create_organisation
from tabard.rules import facts

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORDS = "Zyxwv Name was driving the second car."
EMPLOYER = "Zyxwv Relief"


@dataclass(frozen=True)
class Grave:
    """An incident of one's own in which somebody died, and what it needs."""

    incident: Incident
    path: str


@pytest.fixture
def grave(stage: Stage) -> Grave:
    by, day = console(), date(2026, 5, 4)
    owner = create_organisation(by=by, name=EMPLOYER, kind="ingo")
    died = facts.Harm(1, outcomes={"died": facts.Outcome(True)}, scope="ngo", org_type="ingo",
                      organisation=owner.pk, recruitment="local")  # fmt: skip
    held = facts.Harm(2, "at_least", {"abducted": facts.Outcome(True)}, scope="ngo", fate="held")
    told = facts.Incident(
        first_day=day, last_day=day, date_precision="exact", country="SSD", cause="crime", means="shooting",
        setting="road", actor="criminal", certainty="probable", harm=(died, held),
        margins=(facts.Margin(1, "recruitment", "local"),), tags=(("programme", "suspended"),),
    )  # fmt: skip
    place = facts.Position(4.85, 31.6, "near", admin1="Central Equatoria")
    claim = facts.SourceClaim("focal_point", claims={"died": 1})
    entry = Entry(told, place, facts.Texts(WORDS, language="en"), (claim,))
    known = datetime(2026, 5, 4, 21, 10, tzinfo=UTC)
    made = report(by=by, collection="trial", entry=entry, owner=owner.pk, known_at=known)
    incident = Incident.objects.select_related("current").get(pk=made.pk)
    now = datetime.now(UTC)
    ask = {"by": by, "incident": incident}
    needs.ask(**ask, kind="medical_evacuation", unit="medical_service", due_at=now - timedelta(hours=2))
    needs.ask(
        **ask, kind="family_support", text=f"{WORDS} Call the brother.", due_at=now + timedelta(hours=20)
    )
    needs.ask(**ask, kind="communications", done=True)
    return Grave(incident, f"/incidents/{incident.reference}/")


def exported(page: Page, stage: Stage) -> list[dict[str, Any]]:
    """The records that the page's own session takes away."""
    answer = page.request.get(f"{stage.url}/incidents/export.json?collection=trial&country=SSD")
    rows: list[dict[str, Any]] = json.loads(answer.body())
    return [row for row in rows if row["affected"] == 3]


def kin(grave: Grave) -> str:
    return Current.objects.get(pk=grave.incident.pk).kin


def journey(page: Page, stage: Stage, grave: Grave) -> None:
    """Told head office; nothing changes; told the family; the employer leaves again; taken back; held again."""
    sign_in(page, stage)
    page.goto(stage.url + grave.path)
    assert page.locator(".note.kin").is_visible()
    page.click("section[aria-labelledby=informed] button[value=head_office]")
    page.wait_for_url("**#informed")
    assert kin(grave) == "waits"
    [row] = exported(page, stage)
    assert (row["organisation"], row["local"]) == (None, None)
    assert row["died"] == 1
    page.click("section[aria-labelledby=informed] button[value=next_of_kin]")
    page.wait_for_url("**#informed")
    assert not page.locator(".note.kin").count()
    [row] = exported(page, stage)
    assert (row["organisation"], row["local"]) == (EMPLOYER, 1)
    line = page.locator("section[aria-labelledby=informed] .timeline > li").first
    line.locator("summary").click()
    line.locator("button").click()
    page.wait_for_selector(".note.kin")
    assert kin(grave) == "waits"


def test_told_and_lifted_and_taken_back(stage: Stage, grave: Grave, page: Page) -> None:
    journey(page, stage, grave)


def test_the_same_without_script(stage: Stage, grave: Grave, page_nojs: Page) -> None:
    journey(page_nojs, stage, grave)


def test_nobody_to_tell(stage: Stage, grave: Grave, page: Page) -> None:
    sign_in(page, stage)
    page.goto(stage.url + grave.path)
    page.get_by_text("There is nobody to tell").click()
    page.select_option("#nobody-reason", "none_living")
    page.click("text=No next of kin to inform")
    page.wait_for_selector(".note.kin", state="detached")
    assert kin(grave) == "settled"


def test_an_earlier_time_is_kept_and_one_ahead_is_refused(stage: Stage, grave: Grave, page: Page) -> None:
    sign_in(page, stage)
    for at, said in (("2999-01-01T10:00", "future"), ("2026-05-05T07:30", "07:30 UTC")):
        page.goto(stage.url + grave.path)
        page.get_by_text("Somebody else, or earlier").click()
        page.select_option("#told-whom", "police")
        page.fill("#told-at", at)
        page.select_option("#told-how", "radio")
        page.click("section[aria-labelledby=informed] details[open] button.main")
        page.wait_for_load_state()
        assert said in page.inner_text("main")


def test_a_need_is_asked_taken_on_and_done(stage: Stage, grave: Grave, page: Page) -> None:
    sign_in(page, stage)
    page.goto(stage.url + grave.path)
    page.get_by_text("Ask for help, or note an action").click()
    page.select_option("#need-kind", "cash")
    page.select_option("#need-hours", "4")
    page.fill("#need-text", "For the ambulance.")
    page.click("section[aria-labelledby=owed] details[open] button.main")
    page.wait_for_url("**#owed")
    page.goto(f"{stage.url}/needs/")
    kinds = page.locator("main li strong").all_inner_texts()
    assert kinds == ["Medical evacuation", "Cash", "Family support"]
    assert page.locator("main li .chip.danger").count() == 1
    cash = page.locator("main li", has_text="Cash")
    cash.get_by_text("I see to it").click()
    page.wait_for_load_state()
    page.click("text=Mine")
    page.wait_for_url("**?mine")
    assert page.locator("main li strong").all_inner_texts() == ["Cash"]
    page.click("main li button[value=finish]")
    page.wait_for_load_state()
    assert page.locator("main li strong").all_inner_texts() == ["Medical evacuation", "Family support"]


def test_the_flash_report_is_chosen_copied_and_saved(stage: Stage, grave: Grave, open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, stage)
    page.goto(stage.url + grave.path)
    page.click("main a:has-text('Flash report')")
    page.select_option("#level", "internal")
    page.select_option("#language", "fr")
    page.click("main form.screen button")
    page.wait_for_url("**level=internal&language=fr")
    text = page.input_value("#flash-text")
    assert "Proches pas encore prévenus" in text
    assert page.get_attribute("article.flash", "lang") == "fr"
    page.click("[data-copy]")
    page.wait_for_selector("[data-copied]:not([hidden])")
    assert page.evaluate("navigator.clipboard.readText()") == text
    with page.expect_download() as saved:
        page.click("text=Save as text")
    assert saved.value.suggested_filename == f"flash-{grave.incident.reference}-internal-fr.txt"
    with open(saved.value.path(), encoding="utf-8") as file:
        assert file.read() == text


def pages(page: Page) -> dict[str, Any]:
    """What stands on the printed page, and how many sheets it takes."""
    page.emulate_media(media="print")
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as pdf:
        sheets = len(pdf.pages)
    text = page.inner_text("body")
    forms = page.locator("main form textarea").filter(visible=True).count()
    page.emulate_media(media="screen")
    return {"sheets": sheets, "text": text, "forms": forms}


@pytest.mark.parametrize("language", ["en", "ar", "fr", "zh", "ru", "es"])
def test_a_flash_report_is_one_sheet(stage: Stage, grave: Grave, page: Page, language: str) -> None:
    sign_in(page, stage, language="ar" if language == "ar" else "en")
    page.goto(f"{stage.url}{grave.path}flash/?level=internal&language={language}")
    printed = pages(page)
    assert printed["sheets"] == 1
    assert grave.incident.reference in printed["text"]
    assert "Zyxwv" not in printed["text"]


def test_the_printed_pages_name_nobody_until_the_family_knows(stage: Stage, grave: Grave, page: Page) -> None:
    sign_in(page, stage)
    for path in (grave.path, "/needs/", f"{grave.path}edit/", f"{grave.path}split/"):
        page.goto(stage.url + path)
        for details in page.query_selector_all("main details"):
            details.evaluate("one => one.open = true")
        on_screen = page.inner_text("body") + str(
            page.locator("textarea").evaluate_all("all => all.map(e => e.value)")
        )
        assert "Zyxwv" in on_screen or "ocally recruited" in on_screen, path
        sheet = pages(page)
        printed = sheet["text"]
        assert sheet["forms"] == 0, path  # what stands in a field is no text
        assert "Zyxwv" not in printed, path
        assert "recruited locally" not in printed.lower(), path
        assert "locally recruited" not in printed.lower(), path
    page.goto(stage.url + grave.path)
    page.click("section[aria-labelledby=informed] button[value=next_of_kin]")
    page.wait_for_selector(".note.kin", state="detached")
    assert WORDS in pages(page)["text"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
@pytest.mark.parametrize("viewport", [None, PHONE])
def test_no_barrier_and_nothing_cut_off(
    stage: Stage, grave: Grave, open_page: Open, axe: Axe, language: str, scheme: str, viewport: Any
) -> None:
    page = open_page(color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    sign_in(page, stage, language=language)
    for path in (grave.path, f"{grave.path}flash/?level=internal", "/needs/", "/needs/?mine"):
        page.goto(stage.url + path)
        for details in page.query_selector_all("main details"):
            details.evaluate("one => { one.removeAttribute('name'); one.open = true }")
        assert axe(page) == [], path
        assert page.evaluate(OVERFLOW) <= 0, path
