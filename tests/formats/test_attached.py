"""Three hundred made files and more: what may be kept is kept without what tells, everything else is refused."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from attached import CANARY, document, jpeg, pdf, picture, png, webp
from tabard.formats.attached import pictures, text
from tabard.formats.attached.kinds import kind_of, shown_name
from tabard.formats.attached.pdf import clean as clean_pdf
from tabard.intake import cleaning
from tabard.rules.refusals import Refused
from tabard.vocab import catalogue
from tabard.vocab.words import LANGUAGES

JPEG, PNG, WEBP, PDF, TEXT = "image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain"
REFUSALS = {
    "type_not_taken", "wrong_type", "active_content", "locked_file", "damaged_file", "picture_too_large",
    "attachment_too_large", "no_file", "wrong_encoding",
}  # fmt: skip
HONEST = [("a.jpg", JPEG, jpeg()), ("a.png", PNG, png()), ("a.webp", WEBP, webp()), ("a.pdf", PDF, pdf())]


def telling(data: bytes) -> bool:
    """Whether anything of what a camera or a program adds is left, unpacked where it is packed."""
    texts = [data]
    if data.startswith(b"%PDF"):
        with pikepdf.open(BytesIO(data)) as opened:
            texts += [bytes(o.read_bytes()) if _plain(o) else b"" for o in opened.objects]
            texts.append(repr(list(opened.objects)).encode())
    else:
        with Image.open(BytesIO(data)) as opened:
            texts.append(
                repr((opened.info, dict(opened.getexif()), opened.getexif().get_ifd(0x8825))).encode()
            )
            if opened.getexif().get_ifd(0x8825):
                return True  # where it was taken
    return any(CANARY.encode() in each or b"Canaryname" in each for each in texts)


def _plain(one: Any) -> bool:
    return isinstance(one, pikepdf.Stream) and one.get("/Filter") != Name.DCTDecode


@pytest.mark.parametrize(("name", "kind", "data"), HONEST, ids=[kind for _, kind, _ in HONEST])
def test_what_tells_of_its_making_goes(name: str, kind: str, data: bytes) -> None:
    assert CANARY.encode() in data or telling(data)
    found, kept = cleaning.clean(data, name=name, declared=kind)
    assert found == kind
    assert not telling(kept)


@pytest.mark.parametrize(("kind", "made"), [(JPEG, jpeg), (PNG, png), (WEBP, webp)])
def test_what_a_camera_adds_goes(kind: str, made: Any) -> None:
    assert telling(made())
    assert not telling(pictures.clean(made(), kind))


@pytest.mark.parametrize(("kind", "made"), [(JPEG, jpeg), (PNG, png), (WEBP, webp)])
def test_a_picture_turned_by_the_camera_stands_upright(kind: str, made: Any) -> None:
    with Image.open(BytesIO(pictures.clean(made((60, 40)), kind))) as kept:
        assert kept.size == (40, 60)


def test_a_picture_keeps_what_it_shows() -> None:
    plain = picture((64, 64), "RGB")
    out = BytesIO()
    plain.save(out, "PNG")
    with Image.open(BytesIO(pictures.clean(out.getvalue(), PNG))) as kept:
        assert kept.tobytes() == plain.tobytes()


def test_a_large_picture_is_made_smaller_and_a_huge_one_refused() -> None:
    with Image.open(BytesIO(pictures.clean(jpeg((5000, 1000)), JPEG))) as kept:
        assert max(kept.size) == pictures.LONGEST_EDGE
    with pytest.raises(Refused, match="picture_too_large"):
        pictures.clean(huge(60_000, 60_000), PNG)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16", "I", "F", "CMYK", "YCbCr"]
)
def test_pictures_of_every_mode_are_kept(mode: str) -> None:
    for format_, kind in (("PNG", PNG), ("JPEG", JPEG), ("WEBP", WEBP)):
        out = BytesIO()
        try:
            Image.new(mode, (8, 8)).save(out, format_)
        except (OSError, ValueError, KeyError):
            continue  # no such file exists
        assert pictures.clean(out.getvalue(), kind)


def test_a_photograph_inside_a_pdf_keeps_its_pixels_and_loses_its_place() -> None:
    whole = jpeg((60, 40))
    with pikepdf.open(BytesIO(clean_pdf(pdf(), PDF))) as kept:
        inside = kept.pages[0].Resources.XObject.I.read_raw_bytes()
    assert CANARY.encode() not in inside
    before, after = Image.open(BytesIO(whole)), Image.open(BytesIO(inside))
    assert after.tobytes() == before.tobytes()
    assert not dict(after.getexif())


def test_words_in_a_pdf_that_were_overwritten_are_gone() -> None:
    """A PDF keeps its history behind its end; only what the pages use is written again."""
    first = pdf(lambda made: made.Root.__setattr__("Note", pikepdf.String("Cut out")))
    again = first + b"\n% Cut out, too\n"
    assert b"Cut out, too" not in clean_pdf(again, PDF)


# Hostile files: (name, declared, bytes). Nothing of the second kind may come out of the first.
def huge(width: int, height: int) -> bytes:
    """A PNG that says it is huge and is a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def acting(change: Any) -> bytes:
    return pdf(change)


