"""The report form in a real browser: five fields, a keyboard, no scripts, Arabic, a phone, a slow line, two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlparse

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from browser.stage import LANGUAGES, Stage, sign_in
from browser.stage import stage as stage
from tabard.desk.models import Draft
from tabard.incidents.models import Current, Incident, Link, Revision, Words

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
PHONE = {"width": 360, "height": 740}
FIRST_VISIT, ONE_REPORT = 30_000, 2_000  # bytes
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true })"
MADE = re.compile(r"/incidents/MLI-2023-0001/(#.*)?$")
SEND, SAVE = "button.main[value=send]", "button.main[value=save]"


def begin(page: Page, stage: Stage, language: str = "en") -> None:
    sign_in(page, stage, language=language)
    page.goto(f"{stage.url}/incidents/new/")


def five(page: Page, day: str = "2023-05-04", country: str = "MLI") -> None:
    """What happened, when, where, to whom, in own words."""
    page.select_option("#f-cause", "armed_conflict")
    page.fill("#f-first_day", day)
    page.select_option("#f-country", country)
    page.fill("#f-locality", "Gao")
    page.fill("#f-h0-n", "2")
    page.check("[name='h0.outcomes'][value=injured]")
    page.fill("#f-details", "Two were hurt by shelling.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_five_fields_are_a_report(stage: Stage, open_page: Open, language: str, scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts)
    begin(page, stage, language)
    five(page)
    page.click(SEND)
    page.wait_for_url(MADE)
    made = Current.objects.get(reference="MLI-2023-0001")
    assert (made.cause, made.occurred, made.injured, made.persons_basis) == (
        "armed_conflict", "2023-05-04", 2, "stated",
    )  # fmt: skip
    assert Words.objects.filter(details="Two were hurt by shelling.").count() == 1


def test_by_keyboard_alone(stage: Stage, page: Page) -> None:
    begin(page, stage)
    page.locator("#f-cause").focus()
    page.keyboard.type("Crime")
    page.keyboard.press("Tab")
    page.keyboard.type("05042023")
    for _ in range(6):  # through the date's own stops and what is folded beside it
        if page.evaluate("document.activeElement.id") == "f-country":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "f-country"
    page.keyboard.type("Mali")
    page.keyboard.press("Tab")
    page.keyboard.type("Gao")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")  # Enter in a field sends; it adds no group
    page.wait_for_url(MADE)
    made = Current.objects.get(reference="MLI-2023-0001")
    assert (made.cause, made.persons, made.country) == ("crime", 1, "MLI")


def test_sent_twice_by_an_impatient_hand(stage: Stage, page_nojs: Page) -> None:
    """Without scripts nothing holds the second click back but the server. The second click breaks the first one's
    navigation off, so the address is asked for again and again instead of awaited once."""
    before = Incident.objects.count()
    begin(page_nojs, stage)
    five(page_nojs)
    page_nojs.dblclick(SEND)
    expect(page_nojs).to_have_url(MADE, timeout=30_000)
    assert Incident.objects.count() == before + 1


def weight(address: str, page: Page) -> int:
    """What the server sends for an address, compressed as a browser asks for it."""
    client = Client(headers={"accept-encoding": "gzip"})
    client.cookies.load({cookie["name"]: cookie["value"] for cookie in page.context.cookies()})
    answer = client.get(urlparse(address).path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    return len(body) + sum(len(name) + len(value) + 4 for name, value in answer.items())


def test_a_first_visit_is_light_and_so_is_a_report(stage: Stage, page: Page) -> None:
    """All that the browser fetches, as the middleware sends it: the test server's static files are not compressed."""
    sign_in(page, stage)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{stage.url}/incidents/new/", wait_until="networkidle")
    assert len(asked) >= 4, "the page, its style and its scripts"
    assert 10_000 < sum(weight(address, page) for address in asked) <= FIRST_VISIT
    five(page)
    with page.expect_request(lambda r: r.method == "POST" and "x-part" not in r.headers) as sent:
        page.click(SEND)
    assert 100 < len(sent.value.post_data or "") <= ONE_REPORT


def test_a_report_without_scripts_is_light_too(stage: Stage, page_nojs: Page) -> None:
    begin(page_nojs, stage)
    five(page_nojs)
    with page_nojs.expect_request(lambda r: r.method == "POST") as sent:
        page_nojs.click(SEND)
    assert 100 < len(sent.value.post_data or "") <= ONE_REPORT


def test_groups_come_and_go_in_place(stage: Stage, page: Page) -> None:
    begin(page, stage)
    five(page)
    page.click("button[value=add-h]")
    expect(page.locator("#f-h1-n")).to_be_focused()
    assert page.input_value("#f-h0-n") == "2"
    assert page.is_checked("[name='h0.outcomes'][value=injured]")
    page.fill("#f-h1-n", "1")
    page.check("[name='h1.outcomes'][value=died]")
    page.click(SEND)
    page.wait_for_url(MADE)
    made = Current.objects.get(reference="MLI-2023-0001")
    assert (made.injured, made.died, made.persons) == (2, 1, 3)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_mistake_is_gone_to_and_nothing_is_lost(stage: Stage, open_page: Open, scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts)
    begin(page, stage)
    five(page)
    page.fill("#f-h0-n", "a few")
    page.click(SEND)
    page.wait_for_selector("#faults")
    assert page.evaluate("document.activeElement.id") == "faults"
    assert page.input_value("#f-h0-n") == "a few"
    assert page.input_value("#f-details") == "Two were hurt by shelling."
    page.click("#faults a")
    assert page.evaluate("document.activeElement.id") == "f-h0-n"
    page.fill("#f-h0-n", "3")
    page.click(SEND)
    page.wait_for_url(MADE)


