"""Attachments in an S3-compatible store: `TABARD_ATTACHMENTS=https://KEY:SECRET@host:9000/bucket?region=name`.

What is put there is sealed already; whoever runs the store reads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from tabard.intake.storage import KEY

PREFIX = "attachments/"
PATIENCE = Timeout(connect=5, read=30)
AGAIN = Retry(total=2, redirect=0, backoff_factor=0.2, status_forcelist=[502, 503, 504])
TROUBLE = (MinioException, HTTPError, ValueError)


class Bucket:
    """One bucket of one account; every request is signed."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
        host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        self.bucket = parts.path.strip("/")
        self.client = Minio(
            host,
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            secure=parts.scheme == "https",
            region=region,
            http_client=PoolManager(timeout=PATIENCE, retries=AGAIN),
        )

    def _name(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise ValueError("no key")
        return PREFIX + key

    def put(self, key: str, data: bytes) -> None:
        name = self._name(key)
        try:
            self.client.put_object(self.bucket, name, BytesIO(data), len(data))
        except TROUBLE as error:
            raise OSError("not put") from error

    def get(self, key: str) -> bytes:
        name = self._name(key)
        try:
            answer = self.client.get_object(self.bucket, name)
            try:
                return bytes(answer.data)
            finally:
                answer.close()
                answer.release_conn()
        except TROUBLE as error:
            raise OSError("not got") from error

    def exists(self, key: str) -> bool:
        name = self._name(key)
        try:
            self.client.stat_object(self.bucket, name)
        except TROUBLE as error:
            if isinstance(error, S3Error) and error.code in ("NoSuchKey", "NoSuchObject"):
                return False
            raise OSError("not known") from error
        return True

    def delete(self, key: str) -> None:
        name = self._name(key)
        try:
            self.client.remove_object(self.bucket, name)
        except TROUBLE as error:
            raise OSError("not deleted") from error

    def copy(self, key: str, path: Path) -> None:
        path.write_bytes(self.get(key))

    def stored(self) -> Iterator[tuple[str, datetime]]:
        try:
            for found in self.client.list_objects(self.bucket, prefix=PREFIX, recursive=True):
                name = (found.object_name or "").removeprefix(PREFIX)
                if KEY.fullmatch(name):
                    yield name, found.last_modified or datetime.now(UTC)
        except TROUBLE as error:
            raise OSError("not listed") from error
