"""Pictures, decoded and written anew: upright, no larger than a screen needs, and nothing but the picture.

Where it was taken, when, with what and by whom goes; so does whatever was hidden behind the picture."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps

from tabard.rules.refusals import Refused

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MOST_PIXELS = 50_000_000  # what phones take today; 200 MB while it is open
LONGEST_EDGE = 4096
QUALITY = 88
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def clean(data: bytes, kind: str) -> bytes:
    """The picture alone, in its own format; of a moving one the first picture."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture = _upright(data, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("picture_too_large", limit=MOST_PIXELS // 1_000_000) from None
    picture.info = {}  # comments, EXIF, XMP, colour profiles
    out = BytesIO()
    picture.save(out, FORMATS[kind], quality=QUALITY, optimize=kind == "image/jpeg")
    return out.getvalue()


def _upright(data: bytes, kind: str) -> Image.Image:
    with Image.open(BytesIO(data), formats=[FORMATS[kind]]) as opened:
        opened.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
        upright = ImageOps.exif_transpose(opened)
        return upright.convert(_mode(upright, kind))


def _mode(picture: Image.Image, kind: str) -> str:
    if picture.has_transparency_data and kind != "image/jpeg":
        return "RGBA"
    return "L" if picture.mode in ("1", "L") else "RGB"


def stripped(jpeg: bytes) -> bytes:
    """A JPEG inside another file without the segments that tell of its making; its pixels stay bit for bit."""
    return b"".join(_kept(jpeg)) if jpeg.startswith(b"\xff\xd8") else jpeg


KEPT_ANYWAY = {0xEE}  # Adobe's: how the colours are meant
TELLING = {*range(0xE1, 0xF0), 0xFE} - KEPT_ANYWAY  # EXIF, XMP, IPTC, comments
SCAN = 0xDA


def _kept(jpeg: bytes) -> Iterator[bytes]:
    yield jpeg[:2]
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == SCAN:
            break
        if marker not in TELLING:
            yield jpeg[at:end]
        at = end
    yield jpeg[at:]
