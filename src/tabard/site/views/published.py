"""Figures that others have printed: the list with what is wrong in it, one figure, a text to check, a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may, require
from tabard.figures import declarations
from tabard.figures import queries as counted
from tabard.figures.models import Published
from tabard.figures.published import actions, comparing, queries
from tabard.figures.published.declared import declared
from tabard.figures.published.entry import LONGEST, Entry
from tabard.figures.published.queries import Asked
from tabard.figures.published.reading import LARGEST
from tabard.figures.published.telling import Told, tell
from tabard.rules.checks.paragraph import paragraph
from tabard.rules.checks.prose import check_found
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language
from tabard.site.views.digits import ROW, whole
from tabard.site.views.errors import status_of, told
from tabard.vocab.words import words

PAGE, FINDINGS = 40, 20
LONGEST_TEXT = 20_000
FIELDS = ("source", "year", "table", "row", "column", "unit", "printed", "scope", "note")


@dataclass(frozen=True)
class Placed:
    """A finding in words, and the figure that it begins with."""

    told: Told
    name: str
    pk: str = ""


def published(request: HttpRequest) -> HttpResponse:
    """The figures that stand, with the findings beside them."""
    user = enter(request, Permission.TABLE_READ)
    asked = Asked(*(request.GET.get(name, "").strip()[:300] for name in ("source", "year", "table", "text")))
    after = whole(request.GET.get("after", "0"), "after", ROW)
    found = list(queries.narrowed(queries.standing(user), asked))
    told_of = _findings(user, {each.pk for each in found})
    marked = {key: each.told.finding.severity for each in reversed(told_of) for key in each.told.finding.keys}
    shown = {
        "rows": [(each, marked.get(each.pk, "")) for each in found[after : after + PAGE]],
        "total": len(found),
        "following": after + PAGE if len(found) > after + PAGE else None,
        "findings": told_of[:FINDINGS],
        "left_out": max(0, len(told_of) - FINDINGS),
        "asked": asked,
        "may_keep": may(user, Permission.PUBLISHED_KEEP),
    } | _choices(user)
    return render(request, "published.html", shown)


def new(request: HttpRequest) -> HttpResponse:
    """One figure by form, or a file of them; a refused one comes back with the reason beside it."""
    user = _keeper(request)
    refusal = None
    if request.method == "POST":
        try:
            if isinstance(file := request.FILES.get("file"), UploadedFile):
                actions.take_in(by=user, data=file.read(LARGEST + 1))
                return redirect("published")
            return redirect("published-one", actions.add(by=user, entry=_entry(request)).pk)
        except Refused as refused:
            refusal = refused
    shown = _form(user) | {"entry": request.POST} | told(refusal)
    return render(request, "published_new.html", shown, status=status_of(refusal) if refusal else 200)


def one(request: HttpRequest, pk: str) -> HttpResponse:
    """One figure: where it stands, what is wrong with it, what stood there before; corrected or void."""
    user = enter(request, Permission.TABLE_READ)
    figure = queries.visible_to(user).filter(pk=pk).first()
    if figure is None:
        raise Refused("not_found")
    refusal = None
    if request.method == "POST":
        try:
            return redirect("published-one", _changed(request, _keeper(request), figure))
        except Refused as refused:
            refusal = refused
    stands = queries.standing(user).filter(pk=pk).exists()
    shown = _form(user) | {
        "figure": figure,
        "measure": queries.as_figure(figure).measure,
        "entry": request.POST or _known(figure),
        "stands": stands,
        "later": queries.visible_to(user).filter(replaces=pk).first(),
        "earlier": queries.visible_to(user).filter(pk=figure.replaces).first() if figure.replaces else None,
        "findings": _findings(user, {pk}) if stands else [],
        "may_keep": may(user, Permission.PUBLISHED_KEEP),
    }
    return render(
        request, "published_one.html", shown | told(refusal), status=status_of(refusal) if refusal else 200
    )


def check(request: HttpRequest) -> HttpResponse:
    """A paragraph in English, checked by itself and against what stands; it is not kept."""
    user = enter(request, Permission.TABLE_READ)
    text = request.POST.get("text", "")[:LONGEST_TEXT]
    shown: dict[str, Any] = {"text": text, "longest": LONGEST_TEXT}
    if request.method == "POST":
        found = paragraph(text)
        if found:
            others = queries.figures(queries.standing(user))
            language = vocabulary_language()
            shown["figures"] = [each.figure for each in found]
            names = {each.figure.key: f"{each.figure.text} {each.figure.unit}" for each in found}
            shown["findings"] = [
                Placed(tell(each, language), names.get(each.keys[0], ""))
                for each in check_found(found, declared(), others)
            ]
        else:
            shown |= told(Refused("no_figures"))
    return render(request, "published_check.html", shown)


def compare(request: HttpRequest) -> HttpResponse:
    """What a document printed beside another document, or beside one of our tables."""
    user = enter(request, Permission.TABLE_READ)
    source, other, table = (request.GET.get(name, "") for name in ("source", "other", "table"))
    shown: dict[str, Any] = {"source": source, "other": other, "table": table} | _choices(user)
    shown["ours"] = sorted({m.ours.partition(":")[0] for m in declared().measures.values() if m.ours})
    if source and (other or table):
        everything = queries.standing(user)
        left = queries.narrowed(everything, Asked(source=source))
        if other:
            right = queries.narrowed(everything, Asked(source=other))
            shown["pairs"] = comparing.with_each_other(left, right)
        else:
            said = declarations.declaration(table).code
            shown["pairs"] = comparing.with_ours(left, by=user, snapshot=counted.snapshot(), table=said)
    return render(request, "published_compare.html", shown)


def _keeper(request: HttpRequest) -> Account:
    """Who may enter printed figures: they are nobody's in particular, so over everything."""
    user = enter(request, Permission.PUBLISHED_KEEP)
    require(user, Permission.PUBLISHED_KEEP)
    return user


