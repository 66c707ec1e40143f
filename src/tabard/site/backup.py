"""One file with everything, and everything back from one file; a restored register proves itself.

The register is copied before the originals: whatever it refers to was durable before it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from tabard import __version__
from tabard.access import appendonly, audit, guard
from tabard.access.models import Account
from tabard.access.trail import has_read
from tabard.intake import attachments
from tabard.rules.refusals import Refused
from tabard.site import postgres

MANIFEST = "manifest.json"
BESIDE = ("secret.key", "snapshots", "keys")
BOTH = {"register.db", "intake.db"}  # what a backup of SQLite must hold
KNOWN = re.compile(
    r"register\.db|intake\.db|secret\.key|tables/[A-Za-z0-9_]+\.copy|attachments/[0-9a-f]{2}/[0-9a-f]{32}|(snapshots|keys)/[^\\\0]+"
)
MOST_FILES = 500_000
MOST_OF_THE_DISK = 0.8  # of what is free: a restore must never fill it
LARGEST_MANIFEST = 200_000_000


@dataclass(frozen=True)
class Proof:
    """What a backup says of itself: enough to know that a restored register is the same."""

    engine: str
    version: str
    made_at: str
    audit_lines: int
    audit_digest: str
    files: dict[str, str]


def engine() -> str:
    """`sqlite` or `postgresql`."""
    return connections["default"].vendor


def backup(target: Path, *, by: Account) -> Proof:
    """Write everything to one file. The file holds all that is restricted: keep it as you keep the register."""
    if target.exists():
        raise Refused("backup_exists")
    if not os.access(target.parent, os.W_OK):
        raise Refused("backup_not_written")
    has_read(by=by, verb="site:register:backup", subject="register:all")
    with tempfile.TemporaryDirectory(dir=settings.HOME, prefix="backup-") as scratch:
        folder = Path(scratch)
        lines = _databases(folder)
        attachments.gather(folder)
        proof = _proof(folder, lines)
        (folder / MANIFEST).write_text(json.dumps(vars(proof), indent=1))
        try:
            _pack(folder, target)
        except OSError as error:
            raise Refused("backup_not_written") from error
    return proof


def _pack(folder: Path, target: Path) -> None:
    """The archive appears under its name when it is whole; nobody else may read it at any moment."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with (
            _private(part) as out,
            tarfile.open(fileobj=out, mode="w:gz", compresslevel=5, dereference=True) as archive,
        ):
            archive.add(folder / MANIFEST, MANIFEST)
            for name, path in _contents(folder):
                archive.add(path, name)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _private(path: Path) -> BinaryIO:
    """A new file that nobody else may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _databases(folder: Path) -> tuple[int, str]:
    """Copies of the databases; the audit head that the copy holds."""
    if engine() == "postgresql":
        return postgres.dump(folder)
    for alias in ("default", "intake"):
        _copy(Path(settings.DATABASES[alias]["NAME"]), folder)
    with closing(sqlite3.connect(folder / "register.db")) as copy:
        head = copy.execute(
            "SELECT last, digest FROM access_chainhead WHERE name = ?", [audit.CHAIN]
        ).fetchone()
    return (int(head[0]), str(head[1])) if head else (0, "")


def _copy(source: Path, folder: Path) -> None:
    name = {"default": "register.db", "intake": "intake.db"}
    target = folder / next(n for a, n in name.items() if settings.DATABASES[a]["NAME"] == str(source))
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _proof(folder: Path, head: tuple[int, str]) -> Proof:
    files = {name: _sha256(path) for name, path in _contents(folder)}
    return Proof(engine(), __version__, datetime.now(UTC).isoformat(), head[0], head[1], files)


def _contents(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name in the archive and path of everything but the manifest."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            yield path.relative_to(folder).as_posix(), path
    home = Path(settings.HOME)
    for name in BESIDE:
        base = home / name
        for path in sorted(base.rglob("*")) if base.is_dir() else [base] if base.is_file() else []:
            if path.is_file():
                yield path.relative_to(home).as_posix(), path


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def restore(source: Path) -> Proof:
    """Put a backup into an empty home (and an empty database), then prove that it is whole and the same."""
    home = Path(settings.HOME)
    if _occupied(home):
        raise Refused("backup_not_empty")
    with tempfile.TemporaryDirectory(dir=home, prefix="restore-") as scratch:
        folder = Path(scratch)
        proof = _unpacked(source, folder)
        if proof.engine != engine():
            raise Refused("backup_other_engine", engine=proof.engine)
        try:
            _place(folder, home, proof)
            _prove(proof)
        except DatabaseError as error:
            raise Refused("backup_damaged") from error
    return proof


def _occupied(home: Path) -> bool:
    if engine() == "postgresql":
        return postgres.occupied()
    return (home / "register.db").exists() and Account.objects.exists() if _has_tables() else False


def _has_tables() -> bool:
    return "access_account" in connections["default"].introspection.table_names()


def _unpacked(source: Path, folder: Path) -> Proof:
    """What the archive holds, each file named in its manifest and unchanged; nothing is believed before."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            members = _extract(archive, folder)
        proof = _read_manifest(folder / MANIFEST)
    except (tarfile.TarError, OSError, ValueError, TypeError, EOFError, RecursionError, zlib.error) as error:
        raise Refused("backup_damaged") from error
    if members != set(proof.files) or (proof.engine == "sqlite" and not members >= BOTH):
        raise Refused("backup_damaged")
    if any(_sha256(folder / name) != wanted for name, wanted in proof.files.items()):
        raise Refused("backup_damaged")
    return proof


