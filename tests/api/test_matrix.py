"""Who may do what over the API: every role against every operation, allowed or denied; what is hidden looks absent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test.client import encode_multipart

from api.conftest import Machine, undone
from cast import Cast, World
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.api.etags import etag
from tabard.api.service import service
from tabard.incidents import told
from tabard.incidents.models import Incident

pytestmark = pytest.mark.django_db(databases="__all__")

ROLES = ("reader", "officer", "desk", "analyst", "auditor", "administrator", "custodian", "operator")
ALL = set(ROLES)
SEES = {"reader", "officer", "desk", "analyst", "custodian", "operator"}
TABLES = {"reader", "officer", "desk", "analyst", "operator"}
DESK = {"desk", "operator"}
FIELD = {"officer", "desk", "operator"}
FREEZE = {"analyst", "operator"}
EXPORT = {"desk", "analyst", "operator"}
ADMIN = {"administrator", "operator"}
BOUNDARY = "BoUnDaRy"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Op:
    """One operation, a good request to it, and the roles that may."""

    call: str
    may: set[str]
    body: Any = None
    starts: bool = False  # from an ETag
    form: dict[str, Any] | None = None


WHY = {"reason": "other"}
OPERATIONS = {
    "report": Op("POST /reports", FIELD, {"collection": "own", "facts": {"country": "SSD"}}),
    "receipt": Op("GET /reports/{original}", set()),  # an import's original is nobody's report
    "list_incidents": Op("GET /incidents", ALL),  # of what one sees: perhaps nothing
    "read_incident": Op("GET /incidents/{ref}", SEES),
    "list_revisions": Op("GET /incidents/{ref}/revisions", SEES),
    "revise": Op("POST /incidents/{ref}/revisions", DESK, {"facts": {"country": "SSD"}}, starts=True),
    "list_decisions": Op("GET /incidents/{ref}/decisions", SEES),
    "decide": Op(
        "POST /incidents/{ref}/decisions", DESK, {"kind": "held", "reason": "doubtful"}, starts=True
    ),
    "undo_decision": Op("POST /incidents/{ref}/decisions/{original}/undo", set(), WHY, starts=True),
    "list_questions": Op("GET /incidents/{ref}/questions", SEES),  # of what is asked of oneself: here nothing
    "answer_desk": Op("POST /incidents/{ref}/answers", set(), {"text": "It was Tuesday."}),
    "list_told": Op("GET /incidents/{ref}/told", SEES),
    "tell": Op("POST /incidents/{ref}/told", FIELD, {"whom": "head_office", "how": "phone"}),
    "untell": Op("POST /incidents/{ref}/told/{told}/untell", FIELD),
    "flash_report": Op("GET /incidents/{ref}/flash?level=public", SEES),
    "list_needs": Op("GET /needs", ALL),
    "needs_of": Op("GET /incidents/{ref}/needs", SEES),
    "ask": Op("POST /incidents/{ref}/needs", FIELD, {"kind": "call_back"}),
    "step": Op("POST /needs/{original}", set(), {"step": "finish", "version": 1}),
    "list_attachments": Op("GET /incidents/{ref}/attachments", SEES),
    "attach": Op("POST /incidents/{ref}/attachments", FIELD, form={"name": "note.txt", "data": b"A note.\n"}),
    "read_attachment": Op("GET /attachments/{original}", set()),
    "remove_attachment": Op("POST /attachments/{original}/remove", set(), {"reason": "mistake"}),
    "list_tables": Op("GET /tables", TABLES),
    "read_table": Op("GET /tables/annex-1?year=2019", TABLES),
    "export_table": Op("GET /tables/annex-1/export.json?year=2019", FREEZE),
    "list_snapshots": Op("GET /snapshots", TABLES),
    "freeze": Op("POST /snapshots", FREEZE, {}),
    "list_collections": Op("GET /collections", ALL),
    "open_collection": Op("POST /collections", ADMIN, {"code": "new", "label": "New"}),
    "list_organisations": Op("GET /organisations", ALL),
    "enter_organisation": Op("POST /organisations", ADMIN, {"name": "New one", "kind": "ingo"}),
    "list_word_lists": Op("GET /words", ALL),
    "list_words": Op("GET /words/cause", ALL),
    "export_incidents": Op("GET /exports/json", EXPORT),
    "list_batches": Op("GET /batches", ALL),
    "send_file": Op(
        "POST /batches",
        DESK,
        form={
            "name": "a.csv",
            "data": b"a,b\n1,2\n",
            "format": "awsd",
            "collection": "awsd",
            "as_of": "2020-01-01",
        },
    ),
    "read_batch": Op("GET /batches/{batch}", DESK),
    "list_rows": Op("GET /batches/{batch}/rows", DESK),
    "read_row": Op("GET /batches/{batch}/rows/1", set()),  # nothing was read yet
    "mend": Op("POST /batches/{batch}/rows/1/mend", set(), {"changes": {"a": "b"}}),
    "confirm": Op("POST /batches/{batch}/confirm", set()),
    "undo_import": Op("POST /batches/{batch}/undo", set()),
    "read_audit": Op("GET /audit?limit=3", {"auditor", "operator"}),
}
# Allowed, and still not done: as things stand there is nothing to count, to confirm or to undo.
STATE = {"confirm": DESK, "undo_import": DESK}


def test_every_operation_stands_in_the_matrix() -> None:
    views = {
        operation.view_func.__name__
        for router in service._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    }
    assert set(OPERATIONS) == views


def person(cast: Cast, role: str, scope: str = "*") -> Account:
    account = create_account(by=cast.console, handle=f"{role}-1", password=None)
    grant(by=cast.console, account=account, role=role, scope=scope)
    return account


def sent(machine: Machine, op: Op, world: World, line: str) -> Any:
    method, path = op.call.split(" ", 1)
    named = {"ref": world.incident.reference, "batch": world.batch.pk, "original": world.original.pk}
    body, headers = op.body, {}
    if op.form is not None:
        body, headers = _form(op.form), {"kind": FORM}
    if op.starts:
        headers["If_Match"] = etag(world.incident)
    return machine.send(method, path.format(**named, told=line), body, **headers)


def _form(fields: dict[str, Any]) -> bytes:
    plain = {name: value for name, value in fields.items() if name not in ("name", "data")}
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{fields["name"]}"\r\n\r\n'
    rest = encode_multipart(BOUNDARY, plain) if plain else f"--{BOUNDARY}--\r\n".encode()
    return head.encode() + fields["data"] + b"\r\n" + rest


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_role_does_what_it_may_and_nothing_else(
    name: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    op = OPERATIONS[name]
    if "awsd" in str(op.form):
        machine(cast.console).post("/collections", {"code": "awsd", "label": "AWSD"})
    if "annex" in op.call:
        assert machine(cast.console).post("/snapshots", {}).status_code == 201
    done, refused = set(), {}
    for role in ROLES:
        with undone():
            line = told.tell(by=cast.console, incident=world.incident, whom="police", how="phone").pk
            response = sent(machine(person(cast, role)), op, world, line)
        if response.status_code < 300:
            done.add(role)
        else:
            refused[role] = response.status_code
    assert done == op.may, refused
    for role in ALL - done:
        wanted = (
            {409}
            if role in STATE.get(name, set())
            else {403, 404, 422}
            if name == "send_file"
            else {403, 404}
        )
        assert refused[role] in wanted, (role, refused[role])


@pytest.mark.parametrize("name", OPERATIONS)
def test_without_a_token_nothing_opens(
    name: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    response = sent(machine(), OPERATIONS[name], world, world.original.pk)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "token_needed"


@pytest.mark.parametrize("name", [n for n, op in OPERATIONS.items() if op.call.split(" ")[1] != "/words"])
def test_whoever_holds_nothing_sees_and_does_nothing(
    name: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    """An auditor sees the audit chain and the words, and nothing else."""
    lost = create_account(by=cast.console, handle="nobody", password=None)
    grant(by=cast.console, account=lost, role="auditor", scope="*")
    client = machine(lost, "access:audit:read")
    response = sent(client, OPERATIONS[name], world, world.original.pk)
    if name in ("read_audit", "list_words"):
        return
    if response.status_code < 300:
        assert response.json().get("items") == []
    else:
        assert response.status_code in (403, 404, 422)


OF_ONE = [name for name, op in OPERATIONS.items() if "{ref}" in op.call]


@pytest.mark.parametrize("name", OF_ONE)
def test_hidden_and_absent_are_the_same_bytes(
    name: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    """Organisation B's reader, officer and desk about an incident of organisation A, and about none."""
    op = OPERATIONS[name]
    for role in ("reader", "officer", "desk"):
        client = machine(person(cast, role, cast.organisation_b.scope_key))
        hidden = sent(client, op, world, world.original.pk)
        absent = sent(client, op, _without(world), world.original.pk)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        assert dict(hidden.headers) == dict(absent.headers)


