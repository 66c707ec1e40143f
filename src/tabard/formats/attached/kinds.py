"""The kinds of file that are taken as an attachment: first bytes, name and declared type must agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from tabard.rules.refusals import Refused

TEXT = "text/plain"
# Office files are not taken: macros, remote templates and authors' names hide in too many places of them.
# HEIC is not taken: the free decoders carry licences of their own; phones send JPEG where the form asks for it.
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    TEXT: (".txt",),
}
STARTS = (
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("application/pdf", re.compile(rb"%PDF-[12]\.\d")),
)
SAME = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}
UNSAID = ("", "application/octet-stream")
KIND_OF = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes}
ACCEPT = ",".join((*SUFFIXES, *KIND_OF))  # for a form
LONGEST_NAME = 100
REFUSED = 3  # how the cleaning process ends when it refuses; its output is code and fields
UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff/\\:*?\"<>|]+")


def kind_of(data: bytes, name: str, declared: str) -> str:
    """The kind of a file, where its first bytes, its name and what is said of it agree; else a refusal."""
    suffix = PurePath(name).suffix.lower()
    said = declared.partition(";")[0].strip().lower()
    said = SAME.get(said, said)
    if (suffix and suffix not in KIND_OF) or (said not in UNSAID and said not in SUFFIXES):
        raise Refused("type_not_taken")
    told = {KIND_OF.get(suffix, "")} | ({said} - set(UNSAID)) - {""}
    found = next((kind for kind, start in STARTS if start.match(data)), TEXT)
    if told - {""} != {found}:
        raise Refused("wrong_type")
    return found


def shown_name(name: str, kind: str) -> str:
    """A name that can be shown and saved: no path, no marks that turn text around, the kind's own ending."""
    stem = PurePath(name.replace("\\", "/")).name
    suffix = PurePath(stem).suffix.lower()
    stem = UNPRINTED.sub(" ", stem.removesuffix(PurePath(stem).suffix)).strip(" .")[:LONGEST_NAME]
    endings = SUFFIXES[kind]
    return (stem or "attachment") + (suffix if suffix in endings else endings[0])
