"""XLSX, streamed: shared strings once, then each sheet row by row.

Readers that build the whole sheet let one far-off cell, or one long string used a million times, fill the
memory; this one holds a row at a time. A formula's last value is read, never the formula.
"""

from __future__ import annotations

import json
import posixpath
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO
from xml.parsers import expat

from tabard.formats import archive as zipped
from tabard.formats.reading import Limits, Note
from tabard.formats.tables import Raw, Table
from tabard.rules.refusals import Refused

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')  # parts of a number format that are no date letters


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _index(text: str) -> int:
    """A number of the file's own bookkeeping; -1 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


@dataclass(slots=True)
class Book:
    """What the sheets share."""

    archive: zipfile.ZipFile
    limits: Limits
    strings: list[str] = field(default_factory=list)
    dated: list[bool] = field(default_factory=list)  # by style: is a number a date
    epoch: datetime = datetime(1899, 12, 30)  # noqa: DTZ001  # a date of the wall calendar, no moment
    sheets: list[tuple[str, str]] = field(default_factory=list)  # name, part


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _well_formed(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every element of a small part: its name and attributes."""
    found: deque[tuple[str, dict[str, str]]] = deque()

    def setup(made: expat.XMLParserType) -> None:
        made.StartElementHandler = lambda name, attributes: found.append((_local(name), attributes))

    for _ in zipped.parse(archive, part, setup):
        while found:
            yield found.popleft()


def _read_strings(book: Book, part: str) -> None:
    state = {"in_text": False, "phonetic": False, "size": 0}
    pieces: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        local = _local(name)
        state["in_text"] = local == "t" and not state["phonetic"]
        if local == "si":
            pieces.clear()
        elif local == "rPh":
            state["phonetic"] = True

    def text(data: str) -> None:
        if state["in_text"]:
            pieces.append(data)
            state["size"] += len(data) if data.isascii() else 4 * len(data)

    def end(name: str) -> None:
        local = _local(name)
        state["in_text"] = False
        if local == "rPh":
            state["phonetic"] = False
        elif local == "si":
            book.strings.append(_well_formed(_unescaped("".join(pieces))))

    def setup(made: expat.XMLParserType) -> None:
        made.StartElementHandler, made.EndElementHandler, made.CharacterDataHandler = start, end, text

    for _ in zipped.parse(book.archive, part, setup):
        if state["size"] + 64 * len(book.strings) > book.limits.strings:
            raise Refused("zip_bomb")


def _is_date(code: str) -> bool:
    return bool(re.search("[ymdhs]", _NOT_CODE.sub("", code).lower().replace("general", "")))


