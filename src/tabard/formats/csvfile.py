"""CSV as it is found: any usual separator, UTF-8 with stray CP1252 bytes, UTF-16, line ends of any kind.

Each record keeps its raw text, which `csv` alone does not give: the lines it draws are recorded.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from tabard.formats.reading import Limits, Note
from tabard.formats.tables import Raw
from tabard.rules.refusals import Refused

SEPARATORS = ",;\t|"
START = 8  # bytes in which every usual binary file, and UTF-16 of Latin letters, has a NUL
_STRAY = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte that is not UTF-8


def _cp1252(stray: re.Match[str]) -> str:
    byte = bytes([ord(stray[0]) - 0xDC00])
    return byte.decode("cp1252", "ignore") or chr(byte[0])


def decoded(stream: BinaryIO) -> io.TextIOWrapper:
    """The stream as text with its line ends kept. Early or many NUL bytes without a mark of UTF-16 are no
    text; a stray one is left to its row."""
    head = stream.read(4096)
    stream.seek(0)
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise Refused("wrong_encoding")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="")
    if b"\0" in head[:START] or head.count(0) > max(3, len(head) // 100):
        raise Refused("wrong_encoding")
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")


class Tape:
    """Lines of a text, kept until they are taken: what one record was made of."""

    def __init__(self, text: io.TextIOWrapper, limits: Limits) -> None:
        self.text, self.limits = text, limits
        self.lines: list[str] = []
        self.length = 0
        self.number = 0
        self.mixed = False

    def __iter__(self) -> Tape:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.limits.chars_per_row + 1)
        if not line:
            raise StopIteration
        self.length += len(line)
        if self.length > self.limits.chars_per_row:
            raise Refused("row_too_long", row=self.number + 1)
        if not line.isascii() and _STRAY.search(line):
            line, self.mixed = _STRAY.sub(_cp1252, line), True
        self.lines.append(line)
        return line

    def take(self, cells: list[str]) -> Raw:
        """The record made of the lines drawn since the last one."""
        raw = "".join(self.lines)
        unclosed = len(self.lines) > 1 and raw.count('"') % 2 == 1
        notes: tuple[Note, ...] = (Note("mixed_encoding"),) if self.mixed else ()
        if unclosed:
            notes += (Note("unclosed_quote"),)
        self.number += 1
        self.lines, self.length, self.mixed = [], 0, False
        return Raw(self.number, tuple(cells), raw.rstrip("\r\n"), notes, broken=unclosed)


def separator(line: str) -> str:
    """The separator that the header line uses most, outside quotes."""
    bare = re.sub('"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)


def _first_line(text: io.TextIOWrapper, limits: Limits) -> str:
    line = text.readline(limits.chars_per_row + 1)
    text.seek(0)
    return line


def records(stream: BinaryIO, limits: Limits) -> Iterator[Raw]:
    """Every record of the file, the header first."""
    with decoded(stream) as text:
        tape = Tape(text, limits)
        reader = csv.reader(tape, delimiter=separator(_first_line(text, limits)))
        try:
            for cells in reader:
                yield tape.take(cells)
        except csv.Error:
            raise Refused("row_too_long", row=tape.number + 1) from None
