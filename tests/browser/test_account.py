"""Signing in and the account's own pages in a real browser: an app, a passkey on a virtual device, sessions, tokens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from browser.stage import PASSWORD, Stage
from browser.stage import stage as stage
from tabard.access import factors
from tabard.access.models import Factor, OpenSession

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = ("", "password/", "factors/", "factors/app/", "sessions/", "tokens/", "prove/")


def at(stage: Stage) -> str:
    """The pages by a name: passkeys know no numbers."""
    return stage.url.replace("127.0.0.1", "localhost")


def password(page: Page, stage: Stage, language: str = "en") -> None:
    page.goto(f"{at(stage)}/sign-in/?lang={language}")
    page.fill("#handle", "desk")
    page.fill("#password", PASSWORD)
    page.click("main form button.main")


def set_up_app(page: Page, stage: Stage) -> pyotp.TOTP:
    page.goto(f"{at(stage)}/account/factors/app/")
    app = pyotp.TOTP(page.inner_text("main section code").replace(" ", ""))
    page.fill("#code", app.now())
    page.fill("#label", "My phone")
    page.click("main form button.main")
    expect(page.locator(".codes code")).to_have_count(10)
    page.click("main a.main")
    return app


def virtual_key(page: Page) -> Any:
    """A device with a lock of its own, which answers by itself."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return debugger


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_app_is_set_up_and_asked_for(stage: Stage, open_page: Open, scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts)
    password(page, stage)
    app = set_up_app(page, stage)
    assert "My phone" in page.inner_text("main")
    page.click(".who button.plain")
    password(page, stage)
    page.wait_for_url("**/sign-in/second/")
    page.fill("#code", app.at(int(time.time()) + 30))  # the next one: this one is used
    page.click("main form button.main")
    page.wait_for_url(f"{at(stage)}/")
    page.goto(f"{at(stage)}/account/")
    assert "password + code of an app" in page.inner_text("main")


def test_a_passkey_signs_in_alone_and_as_the_second_step(stage: Stage, page: Page) -> None:
    key = virtual_key(page)
    password(page, stage)
    page.goto(f"{at(stage)}/account/factors/")
    page.fill("#key-label", "Laptop")
    page.click("form[data-passkey] button")
    page.wait_for_selector(".codes")
    assert Factor.objects.filter(kind="passkey").count() == 1
    page.goto(f"{at(stage)}/account/factors/")
    assert "Laptop" in page.inner_text("main")
    page.click(".who button.plain")

    page.wait_for_url("**/sign-in/")
    page.click("form[data-passkey] button")  # alone
    page.wait_for_url(f"{at(stage)}/")
    page.click(".who button.plain")

    password(page, stage)
    page.wait_for_url("**/sign-in/second/")
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{at(stage)}/")
    page.goto(f"{at(stage)}/account/")
    text = page.inner_text("main")
    assert "password + passkey" in text
    page.goto(f"{at(stage)}/account/prove/")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/account/")
    key.detach()


def test_a_passkey_of_nobody_is_refused(stage: Stage, page: Page) -> None:
    virtual_key(page)
    password(page, stage)
    page.goto(f"{at(stage)}/account/factors/")
    page.click("form[data-passkey] button")
    page.wait_for_selector(".codes")
    page.click(".who button.plain")
    factors.remove(by=stage.desk, factor=Factor.objects.get(kind="passkey"))
    page.click("form[data-passkey] button")
    page.wait_for_selector("#wrong")
    assert "not accepted" in page.inner_text("#wrong")


def test_a_browser_signed_out_from_afar_is_out(stage: Stage, open_page: Open) -> None:
    here, there = open_page(), open_page()
    for page in (here, there):
        password(page, stage)
        page.wait_for_url(f"{at(stage)}/")
    here.goto(f"{at(stage)}/account/sessions/")
    assert here.locator("main .rows > li").count() == 2
    here.click("main .rows > li:nth-child(2) button")
    here.wait_for_url("**/account/sessions/")
    assert here.locator("main .rows > li").count() == 1
    there.goto(f"{at(stage)}/incidents/")
    assert "/sign-in/" in there.url
    here.goto(f"{at(stage)}/incidents/")
    assert here.url.endswith("/incidents/")
    assert OpenSession.objects.filter(account=stage.desk).count() == 1


def test_a_token_is_made_and_ended(stage: Stage, page_nojs: Page) -> None:
    page = page_nojs
    password(page, stage)
    page.goto(f"{at(stage)}/account/tokens/")
    page.check("input[value='incidents:incident:read']")
    page.fill("#label", "Nightly script")
    page.click("main form button.main")
    assert page.inner_text("#token").startswith("tbd_")
    page.goto(f"{at(stage)}/account/tokens/")
    assert page.query_selector("#token") is None
    page.click("main .rows > li button")
    assert "ended by you" in page.inner_text("main")
    assert "Nightly script" not in page.inner_text("main")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_no_barrier_and_nothing_cut_off(
    stage: Stage, open_page: Open, axe: Axe, language: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, viewport=PHONE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    password(page, stage, language)
    page.wait_for_url(f"{at(stage)}/")
    app = set_up_app(page, stage)
    found, wide = {}, {}
    for path in PAGES:
        if path == "factors/app/":
            factors.remove(by=stage.desk, factor=Factor.objects.get(kind="totp"))
        page.goto(f"{at(stage)}/account/{path}")
        found[path], wide[path] = axe(page), page.evaluate(OVERFLOW)
        assert not page.query_selector("[style], style, script:not([src])"), path
    set_up_app(page, stage)
    page.click(".who button.plain")
    password(page, stage, language)
    page.wait_for_url("**/sign-in/second/")
    found["second"], wide["second"] = axe(page), page.evaluate(OVERFLOW)
    assert app
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}
    assert [line for line in said if not line.startswith("Clear-Site-Data header")] == []  # told at sign-out
