"""Facts as hypothesis makes them: every field, every word of its list, and nothing stated as often as something."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tabard.places.countries import countries
from tabard.rules import facts
from tabard.vocab.words import words

# Each example undoes what it wrote; making a failure smaller would write the whole thing many times over.
IN_DATABASE = settings(
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
MORE = 20 if os.environ.get("TABARD_PROVE") == "1" else 1
DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
NUMBERS = st.integers(0, 500)
FLAGS = st.none() | st.booleans()
IDS = st.none() | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)


def word(name: str) -> st.SearchStrategy[str | None]:
    """A word of a list, or nothing."""
    return st.none() | st.sampled_from(sorted(words(name)))


def counted(*, one: bool = False) -> st.SearchStrategy[tuple[int | None, str]]:
    """A number with its basis; no number has the basis `unknown`, and only that."""
    if one:
        return st.just((1, "stated"))
    basis = st.sampled_from(["stated", "at_least", "estimate", "imputed"])
    return st.tuples(NUMBERS, basis) | st.just((None, "unknown"))


OUTCOMES = st.dictionaries(
    st.sampled_from(facts.OUTCOMES), st.builds(facts.Outcome, st.booleans(), st.none() | DAYS), max_size=4
)


@st.composite
def harms(draw: st.DrawFn) -> facts.Harm:
    subject = draw(IDS)
    n, basis = draw(counted(one=subject is not None))
    names = ("scope", "org_type", "recruitment", "gender", "function", "contract", "cause", "captor", "fate")
    coded: dict[str, Any] = {name: draw(word(name)) for name in names}
    flags = {name: draw(FLAGS) for name in ("on_duty", "family_member", "care", "serious", "held_24h")}
    return facts.Harm(n, basis, draw(OUTCOMES), organisation=draw(IDS), subject=subject, **coded, **flags)


@st.composite
def margins(draw: st.DrawFn) -> facts.Margin:
    n, basis = draw(counted())
    dimension = draw(st.sampled_from(["outcome", "recruitment", "gender", "org_type", "total"]))
    if dimension == "total":
        return facts.Margin(n, "total", "", n_basis=basis)
    value = draw(st.sampled_from(sorted(words(dimension))))
    other = draw(st.sampled_from(["", "outcome", "gender"]))
    value2 = draw(st.sampled_from(sorted(words(other)))) if other else ""
    return facts.Margin(n, dimension, value, other, value2, basis)


@st.composite
def things(draw: st.DrawFn) -> facts.ObjectHarm:
    n, basis = draw(counted())
    effects = draw(st.lists(st.sampled_from(sorted(words("object_effect"))), unique=True, max_size=3))
    return facts.ObjectHarm(n, draw(st.sampled_from(sorted(words("object_kind")))), tuple(effects), basis)


TAGS = st.lists(
    st.sampled_from(["medical", "programme", "breach"]).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(sorted(words(name))))
    ),
    unique=True,
    max_size=3,
).map(tuple)
WORDED = {
    "cause": "cause", "means": "means", "context": "context", "setting": "setting", "actor": "actor",
    "motive": "motive", "motive_confidence": "confidence", "targeting": "targeting",
    "targeting_confidence": "confidence", "complexity": "complexity", "certainty": "certainty",
    "severity": "severity",
}  # fmt: skip


@st.composite
def incidents(draw: st.DrawFn, most_harm: int = 3) -> facts.Incident:
    """An incident that the register takes."""
    first = draw(st.none() | DAYS)
    last = None if first is None else first + timedelta(draw(st.integers(0, 40)))
    return facts.Incident(
        first_day=first,
        last_day=last,
        date_precision=draw(st.sampled_from(sorted(words("date_precision")))),
        days_off=draw(st.integers(0, 20)),
        country=draw(st.none() | st.sampled_from(sorted(countries()))),
        near_miss=draw(FLAGS),
        tags=draw(TAGS),
        harm=tuple(draw(st.lists(harms(), max_size=most_harm))),
        margins=tuple(draw(st.lists(margins(), max_size=3))),
        objects=tuple(draw(st.lists(things(), max_size=2))),
        **{name: draw(word(of)) for name, of in WORDED.items()},  # type: ignore[arg-type]
    )
