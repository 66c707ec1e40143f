"""What may be a password: long, not one that many use, and more than words that anybody at the place would try."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tabard.access.models import Account
from tabard.rules.refusals import Refused

LONGEST = 1_000  # characters: a sentence, and no work for the machine
REST = 8  # letters and figures that must be left once the words of the place are taken out
SHORTEST_WORD = 3  # a code of a country
PRODUCT = ("Tabard", "security", "register", "password", "incident")
Words = Callable[[Account], Iterable[str]]
_asked: list[Words] = []


def ask_too(words: Words) -> None:
    """Ask here too which words an account would try: the rooms above know organisations and countries."""
    _asked.append(words)


def checked(password: str, account: Account) -> str:
    """The password itself; one that is easily found is refused, and the refusal says nothing of it.

    That of the example's accounts is told to everybody anyway: its words are not looked at."""
    if len(password) > LONGEST:
        raise Refused("password_long", most=LONGEST)
    try:
        validate_password(password)
    except ValidationError:
        raise Refused("weak_password") from None
    own = [*PRODUCT, account.handle, *account.handle.split("@"), account.name, *account.name.split()]
    around = [word for words in _asked for word in words(account)]
    if not account.is_example and is_local(password, own + around):
        raise Refused("password_local")
    return password


def is_local(password: str, words: Iterable[str]) -> bool:
    """Whether little is left of a password without these words, however they are written; longest words first."""
    rest = folded(password)
    for word in sorted({folded(word) for word in words}, key=len, reverse=True):
        if len(word) >= SHORTEST_WORD:
            rest = rest.replace(word, " ")
    return len(rest.replace(" ", "")) < REST


def folded(text: str) -> str:
    """Letters and figures only, without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())
