"""The invented organisations of the example and its accounts, whose password everybody may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.people.actions import create_organisation
from tabard.people.models import Organisation

PASSWORD = "tabard-example"  # shown on the sign-in page; `serve` refuses the network while it is there
COLLECTION = "example"
# Invented, by the scope whose people they report on.
ORGANISATIONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "unsms": (
        ("Meridian Office (example)", "un_secretariat"),
        ("Harbour Programme (example)", "un_afp"),
        ("Lighthouse Fund (example)", "un_afp"),
    ),
    "unrwa_area": (("Cedar Area Staff Office (example)", "unrwa"),),
    "ngo": (("Lantern Relief (example)", "ingo"), ("Riverside Health (example)", "nngo")),
}
HOME = "Harbour Programme (example)"  # whose records the reader and the field officer see
# Handle, role, scopes (`org` is HOME), and what a newcomer may do with it.
ACCOUNTS = (
    (
        "desk",
        "desk",
        (COLLECTION, "own", "awsd", "kika"),
        "Security desk: takes in files, corrects, links.",
    ),
    ("analyst", "analyst", ("*",), "Analyst: freezes, counts, takes tables away."),
    ("reader", "reader", ("org",), "Reader of one organisation: its incidents, no words, no exact places."),
    ("officer", "officer", ("org",), "Field officer of one organisation: reports incidents."),
    ("auditor", "auditor", ("*",), "Auditor: reads the audit chain, sees no incident."),
    (
        "administrator",
        "administrator",
        ("*",),
        "Administrator: makes accounts, sees no incident.",
    ),
)
ACCOUNTS_SHOWN: tuple[tuple[str, str, str], ...] = tuple(
    (handle, PASSWORD, says) for handle, _, _, says in ACCOUNTS
)


def accounts_present() -> list[tuple[str, str, str]]:
    """The example accounts that exist and may sign in."""
    there = set(Account.objects.filter(is_example=True, is_active=True).values_list("handle", flat=True))
    return [shown for shown in ACCOUNTS_SHOWN if shown[0] in there]


def organisations(by: Account) -> Mapping[str, Sequence[str]]:
    """The ids of the organisations by scope; those that are missing are made."""
    return {scope: [_organisation(by, *each) for each in those] for scope, those in ORGANISATIONS.items()}


def _organisation(by: Account, name: str, kind: str) -> str:
    found = Organisation.objects.filter(name=name).first()
    return (found or create_organisation(by=by, name=name, kind=kind, example=True)).pk


def make_accounts(by: Account) -> int:
    """Make the accounts that are missing; how many there were to make."""
    there = set(Account.objects.values_list("handle", flat=True))
    missing = [each for each in ACCOUNTS if each[0] not in there]
    home = Organisation.objects.get(name=HOME).scope_key
    for handle, role, scopes, _ in missing:
        made = create_account(by=by, handle=handle, password=PASSWORD, example=True)
        for scope in scopes:
            grant(by=by, account=made, role=role, scope=_scope(scope, home))
    return len(missing)


def _scope(scope: str, home: str) -> str:
    return {"*": "*", "org": home}.get(scope, f"collection:{scope}")
