"""Setting up on the command line: ports, accounts, and what an import says, each with a sentence and no traceback."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from formats.made import AWSD_39, ONE_KILLED, awsd
from tabard.access.models import Account, Assignment
from tabard.access.trail import console
from tabard.cli import main, setup
from tabard.incidents.models import Collection
from tabard.intake.models import Batch
from tabard.people.actions import create_organisation
from tabard.rules.refusals import Refused

PASSWORD = "tea with the neighbours"


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def error(*arguments: object) -> str:
    """The code of a refusal, which always has a sentence without a gap."""
    said = json.loads(run(*arguments, "--json", code=1))
    assert said["next_step"]
    assert "…" not in said["message"] + said["next_step"]
    return str(said["error"])


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused) as refusal:
            setup.check_free("127.0.0.1", port)
        assert str(port) in run("serve", "--host", "localhost", "--port", port, code=1)
    assert refusal.value.code == "port_taken"
    setup.check_free("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_wrong_usage(port: int) -> None:
    run("serve", "--port", port, code=2)


def test_a_host_is_a_number_or_this_machine() -> None:
    assert str(setup.address("localhost")) == "127.0.0.1"
    assert str(setup.address("::1")) == "::1"
    with pytest.raises(Refused):
        setup.address("no.such.host")


def add(handle: str, *scope: str) -> list[str]:
    return ["account", "add", handle, "--role", "reader", "--password", PASSWORD, *scope]


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize(
    "scope",
    ["", "**", "Everything", "org:", "org:01ARZ3NDEKTSV4RRFFQ69G5FAV", "country:XX", "collection:onw"],
)
def test_a_scope_that_names_nothing_is_refused(scope: str) -> None:
    assert error(*add("amina", "--scope", scope)) == "unknown_scope"
    assert not Account.objects.filter(handle="amina").exists()


@pytest.mark.django_db(databases="__all__")
def test_a_scope_must_be_given_and_exist() -> None:
    run(*add("amina"), code=2)
    lantern = create_organisation(by=console(), name="Lantern", kind="ingo")
    scopes = ["*", lantern.scope_key, "country:SSD", "collection:own"]
    for number, scope in enumerate(scopes):
        run(*add(f"amina.{number}", "--scope", scope))
    assert sorted(Assignment.objects.filter(role="reader").values_list("scope", flat=True)) == sorted(scopes)


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("handle", ["", "two words", "a/b", "a" * 151, "a\nb"])
def test_a_handle_has_a_form(handle: str) -> None:
    assert error(*add(handle, "--scope", "*")) == "bad_value"


@pytest.mark.django_db(databases="__all__")
def test_the_same_handle_twice_is_refused() -> None:
    run(*add("amina@lantern.example", "--scope", "*"))
    assert error(*add("amina@lantern.example", "--scope", "*")) == "handle_taken"
    assert error(*add("operator", "--scope", "*")) == "handle_taken"


@pytest.mark.django_db(databases="__all__")
def test_a_weak_password_is_refused() -> None:
    assert (
        error("account", "add", "amina", "--role", "desk", "--scope", "*", "--password", "12")
        == "weak_password"
    )


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--country", "XX"), "bad_value"),
        (("--collection", "onw"), "unknown_collection"),
        (("--years", "2020-2010"), "bad_value"),
        (("--years", "²"), "bad_value"),
        (("--years", "1" * 5000), "bad_value"),
    ],
)
def test_an_export_of_what_there_is_not_is_refused(
    options: tuple[str, ...], code: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    said = CliRunner().invoke(main, ["export", "json", "-o", str(out), *options])
    assert said.exit_code == 1, said.exception
    assert not out.exists()
    assert code == ("bad_value" if "cannot be used" in said.output else "unknown_collection")


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("text", ["[]", "1", "null", "{", "[" * 100_000])
def test_a_mapping_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(text)
    assert error("mapping", "save", "ours", path) in ("bad_value", "unreadable_file")


def export_file(folder: Path) -> Path:
    """Five records: one without a readable country, one whose total is not what its parts add up to."""
    rows = [ONE_KILLED | {"Incident ID": str(number)} for number in range(5)]
    rows[1] |= {"Year": "20x9"}
    rows[2] |= {"Total killed": "3"}
    path = folder / "export.csv"
    path.write_bytes(awsd(AWSD_39, *rows))
    return path


@pytest.mark.django_db(databases="__all__")
def test_an_import_says_why_and_how_to_mend(tmp_path: Path) -> None:
    path = export_file(tmp_path)
    said = run("import", "awsd", path, "--as-of", "2019-12-31")
    batch = Batch.objects.get()
    assert batch.original in said
    assert f"tabard mend {batch.pk} " in said
    assert "…" not in said
    assert "row 2 " in said or "row 3 " in said
    assert "bad_" not in said
    told = json.loads(run("import", "awsd", path, "--as-of", "2019-12-31", "--json"))
    assert len(told["not_accepted"]) == told["held"] + told["rejected"] == 1
    assert all(note["message"] and note["next_step"] for note in told["not_accepted"][0]["notes"])
    assert sum(told["discrepancies"].values()) >= 1


@pytest.mark.django_db(databases="__all__")
def test_a_misspelt_collection_is_not_opened(tmp_path: Path) -> None:
    path = export_file(tmp_path)
    before = set(Collection.objects.values_list("pk", flat=True))
    assert error("import", "awsd", path, "--collection", "awds") == "unknown_collection"
    assert error("import", "kika", path, "--collection", "awsd") == "wrong_collection"
    assert set(Collection.objects.values_list("pk", flat=True)) == before


@pytest.mark.django_db(databases="__all__")
def test_many_missing_are_counted_of_the_register(tmp_path: Path) -> None:
    """Ten records are known and one is in the file: nine of ten, not nine of one."""
    path = tmp_path / "export.csv"
    for count in (10, 1):
        path.write_bytes(awsd(AWSD_39, *[ONE_KILLED | {"Incident ID": str(n)} for n in range(count)]))
        said = run("import", "awsd", path, "--as-of", "2019-12-31")
    assert "9 of 10 records" in said


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_an_original_is_erased_by_its_batch(tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(run("import", "awsd", export_file(tmp_path), "--json"))
    assert json.loads(run("erase", told["batch"], "--json"))["original"] == told["original"]


def test_what_a_command_writes_nobody_else_reads() -> None:
    mask = os.umask(0)
    os.umask(mask)
    assert mask == 0o077