def _findings(user: Account, keys: set[str]) -> list[Placed]:
    """What is said of these figures, in the reader's language, each with the figure that it begins with."""
    language = vocabulary_language()
    found = [each for each in queries.findings(user) if keys & set(each.keys)]
    first = queries.visible_to(user).in_bulk([each.keys[0] for each in found])
    return [Placed(tell(each, language), _name(first[each.keys[0]]), each.keys[0]) for each in found]


def _name(figure: Published) -> str:
    return " · ".join(filter(None, (figure.row, figure.year, figure.source)))


def _choices(user: Account) -> dict[str, Any]:
    """The documents, years and tables that there are."""
    names = ("source", "year", "table")
    found = {name: queries.standing(user).order_by(name).values_list(name, flat=True) for name in names}
    return {f"{name}s": list(dict.fromkeys(filter(None, values))) for name, values in found.items()}


def _form(user: Account) -> dict[str, Any]:
    units = sorted(declared().units)
    return {"units": units, "scopes": list(words("scope")), "longest": LONGEST} | _choices(user)


def _known(figure: Published) -> dict[str, Any]:
    """A stored figure as the form shows it."""
    known = {name: getattr(figure, name) for name in FIELDS if name != "note"}
    note = getattr(figure, "note", None)
    return known | {
        "as_of": figure.as_of.isoformat() if figure.as_of else "",
        "note": note.text if note else "",
    }


def _entry(request: HttpRequest) -> Entry:
    source, year, table, row, column, unit, printed, scope, note = (
        request.POST.get(name, "").strip() for name in FIELDS
    )
    day = _day(request.POST.get("as_of", ""))
    return Entry(source, year, table, row, column, unit, printed, scope, day, note)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("bad_date", field="as_of") from None


def _changed(request: HttpRequest, user: Account, figure: Published) -> str:
    """Carries out what the form of one figure asks; the id of what is to be shown then."""
    does = request.POST.get("do", "")
    if does == "correct":
        return actions.correct(by=user, figure=figure, entry=_entry(request)).pk
    if does == "void":
        actions.void(by=user, figure=figure)
    elif does == "erase":
        actions.erase_note(by=user, figure=figure)
    else:
        raise Refused("bad_value", field="do")
    return figure.pk
