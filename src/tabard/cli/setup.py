"""Commands that set up and run: demo, serve, work, migrate."""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tabard.access.models import Account
from tabard.access.sessions import SessionStore
from tabard.access.trail import console
from tabard.cli.collections import COLLECTIONS, open_known
from tabard.cli.say import as_json, refusing, say
from tabard.figures.fresh import fresh
from tabard.intake import attachments
from tabard.rules.refusals import Refused
from tabard.site import example, working
from tabard.site.leftovers import sweep

IDLE_SECONDS = 0.5
# Threads of a web process. On SQLite as many reports as there are threads wait for one commit together; on
# PostgreSQL each thread has a connection.
THREADS = {"sqlite": 48, "postgresql": 16}


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
    for code in COLLECTIONS:
        open_known(by, code)
    loaded = example.load()
    fresh(by=by)
    lines = [f"  {handle:10} {password}   {says}" for handle, password, says in example.ACCOUNTS_SHOWN]
    sentence = f"Synthetic example: {loaded['incidents']} incidents. Accounts:\n" + "\n".join(lines)
    say(loaded, json_, sentence)


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Where to listen; the web server takes numbers only."""
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise Refused("bad_value", field="host") from None


def check_free(host: str, port: int) -> None:
    """Refuse a port that is taken: the web server would share it, and two registers would answer in turn."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused("port_taken", port=str(port)) from error
            raise Refused("bad_value", field="port" if error.errno == errno.EACCES else "host") from error


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes; 1 on SQLite."
)
@refusing
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages, with a worker beside. Refuses the network while example accounts exist, or without TLS."""
    if workers > 1 and connection.vendor == "sqlite":
        raise Refused("bad_value", field="workers")  # one process writes the reports that come in
    where = address(host)
    host = str(where)
    check_free(host, port)
    prepare()
    sweep(settings.HOME)
    SessionStore.clear_expired()
    if not where.is_loopback and Account.objects.filter(is_example=True, is_active=True).exists():
        raise Refused("example_not_public")
    if not where.is_loopback and not settings.BEHIND_TLS:
        raise Refused("serve_needs_tls")
    click.echo(f"Tabard: http://{f'[{host}]' if ':' in host else host}:{port}/")
    for handle, password, says in example.accounts_present():
        click.echo(f"  {handle:10} {password}   {says}")
    # each a group of its own, so that nothing it started outlives it
    beside = subprocess.Popen([sys.executable, "-m", "tabard", "work"], process_group=0)
    web = subprocess.Popen(_granian(host, port, workers), process_group=0)
    _until_one_ends((web, beside))


def _granian(host: str, port: int, workers: int) -> list[str]:
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    options += ["--blocking-threads", str(THREADS[connection.vendor])]
    return [
        sys.executable,
        "-m",
        "granian",
        *options,
        "--no-access-log",
        "--log-level",
        "error",
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
    for name, process in zip(("web server", "worker"), processes, strict=True):
        if process.returncode:
            click.echo(
                f"The {name} ended ({process.returncode}), so all is stopped. Start it again.", err=True
            )
    for process in processes:
        if process.poll() is None:
            process.terminate()
            process.wait(10)
        with suppress(ProcessLookupError):  # what answers may live on when its own parent was killed
            os.killpg(process.pid, signal.SIGKILL)
    sys.exit(1 if any(ended) else 0)


@click.command()
@click.option("--once", is_flag=True, help="Do what waits now, then end.")
@refusing
def work(once: bool) -> None:
    """Code reports, read files and run jobs. `serve` starts one by itself; on PostgreSQL run it as a service."""
    sweep(settings.HOME)
    attachments.sweep()
    if once:
        working.once()
    else:
        sys.exit(working.for_ever(os.getppid()))
