"""Out to the provider, and out of sight, in a real browser: what our own policy lets through, what is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import tabard.site
from browser.stage import PASSWORD, Stage
from browser.stage import stage as stage
from tabard.access import door
from tabard.access.models import OpenSession
from tabard.site.views import provider

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
SCRIPT = Path(tabard.site.__file__).parent / "static" / "tabard" / "tabard.js"


class Elsewhere(BaseHTTPRequestHandler):
    """A provider, as far as its door."""

    def do_GET(self) -> None:
        here = f"http://{self.headers['Host']}"
        ends = {"authorization_endpoint": "there", "token_endpoint": "token", "jwks_uri": "keys"}
        told = json.dumps({"issuer": here} | {name: f"{here}/{path}" for name, path in ends.items()})
        known = self.path.startswith("/.well-known/")
        body = told.encode() if known else b"<h1>Who are you?</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if known else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing to say."""


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        settings.OIDC = {"issuer": url, "client_id": "t", "client_secret": "s", "name": "Head Office"}
        yield url
        server.shutdown()
    provider.client.cache_clear()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_button_leads_to_the_provider(stage: Stage, open_page: Open, elsewhere: str, scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts)
    page.goto(f"{stage.url}/sign-in/?lang=en")
    page.get_by_role("button", name="Sign in by Head Office").click()
    page.wait_for_url(f"{elsewhere}/there?*")
    assert page.inner_text("h1") == "Who are you?"


def signed_in(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/sign-in/?lang=en")
    page.fill("#handle", "desk")
    page.fill("#password", PASSWORD)
    page.click("main form button.main")


def test_what_is_left_open_goes_with_its_session_and_not_before(
    stage: Stage, open_page: Open, settings: Any
) -> None:
    assert f"const IDLE = {settings.SESSION_IDLE_SECONDS} * 1000;" in SCRIPT.read_text(encoding="utf-8")
    page = open_page()
    page.clock.install()
    signed_in(page, stage)
    address = f"{stage.url}/incidents/{stage.taken.reference}/"
    page.goto(address)
    with page.expect_response("**/sign-in/"):
        page.clock.fast_forward("02:01:00")
    page.wait_for_load_state("networkidle")
    assert page.url == address  # in use in another window
    with door.opened(stage.desk.pk):
        OpenSession.objects.all().delete()
    page.clock.fast_forward("01:00:00")
    assert page.url == address
    assert stage.taken.reference in page.inner_text("main")
    page.clock.fast_forward("01:01:00")
    page.wait_for_url("**/sign-in/")
    assert stage.taken.reference not in page.content()


def test_what_is_left_open_goes_also_where_no_server_answers(stage: Stage, open_page: Open) -> None:
    page = open_page()
    page.clock.install()
    signed_in(page, stage)
    page.goto(f"{stage.url}/incidents/{stage.taken.reference}/")
    page.context.set_offline(True)
    page.clock.fast_forward("02:01:00")
    expect(page.locator("#main")).to_have_count(0)
    assert stage.taken.reference not in page.content()
