"""The storeys hold in the model graph too: a string foreign key and `get_model` are imports."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, Model

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tabard"


def storeys() -> dict[str, int]:
    """Room -> how high it lies, read from the import contract so that there is one list of them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "storeys")
    return {
        room.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


HEIGHT = storeys()


def goes_down(source: str, target: str) -> bool:
    return source == target or HEIGHT[target] < HEIGHT[source]


def room_of(model: type[Model]) -> str | None:
    """The room a model lives in; none for Django's own."""
    package, _, rest = model.__module__.partition(".")
    return rest.partition(".")[0] if package == "tabard" else None


def relations() -> Iterator[tuple[type[Model], Field, type[Model]]]:
    for model in apps.get_models(include_auto_created=True):
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            if field.is_relation and isinstance(field.related_model, type):
                yield model, field, field.related_model


def test_the_house_has_the_storeys_it_is_drawn_with() -> None:
    assert goes_down("site", "rules")
    assert not goes_down("rules", "site")
    assert not goes_down("cases", "alerts")
    assert not goes_down("people", "agreements")
    assert goes_down("incidents", "people")
    assert len(HEIGHT) == 22  # the plan, and `python -m tabard` above it


def test_foreign_keys_go_down_only() -> None:
    wrong = [
        f"{source._meta.label}.{field.name} -> {target._meta.label}"
        for source, field, target in relations()
        if (here := room_of(source)) and (there := room_of(target)) and not goes_down(here, there)
    ]
    assert not wrong


def test_models_of_django_know_no_room() -> None:
    """Only the account stands below Django's own tables: sessions and admin logs may name it."""
    wrong = [
        f"{source._meta.label}.{field.name}"
        for source, field, target in relations()
        if room_of(source) is None and room_of(target) not in (None, "access")
    ]
    assert not wrong


def models_asked_for(path: Path) -> Iterator[str]:
    """The room of each `get_model("room", …)` and `get_model("room.Model")`; `?` where it is computed."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model":
            first = node.args[0] if node.args else None
            word = first.value if isinstance(first, ast.Constant) else "?"
            yield str(word).partition(".")[0]


@pytest.mark.parametrize("room", sorted(HEIGHT))
def test_get_model_goes_down_only(room: str) -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}: {asked}"
        for path in (SOURCE / room).rglob("*.py")
        if "migrations" not in path.parts
        for asked in models_asked_for(path)
        if asked not in HEIGHT or not goes_down(room, asked)
    ]
    assert not wrong


def test_every_room_is_a_package() -> None:
    """Without `__init__.py` the import contract does not see a folder."""
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    assert not [str(f.relative_to(SOURCE)) for f in folders if not (f / "__init__.py").exists()]
