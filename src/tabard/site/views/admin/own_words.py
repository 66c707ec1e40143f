"""An organisation's own words: the list, a new one under a shipped word, other labels, retiring one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.people import actions
from tabard.people.models import Organisation, Word
from tabard.people.words import label
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language, word
from tabard.site.views.errors import status_of, told
from tabard.vocab import words

TONGUES = (
    ("en", "English"), ("fr", "Français"), ("es", "Español"), ("ru", "Русский"), ("zh", "中文"), ("ar", "العربية"),
)  # fmt: skip


def own_words(request: HttpRequest) -> HttpResponse:
    """All of them, and the form of a new one under a word of the list chosen."""
    user = enter(request, Permission.WORD_KEEP)
    if request.method != "POST":
        return _list(request)
    try:
        _add(user, request.POST)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("admin-words")


def own_word(request: HttpRequest, pk: str) -> HttpResponse:
    """One word: call it otherwise, or retire it."""
    user, found = enter(request, Permission.WORD_KEEP), _find(pk)
    if request.method != "POST":
        return _one(request, found)
    try:
        if request.POST.get("change") == "retire":
            actions.retire_word(by=user, word=found)
        else:
            actions.label_word(by=user, word=found, labels=_labels(request.POST))
    except Refused as refusal:
        return _one(request, _find(pk), refusal)
    return redirect("admin-words")


def _list(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    language = vocabulary_language()
    owners = dict(Organisation.objects.values_list("pk", "name"))
    rows = Word.objects.order_by("valid_to", "list", "code")
    shown: dict[str, Any] = {
        "rows": [(row, label(row, language), owners.get(row.owner, ""), list_name(row.list)) for row in rows],
        "parents": [(code, list_name(code), _choices(code)) for code in actions.LISTS],
        "owners": sorted(owners.items(), key=lambda each: each[1]),
        "labels": [(code, name, request.POST.get(f"label-{code}", "")) for code, name in TONGUES],
        "asked": request.POST,
        **told(refusal),
    }
    return render(request, "admin/words.html", shown, status=status_of(refusal) if refusal else 200)


def _one(request: HttpRequest, found: Word, refusal: Refused | None = None) -> HttpResponse:
    labels = [(code, name, found.labels.get(code, "")) for code, name in TONGUES]
    shown = {
        "word": found,
        "name": label(found, vocabulary_language()),
        "list_name": list_name(found.list),
        "labels": labels,
        **told(refusal),
    }
    return render(request, "admin/word.html", shown, status=status_of(refusal) if refusal else 200)


def list_name(list_code: str) -> str:
    """What people call a list."""
    names = {"object_kind": word("fact", "objects")}
    return names.get(list_code) or word("fact", list_code)


def _choices(list_code: str) -> list[tuple[str, str]]:
    """The words under which one's own can stand: list and code together, as a form sends them."""
    language = vocabulary_language()
    return [
        (f"{list_code}:{code}", words.label(list_code, code, language)) for code in words.words(list_code)
    ]


def _find(pk: str) -> Word:
    found = Word.objects.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _labels(asked: Mapping[str, str]) -> dict[str, str]:
    return {code: asked.get(f"label-{code}", "") for code, _ in TONGUES}


def _add(user: Account, asked: Mapping[str, str]) -> None:
    list_code, _, parent = asked.get("parent", "").partition(":")
    code, owner = asked.get("code", "").strip(), asked.get("owner", "")
    actions.add_word(
        by=user, list_code=list_code, code=code, parent=parent, labels=_labels(asked), owner=owner
    )
