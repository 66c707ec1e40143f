"""Several at once: references stay unique and in order, no update is lost, no file is taken in twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from incidents.made import entry, known, made_file, receive, report, take
from tabard.access import audit
from tabard.access.models import Account
from tabard.incidents import actions
from tabard.incidents.models import Current, Incident, Revision
from tabard.incidents.worker import process
from tabard.intake.models import Batch
from tabard.rules.refusals import Refused
from tabard.site import doctor

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

WRITERS = 4


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Start all together; what each gave back, or the refusal it met."""
    start = Barrier(len(work))

    def one(job: Callable[[], Any]) -> Any:
        try:
            start.wait(20)
            return job()
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return [done.result() for done in [pool.submit(one, job) for job in work]]


def test_references_are_unique_and_without_a_gap(by: Account) -> None:
    def some() -> list[str]:
        return [report(by, entry=entry(country=("SSD", "NAM")[n % 2])).reference for n in range(10)]

    given = [reference for references in at_once(*[some] * WRITERS) for reference in references]
    for country in ("SSD", "NAM"):
        ours = sorted(reference for reference in given if reference.startswith(country))
        assert ours == [f"{country}-2019-{n:04d}" for n in range(1, 21)]
    assert audit.verify().whole


def test_the_same_report_from_several_devices_is_one(by: Account) -> None:
    pk = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    done = at_once(*[lambda: report(by, id=pk).pk] * WRITERS)
    assert set(done) == {pk}
    assert Revision.objects.filter(incident=pk).count() == 1


def test_of_several_who_saw_the_same_one_revises(by: Account) -> None:
    incident = report(by)

    def correct(n: int) -> Callable[[], Any]:
        return lambda: actions.revise(by=by, incident=incident, entry=entry(n), expected=1).number

    done = at_once(*[correct(n) for n in range(2, 2 + WRITERS)])
    assert sorted(map(str, done)) == ["2", *["changed_meanwhile"] * (WRITERS - 1)]


def test_those_who_do_not_ask_queue(by: Account) -> None:
    incident = report(by)
    done = at_once(*[lambda: actions.revise(by=by, incident=incident, entry=entry(2)).number] * WRITERS)
    assert sorted(done) == list(range(2, 2 + WRITERS))
    assert doctor.revisions().well


def test_the_same_file_at_once_is_taken_in_once(by: Account) -> None:
    data = made_file({str(n): 1 for n in range(30)})
    batches = [receive(by, data, date(2020, 1, 1)) for _ in range(3)]
    done = at_once(*[lambda batch=batch: process(by=by, batch=batch).state for batch in batches])
    assert done == ["done"] * 3
    assert Incident.objects.count() == Revision.objects.count() == 30
    assert sum(batch.effects.get("new", 0) for batch in Batch.objects.all()) == 30


def test_one_batch_is_read_by_one_worker(by: Account) -> None:
    batch = receive(by, made_file({"1": 1, "2": 1}), date(2020, 1, 1))

    def read() -> str:
        return process(by=by, batch=Batch.objects.get(pk=batch.pk)).state

    assert set(at_once(*[read] * WRITERS)) <= {"done", "reading"}
    assert Batch.objects.get(pk=batch.pk).state == "done"
    assert Incident.objects.count() == 2


def test_people_report_while_a_file_comes_in(by: Account) -> None:
    def file() -> str:
        return take(by, made_file({str(n): 1 for n in range(600)}), date(2020, 1, 1)).state

    def people() -> int:
        return len({report(by, collection="awsd").reference for _ in range(8)})

    assert at_once(file, people, people) == ["done", 8, 8]
    assert Current.objects.count() == 616
    assert len(known("awsd", date.max.replace(year=2100))) == 616
    assert audit.verify().whole
