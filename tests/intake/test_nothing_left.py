"""A file that may not go where it was sent leaves nothing behind."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast
from tabard.incidents.actions import create_collection
from tabard.intake.models import Batch, Original, OriginalBody

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_wrong_collection_is_refused_before_the_file_is_kept(client: Client, cast: Cast) -> None:
    create_collection(by=cast.console, code="kika", label="KIKA")
    client.force_login(cast.console)
    sent = {
        "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n", "text/csv"),
        "format": "awsd",
        "collection": "kika",
        "as_of": "2020-01-01",
    }
    answer = client.post("/imports/new/", sent)
    assert answer.status_code == 400
    assert not Original.objects.exists()
    assert not OriginalBody.objects.exists()
    assert not Batch.objects.exists()
