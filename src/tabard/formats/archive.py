"""The zip of a workbook, examined before anything in it is unpacked: size, ratio, entries, DTDs."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from tabard.formats.reading import Limits
from tabard.rules.refusals import Refused

CHUNK = 1 << 16
LONGEST_TOKEN = 4_000_000  # bytes of one tag or comment, which the parser holds whole
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def unreadable() -> Refused:
    """What a file that only looks like a workbook is answered with."""
    return Refused("unreadable_file", format="XLSX")


def opened(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """The archive, if its table of contents keeps to the limits and no XML part brings a DTD."""
    try:
        archive = zipfile.ZipFile(stream)
    except _DAMAGE:
        raise unreadable() from None
    entries = archive.infolist()
    if len(entries) > limits.entries or sum(entry.file_size for entry in entries) > limits.unpacked:
        raise Refused("zip_bomb")
    for entry in entries:
        if entry.file_size > 1_000_000 and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise Refused("zip_bomb")
        if entry.flag_bits & 0x1:
            raise unreadable()  # encrypted
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            _refuse_dtd(archive, entry.filename)
    return archive


def chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part of the archive in pieces. `zipfile` itself stops at the size that the contents declare."""
    try:
        with archive.open(name) as part:
            while piece := part.read(CHUNK):
                yield piece
    except KeyError:
        raise unreadable() from None
    except _DAMAGE:
        raise unreadable() from None


def _refuse_dtd(archive: zipfile.ZipFile, name: str) -> None:
    tail = b""
    for piece in chunks(archive, name):
        text = tail + piece.replace(b"\0", b"")  # so that UTF-16 hides nothing
        if _DTD.search(text):
            raise Refused("external_entity")
        tail = text[-16:]


def _forbidden(*_: object) -> None:
    raise Refused("external_entity")


def parser() -> expat.XMLParserType:
    """An XML parser that refuses a document type, and with it every entity."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _forbidden
    made.EntityDeclHandler = _forbidden
    return made


def parse(
    archive: zipfile.ZipFile, name: str, handler: Callable[[expat.XMLParserType], None]
) -> Iterator[None]:
    """Feed a part to a parser that `handler` has set up, yielding after every piece."""
    made = parser()
    handler(made)
    try:
        fed = 0
        for piece in chunks(archive, name):
            made.Parse(piece, False)
            fed += len(piece)
            if fed - made.CurrentByteIndex > LONGEST_TOKEN:
                raise Refused("zip_bomb")
            yield
        made.Parse(b"", True)
        yield
    except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that there is not
        raise unreadable() from None