def _open_action(made: pikepdf.Pdf, **action: Any) -> None:
    made.Root.OpenAction = Dictionary(**action)


def _annotation(made: pikepdf.Pdf, **action: Any) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(**action))
    made.pages[0].Annots = Array([link])


def _embedded(made: pikepdf.Pdf) -> None:
    made.attachments["payload.exe"] = b"MZ payload"


def _form(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(XFA=pikepdf.Stream(made, b"<xdp/>"), Fields=[])


def _named_scripts(made: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))


def _deep(made: pikepdf.Pdf) -> None:
    one = Dictionary(S=Name.JavaScript, JS="x")
    for _ in range(40):
        one = Dictionary(Next=Array([one]))
    made.Root.Deep = one


PDFS = [
    lambda m: _open_action(m, S=Name.JavaScript, JS="app.alert(1)"),
    lambda m: _open_action(m, S=Name.Launch, F="cmd.exe"),
    lambda m: _open_action(m, S=Name.SubmitForm, F="x"),
    lambda m: _annotation(m, S=Name.Launch, F="cmd.exe"),
    lambda m: _annotation(m, S=Name.GoToR, F="file.pdf"),
    lambda m: _annotation(m, S=Name.GoToE, F="file.pdf"),
    lambda m: _annotation(m, S=Name.ImportData, F="x"),
    _embedded, _form, _named_scripts, _deep,
]  # fmt: skip
SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
TEXTS = [
    SVG, SCRIPT, b"<!DOCTYPE html><p>x", b"<?xml version='1.0'?><x/>", b"hello <IFRAME src=x>", b"#!/bin/sh\nrm",
    b"{\\rtf1 x}", b"%!PS\n", b"a\0b", b"\x1b[2J", b"\xff\xfeh\0i\0", b"caf\xe9", b"<?php x ?>", b"\xed\xa0\x80",
    b"< SCRIPT >x", b"</script x", b"@echo off\r\ndel", b"<body onload=x>", b"<math><x>",
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(PDFS)))
def test_a_pdf_that_acts_is_refused(at: int) -> None:
    with pytest.raises(Refused, match="active_content"):
        clean_pdf(pdf(PDFS[at]), PDF)


def zipped(names: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return out.getvalue()


BOMB = zipped({"a": b"\0" * 5_000_000})
DOCX = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})
OTHERS = {
    "a.svg": SVG, "a.html": SCRIPT, "a.htm": b"x", "a.exe": b"MZ" + b"\0" * 60, "a.zip": BOMB, "a.docx": DOCX,
    "a.gif": b"GIF89a" + b"\0" * 20, "a.bmp": b"BM" + b"\0" * 60, "a.tiff": b"II*\0" + b"\0" * 40, "a.js": b"x",
    "a.gpx": b"<gpx/>", "a.kml": b"<kml/>", "a.heic": b"\0\0\0\x18ftypheic", "a.mp4": b"\0\0\0\x18ftypmp42",
    "a.eml": b"From: x", "a.php": b"<?php", "a.xml": b"<x/>", "a.ico": b"\0\0\1\0",
    "a.eps": b"%!PS",
}  # fmt: skip


