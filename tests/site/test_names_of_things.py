"""Fields and collections are called what people call them, in the reader's language."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.translation import override

from tabard.access.trail import console
from tabard.incidents.actions import create_collection
from tabard.rules.refusals import Refused
from tabard.site.views.errors import told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "field", "name"),
    [("en", "country", "Country"), ("fr", "country", "Pays"), ("fr", "Colonne 7", "Colonne 7")],
)
def test_a_field_has_its_name_in_what_is_said_of_it(language: str, field: str, name: str) -> None:
    with override(language):
        assert name in told(Refused("unknown_word", field=field))["wrong"]


def test_a_collection_has_its_label_and_is_asked_for_once(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    create_collection(by=console(), code="example", label="Synthetic example", example=True)
    page = Template(
        "{% load words %}{% collection 'example' %}|{% collection 'example' %}|{% collection 'gone' %}"
    )
    with override("fr"), django_assert_num_queries(2):
        first, again, gone = page.render(Context()).split("|")
    assert (first, again, gone) == ("Exemple fictif", first, "gone")
