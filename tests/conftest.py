"""What every test may ask for, and which tests cannot run here and say so.

`TABARD_REQUIRE=browser,postgres,shared` turns the skip of a test so marked into a failure."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from tabard.access import appendonly, guard

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
PROVING = os.environ.get("TABARD_PROVE") == "1"
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://"))
REQUIRED = set(filter(None, os.environ.get("TABARD_REQUIRE", "").split(",")))
BROWSER_FIXTURES = {"browser", "open_page", "page", "page_nojs"}

# Two cores do everything: a slow moment is no failure.
settings.register_profile("test", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("prove", parent=settings.get_profile("test"), max_examples=2_000)
settings.load_profile("prove" if PROVING else "test")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real records that lie beside the checkout and never in it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("shared data absent")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _flush_behind_the_door() -> Iterator[None]:
    """A test with real commits empties every table afterwards, which the guard and the triggers refuse."""
    empty = TransactionTestCase._fixture_teardown

    def emptied(case: TransactionTestCase) -> None:
        with guard.lifted(), ExitStack() as lifted:
            for alias in case._databases_names(include_mirrors=False):
                lifted.enter_context(appendonly.lifted(alias))
            empty(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by fixture what is a browser's or needs the real records; skip what this run cannot do."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
        if "shared_data" in fixtures:
            item.add_marker("shared")
        if item.get_closest_marker("postgres") and not ON_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))
        if item.get_closest_marker("prove") and not PROVING:
            item.add_marker(pytest.mark.skip(reason="runs in make prove"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip of what TABARD_REQUIRE names is a failure; what waits for `make prove` is no such skip."""
    report = yield
    marks = {mark.name for mark in item.iter_markers()}
    missed = set() if "prove" in marks and not PROVING else REQUIRED & marks
    if report.skipped and missed and not hasattr(report, "wasxfail"):
        report.longrepr = (
            f"skipped, though TABARD_REQUIRE names {', '.join(sorted(missed))}: {report.longrepr}"
        )
        report.outcome = "failed"
    return report
