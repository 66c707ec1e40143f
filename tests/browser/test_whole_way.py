"""The whole way in one go: told in the form, verified, linked to another source's record, told better, counted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.stage import Stage, sign_in
from browser.stage import stage as stage
from tabard.incidents.models import Current, Incident, Link

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
CELL = "/figures/annex-1/fatalities/2019/?register=example"


def fold(page: Page, field: str) -> None:
    """Open whatever hides the field, by its own handle."""
    for details in page.locator(f"details:not([open]):has({field})").all():
        details.locator("> summary").click()


def told(page: Page, stage: Stage) -> Incident:
    """One killed, of the United Nations' own, on the day and in the country of another source's record."""
    page.goto(f"{stage.url}/incidents/new/")
    page.select_option("#f-cause", "crime")
    page.fill("#f-first_day", "2019-03-02")
    page.select_option("#f-country", "SSD")
    page.fill("#f-locality", "Bor")
    page.fill("#f-h0-n", "1")
    page.check("[name='h0.outcomes'][value=died]")
    fold(page, "#f-h0-scope")
    page.select_option("#f-h0-scope", "unsms")
    page.fill("#f-details", "Shot on the way to the market.")
    page.click("button.main[value=send]")
    page.click("button[value=new]")  # asked whether it is the other source's record: it is one of its own
    page.wait_for_url(re.compile(r"/incidents/SSD-2019-\d{4}/"))
    return Incident.objects.get(reference=page.url.split("/")[-2])


def verified(page: Page, stage: Stage, incident: Incident) -> None:
    page.goto(f"{stage.url}/review/?collection=example")
    page.click(f"tbody a:has-text('{incident.reference}')")
    page.click("details[data-key=v] summary")
    page.select_option("#certainty-verified", "probable")
    page.select_option("#reason-verified", "sources_agree")
    page.click("details[data-key=v] button.main")
    expect(page.locator("#review + p .chip")).to_have_text("Verified")


def linked(page: Page, other: Incident) -> None:
    page.click(f"section:has(#likely-title) li:has-text('{other.reference}') button")
    expect(page.locator("section:has(#links)")).to_contain_text(other.reference)


def told_better(page: Page) -> None:
    """Three were killed, as a late verification says."""
    page.click("main .head a[href$='/edit/']")
    page.fill("#f-h0-n", "3")
    page.select_option("[name=reason]", "late_verification")
    page.click("button.main[value=save]")
    expect(page.locator("section:has(#revisions)")).to_contain_text("Late verification")


def counted(page: Page, stage: Stage) -> int:
    """Freeze what is known now, and open the cell."""
    page.goto(f"{stage.url}/figures/")
    page.click("main form button")
    page.wait_for_url(f"{stage.url}/figures/")
    page.goto(stage.url + CELL)
    shown = page.inner_text("a.cell[aria-current]")
    return int(re.sub(r"\D", "", shown))


def behind(page: Page) -> dict[str, str]:
    """The incidents that the open cell names, each with its persons."""
    lines = page.locator("#cell tbody tr").all()
    return {line.locator("th").inner_text(): line.locator("td.n").inner_text() for line in lines}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_form_to_the_cell_of_a_table(stage: Stage, open_page: Open, scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts)
    sign_in(page, stage)
    other = Incident.objects.get(source_key="9001")
    before = counted(page, stage)

    made = told(page, stage)
    verified(page, stage, made)
    linked(page, other)
    link = Link.objects.get()
    assert ({link.first_id, link.second_id}, link.kind) == ({made.pk, other.pk}, "same_event")
    assert counted(page, stage) == before + 1  # the other source's record counts elsewhere, and is not added
    assert behind(page)[made.reference] == "1"

    page.click(f"#cell a:has-text('{made.reference}')")
    told_better(page)
    assert counted(page, stage) == before + 3
    assert behind(page)[made.reference] == "3"
    assert other.reference not in behind(page)
    page.click(f"#cell a:has-text('{made.reference}')")
    page.wait_for_url(f"{stage.url}/incidents/{made.reference}/")
    assert "Shot on the way to the market." in page.inner_text("main")
    held = Current.objects.get(pk=made.pk)
    assert (held.review, held.died, held.number) == ("changed", 3, 3)