def wrong_names() -> Iterator[tuple[str, str, bytes]]:
    for name, _, data in HONEST:
        for other, kind, _ in HONEST:
            if other != name:
                yield other, "", data
                yield name, kind, data
        yield "a.txt", "", data
        yield "a.txt", TEXT, data
        yield name, "image/svg+xml", data
        yield name, "text/html", data
        yield "nameless", "", data[1:]
    for name, data in OTHERS.items():
        yield name, "", data
        yield name, JPEG, data
        yield "a.jpg", JPEG, data
        yield "a.pdf", PDF, data


def broken() -> Iterator[tuple[str, str, bytes]]:
    chance = random.Random(20261125)
    for name, kind, data in HONEST:
        for part in (0.1, 0.3, 0.5) if kind != PDF else (0.1,):
            yield name, kind, data[: int(len(data) * part)]
        for _ in range(13):
            noisy = bytearray(data[:16] + bytes(chance.randbytes(len(data) - 16)))
            yield name, kind, bytes(noisy)
        yield name, kind, data[:12] + b"\0" * 200
        yield name, kind, SCRIPT + data
        yield name, kind, b" " + data


def hostile() -> Iterator[tuple[str, str, bytes]]:
    yield from wrong_names()
    yield from broken()
    yield from (("a.pdf", PDF, acting(change)) for change in PDFS)
    yield from (("a.txt", TEXT, data) for data in TEXTS)
    yield "a.pdf", PDF, pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    yield "a.pdf", PDF, pdf(encryption=pikepdf.Encryption(owner="o", user=""))
    yield from (
        ("a.png", PNG, huge(w, h)) for w, h in ((65_500, 65_500), (2**31 - 1, 1), (1, 2**31 - 1), (0, 0))
    )
    yield "a.png", PNG, huge(7_000, 7_000)  # says what it may, holds almost nothing
    yield "a.pdf", PDF, bomb()
    yield "a.txt", TEXT, b"x" * 10_000_001
    yield "a.txt", TEXT, b""


def bomb() -> bytes:
    """A PDF whose list of objects unpacks to a gigabyte."""
    packed = zlib.compress(
        b"\0" * 1_000_000_000 if os.environ.get("TABARD_PROVE") else b"\0" * 200_000_000, 9
    )
    told = f"<</Type/ObjStm/N 1000/First 900/Filter/FlateDecode/Length {len(packed)}>>"
    head = f"%PDF-1.5\n1 0 obj{told}stream\n".encode()
    return head + packed + b"\nendstream endobj\ntrailer<</Root 2 0 R>>"


HOSTILE = list(hostile())


def test_there_are_three_hundred_of_them() -> None:
    assert len(HOSTILE) >= 230
    assert len(HOSTILE) + len(POLYGLOTS) >= 300


def outcome(name: str, declared: str, data: bytes) -> str:
    """`kept`, or the code of the refusal."""
    try:
        cleaning.clean(data, name=name, declared=declared)
    except Refused as refusal:
        return clear(refusal)
    return "kept"


def clear(refusal: Refused) -> str:
    """The code, once it is sure that it says something in every language and leaves no gap."""
    for language in LANGUAGES:
        said = catalogue.message(refusal.code, language, **refusal.fields)
        assert "…" not in said
        assert catalogue.next_step(refusal.code, language, **refusal.fields)
    return refusal.code


def test_every_hostile_file_is_refused_with_a_clear_message() -> None:
    with ThreadPoolExecutor(2) as two:
        became = list(two.map(lambda one: outcome(*one), HOSTILE))
    assert {at: HOSTILE[at][0] for at, code in enumerate(became) if code not in REFUSALS} == {}


