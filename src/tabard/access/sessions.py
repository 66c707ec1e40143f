"""The engine of sessions: Django's own, over our table, so that a person sees and ends theirs.

A session ends two hours after the last turn of a page and twelve after it began, whatever a browser keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Stored

from tabard.access.models import OpenSession
from tabard.rules.ids import ulid

KEY = re.compile(r"[a-z0-9]{32}")
BEGAN, SEEN, DEVICE, REF, PROVED = "began", "seen", "device", "ref", "proved"


class SessionStore(Stored):
    """Where a session lies, and how long."""

    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        return OpenSession

    def _validate_session_key(self, key: str | None) -> bool:
        """Rubbish in a cookie is no session, and never reaches the database."""
        return key is not None and KEY.fullmatch(key) is not None

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        made = cast(OpenSession, super().create_model_instance(data))
        made.account_id = data.get(SESSION_KEY)
        made.ref, made.device = data.get(REF, ""), data.get(DEVICE, "")
        made.began_at, made.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        return made

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds until it ends: idle, or in any case."""
        began = _moment(self.get(BEGAN))
        now = kwargs.get("modification") or datetime.now(UTC)
        most = began + timedelta(seconds=settings.SESSION_COOKIE_AGE) - now if began else None
        left = int(most.total_seconds()) if most is not None else settings.SESSION_COOKIE_AGE
        idle: int = settings.SESSION_IDLE_SECONDS
        return max(0, min(idle, left))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        now = kwargs.get("modification") or datetime.now(UTC)
        return now + timedelta(seconds=self.get_expiry_age(**kwargs))


def begin(session: Any, device: str, now: datetime) -> None:
    """Mark a session that somebody has just signed in by."""
    at = now.timestamp()
    session.update({BEGAN: at, SEEN: at, PROVED: at, DEVICE: device, REF: ulid()})


def seen(session: Any, now: datetime) -> None:
    """Keep a session in use alive: written now and then, not at every turn of a page."""
    at = now.timestamp()
    if at - session.get(SEEN, 0) > settings.SESSION_NOTED_SECONDS:
        session[SEEN] = at
        session.setdefault(BEGAN, at)


def prove(session: Any, now: datetime) -> None:
    """Somebody showed again who they are; the session gets a new key."""
    session.cycle_key()
    session[PROVED] = now.timestamp()


def is_proved(session: Any, now: datetime) -> bool:
    """Whether that was only minutes ago, as changing a password or a factor wants it."""
    since: float = now.timestamp() - session.get(PROVED, 0)
    return 0 <= since < settings.SESSION_PROVED_SECONDS


def _moment(at: float | None) -> datetime | None:
    return datetime.fromtimestamp(at, UTC) if at else None
