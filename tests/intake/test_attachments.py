"""Attached files: what is kept of them, who reads it, and that erasing leaves nothing that could be read."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attached import CANARY, jpeg, pdf, png
from cast import Cast, World, lines
from cast import cast as cast
from cast import world as world
from tabard.access import audit, door, policy
from tabard.incidents import attaching
from tabard.incidents.models import Incident
from tabard.intake import attachments, storage
from tabard.intake.attached import Attachment, AttachmentBody
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path / "attachments"


def attach(cast: Cast, world: World, data: bytes = b"", name: str = "photo.jpg") -> Attachment:
    data = data or jpeg()
    return attaching.attach(by=cast.amina, incident=world.incident, data=data, name=name)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_kept_is_the_cleaned_picture(cast: Cast, world: World, folder: Path) -> None:
    made = attach(cast, world)
    assert (made.media_type, made.about) == ("image/jpeg", f"incident:{world.incident.pk}")
    read = attaching.read(by=cast.amina, attachment=made.pk)
    assert read.content.startswith(b"\xff\xd8\xff")
    assert CANARY.encode() not in read.content
    assert len(read.content) == made.size
    salt = AttachmentBody.objects.get(pk=made.pk).salt
    assert made.salted_hash == hashlib.sha256(salt.encode() + read.content).hexdigest()


def test_the_store_holds_it_sealed_and_nobody_else_may_open_it(
    cast: Cast, world: World, folder: Path
) -> None:
    made = attach(cast, world)
    [path] = files(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    kept = path.read_bytes()
    assert b"\xff\xd8\xff" not in kept[:64]
    assert attaching.read(by=cast.amina, attachment=made.pk).content not in kept


def test_a_changed_file_is_not_served(cast: Cast, world: World, folder: Path) -> None:
    made = attach(cast, world)
    [path] = files(folder)
    kept = bytearray(path.read_bytes())
    kept[-1] ^= 1
    path.write_bytes(kept)
    with pytest.raises(Refused, match="attachments_missing"):
        attaching.read(by=cast.amina, attachment=made.pk)


def test_another_files_bytes_do_not_pass_for_it(cast: Cast, world: World, folder: Path) -> None:
    first, second = attach(cast, world), attach(cast, world, png(), "b.png")
    one, two = (AttachmentBody.objects.get(pk=a.pk).stored for a in (first, second))
    (folder / one[:2] / one).write_bytes((folder / two[:2] / two).read_bytes())
    with pytest.raises(Refused, match="attachments_missing"):
        attaching.read(by=cast.amina, attachment=first.pk)


def test_adding_reading_and_removing_are_lines(cast: Cast, world: World) -> None:
    made = attach(cast, world)
    attaching.read(by=cast.amina, attachment=made.pk)
    attaching.remove_attachment(by=cast.amina, incident=world.incident, attachment=made.pk, reason="request")
    told = [(line.verb, line.subject, line.actor) for line in lines()[-3:]]
    subject = f"incident:{world.incident.pk}"
    assert told == [
        (f"intake:attachment:{verb}", subject, cast.amina.pk) for verb in ("add", "read", "remove")
    ]
    assert all("photo" not in line.detail for line in lines())
    assert audit.verify().whole


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_erasing_takes_name_key_and_bytes(cast: Cast, world: World, folder: Path) -> None:
    made = attach(cast, world)
    attaching.remove_attachment(by=cast.amina, incident=world.incident, attachment=made.pk, reason="mistake")
    assert files(folder) == []
    assert not AttachmentBody.objects.exists()
    assert Attachment.objects.get() == made  # that it was there stays known
    assert attaching.listed(world.incident, by=cast.amina) == []
    with pytest.raises(Refused, match="erased"):
        attaching.read(by=cast.amina, attachment=made.pk)
    with pytest.raises(Refused, match="erased"):
        attaching.remove_attachment(
            by=cast.amina, incident=world.incident, attachment=made.pk, reason="mistake"
        )


def test_a_reason_is_one_of_the_words(cast: Cast, world: World) -> None:
    made = attach(cast, world)
    with pytest.raises(Refused, match="unknown_word"):
        attaching.remove_attachment(
            by=cast.amina, incident=world.incident, attachment=made.pk, reason="because"
        )


def test_who_may_not_attach_keeps_nothing(cast: Cast, world: World, folder: Path) -> None:
    for by, incident in (
        (cast.joseph, world.incident),
        (cast.amina, world.other),
        (cast.stranger, world.other),
    ):
        with pytest.raises(Forbidden):
            attaching.attach(by=by, incident=incident, data=jpeg(), name="a.jpg")
    assert files(folder) == []
    assert not Attachment.objects.exists()


def test_an_attachment_is_read_only_within_reach(cast: Cast, world: World) -> None:
    made = attach(cast, world)
    for by in (cast.joseph, cast.stranger, cast.analyst, cast.auditor, cast.administrator):
        with pytest.raises(Refused, match="not_found"):
            attaching.read(by=by, attachment=made.pk)
    seen = attaching.listed(world.incident, by=cast.analyst)
    assert [(one.name, one.may_read) for one in seen] == [("", False)]


def test_it_is_never_less_sensitive_than_its_incident_and_may_be_more(cast: Cast, world: World) -> None:
    plain = attaching.attach(
        by=cast.amina, incident=world.incident, data=png(), name="a.png", sensitivity="public"
    )
    sealed = attaching.attach(
        by=cast.amina, incident=world.incident, data=png(), name="b.png", sensitivity="sealed"
    )
    assert plain.sensitivity == Incident.objects.get(pk=world.incident.pk).sensitivity == "internal"
    assert [one.may_read for one in attaching.listed(world.incident, by=cast.amina)] == [True, False]
    with pytest.raises(Refused, match="not_found"):
        attaching.read(by=cast.amina, attachment=sealed.pk)


def test_the_twenty_first_is_refused_and_not_kept(
    cast: Cast, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "clean", lambda data, **_: ("image/png", data))
    for number in range(20):
        attach(cast, world, png(), f"{number}.png")
    with pytest.raises(Refused, match="too_many_attachments"):
        attach(cast, world, png(), "one.png")
    assert len(files(folder)) == 20


def test_what_a_stopped_act_left_is_swept_and_nothing_else(
    cast: Cast, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = attach(cast, world)
    lost = attachments.keep(png(), name="a.png", declared="")
    assert (attachments.sweep(), len(files(folder))) == (0, 2)  # somebody may be about to enter it
    monkeypatch.setattr(attachments, "SETTLED", timedelta(seconds=-5))
    assert attachments.sweep() == 1
    assert not storage.store().exists(lost.stored)
    assert attaching.read(by=cast.amina, attachment=made.pk).content
    assert attachments.lost() == 0
    storage.store().delete(AttachmentBody.objects.get(pk=made.pk).stored)
    assert attachments.lost() == 1


def test_an_attachment_cannot_be_changed_below_the_door(cast: Cast, world: World) -> None:
    made = attach(cast, world)
    with door.opened("test"), pytest.raises(Exception, match="append-only"):
        Attachment.objects.filter(pk=made.pk).update(size=1)


def test_a_pdf_and_a_text_keep_their_words(cast: Cast, world: World) -> None:
    made = attach(cast, world, pdf(), "letter.PDF")
    assert attaching.read(by=cast.amina, attachment=made.pk).content.startswith(b"%PDF-")
    made = attach(cast, world, "شاهد قال\r\n".encode(), "note.txt")
    read = attaching.read(by=cast.amina, attachment=made.pk)
    assert (read.content.decode(), read.name) == ("شاهد قال\n", "note.txt")


def test_the_desk_holds_what_its_verbs_ask(cast: Cast) -> None:
    assert policy.may_somewhere(cast.amina, attaching.Permission.ATTACHMENT_ADD)
    assert not policy.may_somewhere(cast.joseph, attaching.Permission.ATTACHMENT_ADD)
