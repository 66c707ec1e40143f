"""Every page in a real browser: no barrier in two languages, nothing cut off on a phone, light on a first visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.stage import LANGUAGES, Stage, addresses, entry, sign_in
from browser.stage import stage as stage
from tabard.incidents.actions import report

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
PHONE = {"width": 360, "height": 740}
MOST = 60_000  # bytes over the wire
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing_on_any_page(
    stage: Stage, open_page: Open, axe: Axe, language: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    page.goto(f"{stage.url}/sign-in/?lang={language}")
    found = {"sign-in": axe(page)}
    sign_in(page, stage, language=language)
    for name, address in addresses(stage).items():
        page.goto(stage.url + address)
        for details in page.query_selector_all("main details"):
            details.evaluate("one => one.open = true")
        found[name] = axe(page)
        assert page.get_attribute("html", "lang") == language, name
        assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr"), name
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_on_a_phone(stage: Stage, open_page: Open, language: str) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, stage, language=language)
    wide = {}
    for name, address in addresses(stage).items():
        page.goto(stage.url + address)
        wide[name] = page.evaluate(OVERFLOW)
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_no_page_weighs_more_than_60_kb_on_a_first_visit_without_scripts(
    stage: Stage, open_page: Open
) -> None:
    """Each page by a browser that has nothing in its cache; all answers summed as they came over the wire."""
    page = open_page(java_script_enabled=False)
    sign_in(page, stage)
    debugger = page.context.new_cdp_session(page)
    debugger.send("Network.enable")
    came: list[float] = []
    debugger.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    weights = {}
    for name, address in addresses(stage).items():
        debugger.send("Network.clearBrowserCache")
        came.clear()
        page.goto(stage.url + address, wait_until="load")
        weights[name] = sum(came)
    assert min(weights.values()) > 1_000, "nothing was weighed"
    assert {name: weight for name, weight in weights.items() if weight > MOST} == {}


# per table, how many cells stand on paper in its head and in each of its rows
COLUMNS = """Array.from(document.querySelectorAll('main table'), (table) => {
    const cells = (row) => Array.from(row.cells).filter((cell) => cell.getClientRects().length).length
    return [...new Set(Array.from(table.rows, cells).filter(Boolean))]
})"""


def test_on_paper_each_column_stands_below_its_head(stage: Stage, page: Page) -> None:
    """What paper has no use for, like a box to tick, leaves head and rows alike."""
    sign_in(page, stage)
    page.emulate_media(media="print")
    found = {}
    for name, address in addresses(stage).items():
        page.goto(stage.url + address)
        found[name] = page.evaluate(COLUMNS)
    assert len(found["review"]) == 1
    uneven = {name: tables for name, tables in found.items() if any(len(widths) > 1 for widths in tables)}
    assert uneven == {}


def test_a_long_list_begins_on_its_first_sheet(stage: Stage, page: Page) -> None:
    """What is longer than a sheet of paper is not kept together, or it would leave the first one empty."""
    for day in range(1, 12):
        report(by=stage.desk, collection="example", entry=entry("injured", day))
    sign_in(page, stage)
    page.emulate_media(media="print")
    for address in ("/incidents/", "/review/"):
        page.goto(stage.url + address)
        kept = "getComputedStyle(document.querySelector('main .sheet:has(table)')).breakInside"
        assert page.evaluate(kept) == "auto", address


def test_the_policy_of_each_page_lets_nothing_in_from_elsewhere(stage: Stage, open_page: Open) -> None:
    """And the page needs nothing that the policy refuses: the console stays empty."""
    page = open_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, stage)
    for name, address in addresses(stage).items():
        answer = page.goto(stage.url + address)
        assert answer is not None, name
        assert "default-src 'none'" in answer.headers["content-security-policy"], name
        assert not page.query_selector("[style], style, script:not([src])"), name
    assert [line for line in said if "status of 40" not in line] == []


def test_the_keyboard_reaches_the_page_first(stage: Stage, page: Page) -> None:
    """The first stop skips to the page; the next ones go through the bar; each shows where it is."""
    sign_in(page, stage)
    page.goto(stage.url + "/incidents/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
