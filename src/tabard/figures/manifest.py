"""Where the files of a snapshot lie, what they weigh, and whether they are still what was written."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

import tabard
from tabard.figures.layout import SNAPSHOT_VERSION
from tabard.rules.canonical import canonical, digest
from tabard.rules.facts import SCHEMA_VERSION
from tabard.rules.refusals import Refused
from tabard.vocab.words import HERE as VOCABULARY

NAME = "manifest.json"


def folder(snapshot_id: str) -> Path:
    """The files of one snapshot."""
    return Path(settings.HOME) / "snapshots" / snapshot_id


def key_path(snapshot_id: str) -> Path:
    """Which incident a random number of the snapshot stands for; kept apart, read by drill-down only."""
    return Path(settings.HOME) / "keys" / f"{snapshot_id}.parquet"


def sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def vocabulary_digest() -> str:
    """One digest over every list of words and every scheme as they are now."""
    files = sorted(path for path in (VOCABULARY / "data").rglob("*") if path.is_file())
    return digest(*(part for path in files for part in (path.name, sha256(path))))


def scheme_versions() -> dict[str, str]:
    """The digest of each counting scheme."""
    return {path.stem: sha256(path) for path in sorted((VOCABULARY / "data" / "schemes").glob("*.toml"))}


def describe(duck: duckdb.DuckDBPyConnection, where: Path, **more: Any) -> dict[str, Any]:
    """What goes into the manifest: every file with its rows and digest, and what made them."""
    files = {
        str(path.relative_to(where)): {"sha256": sha256(path), "rows": _rows(duck, path)}
        for path in sorted(where.rglob("*.parquet"))
    }
    standing = duck.execute("SELECT collection, standing, n FROM standing").fetchall()
    counts: dict[str, dict[str, int]] = {}
    for collection, kind, n in standing:
        counts.setdefault(collection, {})[kind] = n
    return {
        "snapshot_version": SNAPSHOT_VERSION,
        "schema_version": SCHEMA_VERSION,
        "code_version": tabard.__version__,
        "vocabulary": vocabulary_digest(),
        "schemes": scheme_versions(),
        "files": files,
        "collections": counts,
        **more,
    }


def _rows(duck: duckdb.DuckDBPyConnection, path: Path) -> int:
    row = duck.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


def write(where: Path, content: dict[str, Any]) -> str:
    """Write the manifest; returns its digest, which the register keeps."""
    path = where / NAME
    path.write_text(canonical(content) + "\n", encoding="utf-8")
    return sha256(path)


def read(where: Path) -> dict[str, Any]:
    """The manifest of a snapshot. Refused where the files are gone."""
    try:
        found: dict[str, Any] = json.loads((where / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused("no_snapshot") from None
    return found


def faults(where: Path, manifest_sha256: str) -> list[str]:
    """The files that are no longer what was written; empty when all stand."""
    if sha256(where / NAME) != manifest_sha256:
        return [NAME]
    files = read(where)["files"]
    return [n for n, said in files.items() if not (where / n).exists() or sha256(where / n) != said["sha256"]]
