"""Every format that can be read, by its code. A new one is a folder with a coder, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tabard.formats import engine, loss
from tabard.formats.awsd import read as awsd
from tabard.formats.engine import Coder
from tabard.formats.kika import read as kika
from tabard.formats.log.mapping import from_json
from tabard.formats.log.read import Log
from tabard.formats.reading import DEFAULT_LIMITS, Coded, Country, Header, Limits, Reading, Source
from tabard.rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how to make its coder (from a saved mapping, where it has one), and what it never says."""

    code: str
    label: str
    coder: Callable[[Mapping[str, Any] | None], Coder]
    lost: Mapping[str, str]
    mapped: bool = False  # needs a saved mapping

    def read(
        self,
        source: Source,
        *,
        country: Country,
        limits: Limits = DEFAULT_LIMITS,
        mapping: Mapping[str, Any] | None = None,
    ) -> Reading:
        """Read a file: its header at once, its rows as they are asked for."""
        return engine.read(self.coder(mapping), source, country=country, limits=limits)

    def recode(
        self,
        header: Header,
        cells: tuple[str, ...],
        *,
        country: Country,
        mapping: Mapping[str, Any] | None = None,
    ) -> Coded:
        """Code one row again after a person mended it."""
        return engine.recode(self.coder(mapping), header, cells, country=country)

    def loss(self, reading: Reading) -> tuple[loss.Lost, ...]:
        """What a reading, once done, could not carry in."""
        return loss.lost(reading, self.lost)


def _log(mapping: Mapping[str, Any] | None) -> Log:
    if mapping is None:
        raise Refused("mapping_incomplete", field="date")
    return Log(from_json(mapping))


FORMATS: Mapping[str, Format] = {
    "awsd": Format("awsd", "Aid Worker Security Database", lambda _: awsd.Awsd(), awsd.SCHEME.lost),
    "kika": Format("kika", "Insecurity Insight KIKA", lambda _: kika.Kika(), kika.SCHEME.lost),
    "log": Format("log", "An organisation's own log", _log, {}, mapped=True),
}
