"""What one may not see shows nowhere: pages and answers are the same bytes whether it is there or not.

Every page, every list of the API, their filters, counts, search, cursors, exports, suggestions and errors are asked
twice: before and after records are entered that the reader may not see."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import pytest
from django.test import Client

from api.conftest import Machine, token_of, undone
from cast import Cast
from cast import cast as cast
from planted import NOTHING, PLACE, ROLES, Call, collections, imports, incident, pages, person, plant, table
from tabard.access import policy
from tabard.access.permissions import Permission
from tabard.access.roles import SENSITIVITIES
from tabard.figures import freeze
from tabard.figures.actions import keep
from tabard.incidents import queries
from tabard.incidents.models import Incident
from tabard.rules.facts import Position
from tabard.rules.ids import ulid

pytestmark = pytest.mark.django_db(databases="__all__")
SEEN = table("seen")
# Every door twice takes some seconds a role: `make test` walks those who differ most, `make prove` all.
WALKED = ROLES if os.environ.get("TABARD_PROVE") == "1" else ("reader", "officer", "desk", "operator")
NOWHERE = ("batch", "original", "mapping", "word", "account", "assignment", "printed")
ELSEWHERE = Position(9.53, 31.66, "exact")
THEIRS = "Qwertz Hiddenwords"
IDS = re.compile(r"[0-9A-Z]{26}")
MOMENTS = (
    r"\d\d:\d\d(:\d\d)?(\.\d+)?|\d+\s+(?:seconds?|minutes?)"
    r"|<code>[0-9a-f]{8}</code>|[0-9a-f]{64}"  # digests of a snapshot, which is numbered by chance
)
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|name="key" value="\w+"|'  # a page's own, made anew
    f"{IDS.pattern}|{MOMENTS}"
)
ANEW = ("/snapshots", "/tables")  # of a snapshot that is made for each asking; all other ids stand
FACTS = {"country": "SSD", "first_day": "2019-05-01", "last_day": "2019-05-01", "cause": "crime"}
LINKED = {"reason": "other", "kind": "duplicate", "another": "{hidden}"}
ADDRESSES = (
    "/incidents/?country=SSD",
    "/incidents/?category=killed",
    "/incidents/?gender=female",
    "/incidents/?recruitment=local",
    "/incidents/?recruitment=unknown",
    "/incidents/?country=unknown",
    "/incidents/?category=nothing-such",
    "/incidents/?collection=own&first_year=2019&last_year=2019",
    "/incidents/?reference=SSD-2019",
    "/incidents/?reference={hidden}",
    f"/incidents/?cursor=2019-05-01_{'Z' * 26}_a",
    f"/incidents/?cursor=2019-05-01_{'0' * 26}_b",
    "/incidents/export.csv?gender=female",
    "/incidents/export.geojson",
    "/incidents/export.csv?reference=SSD",
    "/figures/annex-4/?year=2019",
    "/figures/annex-4/?register=own",
    "/figures/annex-4/fatalities/2019/",
    "/figures/annex-4/export.csv?year=2019",
    "/incidents/export.json?reference={hidden}",
    "/review/?state=coded",
    "/review/?country=SSD",
    "/review/?owner={owner}",
    "/needs/?mine=1",
    "/?collection=own&year=2019",
    "/health/",
)
POSTS = (
    ("/incidents/find/", {"wanted": "{hidden}"}),
    ("/incidents/find/", {"wanted": "2019"}),
    ("/incidents/new/", {"do": "look", "outcomes": "died", **FACTS}),
    ("/review/preview/", {"decision": "held", "chosen": "{hidden}_1"}),
    ("/review/preview/", {"decision": "held", "all": "1", "state": "coded"}),
    ("/incidents/{ref}/decide/", LINKED | {"decision": "linked"}),
    ("/incidents/{ref}/decide/", LINKED | {"decision": "counted_as"}),
    ("/notices/", {}),
)
ASKED_OF_THE_API = (
    "/incidents",
    "/incidents?limit=1",
    "/incidents?country=SSD&gender=female",
    "/incidents?reference={hidden}",
    "/incidents?reference=SSD",
    "/incidents?recruitment=unknown",
    "/incidents?category=killed_violence&limit=1",
    "/incidents?first_year=2019&last_year=2019",
    f"/incidents?cursor=2019-05-01_{'Z' * 26}_a",
    f"/incidents?cursor=2019-05-01_{'0' * 26}_b",
    "/incidents?country=nowhere",
    "/incidents/{ref}",
    "/incidents/{ref}/told",
    "/incidents/{ref}/questions",
    "/incidents/{ref}/flash?level=internal",
    "/incidents/{hidden}/flash?level=internal",
    "/incidents/{ref}/revisions",
    "/incidents/{ref}/decisions",
    "/incidents/{ref}/needs",
    "/incidents/{ref}/attachments",
    "/incidents/{hidden}",
    "/needs",
    "/needs?mine=true",
    "/batches",
    "/collections",
    "/organisations",
    "/words",
    "/exports/json",
    "/exports/json?reference={hidden}",
    "/exports/json?gender=female",
    "/exports/geojson",
    "/exports/hxl-csv",
    "/tables",
    "/tables/annex-4?year=2019",
    "/tables/annex-4/export.json?year=2019",
    "/snapshots",
    "/audit",
)


def said(answer: Any) -> tuple[int, str, str]:
    """Status, where it leads, and the text without what every page makes anew."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = CHANGING.sub("", body.decode("utf-8", "replace"))
    return answer.status_code, answer.headers.get("Location", ""), text


