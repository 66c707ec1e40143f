"""PDF, written anew from the objects that its pages need: refused where it acts, without what tells of its making."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf, Stream

from tabard.formats.attached.pictures import stripped
from tabard.rules.refusals import Refused

ACTS = frozenset(
    "/JS /JavaScript /XFA /EmbeddedFiles /EmbeddedFile /RichMedia /RichMediaContent /AF /Movie".split()
)
ACTIONS = frozenset(
    "/JavaScript /Launch /SubmitForm /ImportData /GoToE /GoToR /Rendition /Movie /Sound /RichMediaExecute "
    "/EmbeddedFile /RichMedia /FileAttachment /Screen /3D".split()
)
TELLS = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified", "/OpenAction", "/AA", "/UserProperties")
AUTHORS = ("/T", "/NM", "/M", "/CreationDate")  # of a comment: who wrote it, and when
NOT_COMMENTS = ("/Widget", "/Link")
MOST_OBJECTS = 200_000


def clean(data: bytes, kind: str) -> bytes:
    """The pages, without metadata; what was cut out or overwritten in an earlier saving is gone too."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            return _written(pdf)
    except pikepdf.PasswordError:
        raise Refused("locked_file") from None


def _written(pdf: Pdf) -> bytes:
    if pdf.is_encrypted:
        raise Refused("locked_file")
    for one in _dictionaries(pdf):
        _look_at(one)
    for name in ("/Info", "/ID"):
        if name in pdf.trailer:
            del pdf.trailer[name]
    if not pdf.pages:
        raise Refused("damaged_file")
    out = BytesIO()
    pdf.remove_unreferenced_resources()
    pdf.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()


def _dictionaries(pdf: Pdf) -> Iterator[Object]:
    """Every dictionary of the file, those inside others too; what is referred to comes by itself."""
    waiting: list[Object] = [*pdf.objects, pdf.trailer]
    for _ in range(MOST_OBJECTS):
        if not waiting:
            return
        one = waiting.pop()
        parts = _parts(one)
        waiting += [part for part in parts if isinstance(part, Object) and not part.is_indirect]
        if isinstance(one, Dictionary | Stream):
            yield one
    raise Refused("damaged_file")


def _parts(one: Object) -> list[object]:
    if isinstance(one, Dictionary | Stream):
        return [one[name] for name in one.keys()]  # noqa: SIM118 - not a mapping
    return [*one] if isinstance(one, pikepdf.Array) else []


def _look_at(one: Object) -> None:
    names = set(one.keys())
    kinds = {str(one.get(name, "")) for name in ("/S", "/Type", "/Subtype")}
    if names & ACTS or kinds & ACTIONS:
        raise Refused("active_content")
    comment = one.get("/Type") == Name.Annot and str(one.get("/Subtype", "")) not in NOT_COMMENTS
    for name in (*TELLS, *(AUTHORS if comment else ())):
        if name in names:
            del one[name]
    if isinstance(one, Stream) and one.get("/Filter") == Name.DCTDecode and "/DecodeParms" not in names:
        one.write(stripped(one.read_raw_bytes()), filter=Name.DCTDecode)
