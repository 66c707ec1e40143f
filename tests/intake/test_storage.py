"""Both stores keep the same promises; every request to the S3-compatible one is signed as the rules of AWS say."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tabard.intake.bucket import Bucket
from tabard.intake.storage import Folder, Store

KEY, OTHER = "a1" * 16, "b2" * 16
ACCESS, SECRET = "tabard", "a+secret/of=ours"
STAMP = "2026-01-02T03:04:05.000Z"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def signature(handler: BaseHTTPRequestHandler, secret: str = SECRET) -> str:
    """The signature that a request must carry, reckoned from what arrived: AWS Signature Version 4."""
    told = dict(re.findall(r"(\w+)=([^,\s]+)", handler.headers["Authorization"]))
    _, day, region, service, end = told["Credential"].split("/")
    parts = urlsplit(handler.path)
    query = sorted(parse_qsl(parts.query, keep_blank_values=True))
    names = told["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            handler.command,
            parts.path,
            "&".join(f"{quote(a, safe='-_.~')}={quote(b, safe='-_.~')}" for a, b in query),
            *(f"{name}:{handler.headers[name].strip()}" for name in names),
            "",
            told["SignedHeaders"],
            handler.headers["x-amz-content-sha256"],
        ]
    )
    scope = f"{day}/{region}/{service}/{end}"
    wanted = "\n".join(["AWS4-HMAC-SHA256", handler.headers["x-amz-date"], scope, sha256(canonical.encode())])
    key = b"AWS4" + secret.encode()
    for part in (day, region, service, end):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, wanted.encode(), "sha256").hex()


class Small(BaseHTTPRequestHandler):
    """A store with one bucket, as far as it is asked here."""

    kept: ClassVar[dict[str, bytes]] = {}
    refused: ClassVar[list[str]] = []
    asked: ClassVar[list[str]] = []
    moved: ClassVar[bool] = False

    def log_message(self, *_: Any) -> None:
        """Nothing to say."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "ETag": '"x"', **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def act(self) -> None:
        self.asked.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed = f"Signature={signature(self)}" in self.headers.get("Authorization", "")
        if not signed or self.headers["x-amz-content-sha256"] not in (sha256(body), "UNSIGNED-PAYLOAD"):
            self.refused.append(self.command)
            self.answer(403, error("SignatureDoesNotMatch"), Content_Type="application/xml")
            return
        parts = urlsplit(self.path)
        if self.moved:
            self.answer(307, Location=f"http://{self.headers['Host']}/elsewhere{self.path}")
        elif parts.path.strip("/") == "bucket":
            self.answer(200, listing(self.kept), Content_Type="application/xml")
        elif self.command == "PUT":
            self.kept[parts.path] = body
            self.answer(200)
        elif self.command == "DELETE":
            self.kept.pop(parts.path, None)
            self.answer(204)
        elif parts.path in self.kept:
            self.answer(200, self.kept[parts.path], Last_Modified="Fri, 02 Jan 2026 03:04:05 GMT")
        else:
            self.answer(404, error("NoSuchKey"), Content_Type="application/xml")

    do_GET = do_PUT = do_DELETE = do_HEAD = act


def error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>x</Message><Resource>x</Resource></Error>".encode()


def listing(kept: dict[str, bytes]) -> bytes:
    names = [path.removeprefix("/bucket/") for path in sorted(kept)]
    entries = "".join(
        f"<Contents><Key>{name}</Key><LastModified>{STAMP}</LastModified><ETag>x</ETag><Size>1</Size></Contents>"
        for name in names
    )
    head = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name>'
    return f"{head}<IsTruncated>false</IsTruncated>{entries}</ListBucketResult>".encode()


@pytest.fixture
def server() -> Iterator[str]:
    Small.kept.clear()
    Small.refused.clear()
    Small.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Small) as small:
        Thread(target=small.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{small.server_port}"
        small.shutdown()


def bucket(server: str, secret: str = SECRET) -> Bucket:
    return Bucket(f"http://{ACCESS}:{quote(secret, safe='')}@{server}/bucket?region=eu-x-1")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, server: str) -> Store:
    return Folder(tmp_path / "attachments") if request.param == "folder" else bucket(server)


def test_what_is_put_is_got(store: Store) -> None:
    assert not store.exists(KEY)
    store.put(KEY, b"sealed")
    store.put(OTHER, b"")
    assert (store.get(KEY), store.get(OTHER), store.exists(KEY)) == (b"sealed", b"", True)
    assert [key for key, _ in store.stored()] == [KEY, OTHER]


def test_what_is_deleted_is_gone_and_deleting_again_is_harmless(store: Store) -> None:
    store.put(KEY, b"sealed")
    for _ in range(2):
        store.delete(KEY)
    assert not store.exists(KEY)
    assert list(store.stored()) == []
    with pytest.raises(OSError, match=r"No such file|not got"):
        store.get(KEY)


def test_putting_again_replaces_the_whole(store: Store) -> None:
    store.put(KEY, b"longer than that")
    store.put(KEY, b"short")
    assert store.get(KEY) == b"short"


def test_a_copy_is_a_plain_file(store: Store, tmp_path: Path) -> None:
    store.put(KEY, b"sealed")
    store.copy(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"sealed"
    with pytest.raises(OSError, match=r"No such file|not got"):
        store.copy(OTHER, tmp_path / "none")


@pytest.mark.parametrize(
    "key", ["", "../" * 10 + "aa", "A" * 32, "a" * 31, "a" * 33, "a" * 31 + "/", "a" * 32 + "\n"]
)
def test_only_a_key_is_a_key(store: Store, key: str) -> None:
    for ask in (store.get, store.exists, store.delete, lambda key: store.put(key, b"x")):
        with pytest.raises(ValueError, match="no key"):
            ask(key)


def test_when_each_was_put_is_known(server: str) -> None:
    store = bucket(server)
    store.put(KEY, b"x")
    [(_, put)] = store.stored()
    assert put.isoformat() == "2026-01-02T03:04:05+00:00"


def test_who_has_another_secret_is_refused(server: str) -> None:
    store = bucket(server, "another")
    with pytest.raises(OSError, match="not put"):
        store.put(KEY, b"x")
    with pytest.raises(OSError, match="not known"):
        store.exists(KEY)
    assert Small.refused
    assert Small.kept == {}


def test_a_store_that_sends_elsewhere_is_not_followed(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Small, "moved", True)
    with pytest.raises(OSError, match="not put"):
        bucket(server).put(KEY, b"x")
    assert Small.asked == [f"/bucket/attachments/{KEY}"]


def test_a_store_that_is_away_says_so_and_nothing_of_the_secret() -> None:
    store = bucket("127.0.0.1:1")
    with pytest.raises(OSError, match="not put") as away:
        store.put(KEY, b"x")
    assert SECRET not in repr(away.value)


def test_a_file_half_written_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Folder(tmp_path)
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        store.put(KEY, b"x")
    assert not store.exists(KEY)
    assert list(store.stored()) == []
