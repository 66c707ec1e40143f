"""A cheap load client: one thread, raw sockets kept open, each client asks again when it is answered. Loopback only."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Found:
    """What came of a run: the seconds of each good answer, and how many of each other kind."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    other: dict[str, int] = field(default_factory=dict)
    last: bytes = b""

    def told(self) -> dict[str, object]:
        """Rate and milliseconds."""
        took = sorted(self.took)
        at = lambda share: round(took[min(len(took) - 1, int(share * len(took)))] * 1e3, 2) if took else None  # noqa: E731
        rate = round(len(took) / self.seconds, 1)
        return {
            "n": len(took),
            "rate": rate,
            "p50": at(0.5),
            "p99": at(0.99),
            "max": at(1),
            "other": self.other,
        }


class Client:
    """One connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked, self.got = 0.0, b""

    def ask(self, request: bytes) -> None:
        self.asked, self.got = time.perf_counter(), b""
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """The whole answer, once it is there."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionResetError
        self.got += part
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end:
            return None
        return self.got if len(body) >= length_of(head) else None


def length_of(head: bytes) -> int:
    """The length that an answer's head announces."""
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def knock(
    port: int,
    clients: int,
    seconds: float,
    request: Callable[[int], bytes],
    *,
    good: bytes = b"202",
    most: int = 10**9,
) -> Found:
    """So many clients, each asking as fast as it is answered, for so long."""
    found, selector, number = Found(), selectors.EpollSelector(), 0
    began = time.perf_counter()
    for _ in range(clients):
        client = Client(port)
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.ask(request(number))
        number += 1
    under_way = clients
    while under_way:
        for key, _ in selector.select(30):
            client = key.data
            answer = client.answer()
            if answer is None:
                continue
            now = time.perf_counter()
            if answer[9:12] == good:
                found.took.append(now - client.asked)
            else:
                status = answer[9:12].decode()
                found.other[status] = found.other.get(status, 0) + 1
                found.last = answer
            if now - began < seconds and number < most:
                client.ask(request(number))
                number += 1
            else:
                under_way -= 1
                selector.unregister(client.socket)
                client.socket.close()
    found.seconds = time.perf_counter() - began
    return found


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A whole request."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
