"""Made files to attach: honest ones that tell of their making, and hostile ones of every kind."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, PngImagePlugin

CANARY = "Zyxwv Canaryname"
GPS = {1: "N", 2: (4.0, 51.0, 0.0), 3: "E", 4: (31.0, 36.0, 0.0)}  # in a way that a camera writes it


def telling() -> Image.Exif:
    """What a camera adds: who, where, which way up."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = CANARY  # description, artist
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825).update(GPS)
    return exif


def picture(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def jpeg(size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    out = BytesIO()
    picture(size).save(out, "JPEG", exif=telling(), comment=CANARY.encode(), **more)
    return out.getvalue()


def png(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> bytes:
    out, info = BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY)
    info.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY}</x>", zip=True)
    picture(size, mode).save(out, "PNG", pnginfo=info, exif=telling())
    return out.getvalue()


def webp(size: tuple[int, int] = (60, 40)) -> bytes:
    out = BytesIO()
    picture(size).save(out, "WEBP", exif=telling(), xmp=f"<x>{CANARY}</x>".encode())
    return out.getvalue()


def document() -> pikepdf.Pdf:
    """One page with a photograph that tells, a comment with its author, and metadata twice."""
    made = pikepdf.new()
    photo = Stream(made, b"")
    photo.write(jpeg(), filter=Name.DCTDecode)
    photo.Type, photo.Subtype, photo.ColorSpace = Name.XObject, Name.Image, Name.DeviceRGB
    photo.Width, photo.Height, photo.BitsPerComponent = 60, 40, 8
    made.add_blank_page(page_size=(200, 200))
    page = made.pages[0]
    page.Resources = Dictionary(XObject=Dictionary(I=photo))
    page.Contents = Stream(made, b"q 60 0 0 40 0 0 cm /I Do Q")
    page.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Text, T=CANARY, Contents="See.", Rect=[0, 0, 9, 9])]
    )
    made.docinfo["/Author"] = CANARY
    with made.open_metadata() as told:
        told["dc:creator"] = [CANARY]
    return made


def pdf(change: Any = None, **more: Any) -> bytes:
    made, out = document(), BytesIO()
    if change:
        change(made)
    made.save(out, **more)
    return out.getvalue()
