"""Files made to break a reader: every one ends in rows that add up or in one clear refusal.

300 examples of each kind; 10,000 in `make prove`."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from formats.made import AWSD_44, COUNTRIES, ONE_KILLED, awsd, country
from tabard.formats.reading import Limits
from tabard.formats.registry import FORMATS
from tabard.rules.facts import OUTCOMES
from tabard.rules.refusals import Refused
from tabard.vocab.catalogue import codes as known_codes

EXAMPLES = 10_000 if os.environ.get("TABARD_PROVE") == "1" else 300
hard = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
CODES = {"", *known_codes()}
SMALL = Limits(
    rows=2_000, chars_per_row=100_000, chars_per_cell=20_000, unpacked=5_000_000, strings=1_000_000
)
MAPPING = {"columns": {"Year": "year", "Country": "country", "Total killed": "died", "Details": "details"}}
SOURCE = awsd(AWSD_44, ONE_KILLED, ONE_KILLED | {"Incident ID": "8", "Details": 'a "quoted"\r\nword, é'})


def survives(name: str, source: bytes, limits: Limits = SMALL) -> str:
    """The code of the refusal, or "" if the file was read, in which case its rows add up."""
    mapping = MAPPING if name == "log" else None
    try:
        reading = FORMATS[name].read(source, country=country, limits=limits, mapping=mapping)
        count = 0
        for row in reading:
            count += 1
            assert row.state in ("accepted", "held", "rejected")
            assert row.state == "accepted" or row.notes
            assert (row.facts is not None) == (row.state == "accepted")
            _keepable(row.verbatim, row.texts.details, *row.lost)
            assert {note.code for note in row.notes} <= set(known_codes())
            if row.facts is not None:
                assert all(outcome in OUTCOMES for harm in row.facts.harm for outcome in harm.outcomes)
                assert row.facts.country in (None, *COUNTRIES.values())
        assert sum(reading.counts.values()) == count
        FORMATS[name].loss(reading)
    except Refused as refusal:
        return refusal.code
    return ""


def _keepable(*texts: str) -> None:
    for text in texts:
        text.encode("utf-8")
        assert "\0" not in text


def workbook(*rows: list[str]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write_string(at, column, cell)
    return stream.getvalue()


def parts(source: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return stream.getvalue()


LINE = [ONE_KILLED.get(name, "0") for name in AWSD_44]
BOOK = workbook(AWSD_44, LINE, ["8", *LINE[1:]])
SHEET = "xl/worksheets/sheet1.xml"
RECORDS = json.dumps([dict(zip(AWSD_44, LINE, strict=True)), {"Incident ID": 8}]).encode()

# --- made by hand -----------------------------------------------------------------------------------

HEADER = ",".join(AWSD_44).encode()
DTD = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
HAND_MADE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty_file"),
    "blanks": (b"\n\n\n", "unknown_header"),
    "a mark alone": (b"\xef\xbb\xbf", "empty_file"),
    "no header": (b"1,2,3\n4,5,6\n", "unknown_header"),
    "zeros": (b"\0" * 100, "wrong_encoding"),
    "a program": (b"\x7fELF\x02\x01\x01\0" + b"code" * 100, "wrong_encoding"),
    "zeros after a header": (HEADER + b"\n" + b"\0" * 500, "wrong_encoding"),
    "utf-16 without a mark": (SOURCE.decode().encode("utf-16-le"), "wrong_encoding"),
    "utf-32": (SOURCE.decode().encode("utf-32"), "wrong_encoding"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unreadable_file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "unreadable_file"),
    "an open quote": (HEADER + b'\n"' + b"x" * 200_000, "row_too_long"),
    "a long cell": (HEADER + b"\n" + b"x" * 30_000 + b"\n", "row_too_long"),
    "too many rows": (HEADER + b"\n1,2" * 3_000, "too_large"),
    "too many cells": (b"," * 5_000, "row_too_long"),
    "no zip": (b"PK\x03\x04" + b"x" * 100, "unreadable_file"),
    "half a zip": (BOOK[: len(BOOK) // 2], "unreadable_file"),
    "a zip of something": (zipped({"a.txt": b"x"}), "unreadable_file"),
    "an open document": (zipped({"mimetype": b"application/x", "content.xml": b"<x/>"}), "unreadable_file"),
    "too many parts": (zipped(parts(BOOK) | {f"{n}.xml": b"" for n in range(1_100)}), "zip_bomb"),
    "a zip bomb": (zipped(parts(BOOK) | {"xl/media/a.bin": b"0" * 4_000_000}), "zip_bomb"),
    "a large zip": (zipped(parts(BOOK) | {"xl/media/a.bin": os.urandom(6_000_000)}), "zip_bomb"),
    "an entity": (zipped(parts(BOOK) | {SHEET: DTD + b"<worksheet>&c;</worksheet>"}), "external_entity"),
    "an entity aside": (zipped(parts(BOOK) | {"docProps/app.xml": DTD + b"<x/>"}), "external_entity"),
    "an entity in utf-16": (
        zipped(parts(BOOK) | {SHEET: DTD.decode().encode("utf-16")}),
        "external_entity",
    ),
    "not xml": (zipped(parts(BOOK) | {SHEET: b"<worksheet><row>"}), "unreadable_file"),
    "an encoding that there is not": (
        zipped(parts(BOOK) | {SHEET: b'<?xml version="1.0" encoding="UUTF-8"?><worksheet/>'}),
        "unreadable_file",
    ),
    "a string that is not there": (
        zipped(parts(BOOK) | {SHEET: b'<worksheet><row><c t="s"><v>99999</v></c></row></worksheet>'}),
        "unreadable_file",
    ),
    "a far-off cell": (
        zipped(parts(BOOK) | {SHEET: b'<worksheet><row><c r="XFD1048576"><v>1</v></c></row></worksheet>'}),
        "row_too_long",
    ),
    "one string many times": (
        zipped(
            parts(BOOK)
            | {
                "xl/sharedStrings.xml": b"<sst><si><t>" + b"ab" * 9_000 + b"</t></si></sst>",
                SHEET: b"<worksheet><row>" + b'<c t="s"><v>0</v></c>' * 900 + b"</row></worksheet>",
            }
        ),
        "row_too_long",
    ),
    "a long text in a cell": (
        zipped(parts(BOOK) | {SHEET: b"<worksheet><row><c><is><t>" + os.urandom(150_000).hex().encode()}),
        "row_too_long",
    ),
    "a long tag": (
        zipped(parts(BOOK) | {SHEET: b'<worksheet a="' + os.urandom(2_300_000).hex().encode() + b'">'}),
        "zip_bomb",
    ),
    "many strings": (
        zipped(parts(BOOK) | {"xl/sharedStrings.xml": b"<sst>" + b"<si><t>a</t></si>" * 60_000 + b"</sst>"}),
        "zip_bomb",
    ),
    "deep json": (b"[" * 100_000, "unreadable_file"),
    "deep json in a record": (b'[{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}]", "unreadable_file"),
    "an object": (b'{"a": 1}', "unreadable_file"),
    "an empty array": (b"[]", "empty_file"),
    "numbers": (b"[1, 2, 3]", "unreadable_file"),
    "an endless array": (b'[{"a": "', "unreadable_file"),
    "half a record": (RECORDS[:-3], "unreadable_file"),
    "a long record": (b'[{"a": "' + b"x" * 300_000 + b'"}]', "row_too_long"),
}  # fmt: skip


@pytest.mark.parametrize("case", HAND_MADE)
@pytest.mark.parametrize("name", FORMATS)
def test_made_by_hand(case: str, name: str) -> None:
    source, code = HAND_MADE[case]
    found = survives(name, source)
    assert found == code or (name == "kika" and found == "unknown_header")  # these are no KIKA files


@pytest.mark.parametrize("source", [SOURCE, BOOK, RECORDS], ids=["csv", "xlsx", "json"])
def test_the_unbroken_files_are_read(source: bytes) -> None:
    assert survives("awsd", source) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_are_read(encoding: str) -> None:
    assert survives("awsd", SOURCE.decode().encode(encoding)) == ""


def test_a_nul_in_a_late_row_is_marked_and_the_row_kept() -> None:
    source = awsd(AWSD_44, *[ONE_KILLED | {"Incident ID": str(n)} for n in range(200)])
    last = source.splitlines()[-1].replace(b"199,", b"200,", 1).replace(b"Shooting", b"\0")
    rows = list(FORMATS["awsd"].read(source + last, country=country))
    assert rows[-1].notes[0].code == "unreadable_character"
    assert "\0" not in rows[-1].verbatim


def test_a_file_larger_than_memory_allows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.touch()
    os.truncate(path, 50_000_001)
    with pytest.raises(Refused, match="too_large") as caught:
        FORMATS["awsd"].read(path, country=country)
    assert caught.value.fields == {"limit": "50 MB"}


def test_a_declared_size_that_lies_is_damage() -> None:
    source = bytearray(BOOK)
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert survives("awsd", bytes(source.replace(size, (50).to_bytes(4, "little")))) in (
        "unreadable_file",
        "",
    )


# --- made by chance ---------------------------------------------------------------------------------


@hard
@given(st.binary(max_size=400), st.sampled_from(sorted(FORMATS)))
def test_any_bytes(source: bytes, name: str) -> None:
    assert survives(name, source) in CODES


NASTY = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["=1+1", "-", "NA", "nan", "inf", "1e9", "9" * 30, "\ud800", "\0", '"', "#affected", "٣", "²"]
    ),
)


@hard
@given(st.lists(st.dictionaries(st.sampled_from(AWSD_44), NASTY), max_size=4))
@example([{"Year": "²"}])
def test_any_cells(cells: list[dict[str, str]]) -> None:
    clean = [{k: v.encode("utf-8", "replace").decode() for k, v in row.items()} for row in cells]
    assert survives("awsd", awsd(AWSD_44, *[ONE_KILLED | row for row in clean])) in ("", "wrong_encoding")


@hard
@given(st.lists(st.dictionaries(st.sampled_from(AWSD_44), NASTY), max_size=4))
def test_any_json_cells(cells: list[dict[str, str]]) -> None:
    records = [dict(zip(AWSD_44, LINE, strict=True)) | row for row in ({}, *cells)]
    assert survives("awsd", json.dumps(records).encode()) == ""


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@hard
@given(VALUES, st.sampled_from(sorted(FORMATS)))
def test_any_json(value: object, name: str) -> None:
    assert survives(name, json.dumps(value).encode()) in CODES
    assert survives(name, json.dumps([value]).encode()) in CODES


def broken(source: bytes, seed: int) -> bytes:
    """The file with a few bytes changed, dropped, doubled or put in."""
    chance = random.Random(seed)
    data = bytearray(source)
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(data)), chance.randint(1, 12)
        match chance.randrange(4):
            case 0:
                data[at : at + length] = chance.randbytes(length)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length] * chance.randint(1, 40)
            case _:
                data[at:at] = chance.choice(
                    [b'"', b"\0", b"\r", b"\n", b",", b"\xff\xfe", b"<", b"&", b"]", b"{"]
                )
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("source", [SOURCE, BOOK, RECORDS], ids=["csv", "xlsx", "json"])
def test_broken_files(source: bytes) -> None:
    for seed in range(EXAMPLES):
        assert survives("awsd", broken(source, seed)) in CODES


def test_broken_parts_of_a_workbook() -> None:
    content = parts(BOOK)
    names = sorted(content)
    for seed in range(EXAMPLES):
        name = names[seed % len(names)]
        assert survives("awsd", zipped(content | {name: broken(content[name], seed)})) in CODES


# --- memory -----------------------------------------------------------------------------------------

MEMORY = """
import resource, sys
from tabard.formats.registry import FORMATS
from tabard.rules.refusals import Refused
from formats.test_hostile import bombs
for source in bombs():
    try:
        for row in FORMATS["awsd"].read(source, country=lambda *_: None):
            pass
    except Refused:
        pass
