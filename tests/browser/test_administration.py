"""Files attached, roles given, words of one's own: in a real browser, without scripts, on a phone, in Arabic."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from attached import CANARY, jpeg
from browser.stage import PASSWORD, Stage, sign_in
from browser.stage import stage as stage
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.figures.actions import freeze
from tabard.incidents.actions import create_collection, report
from tabard.incidents.models import Incident
from tabard.incidents.writer import Entry
from tabard.people.actions import create_organisation
from tabard.people.models import Organisation
from tabard.rules import facts

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]


@pytest.fixture
def manager(stage: Stage) -> Account:
    """Who administers and audits here."""
    by = console()
    create_organisation(by=by, name="Riverside (test)", kind="ingo")
    made = create_account(by=by, handle="manager", password=PASSWORD, name="Manager Y.", example=True)
    for role in ("administrator", "auditor"):
        grant(by=by, account=made, role=role, scope="*")
    return made


def pages(stage: Stage) -> dict[str, str]:
    organisation = Organisation.objects.get()
    reader = f"/admin/accounts/{stage.reader.pk}/"
    return {
        "entrance": "/admin/",
        "accounts": "/admin/accounts/",
        "account": reader,
        "role": reader + "give/",
        "organisations": "/admin/organisations/",
        "organisation": f"/admin/organisations/{organisation.pk}/",
        "collections": "/admin/collections/",
        "words": "/admin/words/",
        "audit": "/audit/",
    }


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_no_barrier_and_nothing_cut_off(
    stage: Stage, manager: Account, open_page: Open, axe: Axe, language: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, viewport=PHONE)
    sign_in(page, stage, "manager", language)
    found, wide = {}, {}
    for name, address in pages(stage).items():
        answer = page.goto(stage.url + address)
        assert answer is not None
        assert answer.status == 200, name
        for details in page.query_selector_all("main details"):
            details.evaluate("one => one.open = true")
        found[name], wide[name] = axe(page), page.evaluate(OVERFLOW)
        assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_from_an_account_to_what_its_holder_sees(stage: Stage, manager: Account, open_page: Open) -> None:
    admin, holder = open_page(java_script_enabled=False), open_page(java_script_enabled=False)
    sign_in(admin, stage, "manager")
    admin.goto(f"{stage.url}/admin/accounts/")
    admin.fill("#handle", "mary")
    admin.fill("#name", "Mary K.")
    admin.click("main form button.main")
    link = admin.input_value("#link")
    admin.click("text=On to the roles")
    admin.click("text=Give a role")
    admin.check("input[name=role][value=reader]")
    admin.check("input[name=kind][value=country]")
    admin.select_option("select[name=country]", "SSD")
    admin.click("main form button.main")
    shown = admin.inner_text("main dl")
    assert "South Sudan" in shown
    assert "3 incidents" in shown
    admin.click("main form button.main")
    assert "Reader" in admin.inner_text("main")

    holder.goto(link)
    holder.fill("#password", "another long phrase")
    holder.fill("#again", "another long phrase")
    holder.click("main form button.main")
    holder.wait_for_url(re.compile("/sign-in/"))
    holder.fill("#handle", "mary")
    holder.fill("#password", "another long phrase")
    holder.click("main form button")
    holder.goto(f"{stage.url}/incidents/")
    assert holder.locator("tbody th a").count() == 3


def test_a_photograph_is_attached_seen_and_erased(stage: Stage, page_nojs: Page, axe: Axe) -> None:
    page = page_nojs
    sign_in(page, stage)
    address = f"{stage.url}/incidents/{stage.taken.reference}/"
    page.goto(address)
    page.click("text=Attach a file")
    assert "A cleaned copy, not the file as you send it" in page.inner_text("main")
    page.set_input_files("#file", {"name": "road.exe", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.click("main form button.main")
    assert "Files of this kind are not taken." in page.inner_text("main [role=alert]")
    page.set_input_files("#file", {"name": "road.jpg", "mimeType": "image/jpeg", "buffer": jpeg((640, 480))})
    page.click("main form button.main")
    page.wait_for_url(address)
    with page.expect_response(re.compile("/attachments/")) as told:
        page.click("text=road.jpg")
    assert told.value.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert CANARY.encode() not in told.value.body()
    page.goto(address)
    page.click("#attached ~ ul summary")
    page.click("text=Erase it for good")
    page.wait_for_url(address)
    assert "No file is attached." in page.inner_text("main")


def test_the_attachment_pages_have_no_barrier(stage: Stage, open_page: Open, axe: Axe) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, stage, language="ar")
    for address in (f"/incidents/{stage.taken.reference}/attach/", "/imports/mappings/"):
        page.goto(stage.url + address)
        assert axe(page) == []
        assert page.evaluate(OVERFLOW) <= 0


def test_a_word_of_ones_own_counts_as_its_shipped_word_in_a_table(
    stage: Stage, manager: Account, open_page: Open
) -> None:
    """Made on the page, used in a report, told on the incident's page, and counted under the shipped word."""
    page = open_page(java_script_enabled=False)
    sign_in(page, stage, "manager")
    page.goto(f"{stage.url}/admin/words/")
    page.select_option("#parent", "cause:crime")
    page.select_option("#owner", label="Riverside (test)")
    page.fill("#code", "cattle_raid")
    page.fill("#label-en", "Cattle raid")
    page.click("main form button.main")
    expect(page.locator("main tbody th")).to_contain_text("Cattle raid")
    made = told_in_own_words()
    desk = open_page(java_script_enabled=False)
    sign_in(desk, stage)
    desk.goto(f"{stage.url}/incidents/{made.reference}/")
    assert "Cattle raid (Crime)" in desk.inner_text("main dl.facts")
    before = fatalities(desk, stage)
    told_in_own_words("crime")
    assert (before, fatalities(desk, stage)) == (1, 2)
    desk.goto(f"{stage.url}/figures/annex-1/fatalities/2019/?register=own")
    assert made.reference in desk.inner_text("#cell")


def fatalities(page: Page, stage: Stage) -> int:
    """The cell of the own register's table."""
    page.goto(f"{stage.url}/figures/annex-1/?register=own&year=2019")
    return int(page.locator("a[href*='/fatalities/2019/']").first.inner_text())


def told_in_own_words(cause: str = "cattle_raid") -> Incident:
    by, owner = console(), Organisation.objects.get().pk
    create_collection(by=by, code="own", label="Own register")  # harmless to repeat
    day = datetime(2019, 6, 1, tzinfo=UTC).date()
    harm = facts.Harm(1, outcomes={"died": facts.Outcome(True)}, scope="unsms", recruitment="local")
    told = facts.Incident(
        first_day=day, last_day=day, date_precision="exact", country="SSD", cause=cause, harm=(harm,)
    )
    known = datetime(2019, 6, 2, tzinfo=UTC)
    made = report(by=by, collection="own", entry=Entry(told), owner=owner, known_at=known)
    freeze(by=by, known_on=datetime.now(UTC))
    return made
