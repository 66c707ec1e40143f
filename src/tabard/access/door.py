"""The one door for every change: permission, transaction, change, audit line, announcement, in that order.

`@action(permission)` makes a verb of a plain keyword-only function; `guard` refuses every other write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from tabard.access import audit, guard, policy, tally
from tabard.access.permissions import Permission
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Act:
    """One opening of the door: who acts, and the audit lines that will be written when it closes."""

    id: str
    actor: str
    lines: list[audit.Draft] = field(default_factory=list)
    news: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    grown: list[tally.Growth] = field(default_factory=list)


_open: ContextVar[Act | None] = ContextVar("open_act", default=None)
REGISTRY: dict[str, Callable[..., Any]] = {}
_listeners: list[tuple[str, Callable[..., None]]] = []
CODE = re.compile(r"[A-Za-z0-9_.:;,/*+()=-]*")


def action(
    permission: Permission, *, about: Callable[..., Iterable[str]] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a verb: `by=` must hold the permission over the opaque keys of the thing

    that the action is about; `about` finds them from the action's own arguments."""

    def make(verb: Callable[P, R]) -> Callable[P, R]:
        @wraps(verb)
        def through(*args: P.args, **kwargs: P.kwargs) -> R:
            by: Any = kwargs["by"]
            keys = about(**kwargs) if about else ()
            policy.require(by, permission, keys)
            with opened(by.pk):
                return verb(*args, **kwargs)

        name = f"{verb.__module__}.{verb.__qualname__}"
        REGISTRY[name] = through
        through.permission = permission  # type: ignore[attr-defined]
        return through

    return make


@contextmanager
def opened(actor: str) -> Iterator[Act]:
    """An open act. An inner one joins the outer: same transaction, same act id, written together."""
    outer = _open.get()
    with _joined(outer) if outer else _new(actor) as act:
        yield act


@contextmanager
def _new(actor: str) -> Iterator[Act]:
    act = Act(id=ulid(), actor=actor)
    outside = copy_context()  # listeners run there: the act is closed, what they change is an act of its own
    token = _open.set(act)
    try:
        with guard.lifted(), transaction.atomic():
            yield act
            audit.append([*tally.close(act.grown), *act.lines], act=act.id, actor=act.actor)
            transaction.on_commit(lambda: outside.run(_tell, act.news))
    finally:
        _open.reset(token)


@contextmanager
def _joined(act: Act) -> Iterator[Act]:
    """When an inner act fails and the outer goes on, its lines and news are undone with what it wrote."""
    lines, news, grown = len(act.lines), len(act.news), len(act.grown)
    try:
        with transaction.atomic():
            yield act
    except BaseException:
        del act.lines[lines:], act.news[news:], act.grown[grown:]
        raise


def record(verb: str, subject: str, **detail: audit.Value) -> None:
    """Write down what this act does: a verb `room:noun:verb`, an opaque subject, ids and field names."""
    record_as("", verb, subject, **detail)


def record_as(actor: str, verb: str, subject: str, /, **detail: audit.Value) -> None:
    """The same, as the doing of whoever sent what this act only carries out."""
    for name, value in {"verb": verb, "subject": subject, **detail}.items():
        if not _coded(value):
            raise Refused("bad_value", field=name)
    _current().lines.append(audit.Draft(verb, subject, detail, actor))


def _coded(value: object) -> bool:
    """Whether a value is made of codes and numbers: a sentence or a name in another script is neither."""
    if isinstance(value, str):
        return CODE.fullmatch(value) is not None
    if isinstance(value, Mapping):
        return all(_coded(name) and _coded(part) for name, part in value.items())
    return all(_coded(part) for part in value) if isinstance(value, Sequence) else True


def grow(name: str, digests: Sequence[str], everything: tally.Digests) -> None:
    """Count new rows of an append-only table, by their digests, to the sum that the audit chain keeps of it."""
    _current().grown.append(tally.Growth(name, digests, everything))


def announce(event: str, **keys: Any) -> None:
    """Tell the listeners of `site/wiring.py`, once the act is committed."""
    _current().news.append((event, keys))


def listen(event: str, listener: Callable[..., None]) -> None:
    """Called by `site/wiring.py` only."""
    _listeners.append((event, listener))


def _current() -> Act:
    act = _open.get()
    if act is None:
        raise Refused("write_outside_door")
    return act


def _tell(news: list[tuple[str, dict[str, Any]]]) -> None:
    for event, keys in news:
        for wanted, listener in _listeners:
            if wanted == event:
                listener(**keys)
