"""Loaded before Django reads its settings: a data folder of this run's own, and no network but loopback."""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="tabard-test-"))
(HOME / "static").mkdir()
os.environ["TABARD_HOME"] = str(HOME)  # each worker of xdist has its own
atexit.register(shutil.rmtree, HOME, ignore_errors=True)


def is_here(address: Any) -> bool:
    """A path of this machine, or a host of its loopback range."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    """`connect`, refusing every other machine."""

    def connect_here(self: socket.socket, address: Any) -> Any:
        if not is_here(address):
            raise OSError("tests reach no other machine")
        return connect(self, address)

    return connect_here


for verb in ("connect", "connect_ex"):
    setattr(socket.socket, verb, guarded(getattr(socket.socket, verb)))
