"""A flash report: an incident in at most 1,000 characters for a telephone, most important first, never cut inside
a word or a number; what it weighs as short messages; and what may be in it at which redaction.

A telephone counts UTF-16 units. Short messages hold 160 units of the GSM 7-bit alphabet (153 in a chain; 3GPP
TS 23.038, 6.2.1) or 70 of any other (67 in a chain; TS 23.040, 9.2.3.24.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST = 1_000
MORE = "..."  # in the small alphabet, unlike the sign of its own
# In a right-to-left text a line that begins with Latin letters or digits would run the wrong way.
RIGHT_TO_LEFT = ("ar",)
RLM, LRI, FSI, PDI = "\u200f", "\u2066", "\u2068", "\u2069"
UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x1f\x7f-\x9f]+|\\s+")

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWO = frozenset("^{}\\[~]|€\f")  # behind an escape: two units each


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it tells, under which heading, and whether it is somebody's own words, which may be cut."""

    name: str
    label: str
    text: str
    free: bool = False


@dataclass(frozen=True, slots=True)
class Flash:
    """The report: its lines as they stand in it, as one text, and what a telephone makes of that."""

    lines: tuple[Line, ...]
    text: str
    language: str

    @property
    def characters(self) -> int:
        """As a telephone counts them."""
        return units(self.text)

    @property
    def messages(self) -> int:
        """How many short messages it takes."""
        return messages(self.text)


def flash(title: str, lines: Iterable[Line], language: str, most: int = MOST) -> Flash:
    """The title and the lines, in their order, as far as they fit; free words are cut at a word, all else never."""
    kept: list[Line] = []
    text = _opened(isolated(title) if language in RIGHT_TO_LEFT else title, language)
    for line in lines:
        told = _fitted(line, most - units(text) - 1, language)
        if told is not None:
            kept.append(told)
            text = f"{text}\n{_line(told, language)}"
    return Flash(tuple(kept), text, language)


def units(text: str) -> int:
    """The length in UTF-16 units: a letter is one, most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def messages(text: str) -> int:
    """The short messages that a text takes; no character is torn between two."""
    plain = GSM | GSM_TWO
    small = all(character in plain for character in text)
    weights = [(2 if c in GSM_TWO else 1) if small else units(c) for c in text]
    single, chained = (160, 153) if small else (70, 67)
    return 1 if sum(weights) <= single else _packed(weights, chained)


def plain(text: str) -> str:
    """Somebody's words on one line, without unseen marks: they cannot pass for a line of ours or turn one round."""
    return UNSEEN.sub(" ", text).strip()


def cut(text: str, most: int) -> str:
    """The text, or as many whole words as fit with the sign that there is more; nothing where not one does."""
    if units(text) <= most:
        return text
    ends = [at for at in _breaks(text) if units(text[:at].rstrip()) <= most - len(MORE)]
    found = text[: ends[-1]].rstrip() if ends else ""
    return f"{found}{MORE}" if found else ""


def isolated(text: str) -> str:
    """A text that keeps its own direction whatever stands around it."""
    return f"{FSI}{text}{PDI}"


def left_to_right(text: str) -> str:
    """A number with its sign, or a reference: read from left to right in every language."""
    return f"{LRI}{text}{PDI}"


def _line(line: Line, language: str) -> str:
    """Marks stand only where they are needed: one of them makes every short message half as long."""
    foreign = line.free and (language in RIGHT_TO_LEFT or _turns(line.text))
    body = isolated(line.text) if foreign else line.text
    return _opened(f"{line.label}: {body}" if line.label and body else line.label or body, language)


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def _opened(text: str, language: str) -> str:
    return f"{RLM}{text}" if language in RIGHT_TO_LEFT else text


def _fitted(line: Line, most: int, language: str) -> Line | None:
    over = units(_line(line, language)) - most
    if over <= 0:
        return line
    shorter = cut(line.text, units(line.text) - over) if line.free else ""
    return Line(line.name, line.label, shorter, free=True) if shorter else None


def _breaks(text: str) -> Iterator[int]:
    """Where a text may end: before a space between words, or between two characters of a script without spaces.

    A number written with spaces is one number, and a non-breaking space is no end."""
    for at, (before, after) in enumerate(pairwise(text), start=1):
        spaced = after == " " and not (before.isdecimal() and text[at + 1 : at + 2].isdecimal())
        if spaced or (_wide(before) and _wide(after)):
            yield at


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" and unicodedata.category(character) == "Lo"


def _packed(weights: Sequence[int], most: int) -> int:
    count, room = 0, 0
    for weight in weights:
        if weight > room:
            count, room = count + 1, most
        room -= weight
    return count
