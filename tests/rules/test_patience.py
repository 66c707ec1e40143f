"""How long one waits after wrong tries: the numbers are written down here, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard.rules.devices import device_of
from tabard.rules.patience import counted, wait_after, wait_left

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (10_000, 15)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures: int, minutes: int) -> None:
    assert wait_after(failures, 5) == timedelta(minutes=minutes)


@given(failures=st.integers(0, 10**9), seconds=st.integers(0, 10**7))
def test_nobody_waits_longer_than_that_nor_less_than_nothing(failures: int, seconds: int) -> None:
    left = wait_left(failures, NOON, 5, NOON + timedelta(seconds=seconds))
    assert timedelta(0) <= left <= timedelta(minutes=15)
    assert not left or seconds < 900


def test_another_day_begins_anew() -> None:
    assert counted(9, NOON, NOON + timedelta(hours=23)) == 10
    assert counted(9, NOON, NOON + timedelta(hours=25)) == 1


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox/linux"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "chrome/android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "edge/windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "safari/ios"),
        ("", "other/other"),
        ("Zyxwv Canaryname \0 <script>", "other/other"),
    ],
)
def test_a_browser_is_two_codes(said: str, codes: str) -> None:
    assert device_of(said) == codes
