"""Help that is needed, actions that are owed: list, ask, assign, finish, drop, reopen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from tabard.access.models import Account
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import KEY, read, sends
from tabard.api.once import once
from tabard.api.rooms.incidents import find
from tabard.api.signin import account
from tabard.desk import needs
from tabard.desk.models.needs import Need
from tabard.formats.report.shapes import Code, Key, Prose, Shape
from tabard.incidents import kin
from tabard.incidents.models import Incident
from tabard.rules.refusals import Refused

router = Router(tags=["Needs"])
Text = Annotated[Prose, Field(max_length=needs.MOST_TEXT)]


class NeedIn(Shape):
    """What is needed, who sees to it (an account or a unit), by when. `done` writes down what was done already."""

    kind: Code
    text: Text = ""
    owner: Key | None = None
    unit: Code = ""
    due_at: AwareDatetime | None = None
    done: bool = False


class NeedStep(Shape):
    """What becomes of a need, from the `version` that was read."""

    step: Literal["assign", "finish", "drop", "reopen"]
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    reason: Code = ""
    owner: Key | None = None
    unit: Code = ""
    due_at: AwareDatetime | None = None


STEPS: Mapping[str, Callable[[Account, Need, NeedStep], Need]] = {
    "assign": lambda by, need, said: needs.assign(
        by=by, need=need, owner=said.owner or "", unit=said.unit, due_at=said.due_at, expected=said.version
    ),
    "finish": lambda by, need, said: needs.finish(by=by, need=need, expected=said.version),
    "drop": lambda by, need, said: needs.drop(by=by, need=need, reason=said.reason, expected=said.version),
    "reopen": lambda by, need, said: needs.reopen(by=by, need=need, expected=said.version),
}


@router.get("/needs", response=shapes.NeedList, summary="Open needs")
def list_needs(request: HttpRequest, mine: bool = False, after: str = "") -> HttpResponse:
    """Open needs of the incidents that the account sees, the most pressing first."""
    by = account(request)
    last = needs.find(by, after) if after else None
    found = needs.open_for(by, mine=mine, after=last)
    more = found[-1].pk if len(found) == needs.PAGE else None
    return answer(shapes.NeedList(items=_lines(found, by), after=more))


@router.get("/incidents/{reference}/needs", response=shapes.NeedList, summary="Needs of an incident")
def needs_of(request: HttpRequest, reference: str) -> HttpResponse:
    """The open ones by time, then what was closed, newest first."""
    by = account(request)
    return answer(shapes.NeedList(items=_lines(needs.of(find(by, reference)), by)))


@router.post(
    "/incidents/{reference}/needs",
    response={201: shapes.NeedMade},
    summary="Ask for help",
    openapi_extra=sends(NeedIn, KEY),
)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down a need, or an action that is owed or was taken."""
    by = account(request)
    found = find(by, reference)
    said = read(request, NeedIn)
    given = said.model_dump() | {"owner": said.owner or ""}
    return once(request, lambda: _made(needs.ask(by=by, incident=found, **given)))


@router.post(
    "/needs/{id}",
    response={201: shapes.NeedMade},
    summary="Take a need on",
    openapi_extra=sends(NeedStep, KEY),
)
def step(request: HttpRequest, id: str) -> HttpResponse:
    """Assign it, finish it, drop it with a reason, or reopen it."""
    by = account(request)
    need = needs.find(by, id)
    said = read(request, NeedStep)
    if said.step == "drop" and not said.reason:
        raise Refused("missing_field", field="reason")
    return once(request, lambda: _made(STEPS[said.step](by, need, said)))


def _made(need: Need) -> HttpResponse:
    return answer(shapes.NeedMade(id=need.pk, state=need.state, version=need.version), 201)


def _lines(found: Sequence[Need], by: Account) -> list[shapes.NeedOut]:
    """Whatever somebody wrote stays here while next of kin wait: it may name them."""
    waits = kin.waiting({need.incident for need in found})
    free = [need for need in found if need.incident not in waits]
    texts = needs.texts(free, by=by)
    named = dict(Incident.objects.filter(pk__in={n.incident for n in found}).values_list("pk", "reference"))
    return [_line(need, named[need.incident], texts.get(need.pk)) for need in found]


def _line(need: Need, reference: str, text: str | None) -> shapes.NeedOut:
    return shapes.NeedOut(
        id=need.pk,
        reference=reference,
        kind=need.kind,
        state=need.state,
        text=text,
        owner=need.owner or None,
        unit=need.unit or None,
        due_at=need.due_at,
        reason=need.reason or None,
        made_at=need.made_at,
        closed_at=need.closed_at,
        version=need.version,
    )
