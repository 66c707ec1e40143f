"""The page that describes the API: no barrier, nothing cut off on a phone, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(
    ("locale", "scheme", "way"), [("en-GB", "light", "ltr"), ("ar", "dark", "rtl"), ("ru", "light", "ltr")]
)
def test_it_can_be_read(
    live_server: Any,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[dict[str, Any]]],
    locale: str,
    scheme: str,
    way: str,
) -> None:
    page = open_page(locale=locale, color_scheme=scheme, viewport={"width": 360, "height": 740})
    page.set_default_timeout(30_000)  # a long page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/api/v1/docs")
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    assert page.evaluate(OVERFLOW) <= 0
    assert axe(page) == []
    assert page.get_attribute("html", "dir") == way
    assert all(url.startswith(live_server.url) for url in asked)
    assert page.locator("#changed_meanwhile").is_visible()
