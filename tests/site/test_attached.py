"""Attaching, reading and erasing a file through the pages; served so that nothing in it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from attached import CANARY, jpeg, pdf, png
from cast import Cast, World
from cast import cast as cast
from cast import world as world
from tabard.access.models import Account
from tabard.incidents.attaching import attach
from tabard.intake.attached import Attachment, AttachmentBody

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path / "attachments"


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(cast.amina)


def send(client: Client, world: World, *files: tuple[str, bytes, str]) -> Any:
    sent = [SimpleUploadedFile(name, data, kind) for name, data, kind in files]
    return client.post(f"/incidents/{world.incident.reference}/attach/", {"file": sent})


def test_several_files_at_once_stand_on_the_incidents_page(desk: Client, world: World) -> None:
    answer = send(desk, world, ("one.jpg", jpeg(), "image/jpeg"), ("two.pdf", pdf(), "application/pdf"))
    assert answer.headers["Location"] == f"/incidents/{world.incident.reference}/"
    page = desk.get(answer.headers["Location"]).content.decode()
    assert "one.jpg" in page
    assert "two.pdf" in page


@pytest.mark.parametrize(
    ("name", "data", "kind", "how"),
    [
        ("a.jpg", jpeg(), "image/jpeg", "inline"),
        ("a.png", png(), "image/png", "inline"),
        ("a.pdf", pdf(), "application/pdf", "attachment"),
        ("a.txt", b"words", "text/plain", "attachment"),
    ],
)
def test_a_file_is_served_so_that_nothing_in_it_runs(
    name: str, data: bytes, kind: str, how: str, desk: Client, cast: Cast, world: World
) -> None:
    made = attach(by=cast.amina, incident=world.incident, data=data, name=name)
    answer = desk.get(f"/attachments/{made.pk}/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert answer.headers["Content-Disposition"] == f'{how}; filename="{name}"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in answer.headers["Cache-Control"]
    assert CANARY.encode() not in answer.content
    saved = desk.get(f"/attachments/{made.pk}/?save=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_a_name_in_any_script_is_given_in_a_header_that_holds(desk: Client, cast: Cast, world: World) -> None:
    made = attach(by=cast.amina, incident=world.incident, data=png(), name='شاهد"\r\nX: y.png')
    told = desk.get(f"/attachments/{made.pk}/").headers["Content-Disposition"]
    assert told.startswith("inline; filename*=utf-8''")
    assert "\n" not in told


@pytest.mark.parametrize("person", ["joseph", "stranger", "analyst", "auditor", "administrator", "custodian"])
def test_hidden_and_absent_look_the_same(person: str, cast: Cast, world: World) -> None:
    made = attach(by=cast.amina, incident=world.incident, data=png(), name="a.png")
    client = signed_in(getattr(cast, person))
    hidden, absent = client.get(f"/attachments/{made.pk}/"), client.get(f"/attachments/{'0' * 26}/")
    assert hidden.status_code == absent.status_code in (403, 404)
    assert "a.png" not in hidden.content.decode()
    assert Client().get(f"/attachments/{made.pk}/").status_code == 302


def test_a_refused_file_is_said_beside_the_form_and_nothing_is_kept(
    desk: Client, world: World, folder: Path
) -> None:
    answer = send(desk, world, ("a.svg", b"<svg onload=alert(1)>", "image/svg+xml"))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Files of this kind are not taken." in page
    assert "print an office file to PDF" in page
    assert not Attachment.objects.exists()
    assert not folder.exists()
    assert send(desk, world).status_code == 400
    many = [(f"{n}.png", png(), "image/png") for n in range(21)]
    assert "21" not in send(desk, world, *many).content.decode()
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_is_not_even_read(desk: Client, world: World) -> None:
    answer = send(desk, world, ("a.jpg", b"\xff\xd8\xff" + b"\0" * 10_000_000, "image/jpeg"))
    assert answer.status_code in (400, 413)
    assert "10 MB" in answer.content.decode()


def test_it_is_erased_from_the_page(desk: Client, cast: Cast, world: World) -> None:
    made = attach(by=cast.amina, incident=world.incident, data=png(), name="a.png")
    assert desk.post(f"/attachments/{made.pk}/remove/", {"reason": "x"}).status_code == 400
    assert desk.get(f"/attachments/{made.pk}/remove/").status_code == 405
    assert desk.post(f"/attachments/{made.pk}/remove/", {"reason": "mistake"}).status_code == 302
    assert not AttachmentBody.objects.exists()
    assert "a.png" not in desk.get(f"/incidents/{world.incident.reference}/").content.decode()


def test_who_may_not_read_sees_that_there_is_a_file(cast: Cast, world: World) -> None:
    attach(by=cast.amina, incident=world.incident, data=png(), name="secret-name.png")
    page = signed_in(cast.analyst).get(f"/incidents/{world.incident.reference}/").content.decode()
    assert "A file, withheld" in page
    assert "secret-name" not in page