def everything_said(
    client: Client, token: str, things: dict[str, str]
) -> Iterator[tuple[str, tuple[int, str, str]]]:
    """Whatever the account can ask, with what is answered; nothing that is asked stays done."""
    for name, call, _ in pages():
        if call.startswith("GET "):
            yield name, said(client.get(Call.parse(call, things).address))
    for address in ADDRESSES:
        yield address, said(client.get(address.format(**things)))
    for address, sent in POSTS:
        with undone():
            form = {name: value.format(**things) for name, value in sent.items()}
            yield f"{address} {sent}", said(client.post(address.format(**things), form))
    machine = Machine(token)
    for path in ASKED_OF_THE_API if token else ():
        answer = machine.get(path.format(**things))
        body = answer.body if answer.streaming else answer.content
        changing = CHANGING if path.startswith(ANEW) else re.compile(MOMENTS)
        text = changing.sub("", body.decode("utf-8", "replace"))
        yield f"api {path}", (answer.status_code, answer.headers.get("Link", ""), text)


def hide(cast: Cast, role: str) -> list[str]:
    """Of organisation A one of each sensitivity, of organisation B those above the clearance; their references."""
    a, b = cast.organisation_a.pk, cast.organisation_b.pk
    hidden = [(a, each) for each in SENSITIVITIES] + [
        (b, each) for each in SENSITIVITIES if not SEEN[role][each]
    ]
    made = [plant(cast, owner, level, THEIRS, cast.amina) for owner, level in hidden]
    imports(cast, a, THEIRS)
    return [ids["ref"] for ids in made]


@pytest.mark.parametrize("role", WALKED)
def test_what_is_hidden_changes_no_byte(role: str, cast: Cast) -> None:
    collections(cast)
    b = cast.organisation_b.pk
    by = person(cast, role, cast.organisation_b.scope_key)
    own = plant(cast, b, "public", keeper=cast.joseph)
    incident(cast, b, "public")  # a neighbour, so that there is something to suggest
    fixed = {"org": b, "nothing": NOTHING, "row": "fatalities", "owner": b, "hidden": "SSD-2019-0003"}
    nowhere = dict.fromkeys(NOWHERE, NOTHING)
    things = nowhere | {"number": "1", "held": "1", "turn": "99"} | own | fixed
    able = any(policy.may_somewhere(by, each) for each in Permission)
    token = token_of(by) if able else ""
    client = Client(raise_request_exception=False)
    client.force_login(by)
    with undone():
        before = counted_and_said(cast, client, token, things)
    references = hide(cast, role)
    assert references[0] == things["hidden"]
    after = counted_and_said(cast, client, token, things)
    assert unequal(before, after) == {}
    shown = "".join(text for _, _, text in after.values())
    assert THEIRS not in shown
    if SEEN[role]["public"]:
        assert own["ref"] in shown  # and what one may see is there
    assert ("Zyxwv Canaryname" in shown) == bool(SEEN[role]["words"])


