"""Every field of every table says how sensitive it is, and nothing else does."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

LEVELS = {"public", "internal", "restricted", "sealed"}
MODELS = [
    model for model in apps.get_models() if model.__module__.startswith("tabard.") and not model._meta.proxy
]


def fields(model: type[Model], *, implicit: bool) -> set[str]:
    """The model's own columns; the key that Django adds unasked says nothing and may stay unsaid."""
    own = (*model._meta.local_fields, *model._meta.local_many_to_many)
    return {field.name for field in own if implicit or not field.auto_created}


def declared(model: type[Model]) -> dict[str, str]:
    return dict(getattr(model, "SENSITIVITY", {}))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_declares_its_sensitivity(model: type[Model]) -> None:
    assert fields(model, implicit=False) - declared(model).keys() == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_sensitivity_without_its_field(model: type[Model]) -> None:
    assert declared(model).keys() - fields(model, implicit=True) == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_sensitivity_is_one_of_the_levels(model: type[Model]) -> None:
    assert set(declared(model).values()) <= LEVELS