def test_what_may_be_there_already_shows_while_one_types(stage: Stage, page: Page) -> None:
    begin(page, stage)
    page.select_option("#f-cause", "crime")
    page.select_option("#f-country", "SSD")
    page.check("[name='h0.outcomes'][value=abducted]")
    page.fill("#f-h0-n", "3")
    page.fill("#f-first_day", "2019-05-05")
    page.locator("#f-locality").focus()
    expect(page.locator("#look")).to_contain_text(stage.taken.reference)
    page.click(SEND)
    page.click(f"button[value='same:{stage.taken.reference}']")
    page.wait_for_url(re.compile(r"/incidents/SSD-2019-\d{4}/$"))
    assert Link.objects.get().second_id == stage.taken.pk


def test_a_draft_is_kept_by_itself_and_taken_up_again(stage: Stage, page: Page) -> None:
    page.clock.install()
    begin(page, stage)
    five(page)
    page.clock.run_for(21_000)
    expect(page.locator("#kept")).not_to_be_empty()
    assert Draft.objects.count() == 1
    page.goto(f"{stage.url}/incidents/drafts/")
    page.click("main .rows a")
    assert page.input_value("#f-details") == "Two were hurt by shelling."
    assert page.is_checked("[name='h0.outcomes'][value=injured]")
    page.click(SEND)
    page.wait_for_url(MADE)
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_two_people_edit_at_once(stage: Stage, open_page: Open, scripts: bool) -> None:
    one, two = open_page(java_script_enabled=scripts), open_page(java_script_enabled=scripts)
    for page in (one, two):
        sign_in(page, stage)
        page.goto(f"{stage.url}/incidents/{stage.taken.reference}/")
        page.click("main .head a[href$='/edit/']")
    one.select_option("#f-cause", "terrorism")
    one.click(SAVE)
    one.wait_for_url(f"**/incidents/{stage.taken.reference}/")
    two.select_option("#f-cause", "civil_unrest")
    two.fill("#f-details", "New words.")
    two.click(SAVE)
    two.wait_for_selector("fieldset.pick")
    two.check("[name='pick.cause'][value=theirs]")
    two.click(SAVE)
    two.wait_for_url(f"**/incidents/{stage.taken.reference}/")
    last = Revision.objects.filter(incident=stage.taken).order_by("-number").first()
    assert last is not None
    assert (last.number, last.cause) == (4, "terrorism")
    assert Words.objects.get(pk=last.words).details == "New words."


def pages(page: Page, stage: Stage) -> dict[str, Callable[[], object]]:
    """Every page of this part, each with the way to it."""
    edit = f"{stage.url}/incidents/{stage.taken.reference}/edit/"

    def faulty() -> None:
        page.goto(f"{stage.url}/incidents/new/")
        five(page)
        page.evaluate(UNFOLD)
        page.fill("#f-h0-n", "x")
        page.click("button[value=add-o]")
        page.wait_for_selector("#f-o0-kind")
        page.click("button[value=add-m]")
        page.wait_for_selector("#f-m0-of")
        page.fill("#f-m0-n", "1")
        page.click(SEND)
        page.wait_for_selector("#faults")

    def alike() -> None:
        page.goto(f"{stage.url}/incidents/new/")
        five(page, "2019-05-04", "SSD")
        page.select_option("#f-cause", "crime")
        page.check("[name='h0.outcomes'][value=abducted]")
        page.uncheck("[name='h0.outcomes'][value=injured]")
        page.fill("#f-locality", "Juba")
        page.click(SEND)
        page.wait_for_selector("button[value=new]")

    def both() -> None:
        page.goto(edit)
        page.evaluate("document.querySelector('[name=expected]').value = '1'")
        page.evaluate("document.querySelector('[name=base]').value = '1'")
        page.select_option("#f-cause", "terrorism")
        page.fill("#f-h0-n", "9")
        page.click(SAVE)
        page.wait_for_selector(".sides")

    def receipt() -> None:
        page.goto(f"{stage.url}/incidents/new/")
        five(page)
        page.evaluate(UNFOLD)
        page.select_option("#f-sensitivity", "sealed")
        page.click(SEND)
        page.wait_for_url("**/incidents/received/*/")

    def kept() -> None:
        page.goto(f"{stage.url}/incidents/new/")
        five(page)
        page.click("button[value=draft]")
        page.wait_for_selector(".note[role=status]")
        page.goto(f"{stage.url}/incidents/drafts/")

    return {
        "new": lambda: page.goto(f"{stage.url}/incidents/new/"),
        "faulty": faulty,
        "alike": alike,
        "edit": lambda: page.goto(edit),
        "both": both,
        "drafts": kept,
        "receipt": receipt,
    }


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_no_barrier_and_nothing_cut_off(
    stage: Stage, open_page: Open, axe: Axe, language: str, scheme: str
) -> None:
    """Everything unfolded, on a phone; and the console stays empty under the page's policy."""
    page = open_page(color_scheme=scheme, viewport=PHONE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, stage, language=language)
    found = {}
    for name, go in pages(page, stage).items():
        go()
        page.evaluate(UNFOLD)
        assert not page.query_selector("[style], style, script:not([src])"), name
        found[name] = (axe(page), page.evaluate(OVERFLOW))
    assert {name: faults for name, faults in found.items() if faults != ([], 0)} == {}
    assert [line for line in said if "status of 40" not in line] == []
