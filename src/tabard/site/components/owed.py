"""Needs and actions as people read them: on the page of an incident, and in the list of all that is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.desk import needs
from tabard.desk.models.needs import OPEN, Need
from tabard.incidents import kin
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Current, Incident
from tabard.site.components.panel import Panel
from tabard.site.templatetags.words import vocabulary_language, word
from tabard.vocab import words

HOURS = (1, 4, 24, 72)


@dataclass(frozen=True)
class Owed:
    """One need: what, by when, who sees to it."""

    need: Need
    reference: str
    text: str
    withheld: bool  # something is written that this reader may not read
    who: str
    mine: bool
    open: bool
    overdue: bool
    waits: bool  # next of kin do not know yet: its words are not printed


def owed(rows: Sequence[Need], by: Account) -> list[Owed]:
    """The needs told to one reader; reading what is written beside them is recorded."""
    texts = needs.texts(rows, by=by)
    references = dict(
        Current.objects.filter(pk__in={n.incident for n in rows}).values_list("pk", "reference")
    )
    names = dict(Account.objects.filter(pk__in={n.owner for n in rows if n.owner}).values_list("pk", "name"))
    now, waiting = datetime.now(UTC), kin.waiting({need.incident for need in rows})
    return [_owed(need, by, texts, references, names, now, need.incident in waiting) for need in rows]


def _owed(
    need: Need,
    by: Account,
    texts: Mapping[str, str],
    references: Mapping[str, str],
    names: Mapping[str, str],
    now: datetime,
    waits: bool,
) -> Owed:
    still, mine = need.state == OPEN, need.owner == by.pk
    person = gettext("you") if mine else names.get(need.owner, "")
    return Owed(
        need=need,
        reference=references.get(need.incident, ""),
        text=texts.get(need.pk, ""),
        withheld=bool(need.text) and need.pk not in texts,
        who=person or (word("need_unit", need.unit) if need.unit else ""),
        mine=mine,
        open=still,
        overdue=still and need.due_at is not None and need.due_at < now,
        waits=waits,
    )


def panel(incident: Incident, by: Account) -> Panel | None:
    """What this incident still needs; nothing for whoever finds nothing here and may add nothing."""
    rows = owed(needs.of(incident), by)
    may_keep = may(by, Permission.NEED_KEEP, keys_of(incident))
    if not rows and not may_keep:
        return None
    shown = {
        "incident": incident,
        "still": [each for each in rows if each.open],
        "closed": [each for each in rows if not each.open],
        "may_keep": may_keep,
        "back": "incident",
        "most": needs.MOST_TEXT,
        **choices(),
    }
    return Panel("components/owed.html", shown)


def choices() -> dict[str, object]:
    """The words that the forms offer."""
    return {
        "kinds": _choices("need_kind"),
        "units": _choices("need_unit"),
        "drop_reasons": _choices("need_reason"),
        "hours": HOURS,
    }


def _choices(list_code: str) -> list[tuple[str, str]]:
    language = vocabulary_language()
    return [(code, words.label(list_code, code, language)) for code in words.words(list_code)]