# what this process alone came to: ru_maxrss would start with the size of the process that made it
own = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(own[0].split()[1] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def bombs() -> list[bytes]:
    """Small files that want to be large, against the limits that everybody has."""
    plain = parts(BOOK)
    many = b"<worksheet>" + b'<row><c t="s"><v>0</v></c></row>' * 200_000 + b"</worksheet>"
    strings = b"<sst>" + (b"<si><t>" + b"x" * 30_000 + b"</t></si>") * 3_000 + b"</sst>"
    return [
        zipped(
            plain
            | {SHEET: many, "xl/sharedStrings.xml": b"<sst><si><t>" + b"y" * 90_000 + b"</t></si></sst>"}
        ),
        zipped(plain | {"xl/sharedStrings.xml": strings}),
        b"[" + b"[]," * 300_000 + b"[]]",
        b'[{"a":1}' + b',{"a":1}' * 300_000 + b"]",
        HEADER + b"\n" + b'"' * 20_000_000,
        HEADER + (b"\n" + b"," * 43) * 100_000,
    ]


def test_memory_stays_small() -> None:
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root / 'tests'}"}
    done = subprocess.run(
        [sys.executable, "-c", MEMORY],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert int(done.stdout) * (1 if sys.platform == "darwin" else 1024) <= 300_000_000


def test_an_abandoned_reading_closes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(SOURCE)
    with contextlib.closing(FORMATS["awsd"].read(path, country=country)) as reading:
        next(iter(reading))