def _without(world: World) -> World:
    """The same world with a reference that nobody gave."""
    gone = Incident(id=world.incident.pk, reference="SSD-2019-9999")
    return World(gone, world.other, world.original, world.batch)


def test_hidden_records_are_in_no_list_and_no_count(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    theirs, ours = world.incident.reference, world.other.reference
    client = machine(cast.joseph)
    for query in (
        "",
        "?country=SSD",
        "?first_year=2019&last_year=2019",
        f"?reference={theirs}",
        "?collection=own",
    ):
        found = [each["reference"] for each in client.get(f"/incidents{query}").json()["items"]]
        assert found == ([] if theirs in query else [ours])
    assert client.get(f"/incidents/{ours}").json()["restricted"] is False
    assert "Words of a source" not in client.get(f"/incidents/{ours}").content.decode()


def test_a_token_does_only_what_it_names(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.amina, "incidents:incident:read")
    path = f"/incidents/{world.incident.reference}"
    said = client.get(path).json()
    assert said["restricted"] is False
    assert "texts" not in said
    assert "position" not in said
    revised = client.post(f"{path}/revisions", {"facts": {}}, If_Match=etag(world.incident))
    assert revised.status_code == 403
    assert client.get("/exports/json").status_code == 403


def test_a_session_is_no_sign_in(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine()
    client.client.force_login(cast.amina)
    assert client.get("/incidents").status_code == 401
