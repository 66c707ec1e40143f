"""One text for one set of facts: canonical JSON, and the digests and salted hashes built on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from tabard.rules import facts

AS_IT_IS = frozenset((str, int, float, bool, type(None)))
LISTS, MOMENTS = (list, tuple), (date, datetime)
_AS_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _plain(value: Any) -> Any:
    """Dataclasses to dicts without what is not stated; dates to ISO text; tuples to lists."""
    if type(value) in AS_IT_IS:
        return value
    if names := _names(type(value)):  # type: ignore[arg-type]  # a class is hashable
        stated = {name: part for name in names if (part := getattr(value, name)) is not None and part != ""}
        parts = {name: part if type(part) in AS_IT_IS else _plain(part) for name, part in stated.items()}
        return {name: part for name, part in parts.items() if part or type(part) in AS_IT_IS}
    if isinstance(value, LISTS):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return value.isoformat() if isinstance(value, MOMENTS) else value


def canonical(value: Any) -> str:
    """JSON with sorted keys, no blanks and no absent values: equal facts give equal text."""
    return _AS_JSON(_plain(value))


def digest(*parts: str) -> str:
    """SHA-256 over the parts, each with its length before it, as 64 hexadecimal characters."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(str(len(data)).encode() + b":" + data)
    return whole.hexdigest()


def salted(salt: str, value: Any) -> str:
    """The hash of erasable content; worthless for guessing once the salt is gone."""
    return digest(salt, value if isinstance(value, str) else canonical(value))


def incident_from(text: str) -> facts.Incident:
    """The facts back from their canonical JSON. The inverse of `canonical` for an Incident."""
    data = json.loads(text)
    for name in ("first_day", "last_day"):
        if name in data:
            data[name] = date.fromisoformat(data[name])
    data["tags"] = tuple((tag[0], tag[1]) for tag in data.get("tags", ()))
    data["harm"] = tuple(_harm_from(part) for part in data.get("harm", ()))
    data["margins"] = tuple(facts.Margin(**_counted(part, value="")) for part in data.get("margins", ()))
    data["objects"] = tuple(
        facts.ObjectHarm(**_counted(part, effects=tuple(part.get("effects", ()))))
        for part in data.get("objects", ())
    )
    return facts.Incident(**data)


def _counted(part: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"n": None} | more | part | {k: v for k, v in more.items() if k == "effects"}


def _harm_from(part: dict[str, Any]) -> facts.Harm:
    outcomes = {
        code: facts.Outcome(said["holds"], date.fromisoformat(said["on"]) if "on" in said else None)
        for code, said in part.get("outcomes", {}).items()
    }
    return facts.Harm(**({"n": None} | part | {"outcomes": outcomes}))
