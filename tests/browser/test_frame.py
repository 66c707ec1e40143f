"""The browser fixtures themselves: they open pages, with and without scripts, and find a barrier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

STRICT = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
BARRIER = f"<html lang=en><title>T</title>{STRICT}<main><h1>T</h1><img src=x></main></html>"


def test_axe_finds_an_image_without_words(page: Page, axe: Callable[[Page], list[dict[str, Any]]]) -> None:
    """Under a policy that lets nothing in, as on our own pages."""
    page.set_content(BARRIER)
    assert [found["id"] for found in axe(page)] == ["image-alt"]


def test_a_page_without_scripts_runs_none(page_nojs: Page, page: Page) -> None:
    document = "<title>before</title><script>document.title = 'after'</script>"
    for each in (page_nojs, page):
        each.set_content(document)
    assert (page_nojs.title(), page.title()) == ("before", "after")
