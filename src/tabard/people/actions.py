"""Verbs of this room: entering an organisation."""

from __future__ import annotations

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.people.models import Organisation
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word


@action(Permission.ORGANISATION_CREATE)
def create_organisation(
    *, by: Account, name: str, kind: str, parent: Organisation | None = None, example: bool = False
) -> Organisation:
    """A new organisation of a kind from the list `org_type`."""
    if not is_word("org_type", kind):
        raise Refused("unknown_word", field="kind")
    made = Organisation.objects.create(name=name, kind=kind, parent=parent, is_example=example)
    record("people:organisation:create", made.scope_key, kind=kind)
    return made