@pytest.mark.parametrize("role", [role for role in WALKED if not SEEN[role]["words"]])
def test_what_is_restricted_changes_no_byte(role: str, cast: Cast) -> None:
    """Of an incident that one sees: other words, names, files, notes and another place, and the same answers."""
    collections(cast)
    b = cast.organisation_b.pk
    by = person(cast, role, cast.organisation_b.scope_key)
    fixed = {"org": b, "nothing": NOTHING, "row": "fatalities", "owner": b, "hidden": "SSD-2019-0009"}
    nowhere = dict.fromkeys(NOWHERE, NOTHING)
    able = any(policy.may_somewhere(by, each) for each in Permission)
    token = token_of(by) if able else ""
    client = Client(raise_request_exception=False)
    client.force_login(by)
    found = []
    for words, place in (("Zyxwv Canaryname", PLACE), ("Zyxwv Canaryname, and some more", ELSEWHERE)):
        with undone():
            own = plant(cast, b, "public", words, cast.joseph, place)
            things = nowhere | {"number": "1", "held": "1", "turn": "99"} | own | fixed
            told = counted_and_said(cast, client, token, things)
            found.append(
                {name: (code, IDS.sub("", at), IDS.sub("", text)) for name, (code, at, text) in told.items()}
            )
    assert unequal(*found) == {}
    assert not SEEN[role]["public"] or own["ref"] in found[0]["incident"][2]


def counted_and_said(
    cast: Cast, client: Client, token: str, things: dict[str, str]
) -> dict[str, tuple[int, str, str]]:
    """With a snapshot of all there is, as somebody made it who sees all."""
    now = datetime.now(UTC)
    made = freeze.build(ulid(), now, now)
    made = replace(
        made, incidents=Incident.objects.count()
    )  # SQLite's freeze reads what is committed: here nothing
    keep(by=cast.console, frozen=made, known_on=now, recorded_by=now)
    return dict(everything_said(client, token, things))


Said = dict[str, tuple[int, str, str]]


def unequal(before: Said, after: Said) -> dict[str, object]:
    assert before.keys() == after.keys()
    return {name: differing(before[name], after[name]) for name in before if before[name] != after[name]}


def differing(before: tuple[int, str, str], after: tuple[int, str, str]) -> object:
    """The first line that is not the same."""
    lines = zip_longest(before[2].splitlines(), after[2].splitlines())
    return before[:2], after[:2], next(((one, two) for one, two in lines if one != two), None)


def references(text: str) -> set[str]:
    return set(re.findall(r"SSD-2019-\d{4}", text))


def exported(client: Client) -> set[str]:
    answer = client.get("/incidents/export.json")
    return references(said(answer)[2])


@pytest.mark.parametrize("role", ROLES)
def test_a_clearance_shows_what_the_table_says_by_every_way(role: str, cast: Cast) -> None:
    """One incident of each sensitivity in scope: the same are seen by page, list, filter, search, API, file, queue."""
    collections(cast)
    by = person(cast, role, cast.organisation_b.scope_key)
    made = {level: incident(cast, cast.organisation_b.pk, level) for level in SENSITIVITIES}
    wanted = {made[level].reference for level in SENSITIVITIES if SEEN[role][level] == "sees"}
    client, machine = Client(raise_request_exception=False), Machine(token_of(by))
    client.force_login(by)
    every = [one.reference for one in made.values()]
    ways = {
        "query": {one.reference for one in queries.visible_to(by)},
        "page": {ref for ref in every if client.get(f"/incidents/{ref}/").status_code == 200},
        "list": references(client.get("/incidents/").content.decode()),
        "filter": references(client.get("/incidents/?gender=female").content.decode()),
        "search": {
            ref
            for ref in every
            if client.post("/incidents/find/", {"wanted": ref}).headers.get("Location")
            == f"/incidents/{ref}/"
        },
        "api list": {each["reference"] for each in json.loads(machine.get("/incidents").content)["items"]},
        "api": {ref for ref in every if machine.get(f"/incidents/{ref}").status_code == 200},
        "flash": {ref for ref in every if client.get(f"/incidents/{ref}/flash.txt").status_code == 200},
    }
    assert ways == dict.fromkeys(ways, wanted)
    exports = role in ("desk", "analyst", "operator")
    assert exported(client) == (wanted if exports else set())
    decides = role in ("desk", "operator")
    assert references(client.get("/review/?state=new").content.decode()) == (wanted if decides else set())
    words = [client.get(f"/incidents/{ref}/").content.decode() for ref in wanted]
    assert all(("Zyxwv Canaryname" in text) == bool(SEEN[role]["words"]) for text in words)
