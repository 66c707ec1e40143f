"""The pages of published figures: what they show, what they take, and to whom."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast
from cast import cast as cast
from figures.test_printed import ENTRY, REPORT, ROWS, file
from planted import person
from tabard.access.models import Account
from tabard.figures.models import Published
from tabard.figures.published.actions import add, take_in

pytestmark = pytest.mark.django_db(databases="__all__")
LIST = "/figures/published/"
FORM = {
    "source": "A/RES/77/31",
    "year": "2021",
    "table": "Treaty status",
    "row": "States parties",
    "column": "as printed",
}
FORM |= {"printed": "95", "unit": "States", "scope": "", "as_of": "", "note": ""}
SENTENCE = (
    "In 2019 there were 483 recorded attacks on humanitarian personnel, resulting in 125 killed, 234 injured and 134 "
    "abducted."
)


def client(account: Account, language: str = "en") -> Client:
    made = Client(headers={"accept-language": language})
    made.force_login(account)
    return made


@pytest.fixture
def printed(cast: Cast) -> Cast:
    take_in(by=cast.analyst, data=file(*ROWS, REPORT))
    return cast


def test_the_list_shows_what_does_not_add_up(printed: Cast) -> None:
    page = client(printed.joseph).get(LIST).content.decode()
    assert "125 + 234 + 134 = 493" in page
    assert "Probably 124 instead of 134." in page
    assert "/figures/published/new/" not in page  # a reader adds nothing
    assert "/figures/published/new/" in client(printed.analyst).get(LIST).content.decode()


def test_the_list_is_narrowed(printed: Cast) -> None:
    answer = client(printed.joseph).get(LIST, {"text": "kidnapped"})
    assert [each.printed for each, _ in answer.context["rows"]] == ["134", "124"]
    nothing = client(printed.joseph).get(LIST, {"year": "1999"})
    assert (nothing.context["rows"], nothing.context["findings"]) == ([], [])


@pytest.mark.parametrize("language", ["ar", "es", "fr", "ru", "zh-hans"])
def test_findings_speak_the_readers_language(printed: Cast, language: str) -> None:
    page = client(printed.joseph, language).get(LIST).content.decode()
    assert "125 + 234 + 134" in page
    assert "493" in page
    assert "do not add up" not in page


def test_one_is_added_by_form(cast: Cast) -> None:
    answer = client(cast.analyst).post(f"{LIST}new/", FORM)
    assert answer.status_code == 302
    made = Published.objects.get()
    assert (made.printed, made.unit, made.by) == ("95", "States", cast.analyst.pk)
    again = client(cast.analyst).post(f"{LIST}new/", FORM)
    assert again.status_code == 400
    assert "stands in this place" in again.content.decode()
    assert 'value="A/RES/77/31"' in again.content.decode()  # what was typed is not lost


def test_a_file_is_taken_in(cast: Cast) -> None:
    sent = SimpleUploadedFile("printed.csv", file(*ROWS), "text/csv")
    assert client(cast.analyst).post(f"{LIST}new/", {"file": sent}).status_code == 302
    assert Published.objects.count() == 4
    wrong = SimpleUploadedFile("printed.csv", b"a,b\n", "text/csv")
    assert client(cast.analyst).post(f"{LIST}new/", {"file": wrong}).status_code == 400


def test_a_figure_is_corrected_and_the_first_reading_stays(cast: Cast) -> None:
    first = add(by=cast.analyst, entry=ENTRY)
    sent = FORM | {"source": ENTRY.source, "printed": "108", "do": "correct"}
    answer = client(cast.analyst).post(f"{LIST}{first.pk}/", sent)
    assert answer.status_code == 302
    second = Published.objects.exclude(pk=first.pk).get()
    assert second.replaces == first.pk
    assert first.pk in client(cast.joseph).get(f"{LIST}{second.pk}/").content.decode()
    assert second.pk in client(cast.joseph).get(f"{LIST}{first.pk}/").content.decode()


def test_a_figure_is_voided_and_its_note_erased(cast: Cast) -> None:
    first = add(by=cast.analyst, entry=ENTRY)
    by = client(cast.analyst)
    assert "from a copy" in by.get(f"{LIST}{first.pk}/").content.decode()
    by.post(f"{LIST}{first.pk}/", {"do": "erase"})
    assert "from a copy" not in by.get(f"{LIST}{first.pk}/").content.decode()
    by.post(f"{LIST}{first.pk}/", {"do": "void"})
    assert by.get(LIST).context["total"] == 0
    assert by.post(f"{LIST}{first.pk}/", {"do": "dance"}).status_code == 400


def test_a_reader_changes_nothing(cast: Cast) -> None:
    made = add(by=cast.analyst, entry=ENTRY)
    for sent in ({"do": "void"}, {"do": "erase"}, FORM | {"do": "correct"}):
        assert client(cast.joseph).post(f"{LIST}{made.pk}/", sent).status_code == 403
    assert client(cast.joseph).post(f"{LIST}new/", FORM).status_code == 403
    assert Published.objects.count() == 1


def test_who_keeps_one_organisations_figures_keeps_none_here(cast: Cast) -> None:
    analyst = person(cast, "analyst", cast.organisation_a.scope_key)
    assert client(analyst).get(LIST).status_code == 200
    assert client(analyst).get(f"{LIST}new/").status_code == 403
    assert client(analyst).post(f"{LIST}new/", FORM).status_code == 403


def test_a_long_list_has_pages(cast: Cast) -> None:
    take_in(by=cast.analyst, data=file(*[(*ROWS[1][:3], f"Row {n}", *ROWS[1][4:]) for n in range(45)]))
    first = client(cast.joseph).get(LIST)
    assert (first.context["total"], len(first.context["rows"]), first.context["following"]) == (45, 40, 40)
    second = client(cast.joseph).get(LIST, {"after": "40"})
    assert (len(second.context["rows"]), second.context["following"]) == (5, None)
    assert client(cast.joseph).get(LIST, {"after": "x"}).status_code == 400


def test_a_text_is_checked_and_not_kept(printed: Cast) -> None:
    page = client(printed.joseph).post(f"{LIST}check/", {"text": SENTENCE}).content.decode()
    assert "125 + 234 + 134 = 493" in page
    assert "Probably 124 instead of 134." in page
    assert Published.objects.count() == 5
    nothing = client(printed.joseph).post(f"{LIST}check/", {"text": "Nothing."}).content.decode()
    assert "no figure in this text" in nothing


def test_documents_are_compared(printed: Cast) -> None:
    asked = {"source": "A/RES/75/125", "other": REPORT[0]}
    page = client(printed.joseph).get(f"{LIST}compare/", asked).content.decode()
    assert '<strong><bdi dir="ltr">-10</bdi></strong>' in page
    assert (
        client(printed.joseph).get(f"{LIST}compare/", asked | {"other": "", "table": "no-such"}).status_code
        == 404
    )


def test_what_is_typed_is_shown_as_text(cast: Cast) -> None:
    client(cast.analyst).post(f"{LIST}new/", FORM | {"row": "<script>alert(1)</script>"})
    page = client(cast.joseph).get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
