"""The desk in a real browser: from a report to a cell; by keyboard alone; without scripts; in Arabic; on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.stage import Stage, entry, sign_in
from browser.stage import stage as stage
from tabard.incidents.actions import report
from tabard.incidents.models import Current, Incident, Link, Review

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def waiting(stage: Stage) -> list[Incident]:
    """Two reports of the own register that wait, most likely of one event, and one more."""
    again = [report(by=stage.desk, collection="example", entry=entry("abducted", n)) for n in (2, 2, 5)]
    return [Incident.objects.get(pk=one.pk) for one in again]


def state(incident: Incident) -> str:
    return Current.objects.values_list("review", flat=True).get(pk=incident.pk)


def opened(page: Page, incident: Incident) -> None:
    page.wait_for_url(re.compile(f"/incidents/{incident.reference}/"))


def test_the_whole_desk_by_keyboard(stage: Stage, page: Page, waiting: list[Incident]) -> None:
    """Down the queue, verify one, hold the next with a note, link it, undo; no pointer touched."""
    sign_in(page, stage)
    page.goto(f"{stage.url}/review/?collection=example")
    references = page.locator("tbody th a").all_inner_texts()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == references[0]
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == references[0]
    first, second = (Incident.objects.get(reference=reference) for reference in references[:2])
    page.keyboard.press("v")
    opened(page, first)
    assert page.evaluate("document.activeElement.name") == "certainty"
    page.keyboard.press("Tab")
    page.keyboard.type("Checked")
    for _ in range(3):  # past the note and the first button
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "onward"
    page.keyboard.press("Enter")
    opened(page, second)
    assert state(first) == "verified"

    page.keyboard.press("h")
    page.keyboard.type("Doubtful")
    page.keyboard.press("Tab")
    page.keyboard.type("vhl? is text here, no key")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#review + p .chip")).to_have_text("Held")
    assert state(second) == "held"
    assert "vhl? is text here" in page.inner_text("main")

    summary = page.locator("section:has(#review) .timeline summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#review + p .chip")).to_have_text("Not yet looked at")


def test_single_keys_can_be_switched_off(stage: Stage, page: Page, waiting: list[Incident]) -> None:
    sign_in(page, stage)
    page.goto(f"{stage.url}/review/")
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.goto(f"{stage.url}/incidents/{waiting[0].reference}/")
    page.keyboard.press("v")
    assert page.locator("details.act[open]").count() == 0


@pytest.mark.parametrize("language", ["en", "ar"])
def test_from_a_report_to_a_cell_without_scripts(
    stage: Stage, page_nojs: Page, waiting: list[Incident], language: str
) -> None:
    """Reviewed, linked to another record, confirmed by a late verification, counted in a table."""
    page, (one, other, _) = page_nojs, waiting
    sign_in(page, stage, language=language)
    page.goto(f"{stage.url}/review/?collection=example")
    page.click(f"a:has-text('{one.reference}')")
    opened(page, one)
    page.click(f"section:has(#likely-title) li:has-text('{other.reference}') button")
    opened(page, one)
    assert Link.objects.filter(first=one, second=other, kind="same_event").exists()
    page.click("details[data-key=d] summary")
    page.fill("#another-counted_as", other.reference)
    page.select_option("#reason-counted_as", "same_event")
    page.click("details[data-key=d] button.main")
    opened(page, one)
    assert Current.objects.get(pk=one.pk).standing == "counted_as"
    page.goto(f"{stage.url}/incidents/{other.reference}/")
    page.click("details[data-key=v] summary")
    page.select_option("#certainty-verified", "probable")
    page.select_option("#reason-verified", "sources_agree")
    page.click("details[data-key=v] button.main")
    opened(page, other)
    assert state(other) == "verified"
    page.goto(f"{stage.url}/figures/")
    page.click("main form button")
    page.wait_for_url(f"{stage.url}/figures/")
    page.goto(f"{stage.url}/figures/annex-1/abducted/2019/")
    counted = page.locator("#cell tbody tr").all_inner_texts()
    assert any(other.reference in line for line in counted)
    assert not any(one.reference in line for line in counted)


def test_many_at_once_without_scripts(stage: Stage, page_nojs: Page, waiting: list[Incident]) -> None:
    page = page_nojs
    sign_in(page, stage)
    page.goto(f"{stage.url}/review/?collection=example")
    for incident in waiting[:2]:
        page.check(f"input[value^='{incident.reference}_']")
    page.select_option("#decision", "held")
    page.click(".together button")
    assert "Nothing has been changed yet" in page.inner_text("main")
    assert not Review.objects.exists()
    page.select_option("#reason-all", "more_expected")
    page.click("form button.main")
    page.wait_for_url(re.compile("/review/acts/"))
    assert [state(incident) for incident in waiting] == ["held", "held", "new"]
    page.click("text=Undo all of it")
    expect(page.locator("h1")).to_contain_text("0 incidents")
    assert [state(incident) for incident in waiting] == ["new", "new", "new"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_no_barrier_and_nothing_cut_off(
    stage: Stage, open_page: Open, axe: Axe, waiting: list[Incident], language: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, viewport=PHONE)
    sign_in(page, stage, language=language)
    found, wide = {}, {}
    for address in (
        "/review/",
        "/review/?state=held",
        f"/incidents/{waiting[0].reference}/?do=verified",
        f"/incidents/{waiting[0].reference}/split/",
    ):
        page.goto(stage.url + address)
        for details in page.query_selector_all("main details"):
            details.evaluate("one => one.open = true")
        found[address] = axe(page)
        wide[address] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    page.goto(f"{stage.url}/review/")
    page.check("tbody input >> nth=0")
    page.click(".together button")
    found["preview"] = axe(page)
    page.select_option("#reason-all", "checked")
    page.click("form button.main")
    page.wait_for_url(re.compile("/review/acts/"))
    found["done"] = axe(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_a_filter_is_kept_and_tells_of_what_comes(stage: Stage, page_nojs: Page) -> None:
    page = page_nojs
    sign_in(page, stage)
    page.goto(f"{stage.url}/incidents/?country=SSD")
    page.click(".saved summary")
    page.fill("#filter-name", "South Sudan")
    page.check("[name=tell]")
    page.click(".saved button:has-text('Keep it')")
    page.wait_for_url(re.compile("country=SSD"))
    made = report(by=stage.desk, collection="example", entry=entry("died", 1))
    page.goto(f"{stage.url}/incidents/")
    page.click("header a[href='/notices/']")
    expect(page.locator("main li", has_text=made.reference)).to_contain_text("new to you")
    page.click("text=I have seen them")
    expect(page.locator("main li", has_text=made.reference)).not_to_contain_text("new to you")