def _read_styles(book: Book, part: str) -> None:
    custom: dict[str, bool] = {}
    in_cells = False
    for name, attributes in _elements(book.archive, part):
        if name == "numFmt":
            custom[attributes.get("numFmtId", "")] = _is_date(attributes.get("formatCode", ""))
        elif name in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
            in_cells = name == "cellXfs"
        elif name == "xf" and in_cells:
            number = attributes.get("numFmtId", "0")
            built_in = _index(number) in _DATE_FORMATS
            book.dated.append(custom.get(number, built_in))


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Relationship id -> part, of the workbook."""
    found = {}
    for name, attributes in _elements(archive, "xl/_rels/workbook.xml.rels"):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            found[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def opened(stream: BinaryIO, limits: Limits) -> Book:
    """The workbook with what its sheets share; no sheet is read yet."""
    archive = zipped.opened(stream, limits)
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        raise zipped.unreadable()
    book = Book(archive, limits)
    targets = _targets(archive)
    for name, attributes in _elements(archive, "xl/workbook.xml"):
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
        relation = next((value for key, value in attributes.items() if _local(key) == "id"), "")
        if name == "sheet" and targets.get(relation, "") in names:
            book.sheets.append((_well_formed(attributes.get("name", "")), targets[relation]))
    if "xl/sharedStrings.xml" in names:
        _read_strings(book, "xl/sharedStrings.xml")
    if "xl/styles.xml" in names:
        _read_styles(book, "xl/styles.xml")
    return book


def _serial(book: Book, number: float) -> str:
    """A serial day as an ISO date, with its time where it has one."""
    moment = book.epoch + timedelta(seconds=round(number * 86_400))
    return moment.date().isoformat() if number == int(number) else moment.isoformat(" ")


def number_text(book: Book, text: str, style: int) -> str:
    """A number as a person would write it: 10, 4.5, or a date where the cell is shown as one."""
    try:
        number = float(text)
        if style < len(book.dated) and book.dated[style]:
            return _serial(book, number)
        return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
    except (ValueError, OverflowError):
        return text


def column(reference: str) -> int:
    """0 for A1, 26 for AA7; -1 where the reference names none."""
    index = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        index = index * 26 + ord(letter) - 64
    return index - 1


class SheetRows:
    """Collects the cells of a sheet as its XML goes by; finished rows wait in `ready`."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.ready: deque[Raw] = deque()
        self.cells: dict[int, str] = {}
        self.number = self.at = self.style = self.length = self.size = 0
        self.type = ""
        self.pieces: list[str] = []
        self.taking = self.phonetic = self.formula = False

    def setup(self, made: expat.XMLParserType) -> None:
        made.StartElementHandler, made.EndElementHandler = self.start, self.end
        made.CharacterDataHandler = self.text

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self._start_cell(attributes)
        elif local in ("v", "t"):
            self.taking = not self.phonetic
        elif local == "row":
            self.number = max(self.number + 1, _index(attributes.get("r", "")))
            self.cells, self.at, self.length, self.size, self.formula = {}, -1, 0, 0, False
        elif local == "f":
            self.formula = True
        elif local == "rPh":
            self.phonetic = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        stated = column(attributes.get("r", ""))
        self.at = stated if stated >= 0 else self.at + 1
        if self.at >= self.book.limits.cells_per_row:
            raise Refused("row_too_long", row=self.number)
        self.style = max(_index(attributes.get("s", "0")), 0)
        self.type, self.pieces = attributes.get("t", "n"), []

    def text(self, data: str) -> None:
        if self.taking:
            self.pieces.append(data)
            self.size += len(data)
            if self.size > self.book.limits.chars_per_row:
                raise Refused("row_too_long", row=self.number)

    def end(self, name: str) -> None:
        local = _local(name)
        if local in ("v", "t"):
            self.taking = False
        elif local == "c" and self.pieces:
            self._end_cell()
        elif local == "rPh":
            self.phonetic = False
        elif local == "row" and any(value.strip() for value in self.cells.values()):
            self.ready.append(self._row())

    def _end_cell(self) -> None:
        value = self._value("".join(self.pieces))
        self.length += len(value)
        if self.length > self.book.limits.chars_per_row:
            raise Refused("row_too_long", row=self.number)
        self.cells[self.at] = value

    def _value(self, text: str) -> str:
        if self.type == "s":
            index = _index(text)
            if not 0 <= index < len(self.book.strings):
                raise zipped.unreadable()
            return self.book.strings[index]
        if self.type == "b":
            return "true" if text.strip() == "1" else "false"
        if self.type == "n":
            return number_text(self.book, text, self.style)
        return _well_formed(_unescaped(text))

    def _row(self) -> Raw:
        width = max(self.cells) + 1
        cells = tuple(self.cells.get(at, "") for at in range(width))
        notes = (Note("formula_cell"),) if self.formula else ()
        return Raw(self.number, cells, json.dumps(cells, ensure_ascii=False), notes, sparse=True)


def rows(book: Book, part: str) -> Iterator[Raw]:
    """The rows of a sheet that hold anything."""
    sheet = SheetRows(book)
    for _ in zipped.parse(book.archive, part, sheet.setup):
        while sheet.ready:
            yield sheet.ready.popleft()


def tables(stream: BinaryIO, limits: Limits) -> Iterator[Table]:
    """Each sheet of the workbook, in its order."""
    book = opened(stream, limits)
    for name, part in book.sheets:
        yield Table(name, rows(book, part))
