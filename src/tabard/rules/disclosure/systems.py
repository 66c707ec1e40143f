"""What a reader can reckon with: the linear system that ties what is withheld to what was told.

It is written in *movements*: by how much each cell may differ from the truth so that everything this reader was told
still holds. Two systems stand for two readers:

* `across`: knows all editions and *every change between them* (from an errata page, from inside). For such a reader a
  cell is one unknown, whatever the edition: told once, it is known for ever. Whoever knows less can infer less.
* `within`: knows one edition only, and how it was changed from earlier ones not at all. It keeps what `across` has
  lost because an earlier edition told it, and the small changes themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tabard.rules.disclosure.cells import Key, Policy, Reason, Relation
from tabard.rules.disclosure.ledger import Ledger, Telling

Row = tuple[
    tuple[tuple[int, int], ...], int | None
]  # (cell, sign) …, and the slack; None: the parts are the total


@dataclass(frozen=True, slots=True)
class Who:
    """A release to `audience`, read by everyone who belongs to one of `readers` and puts together what they know."""

    audience: str
    readers: frozenset[str]


@dataclass(frozen=True, slots=True)
class System:
    """`down` is how far each cell may fall; `pinned` cells this reader knows whatever is withheld now;
    `targets` must stay uncertain, with those that are withheld later."""

    readers: frozenset[str]
    keys: tuple[Key, ...]
    down: tuple[int, ...]
    rows: tuple[Row, ...]
    pinned: frozenset[Key]
    targets: frozenset[Key]
    unknown: frozenset[Key]  # withheld or never asked for: may move
    across: bool  # which of the two


def across(ledger: Ledger, policy: Policy, who: Who, telling: frozenset[Key]) -> System:
    """The reader of everything, who knows every change between editions."""
    return _system(ledger, policy, who, telling, "")


def within(ledger: Ledger, policy: Policy, who: Who, telling: frozenset[Key], edition: str) -> System:
    """The reader of one edition."""
    return _system(ledger, policy, who, telling, edition)


def _system(ledger: Ledger, policy: Policy, who: Who, telling: frozenset[Key], edition: str) -> System:
    """`telling`: what the release would tell so far. It stands still until it is withheld."""
    tellings = [each for each in ledger.tellings if edition in ("", each.edition)]
    values = {(each.edition, each.key): each.cell.value for each in tellings}
    keys = tuple(sorted({key for _, key in values}))
    impossible = {each.key for each in tellings if not each.cell.possible}
    pinned = (ledger.told_to(who.readers, edition) | impossible) & frozenset(keys)
    kept = {each.key for each in tellings if each.audience == who.audience and _kept(each, policy)}
    return System(
        readers=who.readers,
        keys=keys,
        down=_down(keys, tellings, policy),
        rows=_rows(keys, values, [each for each in ledger.relations if edition in ("", each[0])]),
        pinned=pinned,
        targets=frozenset(kept) - pinned - telling,
        unknown=frozenset(keys) - pinned - telling,
        across=not edition,
    )


def _kept(telling: Telling, policy: Policy) -> bool:
    """Whether it must stay uncertain: withheld, or small though nobody asked for it."""
    return not telling.told and (telling.reason is not Reason.UNASKED or policy.small(telling.cell))


def _down(keys: tuple[Key, ...], tellings: Iterable[Telling], policy: Policy) -> tuple[int, ...]:
    """How far each cell may fall before one of its editions falls below what is possible there."""
    room: dict[Key, int] = {}
    for each in tellings:
        asked = each.reason is not Reason.UNASKED  # what nobody prints may be empty for all one knows
        left = each.cell.value - (policy.lowest(each.cell.value) if asked else 0)
        room[each.key] = min(room.get(each.key, left), left)
    return tuple(room[key] for key in keys)


def _rows(
    keys: tuple[Key, ...],
    values: Mapping[tuple[str, Key], int],
    relations: Iterable[tuple[str, Relation]],
) -> tuple[Row, ...]:
    """One row a relation; of a relation of several editions the tightest slack."""
    place = {key: index for index, key in enumerate(keys)}
    slack: dict[Relation, int] = {}
    for edition, relation in relations:
        left = values[edition, relation.total] - sum(values[edition, key] for key in relation.parts)
        slack[relation] = min(slack.get(relation, left), left)
    return tuple(
        ((*((place[key], 1) for key in each.parts), (place[each.total], -1)), None if each.exact else left)
        for each, left in slack.items()
    )
