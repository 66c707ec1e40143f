"""Parts of a long form: groups that come in any number, folds that open where something stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tabard.desk.form.typed import Typed
from tabard.site.components.controls import Control


@dataclass(frozen=True)
class Group:
    """One group of a family: its controls, more of them folded away, and what travels with it unseen."""

    letter: str
    number: int
    title: str
    controls: Sequence[Control]
    more: Sequence[Control] = ()
    days: Sequence[Control] = ()
    unseen: Sequence[tuple[str, str]] = ()

    @property
    def more_open(self) -> bool:
        return is_open([*self.more, *self.days])

    @property
    def days_open(self) -> bool:
        return is_open(self.days)


@dataclass(frozen=True)
class Fold:
    """A part of the form that is folded away while nothing stands in it."""

    name: str
    title: str
    controls: Sequence[Control] = ()
    groups: Sequence[Group] = ()
    letter: str = ""
    add: str = ""
    hint: str = ""
    asked: bool = False
    quiet: bool = False  # what stands in it from the beginning opens nothing

    @property
    def open(self) -> bool:
        if self.quiet:
            return self.asked or any(one.faults for one in self.controls)
        return (
            self.asked
            or bool(self.groups and self.letter != "s")
            or is_open([*self.controls, *(one for group in self.groups for one in group.controls)])
        )


def is_open(controls: Sequence[Control]) -> bool:
    """Whether something stands in one of them, or is wrong with it."""
    return any(one.values or one.faults for one in controls)


def kept(form: Typed, start: str, *names: str) -> list[tuple[str, str]]:
    """What goes through the form unseen: which stored group it was, and what has no control."""
    was = {f"{start}was": ("new",)}
    return [
        (start + name, value) for name in names for value in form.get(start + name, was.get(start + name, ()))
    ]
