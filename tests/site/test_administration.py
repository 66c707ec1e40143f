"""The administrator's pages and the audit page, asked as a browser asks: who gets in, what changes, what is told."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast, World, entry, lines
from cast import cast as cast
from cast import world as world
from tabard.access import appendonly, audit, guard
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.incidents.actions import report
from tabard.intake.models import Mapping
from tabard.people.models import Organisation, Word

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "a long example phrase"
PAGES = (
    "/admin/", "/admin/accounts/", "/admin/organisations/", "/admin/collections/", "/admin/words/", "/audit/",
    "/imports/mappings/",
)  # fmt: skip


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.administrator)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("person", "pages"),
    [
        ("administrator", PAGES[:5]),
        ("auditor", PAGES[5:6]),
        ("amina", PAGES[6:]),
        ("console", PAGES),
        ("stranger", ()),
        ("joseph", ()),
        ("analyst", ()),
        ("custodian", ()),
    ],
)
def test_each_page_opens_to_its_own_people_only(person: str, pages: tuple[str, ...], cast: Cast) -> None:
    client = signed_in(getattr(cast, person))
    assert tuple(page for page in PAGES if client.get(page).status_code == 200) == pages
    assert {client.get(page).status_code for page in PAGES if page not in pages} <= {403}


def test_nobody_gets_in_without_signing_in(cast: Cast) -> None:
    for page in PAGES:
        assert Client().get(page).headers["Location"].startswith("/sign-in/")


# Accounts
def made(admin: Client, handle: str = "mary", **more: str) -> tuple[Account, str]:
    """A new account, and the path of its link."""
    answer = admin.post("/admin/accounts/", {"handle": handle, "name": "Mary K.", **more})
    assert answer.status_code == 200, text(answer)
    [path] = re.findall(r"http://testserver(/set-up/\w+/[\w-]+/)", text(answer))
    return Account.objects.get(handle=handle), path


def test_a_link_sets_the_first_password_once(admin: Client) -> None:
    account, path = made(admin)
    assert not account.has_usable_password()
    holder = Client()
    assert holder.get(path).status_code == 200
    assert holder.get(path).headers["Referrer-Policy"] == "same-origin"  # with none, forms send no origin
    assert holder.post(path, {"password": PASSWORD, "again": "another"}).status_code == 400
    assert holder.post(path, {"password": "short", "again": "short"}).status_code == 400
    assert holder.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
    again = holder.get(path)
    assert again.status_code == 400
    assert "used already or is too old" in text(again)


def test_a_link_is_nobody_elses_and_nothing_of_it_is_kept(admin: Client, cast: Cast) -> None:
    account, path = made(admin)
    secret = path.split("/")[3]
    other = path.replace(account.pk, cast.amina.pk)
    absent = path.replace(account.pk, "0" * 26)
    answers = [Client().get(each) for each in (other, absent, f"/set-up/{account.pk}/made-up/")]
    assert {answer.status_code for answer in answers} == {400}
    assert all(secret not in line.detail + line.subject for line in lines())


def test_a_closed_accounts_link_opens_nothing(admin: Client) -> None:
    account, path = made(admin)
    assert admin.post(f"/admin/accounts/{account.pk}/close/").status_code == 302
    assert Client().get(path).status_code == 400


def test_a_reset_takes_the_password_and_the_session_away(admin: Client) -> None:
    account, path = made(admin)
    holder = Client()
    holder.post(path, {"password": PASSWORD, "again": PASSWORD})
    account.refresh_from_db()
    holder.force_login(account)
    assert holder.get("/").status_code == 200
    answer = admin.post(f"/admin/accounts/{account.pk}/reset/")
    [again] = re.findall(r"http://testserver(/set-up/\w+/[\w-]+/)", text(answer))
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert holder.get("/").status_code == 302
    assert Client().get(again).status_code == 200
    assert lines()[-1].verb == "access:account:reset"


@pytest.mark.parametrize(
    ("handle", "code"), [("amina", "already an account"), ("a b", "cannot be used"), ("", "cannot be used")]
)
def test_a_handle_that_cannot_be_is_refused_beside_the_form(handle: str, code: str, admin: Client) -> None:
    answer = admin.post("/admin/accounts/", {"handle": handle, "name": "Typed name"})
    assert answer.status_code == 400
    assert code in text(answer)
    assert "Typed name" in text(answer)  # nothing that was typed is lost


def test_nobody_resets_closes_or_raises_themselves(admin: Client, cast: Cast) -> None:
    own = f"/admin/accounts/{cast.administrator.pk}"
    given = {"role": "desk", "kind": "everything", "confirmed": "1"}
    for path, data in (("reset/", {}), ("close/", {}), ("give/", given)):
        assert admin.post(f"{own}/{path}", data).status_code in (400, 403)
    assert cast.administrator.assignments.count() == 1


# Roles
def give(admin: Client, account: Account, confirmed: bool = True, **more: str) -> Any:
    data = {"role": "desk", "kind": "country", "country": "SSD"} | more
    return admin.post(f"/admin/accounts/{account.pk}/give/", data | ({"confirmed": "1"} if confirmed else {}))


def test_a_role_is_shown_in_words_and_numbers_before_it_is_given(
    admin: Client, cast: Cast, world: World
) -> None:
    page = text(give(admin, cast.stranger, confirmed=False))
    assert "South Sudan" in page
    assert "<strong>2</strong> incidents" in page
    assert "reads words, names and exact places" in page
    assert not cast.stranger.assignments.exists()
    assert give(admin, cast.stranger).status_code == 302
    assert [(a.role, a.scope) for a in cast.stranger.assignments.all()] == [("desk", "country:SSD")]


def test_the_number_is_what_the_account_then_sees(admin: Client, cast: Cast, world: World) -> None:
    report(by=cast.console, collection="own", entry=entry(), sensitivity="restricted")
    said = text(give(admin, cast.stranger, confirmed=False, role="reader"))
    give(admin, cast.stranger, role="reader")
    seen = signed_in(Account.objects.get(pk=cast.stranger.pk)).get("/incidents/")
    assert "<strong>2</strong>" in said
    assert text(seen).count('<th scope="row"') == 2


def test_a_role_has_its_days_and_ends(admin: Client, cast: Cast) -> None:
    give(admin, cast.stranger, valid_from="2030-01-01", valid_to="2030-02-01")
    held = cast.stranger.assignments.get()
    assert (held.valid_from.isoformat(), held.valid_to.isoformat()) == ("2030-01-01", "2030-02-01")
    assert "not in force today" in text(admin.get(f"/admin/accounts/{cast.stranger.pk}/"))
    assert admin.post(f"/admin/accounts/{cast.stranger.pk}/end/{held.pk}/").status_code == 302
    assert not cast.stranger.assignments.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "operator"}, {"role": "nothing"}, {"kind": "country", "country": "XXX"},
        {"kind": "org", "org": "0" * 26},
        {"kind": ""}, {"kind": "org", "org": ""}, {"kind": "collection", "collection": "none"}, {"valid_from": "x"},
        {"valid_from": "2030-02-01", "valid_to": "2030-01-01"},
    ],
)  # fmt: skip
def test_a_role_that_cannot_be_is_refused(wrong: dict[str, str], admin: Client, cast: Cast) -> None:
    assert give(admin, cast.stranger, **wrong).status_code == 400
    assert not cast.stranger.assignments.exists()


def test_the_same_role_twice_is_refused(admin: Client, cast: Cast) -> None:
    give(admin, cast.stranger)
    assert "holds this role" in text(give(admin, cast.stranger))


def test_an_administrator_of_one_organisation_gives_roles_there_only(cast: Cast) -> None:
    scope = cast.organisation_a.scope_key
    local = create_account(by=cast.console, handle="local", password=None)
    grant(by=cast.console, account=local, role="administrator", scope=scope)
    client = signed_in(local)
    listed = text(client.get("/admin/accounts/"))
    assert "amina" in listed
    assert "joseph" not in listed
    assert client.get(f"/admin/accounts/{cast.joseph.pk}/").status_code == 404
    inside = {"kind": "org", "org": cast.organisation_a.pk}
    assert give(client, cast.amina, role="officer", **inside).status_code == 302
    assert give(client, cast.amina, kind="everything", role="officer").status_code == 400
    assert give(client, cast.amina, role="officer", kind="org", org=cast.organisation_b.pk).status_code == 400


# Organisations, collections, words
def test_an_organisation_is_entered_renamed_placed_closed_and_opened(admin: Client, cast: Cast) -> None:
    assert admin.post("/admin/organisations/", {"name": " New  one ", "kind": "nngo"}).status_code == 302
    found = Organisation.objects.get(name="New one")
    page = f"/admin/organisations/{found.pk}/"
    admin.post(page, {"change": "rename", "name": "Newer one"})
    admin.post(page, {"change": "place", "parent": cast.organisation_a.pk})
    admin.post(page, {"change": "close"})
    found.refresh_from_db()
    assert (found.name, found.parent, found.closed_on) == (
        "Newer one",
        cast.organisation_a,
        datetime.now(UTC).date(),
    )
    assert "Newer one" not in text(admin.get(f"/admin/accounts/{cast.stranger.pk}/give/"))
    admin.post(page, {"change": "close"})
    found.refresh_from_db()
    assert found.closed_on is None
    told = [line.verb.rpartition(":")[2] for line in lines()[-5:]]
    assert told == ["create", "rename", "place", "close", "open"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": "Organisation A"}, {"name": " "}, {"name": "x" * 201}, {"kind": "none"}, {"parent": "0" * 26}],
)
def test_an_organisation_that_cannot_be_is_refused(wrong: dict[str, str], admin: Client, cast: Cast) -> None:
    answer = admin.post("/admin/organisations/", {"name": "New", "kind": "nngo", **wrong})
    assert answer.status_code in (400, 404)
    assert Organisation.objects.count() == 2
    assert (
        admin.post(
            f"/admin/organisations/{cast.organisation_b.pk}/", {"change": "rename", "name": "Organisation A"}
        ).status_code
        == 400
    )
    assert admin.post(f"/admin/organisations/{cast.organisation_b.pk}/", {"change": "x"}).status_code == 400


def test_a_collection_is_opened_once(admin: Client) -> None:
    assert admin.post("/admin/collections/", {"code": "trial", "label": "Trial"}).status_code == 302
    assert "already one" in text(admin.post("/admin/collections/", {"code": "trial", "label": "Trial"}))
    assert admin.post("/admin/collections/", {"code": "Not a code", "label": "Trial"}).status_code == 400


def test_a_word_is_kept_called_otherwise_and_retired(admin: Client, cast: Cast) -> None:
    data = {
        "parent": "cause:crime",
        "code": "cattle_raid",
        "owner": cast.organisation_a.pk,
        "label-en": "Cattle raid",
    }
    assert admin.post("/admin/words/", data).status_code == 302
    word = Word.objects.get()
    assert (word.list, word.parent, word.owner) == ("cause", "crime", cast.organisation_a.pk)
    page = f"/admin/words/{word.pk}/"
    admin.post(page, {"change": "label", "label-en": "Raid", "label-fr": "Razzia"})
    word.refresh_from_db()
    assert word.labels == {"en": "Raid", "fr": "Razzia"}
    admin.post(page, {"change": "retire"})
    word.refresh_from_db()
    assert word.valid_to == datetime.now(UTC).date()
    again = admin.post("/admin/words/", data)
    assert again.status_code == 400
    assert 'value="cattle_raid"' in text(again)


# The audit page
def test_the_page_shows_ids_to_an_auditor_and_names_to_who_manages_accounts(cast: Cast, world: World) -> None:
    page = text(signed_in(cast.auditor).get("/audit/"))
    assert "incidents:incident:report" in page
    assert f"incident:{world.incident.pk}" in page
    assert world.incident.reference not in page
    assert ">operator<" not in page
    assert cast.console.pk in page
    assert ">operator<" in text(signed_in(cast.console).get("/audit/"))


def test_reading_verifying_and_exporting_are_lines(cast: Cast) -> None:
    client = signed_in(cast.auditor)
    client.get("/audit/")
    assert "chain is whole" in text(client.post("/audit/verify/"))
    exported = client.get("/audit/export.jsonl")
    told = [line.verb for line in lines() if line.actor == cast.auditor.pk]
    assert told == ["access:audit:read", "access:audit:verify", "access:audit:read", "access:audit:export"]
    rows = [json.loads(row) for row in b"".join(exported.streaming_content).splitlines()]
    assert [row["id"] for row in rows] == list(range(1, len(lines()) + 1))
    assert rows[-1]["digest"] == audit.verify().digest


def test_the_filter_finds_by_room_actor_subject_and_day(cast: Cast, world: World) -> None:
    client = signed_in(cast.auditor)

    def verbs(query: str) -> list[str]:
        return re.findall(r'class="o1 whole"><bdi>([^<]+)', text(client.get(f"/audit/?{query}")))

    assert set(verbs("room=people")) == {"people:organisation:create"}
    assert verbs(f"subject=incident:{world.incident.pk}") == ["incidents:incident:report"]
    assert verbs("actor=" + "0" * 26) == []
    assert verbs("day=2001-01-01") == []
    today = datetime.now(UTC).date().isoformat()
    assert "incidents:incident:report" in verbs(f"day={today}")
    for wrong in ("room=x", "actor=x", "subject=A+name", "day=x", "before=x", "subject=%00"):
        assert client.get(f"/audit/?{wrong}").status_code == 400


def test_the_chain_is_read_page_by_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tabard.access.tracing.PAGE", 7)
    client, seen, query = signed_in(cast.auditor), [], ""
    first = len(lines())
    while True:
        page = text(client.get(f"/audit/?{query}"))
        seen += [int(n) for n in re.findall(r'<td class="n o2">(\d+)</td>', page)]
        link = re.search(r'href="\?([^"]+)" rel="next"', page)
        if link is None:
            break
        query = link[1]
    assert seen == list(range(first, 0, -1))


def test_a_broken_chain_is_said_on_the_page(cast: Cast) -> None:
    from_line = lines()[2]
    with guard.lifted(), appendonly.lifted():
        type(from_line).objects.filter(pk=from_line.pk).update(actor="X" * 26)
    assert "does not verify from line 3 on" in text(signed_in(cast.auditor).post("/audit/verify/"))


# Mappings
LOG = "Ref,Date of incident,Country,What happened?,Type\n1,2020-03-05,Mali,He told us,robbery at night\n"
LOG += "2,2020-04-25,Mali,x,abduction\n"


def upload(client: Client, body: str = LOG, name: str = "log.csv") -> Any:
    from_upload = SimpleUploadedFile(name, body.encode(), "text/csv")
    return client.post("/imports/mappings/", {"file": from_upload})


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    form = page[page.index('<form class="stack"') :]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}


def test_a_mapping_is_guessed_put_right_and_saved(cast: Cast) -> None:
    client = signed_in(cast.console)
    sent = fields(text(upload(client)))
    by_column = {sent[f"column-{n}"]: sent[f"field-{n}"] for n in range(5)}
    assert by_column["Date of incident"] == "date"
    assert by_column["Country"] == "country"
    at = next(n for n in range(5) if sent[f"column-{n}"] == "Type")
    sent[f"field-{at}"] = "outcome"
    page = text(client.post("/imports/mappings/new/", sent | {"again": "1"}))
    sent = fields(page)
    sent[f"code-{at}-0"], sent["name"] = "robbed", "Own log"
    assert client.post("/imports/mappings/new/", sent).status_code == 302
    kept = Mapping.objects.get()
    assert kept.mapping["columns"]["Type"] == "outcome"
    assert kept.mapping["values"] == {"Type": {"robbery at night": "robbed"}}
    again = fields(text(client.get(f"/imports/mappings/{kept.pk}/")))
    assert client.post(f"/imports/mappings/{kept.pk}/", again | {"name": "Own log"}).status_code == 302
    assert Mapping.objects.get().mapping == kept.mapping


def test_a_mapping_without_a_date_is_refused_and_nothing_typed_is_lost(cast: Cast) -> None:
    client = signed_in(cast.console)
    sent = fields(text(upload(client))) | {"name": "Own log"}
    at = next(n for n in range(5) if sent[f"field-{n}"] == "date")
    answer = client.post("/imports/mappings/new/", sent | {f"field-{at}": ""})
    assert answer.status_code == 400
    assert "leaves out" in text(answer)
    assert 'value="Own log"' in text(answer)
    assert not Mapping.objects.exists()


def test_a_mapping_is_saved_for_an_organisation_of_ones_own_only(cast: Cast) -> None:
    client = signed_in(cast.amina)
    sent = fields(text(upload(client))) | {"name": "Own log"}
    assert client.post("/imports/mappings/new/", sent | {"owner": cast.organisation_b.pk}).status_code == 400
    assert client.post("/imports/mappings/new/", sent | {"owner": ""}).status_code == 400
    assert client.post("/imports/mappings/new/", sent | {"owner": cast.organisation_a.pk}).status_code == 302
    [kept] = Mapping.objects.all()
    assert signed_in(cast.joseph).get(f"/imports/mappings/{kept.pk}/").status_code == 403


@pytest.mark.parametrize("body", ["", "\0\0\0", "no,header\n", "a" * 100_000])
def test_a_file_that_is_no_log_makes_no_5xx(body: str, cast: Cast) -> None:
    assert upload(signed_in(cast.console), body).status_code in (200, 400, 413)
