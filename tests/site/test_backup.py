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
ROW = "{id},2019,5,{day},SS,South Sudan,,,Juba,0,1,0,0,0,0,1,0,0,1,0,0,0,0,1,0,0,1,1,0,0,Shooting,Ambush,Road,4.8,31.6,Unknown,Unknown,Unknown,Made for a test,Yes,Media"


def made_file(path: Path, count: int = 3) -> Path:
    """A small AWSD export."""
    rows = [ROW.format(id=900_000 + n, day=n + 1) for n in range(count)]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Installation]:
    """An installation with one import and one snapshot."""
    with installation(tmp_path / "first") as one:
        one.run("migrate")
        one.run("import", "awsd", made_file(tmp_path / "awsd.csv"), "--as-of", "2020-01-31")
        one.run("table", "awsd-summary", "--year", "2019", "--as-of", "2020-01-31")
        yield one


def summary(one: Installation) -> list[tuple[str, int]]:
    table = one.json("table", "awsd-summary", "--year", "2019", "--as-of", "2020-01-31")
    return [(cell["row"], cell["value"]) for cell in table["cells"]]


def test_a_backup_restores_elsewhere_and_proves_itself(filled: Installation, tmp_path: Path) -> None:
    written = filled.json("backup", tmp_path / "all.tar.gz")
    with installation(tmp_path / "second") as other:
        restored = other.json("restore", tmp_path / "all.tar.gz")
        assert restored["audit_digest"] == written["audit_digest"]
        assert restored["audit_lines"] == written["audit_lines"] > 3
        assert other.json("audit", "verify")["whole"]
        assert all(finding["well"] for finding in other.json("doctor"))
        assert summary(other) == summary(filled)
        assert dict(summary(other))["killed"] == 3
        # it is a register one can go on with
        grown = other.json("import", "awsd", made_file(tmp_path / "more.csv", 4), "--as-of", "2020-02-28")
        assert (grown["effects"]["new"], grown["effects"]["unchanged"]) == (1, 3)


def test_restore_refuses_an_occupied_place(filled: Installation, tmp_path: Path) -> None:
    filled.run("backup", tmp_path / "all.tar.gz")
    assert filled.json("restore", tmp_path / "all.tar.gz", code=1)["error"] == "backup_not_empty"


def test_backup_never_overwrites(filled: Installation, tmp_path: Path) -> None:
    filled.run("backup", tmp_path / "all.tar.gz")
    assert filled.json("backup", tmp_path / "all.tar.gz", code=1)["error"] == "backup_exists"


def test_a_damaged_backup_is_refused(filled: Installation, tmp_path: Path) -> None:
    whole = tmp_path / "all.tar.gz"
    filled.run("backup", whole)
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:-2000])
    changed = tmp_path / "changed.tar.gz"
    changed.write_bytes(with_one_byte_changed(whole.read_bytes()))
    for damaged in (cut, changed):
        with installation(tmp_path / damaged.stem) as other:
            assert other.json("restore", damaged, code=1)["error"] == "backup_damaged"


def with_one_byte_changed(archive: bytes) -> bytes:
    """The archive with one byte of its largest member changed, packed again so that gzip notices nothing."""
    plain = bytearray(gzip.decompress(archive))
    with tarfile.open(fileobj=io.BytesIO(bytes(plain))) as tar:
        largest = max(tar.getmembers(), key=lambda member: member.size)
    plain[largest.offset_data + largest.size // 2] ^= 0xFF
    return gzip.compress(bytes(plain))
