"""What every reader gives back: rows in one of three states, with their facts, notes and losses.

Counting what a row states: the `Margin` rows of a dimension (or pair of dimensions), where there are
any, are the stated numbers of that dimension; where there are none, they are the sum of the `Harm` rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from tabard.rules.facts import Incident, Position, SourceClaim, Texts

State = Literal["accepted", "held", "rejected"]
Source = bytes | Path | BinaryIO
Country = Callable[[str, str | None], str | None]  # (name, code) -> ISO 3166-1 alpha-3, or None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most. A file beyond them is refused before it can fill the memory."""

    bytes: int = 50_000_000  # reading takes some three times as much memory
    rows: int = 500_000
    cells_per_row: int = 1_000
    chars_per_cell: int = 100_000
    chars_per_row: int = 1_000_000
    unpacked: int = 300_000_000
    ratio: int = 200  # unpacked to packed, of a part larger than a megabyte
    entries: int = 1_000
    strings: int = 60_000_000  # bytes of a workbook's shared strings


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Note:
    """A discrepancy: a code of the catalogue, the column it is about, the numbers that clash; no words."""

    code: str
    field: str = ""
    row_values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """What a format makes of the cells of one row. With anything in `held`, a person has to mend it."""

    key: str | None = None
    facts: Incident | None = None
    position: Position | None = None
    texts: Texts = field(default_factory=Texts)
    source: SourceClaim | None = None
    held: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    lost: tuple[str, ...] = ()  # columns whose value the facts could not carry


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One physical row of data, the original kept verbatim, in exactly one state."""

    number: int
    key: str | None
    verbatim: str
    state: State
    facts: Incident | None = None
    position: Position | None = None
    texts: Texts = field(default_factory=Texts)
    source: SourceClaim | None = None
    notes: tuple[Note, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """Which generation of the format a file is, its columns as written, and those nobody knows."""

    generation: str
    columns: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    tagged: bool = False  # an HXL row stood below the header


@dataclass(slots=True)
class Coverage:
    """Which years and countries the rows that could be read speak of; complete once all are read."""

    years: set[int] = field(default_factory=set)
    countries: set[str | None] = field(default_factory=set)


@dataclass(slots=True)
class Reading:
    """A file being read: iterate once; `counts`, `coverage` and `lost` are complete afterwards."""

    format: str
    header: Header
    rows: Iterator[ReadRow]
    coverage: Coverage = field(default_factory=Coverage)
    counts: Counter[str] = field(default_factory=Counter)  # by state
    lost: Counter[str] = field(default_factory=Counter)  # by column: rows whose value was not carried
    noted: Counter[str] = field(default_factory=Counter)  # by code of a note
    left: list[str] = field(default_factory=list)  # sheets of the workbook that were not read
    stream: BinaryIO | None = None

    def __iter__(self) -> Iterator[ReadRow]:
        for row in self.rows:
            self._tally(row)
            yield row

    def close(self) -> None:
        """Close the file without reading on; a reading that came to its end has closed it."""
        if self.stream is not None:
            self.stream.close()

    def _tally(self, row: ReadRow) -> None:
        self.counts[row.state] += 1
        self.lost.update(row.lost)
        self.noted.update(note.code for note in row.notes)
        if row.facts is not None:
            self.coverage.countries.add(row.facts.country)
            if row.facts.first_day is not None:
                self.coverage.years.add(row.facts.first_day.year)
