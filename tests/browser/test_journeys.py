"""The main journey, with and without scripts, in English and in Arabic: sign in, take a file in, find an
incident, open a table's cell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.stage import LANGUAGES, WORDS, Stage, accepted_and_held, records, sign_in
from browser.stage import stage as stage
from tabard.incidents import worker
from tabard.incidents.models import Incident

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]


def take_in(page: Page, stage: Stage) -> None:
    """Send the made file; the page that answers shows that it waits."""
    page.goto(f"{stage.url}/imports/new/")
    body = accepted_and_held()
    page.set_input_files("#file", {"name": "made.csv", "mimeType": "text/csv", "buffer": body})
    page.select_option("#format", "awsd")
    page.select_option("#collection", "awsd")
    page.fill("#as_of", "2020-11-23")
    page.click("main form button.main")
    page.wait_for_url(re.compile(r"/imports/01\w+/$"))
    assert page.query_selector("#progress")


def numbers(page: Page) -> list[int]:
    """The large numbers of a page, in their order."""
    return [int(text.replace(",", "")) for text in page.locator(".figures .big").all_inner_texts()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_a_file_to_a_cell(stage: Stage, open_page: Open, language: str, scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts)
    sign_in(page, stage, language=language)
    take_in(page, stage)
    worker.work_once()
    expect(page.locator(".figures")).to_be_visible(timeout=15_000)  # comes by itself, either way
    assert numbers(page) == [3, 2, 1, 0, 0]  # rows = accepted + held + rejected; none withdrawn

    made = Incident.objects.get(collection="awsd", source_key="9001")
    page.fill("input[name=wanted]", made.reference.lower())
    page.press("input[name=wanted]", "Enter")
    page.wait_for_url(f"{stage.url}/incidents/{made.reference}/")
    assert page.locator("main section").count() >= 5

    page.goto(f"{stage.url}/figures/")
    page.click("main form button")  # freeze what is known now
    page.wait_for_url(f"{stage.url}/figures/")
    page.goto(f"{stage.url}/figures/awsd-summary/?year=2019")
    page.locator("tr", has=page.locator("a[href*='/killed/2019/']")).locator(
        "a[href*='/killed/2019/']"
    ).click()
    page.wait_for_url(re.compile("/figures/awsd-summary/killed/2019/"))
    assert "awsd.killed" in page.inner_text("#cell")
    assert page.locator("#cell tbody tr").all_inner_texts()[0].startswith(made.reference)


def test_an_import_can_be_undone_from_its_page(stage: Stage, page_nojs: Page) -> None:
    page = page_nojs
    sign_in(page, stage)
    page.goto(f"{stage.url}/imports/{stage.done.pk}/")
    page.click("text=Undo this import")
    page.click("text=Undo it")
    expect(page.locator("main [role=status]")).to_contain_text("undone")
    assert not Incident.objects.filter(collection="trial", current__isnull=False).exists()


def test_a_held_row_is_mended_on_its_page(stage: Stage, page_nojs: Page) -> None:
    page = page_nojs
    sign_in(page, stage)
    page.goto(f"{stage.url}/imports/{stage.done.pk}/?state=held")
    page.click("tbody td a")
    page.fill("[name=cell-4]", "Neverland")
    page.click("main form button.main")
    assert "not known under that name" in page.inner_text("main form [role=alert]")
    assert page.input_value("[name=cell-4]") == "Neverland"
    page.fill("[name=cell-4]", "الصومال")
    page.click("main form button.main")
    page.wait_for_url(f"{stage.url}/imports/{stage.done.pk}/")
    assert numbers(page) == [3, 3, 0, 0, 0]
    assert Incident.objects.get(source_key="9003").current.country == "SOM"


def test_filters_narrow_the_list_and_the_export_follows_them(stage: Stage, page: Page) -> None:
    sign_in(page, stage)
    page.goto(f"{stage.url}/incidents/")
    page.select_option("#country", "MLI")
    page.select_option("#collection", "example")
    page.click("main form button.main")
    shown = page.locator("tbody th a").all_inner_texts()
    assert len(shown) == 1
    assert shown[0].startswith("MLI-2019")
    with page.expect_download() as waiting:
        page.click("text=CSV + HXL")
    exported = records(waiting.value.path().read_text("utf-8"))
    assert [row["reference"] for row in exported] == shown


def test_words_are_shown_to_the_desk_and_withheld_from_a_reader(stage: Stage, open_page: Open) -> None:
    desk, reader = open_page(), open_page()
    sign_in(desk, stage)
    desk.goto(f"{stage.url}/incidents/{stage.taken.reference}/")
    assert WORDS in desk.inner_text("main")
    sign_in(reader, stage, "reader")
    reader.goto(f"{stage.url}/incidents/")
    reader.click("tbody th a")
    text = reader.inner_text("main")
    assert "Words withheld" in text
    assert WORDS not in text
    assert "Juba" not in text


def test_what_one_types_into_the_search_is_in_no_address(stage: Stage, page: Page) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    sign_in(page, stage)
    page.fill("input[name=wanted]", "Canary Name")
    page.press("input[name=wanted]", "Enter")
    page.wait_for_url(re.compile("nothing=1"))
    assert not [url for url in seen if "Canary" in url or "Name" in url]


def test_the_language_is_chosen_by_a_link_and_stays(stage: Stage, page_nojs: Page) -> None:
    page = page_nojs
    sign_in(page, stage)
    page.goto(f"{stage.url}/incidents/?country=MLI")
    page.click(".pop summary")
    page.click("a[hreflang=fr]")
    assert page.url == f"{stage.url}/incidents/?country=MLI"
    assert page.get_attribute("html", "lang") == "fr"
    page.goto(f"{stage.url}/")
    assert page.get_attribute("html", "lang") == "fr"
