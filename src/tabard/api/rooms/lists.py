"""What records refer to: collections, organisations, words in six languages."""

from __future__ import annotations

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import KEY, read, sends
from tabard.api.once import once
from tabard.api.problems import language_of
from tabard.api.signin import account
from tabard.formats.report.shapes import Code, Key, Name, Shape
from tabard.formats.report.shapes import Collection as CollectionCode
from tabard.incidents import actions
from tabard.incidents.models import Collection, Current
from tabard.incidents.queries import seen_by
from tabard.people.actions import create_organisation
from tabard.people.models import Organisation
from tabard.rules.refusals import Refused
from tabard.vocab import words as vocabulary
from tabard.vocab.words import LANGUAGES

router = Router(tags=["Lists"])


class CollectionIn(Shape):
    """A new collection: its incidents are counted only by tables that name it."""

    code: CollectionCode
    label: Annotated[Name, Field(min_length=1, max_length=120)]


class OrganisationIn(Shape):
    """A new organisation of a kind from the list `org_type`."""

    name: Annotated[Name, Field(min_length=1)]
    kind: Code
    parent: Key | None = None


@router.get("/collections", response=shapes.CollectionList, summary="List collections")
def list_collections(request: HttpRequest) -> HttpResponse:
    """Those that hold something the account may see, or that it may report into."""
    by = account(request)
    found = [each for each in Collection.objects.order_by("code") if _concerns(by, each)]
    lines = [shapes.CollectionOut(code=e.code, label=e.label, is_example=e.is_example) for e in found]
    return answer(shapes.CollectionList(items=lines))


def _concerns(by: Account, each: Collection) -> bool:
    if policy.may(by, Permission.INCIDENT_REPORT, [each.scope_key]) or policy.may(
        by, Permission.COLLECTION_CREATE
    ):
        return True
    return Current.objects.filter(seen_by(by), collection=each.code).exists()


@router.post(
    "/collections",
    response={201: shapes.CollectionOut},
    summary="Open a collection",
    openapi_extra=sends(CollectionIn, KEY),
)
def open_collection(request: HttpRequest) -> HttpResponse:
    """A code that is there already stays as it is."""
    by, said = account(request), read(request, CollectionIn)

    def made() -> HttpResponse:
        new = actions.create_collection(by=by, code=said.code, label=said.label)
        return answer(shapes.CollectionOut(code=new.code, label=new.label, is_example=new.is_example), 201)

    return once(request, made)


@router.get("/organisations", response=shapes.OrganisationList, summary="List organisations")
def list_organisations(request: HttpRequest) -> HttpResponse:
    """Those of the account's own scopes; all of them for whoever holds a role over everything."""
    rows = _organisations(account(request)).order_by("name", "pk")
    return answer(shapes.OrganisationList(items=[_organisation(row) for row in rows]))


def _organisations(by: Account) -> QuerySet[Organisation]:
    kinds = (Permission.INCIDENT_READ, Permission.INCIDENT_REPORT, Permission.ORGANISATION_CREATE)
    scopes = {grant.scope for kind in kinds for grant in policy.holding(by, kind)}
    if policy.EVERYTHING in scopes:
        return Organisation.objects.all()
    own = [scope.removeprefix("org:") for scope in scopes if scope.startswith("org:")]
    return Organisation.objects.filter(pk__in=own)


def _organisation(row: Organisation) -> shapes.OrganisationOut:
    return shapes.OrganisationOut(id=row.pk, name=row.name, kind=row.kind, parent=row.parent_id)


@router.post(
    "/organisations",
    response={201: shapes.Made},
    summary="Enter an organisation",
    openapi_extra=sends(OrganisationIn, KEY),
)
def enter_organisation(request: HttpRequest) -> HttpResponse:
    """Names are given once."""
    by, said = account(request), read(request, OrganisationIn)
    policy.require(by, Permission.ORGANISATION_CREATE)
    parent = Organisation.objects.filter(pk=said.parent).first() if said.parent else None
    if said.parent and parent is None:
        raise Refused("bad_value", field="parent")

    def made() -> HttpResponse:
        if Organisation.objects.filter(name=said.name).exists():
            raise Refused("already_so")
        new = create_organisation(by=by, name=said.name, kind=said.kind, parent=parent)
        return answer(shapes.Made(id=new.pk), 201)

    return once(request, made)


@router.get("/words", response=shapes.Names, summary="Names of the word lists")
def list_word_lists(request: HttpRequest) -> HttpResponse:
    """In alphabetical order."""
    return answer(shapes.Names(items=list(vocabulary.lists())))


@router.get("/words/{name}", response=shapes.WordList, summary="Words of a list")
def list_words(
    request: HttpRequest, name: str, language: Annotated[str, Query(max_length=8, pattern=r"^[a-z]*$")] = ""
) -> HttpResponse:
    """With their labels in `language`, else in that of `Accept-Language`."""
    if name not in vocabulary.lists():
        raise Refused("not_found")
    tongue = language or language_of(request.headers.get("Accept-Language", ""))
    if tongue not in LANGUAGES:
        raise Refused("unknown_word", field="language")
    lines = [
        shapes.Word(
            code=word.code,
            label=vocabulary.label(name, word.code, tongue),
            definition=word.definition or None,
            parent=word.parent or None,
            valid_from=word.valid_from,
            valid_to=word.valid_to,
        )
        for word in vocabulary.words(name).values()
    ]
    return answer(shapes.WordList(name=name, language=tongue, items=lines))
