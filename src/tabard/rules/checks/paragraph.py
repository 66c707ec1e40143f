"""Finds the figures of a paragraph in the form of the resolutions, and how the sentence ties them together.

"483 recorded attacks against humanitarian personnel in 2019, resulting in at least 125 killed, 234 injured and 134
abducted" is a total of events with its parts; "44 fatalities, of which 11 resulted from acts of violence" is a part
within a whole. English only: the language in which the reports are drafted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.numerals import NUMERAL, in_figures

SOURCE = "text"
THOUSANDS = "[,\u00a0\u202f]"
SIGNS = rf"\d{{1,3}}(?:{THOUSANDS}\d{{3}})+(?!\d)|\d+(?:\.\d+)?"
NUMBER = re.compile(rf"(?P<signs>{SIGNS})|(?P<words>{NUMERAL})", re.I)
# Numbers that count nothing: of documents, paragraphs, annexes, days of a month.
NAMES = re.compile(
    r"(?:\b(?:para(?:graph)?s?|annex(?:es)?|resolutions?|sections?|articles?|tables?|figures?|chapter|no|page|pp?)\b\.?"
    r"\s*|/)$",
    re.I,
)
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
AFTER_DAY = re.compile(rf"\s+(?:{MONTH})\b")
AFTER_NAME = re.compile(r"/|-(?:month|year|day)")
BEFORE_YEAR = re.compile(
    rf"(?:\b(?:in|during|of|for|year|since|by|to|until|and|from|between|{MONTH})|\(|–|-)\s*$", re.I
)
YEAR = re.compile(r"(?:199|20[0-4])\d")
CLAUSE = re.compile(r";|(?<=[^\d\W])\.(?=\s)|(?<=\d)\.(?=\s+[A-Z])|\n\s*\n")
PERCENT = re.compile(r"\s*(?:%|per\s?cent\b)", re.I)
OF = re.compile(r"\s+(?:out\s+)?of\s+(?:the\s+|those\s+)?", re.I)
KINDS = {
    "share": r"locally\s+recruited|national(?:ly recruited)? (?:staff|personnel)|local (?:staff|personnel)",
    "affected": r"affected",
    "victims": r"victims?\b|(?:were|was)\s+attacked",
    "killed": r"kill(?:ed|ings?)\b|fatalit(?:y|ies)|deaths?\b|died\b|dead\b|lost \w+ li(?:ves|fe)|loss of li(?:fe|ves)",
    "injured": r"injur(?:ed|y|ies)\b|wounded",
    "kidnapped": r"abduct(?:ed|ions?)\b|kidnap(?:ped|pings?)\b|hostages?\b",
    "detained": r"arrest(?:ed|s)?\b|detain(?:ed|ees)\b|detentions?\b",
    "intimidated": r"intimidat|harass",
    "incidents": r"incidents?\b",
    "attacks": r"attacks?\b",
}
VIOLENCE = re.compile(r"acts?\s+of\s+violence|violent\s+acts?|\bby\s+violence", re.I)
KIND = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()), re.I)
CASES = re.compile(r"\b(?:reported\s+)?cases\b", re.I)
WITHIN = re.compile(
    r"\b(?:of\s+wh(?:ich|om)|including|among\s+(?:them|whom|which)|of\s+them|of\s+these)\b", re.I
)
MADE_OF = re.compile(
    r"\b(?:resulting\s+in|resulted\s+in|comprising|consisting\s+of|namely|that\s+is)\b", re.I
)
NEXT = re.compile(r",\s*$|\band\s+(?:at\s+least\s+)?$", re.I)
TOTALS = {"attacks", "incidents", "victims", "affected"}
SCOPES = (
    ("unrwa", re.compile(r"UNRWA|Relief\s+and\s+Works\s+Agency|area\s+staff", re.I)),
    ("aid", re.compile(r"humanitarian\s+(?:personnel|workers?|staff)|aid\s+workers?", re.I)),
    ("unsms", re.compile(r"United\s+Nations|\bUN\b|security\s+management\s+system", re.I)),
)
CAUSES = {
    "crime": re.compile(r"\bcrim(?:e|es|inal)\b", re.I),
    "terrorism": re.compile(r"\bterroris[mt]|violent\s+extremis[mt]", re.I),
    "armed_conflict": re.compile(r"armed\s+conflict", re.I),
    "civil_unrest": re.compile(r"civil\s+unrest", re.I),
}
# What the sentence calls a thing -> the measure of the scope; a kind that is not here is the measure's own name.
MEASURES = {
    ("aid", "attacks"): "aid.recorded",
    ("unsms", "kidnapped"): "unsms.abducted",
    ("unrwa", "kidnapped"): "unrwa.abducted",
    ("unsms", "share"): "unsms.local_share",
    ("unsms", "attacks"): "",
    ("unsms", "incidents"): "",
    ("unrwa", "attacks"): "",
    ("unrwa", "incidents"): "",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One number of a text: where it stands, what it counts, and which earlier one it belongs to."""

    figure: Figure
    start: int
    end: int
    kind: str
    violence: bool
    within: str = ""
    part_of: str = ""
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A number that counts something, and the words up to the next one."""

    start: int
    end: int
    text: str
    percent: bool
    before: str
    after: str


def paragraph(text: str) -> tuple[Found, ...]:
    """Every figure of a text, in its order."""
    found: list[Found] = []
    scope, year, start = "", "", 0
    for end in [*(match.start() for match in CLAUSE.finditer(text)), len(text)]:
        clause = text[start:end]
        scope, year = _scope(clause) or scope, _year(clause) or year
        found += _clause(clause, start, scope, year, len(found))
        start = end
    return tuple(found)


def _scope(clause: str) -> str:
    return next((scope for scope, pattern in SCOPES if pattern.search(clause)), "")


def _year(clause: str) -> str:
    """The first year that the clause names as such."""
    for match in re.finditer(r"\d{4}", clause):
        if YEAR.fullmatch(match[0]) and BEFORE_YEAR.search(clause[: match.start()]):
            return match[0]
    return ""


def _clause(clause: str, offset: int, scope: str, year: str, count: int) -> list[Found]:
    found: list[Found] = []
    for token in _tokens(clause):
        made = _made(token, scope, year, found, f"n{count + len(found) + 1}")
        found.append(replace(made, start=made.start + offset, end=made.end + offset))
    return _told_apart(found)


def _told_apart(found: list[Found]) -> list[Found]:
    """Where persons are counted by themselves, attacks are attacks; a part within a count is not the count again."""
    victims = any(each.kind == "victims" for each in found)
    seen: set[str] = set()
    told = []
    for each in found:
        measure = each.figure.measure
        if victims and measure == "aid.recorded":
            measure = "aid.incidents"
        if each.within and measure in seen:
            measure = ""
        seen.add(measure)
        told.append(replace(each, figure=replace(each.figure, measure=measure)))
    return told


def _tokens(clause: str) -> Iterator[Token]:
    """Each number with the words around it; `6 of the 7` is one."""
    matches = [match for match in NUMBER.finditer(clause) if _counts(match, clause)]
    tokens = _alone(clause, matches)
    held: Token | None = None
    for token in tokens:
        if held and not held.percent and OF.fullmatch(held.after):
            pair = f"{held.text} of {token.text}"
            held = replace(held, end=token.end, text=pair, after=token.after)
            continue
        if held:
            yield held
        held = token
    if held:
        yield held


def _alone(clause: str, matches: list[re.Match[str]]) -> Iterator[Token]:
    for index, match in enumerate(matches):
        last = matches[index - 1].end() if index else 0
        following = matches[index + 1].start() if index + 1 < len(matches) else len(clause)
        percent = PERCENT.match(clause, match.end())
        end = percent.end() if percent else match.end()
        before, after = clause[last : match.start()], clause[end:following]
        yield Token(match.start(), end, _digits(match), bool(percent), before, after)


def _digits(match: re.Match[str]) -> str:
    if match["words"]:
        return str(in_figures(match["words"]) or 0)
    return re.sub(THOUSANDS, "", match["signs"])


def _counts(match: re.Match[str], clause: str) -> bool:
    """Whether a number counts something: a year, a paragraph, a symbol and a date do not."""
    before, after = clause[: match.start()], clause[match.end() :]
    if NAMES.search(before) or AFTER_NAME.match(after) or AFTER_DAY.match(after):
        return False
    is_year = YEAR.fullmatch(match[0]) and BEFORE_YEAR.search(before)
    one = match["words"] and match[0].casefold() == "one" and not KIND.search(after[:60])
    return not is_year and not one and not re.search(r"[A-Za-z][-/]?$", before)


def _made(token: Token, scope: str, year: str, found: list[Found], key: str) -> Found:
    kind, violence = _kind(token)
    if not kind and found and (violence or WITHIN.search(token.before)):
        kind = found[-1].kind
    measure = _measure(scope, kind, violence, token.percent)
    figure = Figure(key, SOURCE, year, measure, _unit(token, kind), token.text)
    made = Found(figure, token.start, token.end, kind, violence, causes=_causes(token.after))
    return _tied(made, token, found)


def _kind(token: Token) -> tuple[str, bool]:
    """What the words after a number call it, else the words before: `none were killed`, `the dead were 11`."""
    violence = bool(VIOLENCE.search(token.after))
    after = KIND.search(token.after)
    if token.percent:
        return "share", violence
    if after is not None:
        return str(after.lastgroup), violence
    before = None if violence or token.before[:1] in ",;" else KIND.search(token.before)
    return (str(before.lastgroup) if before else ""), violence


def _measure(scope: str, kind: str, violence: bool, percent: bool) -> str:
    if not scope or not kind or (percent and kind != "share"):
        return ""
    known = MEASURES.get((scope, kind))
    base = f"{scope}.{kind}" if known is None else known
    return f"{base}_violence" if violence and kind in ("killed", "injured") and scope == "unsms" else base


def _unit(token: Token, kind: str) -> str:
    if token.percent:
        return "per cent"
    if kind == "intimidated" or CASES.search(token.after):
        return "reported cases" if CASES.search(token.after) else "persons"
    return kind if kind in ("attacks", "incidents") else "persons"


def _causes(after: str) -> tuple[str, ...]:
    """The causes that a phrase lists, where it lists any."""
    return tuple(cause for cause, pattern in CAUSES.items() if pattern.search(after))


def _tied(made: Found, token: Token, found: list[Found]) -> Found:
    """Ties a figure to what it is a part of: `resulting in` opens a list of parts, `of which` one part within."""
    if not found:
        return made
    if WITHIN.search(token.before):
        return replace(made, within=found[-1].figure.key)
    if MADE_OF.search(token.before):
        total = next((each for each in reversed(found) if each.kind in TOTALS), None)
        return replace(made, part_of=total.figure.key) if total else made
    listed = next((each.part_of for each in reversed(found) if not each.within), "")
    return replace(made, part_of=listed) if listed and made.kind and NEXT.search(token.before) else made