def _extract(archive: tarfile.TarFile, folder: Path) -> set[str]:
    """Unpack the members, plain files of known names only; their names without the manifest's."""
    found: set[str] = set()
    room = int(shutil.disk_usage(folder).free * MOST_OF_THE_DISK)
    for member in archive:
        room -= member.size
        if not _may_unpack(member) or member.name in found or room < 0 or len(found) > MOST_FILES:
            raise ValueError
        found.add(member.name)
        _copy_out(archive, member, folder / member.name)
    return found - {MANIFEST}


def _may_unpack(member: tarfile.TarInfo) -> bool:
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        return False
    if member.name == MANIFEST:
        return member.size <= LARGEST_MANIFEST
    steps = member.name.split("/")
    return KNOWN.fullmatch(member.name) is not None and not {"", ".", ".."} & set(steps)


def _copy_out(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = archive.extractfile(member)
    if data is None:
        raise ValueError
    with data, _private(path) as out:
        shutil.copyfileobj(data, out)


def _read_manifest(path: Path) -> Proof:
    proof = Proof(**json.loads(path.read_text(encoding="utf-8")))
    texts = (proof.engine, proof.version, proof.made_at, proof.audit_digest)
    named = proof.files.items() if isinstance(proof.files, dict) else [(None, None)]
    if not all(isinstance(text, str) for text in (*texts, *(t for pair in named for t in pair))):
        raise TypeError
    return proof


def _place(folder: Path, home: Path, proof: Proof) -> None:
    connections.close_all()
    for name in proof.files:
        if name.startswith("tables/"):
            continue
        if name.startswith("attachments/"):
            attachments.put_back(folder / name)
            continue
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for rest in ("-wal", "-shm"):
            target.with_name(target.name + rest).unlink(missing_ok=True)
        (folder / name).rename(target)
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    if engine() == "postgresql":
        with guard.lifted(), appendonly.lifted():
            postgres.load(folder)


def _prove(proof: Proof) -> None:
    verdict = audit.verify()
    if not verdict.whole or (verdict.lines, verdict.digest) != (proof.audit_lines, proof.audit_digest):
        raise Refused("backup_damaged")


def as_dict(proof: Proof) -> dict[str, Any]:
    """The proof without its list of files."""
    return {name: value for name, value in vars(proof).items() if name != "files"} | {
        "files": len(proof.files)
    }
