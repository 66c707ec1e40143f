"""One decision about many incidents: rehearsed first, then taken in one act, and undone as one act.

Each goes through the door of its own verb; what is refused is left as it is and named with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tabard.access.door import opened
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import reviewing
from tabard.incidents.decisions import Why, reasons
from tabard.incidents.models import Incident, Review
from tabard.incidents.queries import scoped, seen_by
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

MOST = 200


@dataclass(frozen=True)
class Wanted:
    """What is to be decided: the kind, and what that kind asks for."""

    kind: str
    why: Why
    certainty: str = ""
    another: Incident | None = None
    link_kind: str = "follow_up"


@dataclass(frozen=True)
class Tried:
    """What would become, or became, of one incident."""

    incident: Incident
    refusal: Refused | None


class _Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it is kept."""


def rehearse(*, by: Account, wanted: Wanted, chosen: Sequence[tuple[Incident, int | None]]) -> list[Tried]:
    """What would happen, with every refusal; nothing is changed and nothing recorded."""
    found: list[Tried] = []
    wanted = replace(wanted, why=Why(_any_reason(wanted.kind)))
    try:
        with opened(by.pk):
            found = [_try(by, wanted, incident, number) for incident, number in _some(chosen)]
            raise _Rehearsed
    except _Rehearsed:
        return found


def carry_out(
    *, by: Account, wanted: Wanted, chosen: Sequence[tuple[Incident, int | None]]
) -> tuple[str, list[Tried]]:
    """Decide on them in one act; its id, and what became of each."""
    if wanted.kind in VERBS and wanted.why.reason not in reasons(wanted.kind):
        raise Refused("unknown_word", field="reason")
    wanted = replace(wanted, why=replace(wanted.why, act=ulid()))
    with opened(by.pk):
        return wanted.why.act, [_try(by, wanted, incident, number) for incident, number in _some(chosen)]


def decided_in(actor: Account, act: str) -> list[Review]:
    """The decisions of an act that stand, on incidents that the account sees and may decide on.

    Filtered in SQL: an act on hidden incidents takes the same statements, and so as long, as none."""
    if not act:
        return []
    decides = scoped(actor, Permission.INCIDENT_REVIEW, "incident__current__")
    rows = Review.objects.filter(decides & seen_by(actor, "incident__current__"), act=act, voids=None)
    found = rows.exclude(kind="split_off").select_related("incident__current", "voided_by")
    return list(found.order_by("decided_at", "pk"))


def undo_act(*, by: Account, act: str, why: Why) -> list[Tried]:
    """Take back all that was decided in an act, the last first."""
    standing = [row for row in decided_in(by, act) if not hasattr(row, "voided_by")]
    with opened(by.pk):
        return [
            _attempt(row.incident, partial(reviewing.undo, by=by, review=row, why=why))
            for row in standing[::-1]
        ]


def _any_reason(kind: str) -> str:
    return next(iter(reasons(kind)), "")


def _some(chosen: Sequence[tuple[Incident, int | None]]) -> Iterable[tuple[Incident, int | None]]:
    if not chosen:
        raise Refused("nothing_chosen")
    if len(chosen) > MOST:
        raise Refused("too_many_chosen", limit=MOST)
    return chosen


def _try(by: Account, wanted: Wanted, incident: Incident, number: int | None) -> Tried:
    verb = VERBS.get(wanted.kind)
    if verb is None:
        raise Refused("unknown_word", field="decision")
    return _attempt(incident, partial(verb, by, wanted, incident, number))


def _attempt(incident: Incident, act: Callable[[], object]) -> Tried:
    """An inner act that is refused undoes itself, and the others go on."""
    try:
        act()
    except Refused as refusal:
        return Tried(incident, refusal)
    return Tried(incident, None)


def _plain(verb: Callable[..., Review]) -> Callable[[Account, Wanted, Incident, int | None], Review]:
    return lambda by, wanted, incident, number: verb(
        by=by, incident=incident, why=wanted.why, expected=number
    )


def _verify(by: Account, wanted: Wanted, incident: Incident, number: int | None) -> Review:
    certainty = wanted.certainty or None
    return reviewing.verify(by=by, incident=incident, why=wanted.why, certainty=certainty, expected=number)


def _link(by: Account, wanted: Wanted, incident: Incident, number: int | None) -> Review:
    if wanted.another is None:
        raise Refused("missing_field", field="another")
    return reviewing.link(
        by=by, incident=incident, another=wanted.another, kind=wanted.link_kind, why=wanted.why
    )


VERBS: Mapping[str, Callable[[Account, Wanted, Incident, int | None], Review]] = {
    "verified": _verify,
    "coded": _plain(reviewing.code),
    "held": _plain(reviewing.hold),
    "released": _plain(reviewing.release),
    "withdrawn": _plain(reviewing.withdraw),
    "linked": _link,
}
