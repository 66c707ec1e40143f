"""English words for numbers, as resolutions write small ones: none, eleven, forty-four, one hundred and twenty-five."""

from __future__ import annotations

SMALL = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(1, 20),
        strict=True,
    )
)
TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
NOTHING = {"none": 0, "zero": 0, "nil": 0, "nobody": 0}
BIG = {"hundred": 100, "thousand": 1000}
WORDS = {**SMALL, **TENS, **NOTHING, **BIG}
PATTERN = rf"(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})"
# A number in words: words of numbers joined by spaces, hyphens or "and".
NUMERAL = rf"\b{PATTERN}(?:(?:[-\s]|\sand\s){PATTERN})*\b"


def in_figures(text: str) -> int | None:
    """The number that the words are; none where a word among them is no number."""
    total = group = 0
    for word in text.casefold().replace("-", " ").split():
        if word == "and":
            continue
        if word not in WORDS:
            return None
        if word == "thousand":
            total, group = total + (group or 1) * 1000, 0
        else:
            group = (group or 1) * 100 if word == "hundred" else group + WORDS[word]
    return total + group