def test_a_damaged_pdf_is_mended_or_refused_and_tells_nothing_either_way() -> None:
    """What readers of PDF open, people send: qpdf mends what it can."""
    whole = pdf()
    for part in range(10, 100, 10):
        try:
            _, kept = cleaning.clean(whole[: len(whole) * part // 100], name="a.pdf", declared=PDF)
        except Refused as refusal:
            clear(refusal)
        else:
            assert not telling(kept)


# Files that are two things at once: the picture or the pages may be kept, the other thing never.
MARK = b"PAYLOAD-7731"
RIDERS = [
    SCRIPT + MARK, zipped({"x.js": MARK}) + MARK, b"%PDF-1.4 " + MARK, b"<?php " + MARK, b"MZ" + MARK,
    b"\n/*" + MARK + b"*/=1;", jpeg() + MARK, SVG + MARK, b"#!/bin/sh\n" + MARK, b"GIF89a/*" + MARK, b"PK\5\6" + MARK,
    b"\xff\xfe" + MARK, MARK * 1000, b"\0" * 5000 + MARK, b"{\\rtf1 " + MARK,
]  # fmt: skip


def with_comment(data: bytes, rider: bytes) -> bytes:
    """A JPEG with the rider in a comment at its start."""
    rider = rider[:60_000]
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(rider) + 2) + rider + data[2:]


POLYGLOTS = [
    *((name, kind, data + rider) for name, kind, data in HONEST for rider in RIDERS),
    *(("a.jpg", JPEG, with_comment(jpeg(), rider)) for rider in RIDERS),
]


def rides_on(one: tuple[str, str, bytes]) -> bool:
    name, kind, data = one
    try:
        return MARK in cleaning.clean(data, name=name, declared=kind)[1]
    except Refused as refusal:
        return clear(refusal) not in REFUSALS


def test_a_file_that_is_two_things_is_one_afterwards() -> None:
    assert all(MARK in data for _, _, data in POLYGLOTS)
    with ThreadPoolExecutor(2) as two:
        became = list(two.map(rides_on, POLYGLOTS))
    assert [at for at, rides in enumerate(became) if rides] == []


def test_the_process_that_cleans_has_a_limit_on_its_memory() -> None:
    """Were it not for the limit, this would take two gigabytes."""
    code = (
        "import sys; from tabard.formats.attached import __main__ as m;"
        "m.CLEANERS['text/plain'] = lambda d, k: bytes(2_000_000_000); sys.exit(m.main('text/plain'))"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"x", capture_output=True, check=False)
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


def test_a_process_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "PATIENCE", 0.01)
    with pytest.raises(Refused, match="damaged_file"):
        cleaning.clean(jpeg(), name="a.jpg", declared=JPEG)


@pytest.mark.parametrize(
    ("name", "declared", "found"),
    [
        ("a.JPG", "image/jpg", JPEG), ("a.jpeg", "", JPEG), ("photo", JPEG, JPEG),
        ("a.jpg", "application/octet-stream", JPEG), ("a.jpg", "IMAGE/JPEG; charset=x", JPEG),
    ],
)  # fmt: skip
def test_what_phones_say_of_a_picture_is_understood(name: str, declared: str, found: str) -> None:
    assert kind_of(jpeg(), name, declared) == found


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"), ("C:\\Users\\x\\photo.JPEG", "photo.jpeg"), ("", "attachment.jpg"),
        ("..", "attachment.jpg"), ("a\u202egpj.exe", "a gpj.jpg"), ("a\r\nSet-Cookie: x.jpg", "a Set-Cookie  x.jpg"),
        ("شاهد.jpg", "شاهد.jpg"), ("x" * 300 + ".jpg", "x" * 100 + ".jpg"), ("a\0b.jpg", "a b.jpg"),
    ],
)  # fmt: skip
def test_a_name_is_shown_without_what_could_mislead(name: str, shown: str) -> None:
    assert shown_name(name, JPEG) == shown


def test_plain_text_in_any_script_is_kept() -> None:
    for words in ("Hi: 3 < 4, a <b> c", "نص", "文字 — “quoted”", "emoji 🚑\tand tab"):
        assert text.clean(words.encode(), TEXT).decode() == words
    assert text.clean(b"\xef\xbb\xbfhello\r\n", TEXT) == b"hello\n"


def test_the_made_pdf_is_what_it_says() -> None:
    made = document()
    assert made.pages[0].Resources.XObject.I.Filter == Name.DCTDecode
