"""The pages without a browser: who may open which, what looks the same, and what stands in no address."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from cast import Cast, World, lines
from cast import cast as cast
from cast import world as world
from formats.made import AWSD_39, ONE_KILLED, awsd
from tabard.access.actions import create_account, grant
from tabard.access.logs import NoValues
from tabard.access.models import Account
from tabard.figures.actions import freeze
from tabard.incidents import worker
from tabard.incidents.actions import create_collection
from tabard.intake.actions import open_batch, receive
from tabard.intake.models import Batch

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "a long phrase of a test"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return TOKEN.sub("", answer.content.decode())


@pytest.mark.parametrize("address", ["/", "/incidents/", "/imports/", "/figures/", "/incidents/export.csv"])
def test_a_stranger_to_the_door_is_sent_to_sign_in(client: Client, db: None, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/sign-in/")  # type: ignore[attr-defined]


def test_an_incident_out_of_scope_looks_like_one_that_is_not_there(cast: Cast, world: World) -> None:
    client = browser(cast.joseph)
    hidden = body(client, f"/incidents/{world.incident.reference}/", 404)
    absent = body(client, "/incidents/SSD-2019-9999/", 404)
    assert hidden.replace(world.incident.reference, "X") == absent.replace("SSD-2019-9999", "X")
    assert world.other.reference in body(client, "/incidents/")
    assert world.incident.reference not in body(client, "/incidents/")


def test_an_import_out_of_scope_looks_like_one_that_is_not_there(cast: Cast, world: World) -> None:
    body(browser(cast.amina), f"/imports/{world.batch.pk}/")
    hidden = create_account(by=cast.console, handle="elsewhere", password=None)
    for address in (f"/imports/{world.batch.pk}/", "/imports/01AAAAAAAAAAAAAAAAAAAAAAAA/"):
        body(browser(hidden), address, 403)


@pytest.mark.parametrize("who", ["joseph", "auditor", "administrator", "stranger"])
@pytest.mark.parametrize("address", ["/imports/", "/imports/new/", "/incidents/export.csv"])
def test_what_a_role_may_not_do_is_refused_and_not_in_its_menu(cast: Cast, who: str, address: str) -> None:
    client = browser(getattr(cast, who))
    body(client, address, 403)
    assert 'href="/imports/"' not in body(client, "/")


def test_a_get_changes_nothing(cast: Cast, world: World) -> None:
    client = browser(cast.amina)
    for address in (
        f"/imports/{world.batch.pk}/undo/",
        f"/imports/{world.batch.pk}/confirm/",
        "/figures/freeze/",
    ):
        assert client.get(address).status_code == 405
    assert Batch.objects.get(pk=world.batch.pk).state == "waiting"


def test_reading_words_is_written_to_the_trail_and_reading_facts_is_not(cast: Cast, world: World) -> None:
    body(browser(cast.joseph), f"/incidents/{world.other.reference}/")
    assert not [line for line in lines() if line.verb == "incidents:restricted:read"]
    body(browser(cast.amina), f"/incidents/{world.incident.reference}/")
    [line] = [line for line in lines() if line.verb == "incidents:restricted:read"]
    assert (line.actor, line.subject) == (cast.amina.pk, f"incident:{world.incident.pk}")


@pytest.mark.parametrize(
    "query",
    ["country=Canary", "category=Canary", "gender=Canary", "first_year=Canary", "reference=Canary", "cursor=Canary",
     "collection=Canary Name"],
)  # fmt: skip
def test_a_filter_takes_words_of_its_list_only(cast: Cast, query: str) -> None:
    answer = body(browser(cast.amina), f"/incidents/?{query}", 400)
    assert "Canary" not in re.sub(r'href="\?[^"]*"', "", answer)


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("south sudan", "/incidents/?country=SSD"),
        ("جنوب السودان", "/incidents/?country=SSD"),
        ("2019", "/incidents/?first_year=2019&last_year=2019"),
        ("ssd-2019", "/incidents/?reference=SSD-2019"),
        ("Canary Name", "/incidents/?nothing=1"),
        ("", "/incidents/?nothing=1"),
    ],
)
def test_the_search_leads_to_a_list_and_never_carries_what_was_typed(
    cast: Cast, wanted: str, where: str
) -> None:
    answer = browser(cast.amina).post("/incidents/find/", {"wanted": wanted})
    assert (answer.status_code, answer.url) == (302, where)  # type: ignore[attr-defined]


def test_a_reference_leads_to_its_incident(cast: Cast, world: World) -> None:
    answer = browser(cast.amina).post("/incidents/find/", {"wanted": world.incident.reference.lower()})
    assert answer.url == f"/incidents/{world.incident.reference}/"  # type: ignore[attr-defined]


def test_signing_in_is_a_line_and_brings_the_accounts_own_language(cast: Cast, client: Client) -> None:
    account = create_account(by=cast.console, handle="leila", password=PASSWORD, language="ar")
    answer = client.post(
        "/sign-in/", {"handle": "leila", "password": PASSWORD, "next": "https://elsewhere.example/"}
    )
    assert answer.url == "/"  # type: ignore[attr-defined]  # never to another site
    assert [line.actor for line in lines() if line.verb == "access:account:sign-in"] == [account.pk]
    assert '<html lang="ar" dir="rtl">' in body(client, "/")
    out = client.post("/sign-out/")
    assert (out.url, out.headers["Clear-Site-Data"]) == ("/sign-in/", '"cache"')  # type: ignore[attr-defined]
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("handle", ["leila", "nobody"])
def test_a_wrong_name_and_a_wrong_password_look_the_same(cast: Cast, client: Client, handle: str) -> None:
    create_account(by=cast.console, handle="leila", password=PASSWORD)
    answer = client.post("/sign-in/", {"handle": handle, "password": "wrong"})
    assert answer.status_code == 403
    assert "The name and the password do not match." in answer.content.decode()
    assert handle not in TOKEN.sub("", answer.content.decode())


def test_a_refused_upload_comes_back_with_the_reason(cast: Cast) -> None:
    answer = browser(cast.amina).post("/imports/new/", {"format": "awsd", "collection": "own"})
    assert answer.status_code == 400
    assert "No file came with the form." in answer.content.decode()
    assert not Batch.objects.exists()


def test_the_language_of_an_address_is_kept_and_taken_out_of_it(client: Client, db: None) -> None:
    answer = client.get("/sign-in/?next=%2Fincidents%2F&lang=zh-hans")
    assert answer.url == "/sign-in/?next=%2Fincidents%2F"  # type: ignore[attr-defined]
    assert '<html lang="zh-hans" dir="ltr">' in body(client, "/sign-in/")
    assert client.get("/sign-in/?lang=xx").status_code == 200


def test_a_moment_is_shown_on_one_clock_in_every_language(cast: Cast, world: World) -> None:
    client = browser(cast.amina)
    shown = {
        code: body(client, f"/incidents/{world.incident.reference}/?lang={code}", 302)
        for code in ("en", "ar")
    }
    assert set(shown) == {"en", "ar"}
    page = body(client, f"/incidents/{world.incident.reference}/")
    known = datetime(2019, 5, 2, tzinfo=UTC)
    assert f"{known.day} مايو {known.year} \u206600:00 UTC\u2069" in page


@pytest.mark.parametrize(
    "query", ["first_year=²", "last_year=" + "1" * 5000, "first_year=٢٠١٩", "first_year=1"]
)
def test_a_year_is_four_plain_digits(cast: Cast, query: str) -> None:
    body(browser(cast.amina), f"/incidents/?{query}", 400)


@pytest.mark.parametrize("year", ["²", "1" * 5000, "٢٠١٩"])
def test_a_situation_of_no_year_is_refused(cast: Cast, world: World, year: str) -> None:
    body(browser(cast.amina), f"/?year={year}", 400)


@pytest.mark.parametrize("query", ["after=" + "1" * 5000, "after=²", "after=-1", "state=²"])
def test_further_rows_begin_after_a_number(cast: Cast, world: World, query: str) -> None:
    body(browser(cast.amina), f"/imports/{world.batch.pk}/?{query}", 400)


@pytest.mark.parametrize("wanted", ["²", "1" * 5000, "٢٠١٩"])
def test_the_search_takes_odd_digits_for_nothing(cast: Cast, wanted: str) -> None:
    answer = browser(cast.amina).post("/incidents/find/", {"wanted": wanted})
    assert (answer.status_code, answer.url) == (302, "/incidents/?nothing=1")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "address", ["/imports/%00/", "/incidents/a%00b/", "/incidents/?collection=%00", "/figures/?known_on=%00"]
)
def test_a_nul_in_an_address_is_refused(cast: Cast, address: str) -> None:
    body(browser(cast.amina), address, 400)


def test_a_nul_in_a_form_is_refused(cast: Cast, client: Client) -> None:
    assert client.post("/sign-in/", {"handle": "a\0b", "password": PASSWORD}).status_code == 400
    assert browser(cast.amina).post("/incidents/find/", {"wanted": "\0"}).status_code == 400


@pytest.mark.parametrize(
    "address", ["/", "/incidents/", "/incidents/export.csv", "/incidents/SSD-2019-9999/", "/imports/new/"]
)
def test_nothing_behind_the_door_is_kept_by_a_browser(cast: Cast, world: World, address: str) -> None:
    answer = browser(cast.analyst if "export" in address else cast.amina).get(address)
    answer.close()
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/incidents/Canary/", "404 incidents/<str:reference>/ not_found"),
        ("/audit/", "403 audit/ not_allowed"),
        ("/Canary/", "404"),
        ("/imports/Canary/undo/", "405 imports/<str:pk>/undo/"),
    ],
)
def test_the_log_of_a_refusal_says_who_asked_and_quotes_no_address(
    cast: Cast, caplog: pytest.LogCaptureFixture, address: str, told: str
) -> None:
    caplog.handler.addFilter(NoValues())
    browser(cast.amina).get(address)
    assert [record.getMessage() for record in caplog.records if record.name == "django.request"] == [
        f"{told} account:{cast.amina.pk}"
    ]
    assert "Canary" not in caplog.text


def test_a_strange_host_is_not_quoted_in_the_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(NoValues())
    assert Client(headers={"host": "canary.example"}).get("/sign-in/").status_code == 400
    assert caplog.records
    assert "canary" not in caplog.text


def opening(client: Client) -> list[tuple[str, int]]:
    """The tables that the page of figures leads to, and how each answers; what others printed is another matter."""
    found = re.findall(r'href="(/figures/(?!published/)[^"]+)"', body(client, "/figures/"))
    return [(address, client.get(address).status_code) for address in found]


@pytest.mark.parametrize(
    "scope", ["country:MLI", "collection:own", "collection:awsd", "collection:example", "*"]
)
def test_the_figures_lead_to_no_table_that_stays_shut(cast: Cast, world: World, scope: str) -> None:
    create_collection(by=cast.console, code="example", label="Synthetic example", example=True)
    freeze(by=cast.console, known_on=datetime.now(UTC))
    reader = create_account(by=cast.console, handle="figures", password=None)
    grant(by=cast.console, account=reader, role="analyst", scope=scope)
    found = opening(browser(reader))
    assert {status for _, status in found} <= {200}
    assert bool(found) == (scope != "country:MLI")
    asks = {address for address, _ in found if 'id="register"' in body(browser(reader), address)}
    assert bool(asks) == (scope == "*")  # who reads one register is not offered the other
    assert ("No table is open to you" in body(browser(reader), "/figures/")) == (not found)


def test_an_import_names_its_original_and_goes_into_no_example(cast: Cast, world: World) -> None:
    create_collection(by=cast.console, code="example", label="Synthetic example", example=True)
    desk = create_account(by=cast.console, handle="desk", password=None)
    grant(by=cast.console, account=desk, role="desk", scope="*")
    client = browser(desk)
    assert world.original.pk in body(client, f"/imports/{world.batch.pk}/")
    assert re.findall(r'<option value="(own|example)"', body(client, "/imports/new/")) == ["own"]


def test_withdrawals_are_held_out_of_the_records_of_the_source(cast: Cast) -> None:
    create_collection(by=cast.console, code="awsd", label="AWSD")
    for day, count in ((date(2020, 1, 1), 14), (date(2021, 1, 1), 5)):
        made = [ONE_KILLED | {"Incident ID": str(key)} for key in range(count)]
        data = awsd(AWSD_39, *made)
        original = receive(by=cast.console, data=data, media_type="text/csv", collection="awsd")
        batch = open_batch(
            by=cast.console,
            original=original,
            format="awsd",
            collection="awsd",
            as_of=day,
            covers=(1997, 2020),
        )
        worker.work_once()
    desk = create_account(by=cast.console, handle="desk", password=None)
    grant(by=cast.console, account=desk, role="desk", scope="*")
    assert "9 of 14 records of this source" in body(browser(desk), f"/imports/{batch.pk}/")
