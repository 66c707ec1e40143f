"""One command writes everything to a file, one brings it back into an empty place, which proves itself."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation import Installation, installation

HEADER = (
    "Incident ID,Year,Month,Day,Country Code,Country,Region,District,City,UN,INGO,ICRC,NRCS and IFRC,NNGO,Other,"
    "Nationals killed,Nationals wounded,Nationals kidnapped,Total nationals,Internationals killed,"
    "Internationals wounded,Internationals kidnapped,Total internationals,Total killed,Total wounded,"
    "Total kidnapped,Total affected,Gender Male,Gender Female,Gender Unknown,Means of attack,Attack context,"
    "Location,Latitude,Longitude,Motive,Actor type,Actor name,Details,Verified,Source"
)
ROW = (
    "{id},2019,5,{day},SS,South Sudan,,,Juba,0,1,0,0,0,0,1,0,0,1,0,0,0,0,1,0,0,1,1,0,0,"
    "Shooting,Ambush,Road,4.8,31.6,Unknown,Unknown,Unknown,Made for a test,Yes,Media"
)


def made_file(path: Path, count: int = 3) -> Path:
    """A small AWSD export."""
    rows = [ROW.format(id=900_000 + n, day=n + 1) for n in range(count)]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def filled(folder: Path) -> Iterator[Installation]:
    """An installation with one import and one snapshot."""
    with installation(folder / "first") as one:
        one.run("migrate")
        one.run("import", "awsd", made_file(folder / "awsd.csv"), "--as-of", "2020-01-31")
        one.run("table", "awsd-summary", "--year", "2019", "--as-of", "2020-01-31")
        yield one


@pytest.fixture(scope="module")
def backup(filled: Installation, folder: Path) -> tuple[Path, dict[str, object]]:
    """The file, and what the command said of it."""
    path = folder / "all.tar.gz"
    return path, filled.json("backup", path)


def summary(one: Installation) -> list[tuple[str, int]]:
    table = one.json("table", "awsd-summary", "--year", "2019", "--as-of", "2020-01-31")
    return [(cell["row"], cell["value"]) for cell in table["cells"]]


def test_a_backup_restores_elsewhere_and_proves_itself(
    filled: Installation, backup: tuple[Path, dict[str, object]], folder: Path
) -> None:
    path, written = backup
    with installation(folder / "second") as other:
        restored = other.json("restore", path)
        assert restored["audit_digest"] == written["audit_digest"]
        assert restored["audit_lines"] == written["audit_lines"] > 3
        assert other.json("audit", "verify")["whole"]
        assert [finding["check"] for finding in other.json("doctor") if not finding["well"]] == []
        assert summary(other) == summary(filled)
        assert dict(summary(other))["killed"] == 3
        # it is a register one can go on with
        grown = other.json("import", "awsd", made_file(folder / "more.csv", 4), "--as-of", "2020-02-28")
        assert (grown["effects"]["new"], grown["effects"]["unchanged"]) == (1, 3)


def test_an_occupied_place_and_an_existing_file_are_refused(
    filled: Installation, backup: tuple[Path, dict[str, object]]
) -> None:
    path, _ = backup
    assert filled.json("restore", path, code=1)["error"] == "backup_not_empty"
    assert filled.json("backup", path, code=1)["error"] == "backup_exists"


@pytest.mark.parametrize("kind", ["cut", "changed"])
def test_a_damaged_backup_is_refused(kind: str, backup: tuple[Path, dict[str, object]], folder: Path) -> None:
    whole = backup[0].read_bytes()
    damaged = folder / f"{kind}.tar.gz"
    damaged.write_bytes(whole[:-2000] if kind == "cut" else with_one_byte_changed(whole))
    with installation(folder / kind) as other:
        assert other.json("restore", damaged, code=1)["error"] == "backup_damaged"


def with_one_byte_changed(archive: bytes) -> bytes:
    """The archive with one byte of its largest member changed, packed again so that gzip notices nothing."""
    plain = bytearray(gzip.decompress(archive))
    with tarfile.open(fileobj=io.BytesIO(bytes(plain))) as tar:
        largest = max(tar.getmembers(), key=lambda member: member.size)
    plain[largest.offset_data + largest.size // 2] ^= 0xFF
    return gzip.compress(bytes(plain))
