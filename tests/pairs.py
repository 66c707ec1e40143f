"""Pairs of requests: one names what is there and hidden from who asks, the other what is not there.

Who asks holds every permission within organisation B, so that no door but the last one refuses: the hidden things
are organisation A's. The pages come from the reviewed table of `tests/matrix`, so a new address is asked too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from api.conftest import Machine, token_of
from cast import Cast
from planted import Call, everything, pages, person, plant
from tabard.access.actions import create_account
from tabard.access.models import Account, Token
from tabard.api.etags import etag
from tabard.figures.actions import freeze
from tabard.incidents.models import Incident, Review
from tabard.intake.models import Taken
from tabard.rules.ids import ulid

ABSENT = "SSD-2019-9999"
PASSWORD = "a long phrase of a test"
BOUNDARY = "BoUnDaRy"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
Ask = Callable[[], HttpResponse]
Things = dict[str, str]
# What an address can name that one organisation has and another does not see. The other names of the tables are
# of lists that everybody reads, or of one's own.
NAMED = (
    "ref", "draft", "original", "need", "kept", "act", "file", "batch", "mapping", "turn", "account", "assignment",
    "org", "word", "told", "report", "decision", "token", "incident",
)  # fmt: skip
ANYONE = {"anyone", "off"}
FACTS = {"country": "SSD", "first_day": "2019-05-01", "last_day": "2019-05-01", "cause": "crime"}
LINKED = "POST /incidents/{own}/decide/ decision=linked reason=other kind=duplicate another={ref}"
# What no row of the table asks: filters, search, files, previews; and of one's own incident what is another's.
MORE = (
    "GET /incidents/?reference={ref}",
    "POST /incidents/find/ wanted={ref}",
    "GET /incidents/export.csv?reference={ref}",
    "GET /incidents/export.json?reference={ref}",
    "GET /review/?owner={org}",
    "GET /incidents/received/{report}/",
    "POST /incidents/{own}/untell/ told={told}",
    "POST /incidents/{own}/decide/ decision=voided reason=mistake review={decision}",
    LINKED,
    LINKED.replace("linked", "counted_as"),
    "POST /needs/{own_need}/ do=assign owner={account} version=1",
    "POST /account/tokens/{token}/revoke/",
    "POST /imports/new/ format=log collection=own mapping={mapping} as_of=2020-01-01",
    "POST /incidents/new/ do=keep key={incident}",
    "GET /figures/annex-4/fatalities/{year}/",
    "GET /figures/annex-4/?year={year}",
)
LINK = {"kind": "linked", "reason": "other", "link_kind": "duplicate", "another": "{ref}"}
# Method, path, and what is sent as JSON; bytes go as a file.
OF_THE_API: tuple[tuple[str, Any], ...] = (
    ("GET /incidents/{ref}", None),
    ("GET /incidents?reference={ref}", None),
    ("GET /incidents/{ref}/revisions", None),
    ("POST /incidents/{ref}/revisions", {"facts": {"country": "SSD"}}),
    ("GET /incidents/{ref}/decisions", None),
    ("POST /incidents/{ref}/decisions", {"kind": "held", "reason": "doubtful"}),
    ("POST /incidents/{ref}/decisions/{decision}/undo", {"reason": "other"}),
    ("POST /incidents/{own}/decisions/{decision}/undo", {"reason": "other"}),
    ("GET /incidents/{ref}/questions", None),
    ("POST /incidents/{ref}/answers", {"text": "It was Tuesday."}),
    ("GET /incidents/{ref}/told", None),
    ("POST /incidents/{ref}/told", {"whom": "head_office", "how": "phone"}),
    ("POST /incidents/{ref}/told/{told}/untell", None),
    ("POST /incidents/{own}/told/{told}/untell", None),
    ("GET /incidents/{ref}/flash?level=public", None),
    ("GET /incidents/{ref}/needs", None),
    ("POST /incidents/{ref}/needs", {"kind": "call_back"}),
    ("POST /needs/{need}", {"step": "finish", "version": 1}),
    ("POST /needs/{own_need}", {"step": "assign", "version": 1, "owner": "{account}"}),
    ("GET /needs?after={need}", None),
    ("GET /incidents/{ref}/attachments", None),
    ("POST /incidents/{ref}/attachments", b"A note.\n"),
    ("GET /attachments/{file}", None),
    ("POST /attachments/{file}/remove", {"reason": "mistake"}),
    ("GET /exports/json?reference={ref}", None),
    ("GET /batches/{batch}", None),
    ("GET /batches/{batch}/rows", None),
    ("GET /batches/{batch}/rows/{number}", None),
    ("POST /batches/{batch}/rows/{held}/mend", {"changes": {"a": "b"}}),
    ("POST /batches/{batch}/confirm", None),
    ("POST /batches/{batch}/undo", None),
    ("GET /reports/{report}", None),
    ("GET /tables/annex-4?year={year}", None),
    ("POST /incidents/{own}/decisions", LINK),
    ("POST /reports", {"collection": "own", "owner": "{org}", "facts": {"country": "SSD"}}),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """The two requests."""

    hidden: Ask
    absent: Ask


def pairs(cast: Cast, scope: str = "") -> dict[str, Pair]:
    """Every pair by name, asked by an operator of organisation B, or of another scope."""
    hidden, own = _hidden(cast), plant(cast, cast.organisation_b.pk, keeper=cast.joseph)
    freeze(by=cast.console, known_on=timezone.now())
    hidden |= {"own": own["ref"], "own_need": own["need"]}
    absent = hidden | _absent(hidden)
    by = person(cast, "operator", scope or cast.organisation_b.scope_key)
    page = Client(raise_request_exception=False)
    page.force_login(by)
    machine = Machine(token_of(by))
    found = {call: Pair(_page(page, call, hidden), _page(page, call, absent)) for call in _calls()}
    for call, body in OF_THE_API:
        headers = {"If_Match": etag(Incident.objects.select_related("current").get(reference=own["ref"]))}
        found[f"api {call}"] = Pair(
            _operation(machine, call, body, hidden, headers), _operation(machine, call, body, absent, headers)
        )
    return found | signing_in(cast, by)


def signing_in(cast: Cast, by: Account) -> dict[str, Pair]:
    """An account that there is and one that there is not, a token that is nearly right and one of no account."""
    create_account(by=cast.console, handle="leila", password=PASSWORD)
    given, stranger, nobody = token_of(by), Client(), Machine()
    wrong, unknown = given[:-1] + ("A" if given[-1] != "A" else "B"), "tbd_" + "x" * 43

    def sign_in(handle: str) -> Ask:
        return lambda: stranger.post("/sign-in/", {"handle": handle, "password": "wrong"})

    def with_token(token: str) -> Ask:
        return lambda: nobody.get("/incidents", Authorization=f"Bearer {token}")

    return {
        "sign in": Pair(sign_in("leila"), sign_in("nobody")),
        "token": Pair(with_token(wrong), with_token(unknown)),
    }


def _hidden(cast: Cast) -> Things:
    """One of each thing of organisation A."""
    a = cast.organisation_a
    found = everything(cast, a.pk)
    found["account"], found["assignment"] = cast.amina.pk, cast.amina.assignments.get().pk
    found["report"] = Taken.objects.get(turn=found["turn"]).original
    found["decision"] = str(Review.objects.filter(incident_id=found["incident"]).latest("pk").pk)
    token_of(cast.amina, "incidents:incident:read")
    found["token"] = Token.objects.get(account=cast.amina).pk
    return found | {"year": "2019"}


def _absent(hidden: Things) -> Things:
    """Names of the same shape that nobody gave."""
    gone = {name: ulid() if len(hidden[name]) == 26 else "9999" for name in NAMED}
    return gone | {"ref": ABSENT, "year": "2018"}


def _calls() -> Iterator[str]:
    for _, call, who in pages():
        if not who & ANYONE and any(f"{{{name}}}" in call for name in NAMED):
            yield call
    yield from MORE


def _page(client: Client, call: str, things: Things) -> Ask:
    asked = Call.parse(call, things)
    way = client.post if asked.method == "POST" else client.get
    return lambda: whole(way(asked.address, asked.sent))


def whole(answer: Any) -> HttpResponse:
    """The answer with all of its text read."""
    if not answer.streaming:
        return answer  # type: ignore[no-any-return]
    body = getattr(answer, "body", None) or b"".join(answer.streaming_content)
    return HttpResponse(body, status=answer.status_code, headers=answer.headers)


def _operation(machine: Machine, call: str, body: Any, things: Things, headers: dict[str, str]) -> Ask:
    method, path = call.format(**things).split(" ", 1)
    if isinstance(body, bytes):
        data, more = _file(body), {"kind": FORM}
    else:
        data, more = (json.loads(_filled(json.dumps(body), things)) if body else None), headers
    return lambda: whole(machine.send(method, path, data, **more))


def _filled(text: str, things: Things) -> str:
    return re.sub(r'"\{(\w+)\}"', lambda found: json.dumps(things[found[1]]), text)


def _file(data: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\n\r\n'
    return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
