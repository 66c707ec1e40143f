"""A real Chromium for the tests of this folder, and axe-core to look for barriers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# Playwright's loop runs in this thread; the tests' own queries beside it are harmless.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

AXE = files("axe_playwright_python") / "axe.min.js"
NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Violations = list[dict[str, Any]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for the session."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a fresh profile: `open_page(locale="ar", color_scheme="dark", viewport={...})`."""
    contexts = []

    def fresh(**options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield fresh
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


@pytest.fixture
def page_nojs(open_page: Callable[..., Page]) -> Page:
    return open_page(java_script_enabled=False)


def brief(found: dict[str, Any]) -> dict[str, Any]:
    """A violation without its prose: rule, weight, what to do, where."""
    places = [node["target"] for node in found["nodes"]]
    return {"id": found["id"], "impact": found["impact"], "help": found["help"], "places": places}


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], Violations]:
    """`axe(page)`: what axe-core finds wrong on the page as it stands, each with its rule and its places.

    Sent through the debugger, which the page's content security policy does not stop, so that the
    policy itself stays in force."""
    source = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> Violations:
        debugger = page.context.new_cdp_session(page)
        debugger.send("Runtime.evaluate", {"expression": source})
        run = {"expression": "axe.run()", "awaitPromise": True, "returnByValue": True}
        answer = debugger.send("Runtime.evaluate", run)
        debugger.detach()
        return [brief(found) for found in answer["result"]["value"]["violations"]]

    return violations
