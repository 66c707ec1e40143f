"""Commands that set up and run: demo, serve, work, migrate, account."""

from __future__ import annotations

import ipaddress
import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click
from django.conf import settings
from django.core.management import call_command

from tabard.access import actions
from tabard.access.models import Account
from tabard.access.roles import roles
from tabard.access.trail import console
from tabard.cli.records import COLLECTIONS
from tabard.cli.say import as_json, refusing, say
from tabard.figures.fresh import fresh
from tabard.incidents import worker
from tabard.incidents.actions import create_collection
from tabard.rules.refusals import Refused
from tabard.site import example

IDLE_SECONDS = 0.5
THREADS = 4  # a web process; more would only queue for the database


def prepare() -> None:
    """All tables, in every database that this installation has."""
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0, interactive=False)


@click.command()
@as_json
@refusing
def migrate(json_: bool) -> None:
    """Create or bring up to date all tables. Harmless to repeat."""
    prepare()
    say({"state": "migrated"}, json_, "The tables are up to date.")


@click.command()
@as_json
@refusing
def demo(json_: bool) -> None:
    """Load the synthetic example with its accounts. Harmless to repeat."""
    prepare()
    by = console()
    for code, label in COLLECTIONS.items():
        create_collection(by=by, code=code, label=label)
    loaded = example.load()
    fresh(by=by)
    lines = [f"  {handle:10} {password}   {says}" for handle, password, says in example.ACCOUNTS_SHOWN]
    sentence = f"Synthetic example: {loaded['incidents']} incidents. Accounts:\n" + "\n".join(lines)
    say(loaded, json_, sentence)


def is_loopback(host: str) -> bool:
    """Whether an address is this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--workers", default=1, show_default=True, type=int, help="Web processes; 1 on SQLite.")
@refusing
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages, with a worker beside. Refuses the network while example accounts exist."""
    prepare()
    if not is_loopback(host) and Account.objects.filter(is_example=True, is_active=True).exists():
        raise Refused("example_not_public")
    click.echo(f"Tabard: http://{f'[{host}]' if ':' in host else host}:{port}/")
    for handle, password, says in example.accounts_present():
        click.echo(f"  {handle:10} {password}   {says}")
    beside = subprocess.Popen([sys.executable, "-m", "tabard", "work"])
    web = subprocess.Popen(_granian(host, port, workers))
    _until_one_ends((web, beside))


def _granian(host: str, port: int, workers: int) -> list[str]:
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    options += ["--blocking-threads", str(THREADS)]
    return [
        sys.executable,
        "-m",
        "granian",
        *options,
        "--no-access-log",
        "--log-level",
        "warning",
        "tabard.site.wsgi:application",
    ]


def _until_one_ends(processes: tuple[subprocess.Popen[bytes], ...]) -> None:
    """A dead worker fails loudly: when one process ends, so does the other."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(IDLE_SECONDS)
    except KeyboardInterrupt:
        pass
    ended = [process.returncode for process in processes if process.poll() is not None]
    for process in processes:
        if process.poll() is None:
            process.terminate()
            process.wait(10)
    sys.exit(1 if any(ended) else 0)


@click.command()
@click.option("--once", is_flag=True, help="Read what waits now, then end.")
@refusing
def work(once: bool) -> None:
    """Read files that wait in line. `serve` starts one by itself; on PostgreSQL run it as a service."""
    worker.recover()
    parent = os.getppid()
    while True:
        done = worker.work_once()
        if once or os.getppid() != parent:
            return
        if not done:
            time.sleep(IDLE_SECONDS)


@click.group()
def account() -> None:
    """Accounts: who may sign in, and what for."""


@account.command()
@click.argument("handle")
@click.option("--role", type=click.Choice(sorted(set(roles()) - {"operator"})), required=True)
@click.option("--scope", default="*", show_default=True, help="`*`, org:<id>, country:SSD or collection:own.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json
@refusing
def add(handle: str, role: str, scope: str, password: str, json_: bool) -> None:
    """Make an account with one role within a scope."""
    by = console()
    made = actions.create_account(by=by, handle=handle, password=password)
    actions.grant(by=by, account=made, role=role, scope=scope)
    say({"account": made.pk, "role": role, "scope": scope}, json_, f"{handle} is {role} within {scope}.")


@account.command()
@click.argument("handle")
@as_json
@refusing
def close(handle: str, json_: bool) -> None:
    """Let nobody in by this account any more; its open sessions end with the next click."""
    found = Account.objects.filter(handle=handle).first()
    if found is None:
        raise Refused("not_found")
    actions.close_account(by=console(), account=found)
    say({"account": found.pk, "active": False}, json_, f"{handle} is closed.")
