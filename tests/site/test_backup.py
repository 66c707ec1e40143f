"""One command writes everything to a file, one brings it back into an empty place, which proves itself."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from installation import SERVER, Installation, installation
from tabard.rules.refusals import Refused
from tabard.site import backup as archive
from tabard.site import leftovers

SETTINGS = "tabard.site.settings"
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


VICTIM = b"somebody else's file"
OUTSIDE = (
    "../victim",
    "snapshots/../../victim",
    "/victim",
    "keys//victim",
    "manifest.json/victim",
    "other/victim",
)


def repacked(
    whole: bytes, *, more: dict[str, bytes] | None = None, less: str = "", **changed: object
) -> bytes:
    """The archive with members added or taken away, as its manifest then says."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(whole)) as old,
        tarfile.open(fileobj=out, mode="w:gz") as new,
    ):
        kept = {m.name: old.extractfile(m).read() for m in old.getmembers() if m.name != less}  # type: ignore[union-attr]
        said = json.loads(kept.pop("manifest.json"))
        kept |= more or {}
        said["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in kept.items()}
        kept["manifest.json"] = json.dumps(said | changed).encode()
        for name, data in kept.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return out.getvalue()


def refused(data: bytes, folder: Path, name: str) -> Path:
    """The home into which this was not restored."""
    file, home = folder / f"{name}.tar.gz", folder / name / "home"
    file.write_bytes(data)
    with installation(home) as other:
        assert other.json("restore", file, code=1)["error"] == "backup_damaged"
    return home


@pytest.mark.parametrize("number", range(len(OUTSIDE)))
def test_a_name_outside_what_a_backup_holds_is_refused(
    number: int, backup: tuple[Path, dict[str, object]], folder: Path
) -> None:
    data = repacked(backup[0].read_bytes(), more={OUTSIDE[number]: VICTIM})
    home = refused(data, folder, f"outside-{number}")
    assert [path.name for path in home.parent.rglob("*victim*")] == []


def test_a_file_named_outside_is_not_moved(backup: tuple[Path, dict[str, object]], folder: Path) -> None:
    """The manifest names a file that lies outside, with its digest, and the archive does not hold it."""
    home = folder / "named" / "home"
    home.mkdir(parents=True)
    victims = [home.parent / "victim", home.parent / "beside-wal"]
    for victim in victims:
        victim.write_bytes(VICTIM)
    files = {name: hashlib.sha256(VICTIM).hexdigest() for name in ("../../victim", str(victims[1])[:-4])}
    refused(repacked(backup[0].read_bytes(), files=files), folder, "named")
    assert [victim.read_bytes() for victim in victims] == [VICTIM, VICTIM]


@pytest.mark.parametrize(
    ("name", "changed"),
    [("list", {"files": ["register.db"]}), ("number", {"files": {"secret.key": 1}}), ("more", {"files": {}})],
)
def test_a_manifest_that_does_not_say_what_is_there_is_refused(
    name: str, changed: dict[str, object], backup: tuple[Path, dict[str, object]], folder: Path
) -> None:
    refused(repacked(backup[0].read_bytes(), **changed), folder, f"manifest-{name}")  # type: ignore[arg-type]


@pytest.mark.skipif(bool(SERVER), reason="SQLite's databases are files")
def test_both_databases_must_be_there(backup: tuple[Path, dict[str, object]], folder: Path) -> None:
    refused(repacked(backup[0].read_bytes(), less="intake.db"), folder, "half")


@pytest.mark.postgres
def test_a_table_that_cannot_be_read_is_refused(backup: tuple[Path, dict[str, object]], folder: Path) -> None:
    table = {"tables/access_account.copy": b"no row of this table\n"}
    refused(repacked(backup[0].read_bytes(), more=table), folder, "table")


def test_what_the_disk_cannot_hold_is_refused(
    backup: tuple[Path, dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=1000)
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: free)
    with pytest.raises(Refused, match="backup_damaged"):
        archive._unpacked(backup[0], tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 1000


def test_a_link_is_refused(backup: tuple[Path, dict[str, object]], folder: Path) -> None:
    packed = io.BytesIO(gzip.decompress(repacked(backup[0].read_bytes(), more={"keys/here": b""})))
    with tarfile.open(fileobj=packed) as old:
        at = next(m.offset for m in old.getmembers() if m.name == "keys/here")
    plain = bytearray(packed.getvalue())
    plain[at + 156 : at + 157] = tarfile.SYMTYPE
    plain[at + 157 : at + 169] = b"/etc/machine"
    plain[at + 148 : at + 156] = b" " * 8
    plain[at + 148 : at + 156] = b"%06o\0 " % sum(plain[at : at + 512])
    refused(gzip.compress(bytes(plain)), folder, "link")


def test_nobody_else_may_read_what_is_written(
    filled: Installation, backup: tuple[Path, dict[str, object]]
) -> None:
    assert backup[0].stat().st_mode & 0o077 == 0
    assert [path for path in filled.home.rglob("*.db") if path.stat().st_mode & 0o077] == []


def test_a_home_is_closed_to_others(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    for name in ("home", "shared"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)
    (shared / "somebody's").touch()
    for name, mode in (("home", 0o700), ("shared", 0o755)):
        with installation(tmp_path / name) as one:
            one.run("migrate")
            assert (tmp_path / name).stat().st_mode & 0o777 == mode


def test_a_place_that_cannot_be_written_to_is_refused(filled: Installation, tmp_path: Path) -> None:
    assert filled.json("backup", tmp_path / "no such" / "x.tgz", code=1)["error"] == "backup_not_written"


def test_leftovers_of_an_hour_ago_are_removed(tmp_path: Path) -> None:
    left = [tmp_path / "freeze-abcd1234", tmp_path / "tmpabcd1234", tmp_path / "snapshots" / "s" / "x.part"]
    stays = [tmp_path / "freeze-new_0000", tmp_path / "register.db", tmp_path / "templates"]
    for path in [*left[:2], left[2].parent, stays[0], stays[2]]:
        path.mkdir(parents=True)
    for path in (left[0] / "register.db", left[2], stays[1]):
        path.touch()
    for path in [left[0] / "register.db", *left, *stays[1:]]:
        os.utime(path, (time.time() - 4000,) * 2)
    assert set(leftovers.leftovers(tmp_path)) == set(left)
    assert leftovers.sweep(tmp_path) == 3
    assert [path.exists() for path in left + stays] == [False] * 3 + [True] * 3


ATTACH = """
import django; django.setup()
from io import BytesIO
from PIL import Image
from tabard.access.trail import console
from tabard.incidents.attaching import attach
from tabard.incidents.models import Incident
out = BytesIO(); Image.new("RGB", (8, 8)).save(out, "PNG")
print(attach(by=console(), incident=Incident.objects.first(), data=out.getvalue(), name="a.png").pk)
"""


def python(one: Installation, code: str) -> str:
    more = {"TABARD_HOME": str(one.home), "DATABASE_URL": one.database, "DJANGO_SETTINGS_MODULE": SETTINGS}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | more, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_attached_files_come_back_and_still_open(filled: Installation, tmp_path: Path) -> None:
    pk = python(filled, ATTACH)
    filled.run("backup", tmp_path / "all.tar.gz")
    with installation(tmp_path / "other") as other:
        other.run("restore", tmp_path / "all.tar.gz")
        assert [finding["check"] for finding in other.json("doctor") if not finding["well"]] == []
        read = "import django; django.setup(); from tabard.incidents.attaching import read;"
        read += (
            "from tabard.access.trail import console; print(read(by=console(), attachment=%r).content[:4])"
        )
        assert python(other, read % pk) == repr(b"\x89PNG")
        for path in other.home.glob("attachments/*/*"):
            path.unlink()
        assert "attachments" in [f["check"] for f in other.json("doctor", code=3) if not f["well"]]
