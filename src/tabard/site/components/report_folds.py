"""What the report form folds away: how, why, what else was hit, how sure it is, who told it, whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext

from tabard.desk.choices import Choices as Where
from tabard.desk.form.reading import TAGS
from tabard.desk.form.typed import numbers
from tabard.site.components.controls import Choices, Control, Maker, listed
from tabard.site.components.report_parts import Fold, Group, kept
from tabard.site.templatetags import words as say
from tabard.vocab.words import words

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")


def folds(make: Maker, where: Where | None, asked: str) -> Iterator[Fold]:
    for fold in _each_fold(make, where):
        yield Fold(**{**vars(fold), "asked": fold.name == asked})


def _each_fold(make: Maker, where: Where | None) -> Iterator[Fold]:
    yield Fold("how", gettext("How, and by whom"), list(_how(make)))
    yield Fold("why", gettext("Why, and whether it was aimed at them"), list(_why(make)))
    yield Fold(
        "o",
        gettext("Vehicles, premises and other things hit"),
        (),
        list(_things(make)),
        "o",
        gettext("Add a thing"),
    )
    yield Fold("effects", gettext("A near miss; work or care affected; rules broken"), list(_effects(make)))
    yield Fold("place", gettext("The place, more exactly"), list(_place(make)))
    yield Fold(
        "m",
        gettext("Numbers known by one kind only"),
        (),
        list(_margins(make)),
        "m",
        gettext("Add a number"),
        gettext("Such as two women among them: a number that cannot be said of one of the groups above."),
    )
    yield Fold(
        "s",
        gettext("How sure it is, and who says so"),
        list(_sure(make, where)),
        list(_sources(make, where)),
        "s",
        gettext("Add a source"),
    )
    if where is not None:
        yield Fold(
            "phone", gettext("Told on the phone by somebody else"), list(_phone(make)), hint=_phone_hint()
        )
        yield Fold(
            "whose", gettext("Whose report it is, and who may see it"), list(_whose(make, where)), quiet=True
        )


def _how(make: Maker) -> Iterator[Control]:
    for name in ("means", "context", "setting", "actor"):
        yield make.select(name)
    yield make.text("actor_name", gettext("Actor as named"), most=2_000)
    for name in ("complexity", "severity"):
        yield make.select(name)


def _why(make: Maker) -> Iterator[Control]:
    for name in ("motive", "targeting"):
        yield make.select(name)
        yield make.select(f"{name}_confidence", "confidence")


def _effects(make: Maker) -> Iterator[Control]:
    yield make.yes_no("near_miss", gettext("A near miss: nobody was harmed, but could have been"))
    labels = (gettext("Care of the wounded and sick"), gettext("Effect on the work"), gettext("Rules broken"))
    for name, label in zip(TAGS, labels, strict=True):
        yield make.checks(name, listed(name), label)


def _place(make: Maker) -> Iterator[Control]:
    yield make.text("admin1", gettext("Province or state"))
    yield make.text("admin2", gettext("District"))
    yield make.make("lat", "decimal", gettext("Latitude"), most=12)
    yield make.make("lon", "decimal", gettext("Longitude"), most=12)
    yield make.select("precision", "place_precision", gettext("How exact is the point?"))


def _things(make: Maker) -> Iterator[Group]:
    for number in numbers(make.form, "o"):
        part = make.within(f"o{number}.")
        controls = [
            part.select("kind", "object_kind", gettext("What")),
            part.make("n", "number", gettext("How many?"), most=9),
            part.basis(),
            part.checks("effects", listed("object_effect"), gettext("What was done to it")),
        ]
        yield Group("o", number, gettext("Thing hit"), controls, unseen=kept(make.form, f"o{number}.", "was"))


def _margins(make: Maker) -> Iterator[Group]:
    for number in numbers(make.form, "m"):
        part = make.within(f"m{number}.")
        controls = [
            part.make("n", "number", gettext("How many?"), most=9),
            part.basis(),
            part.grouped("of", gettext("Of what kind"), _dimensions(total=True)),
            part.grouped("by", gettext("and at once"), _dimensions(total=False)),
        ]
        yield Group("m", number, gettext("Number"), controls, unseen=kept(make.form, f"m{number}.", "was"))


def _dimensions(*, total: bool) -> list[tuple[str, Choices]]:
    heads = {
        say.word("fact", "outcomes"): "outcome",
        say.word("fact", "recruitment"): "recruitment",
        say.word("fact", "gender"): "gender",
        say.word("fact", "org_type"): "org_type",
    }
    found: list[tuple[str, Choices]] = (
        [(gettext("All"), [("total:", gettext("People affected"))])] if total else []
    )
    for head, of in heads.items():
        found.append((head, [(f"{of}:{code}", say.word(of, code)) for code in words(of)]))
    return found


def _sure(make: Maker, where: Where | None) -> Iterator[Control]:
    yield make.select("certainty")
    if where is not None:
        yield make.make("known_on", "date", gettext("Known since"), hint=gettext("If not since today."))
    spoken = [(code, name) for code, name in _language_names() if code in LANGUAGES]
    yield make.select("language", label=gettext("Language of these words"), choices=spoken)


def _language_names() -> list[tuple[str, str]]:
    shown = say.locale().languages
    return [(code, shown.get(code, code)) for code in LANGUAGES]


def _sources(make: Maker, where: Where | None) -> Iterator[Group]:
    known = numbers(make.form, "s") or ([0] if where is not None else [])
    for number in known:
        part = make.within(f"s{number}.")
        start = f"s{number}."
        controls = [
            part.select("kind", "source_kind", gettext("Who says so")),
            part.select("reliability", "source_reliability", gettext("reliability").capitalize()),
            part.select("credibility", "info_credibility", gettext("credibility").capitalize()),
            part.select("certainty"),
            part.select("tlp", label=gettext("May be passed on"), choices=listed("tlp")),
            part.yes_no("consent", gettext("Agreed to its being shared")),
        ]
        yield Group("s", number, gettext("Source"), controls, unseen=kept(make.form, start, "was", "claims"))


def _phone_hint() -> str:
    return gettext(
        "Kept apart from the report, read only by those who may read its words, and erased on request."
    )


def _phone(make: Maker) -> Iterator[Control]:
    yield make.text("caller.name", gettext("Name"))
    yield make.make("caller.number", "tel", gettext("Number to call back"), most=60)
    yield make.text("caller.language", gettext("Language they speak"), most=60)
    yield make.text("caller.safe_when", gettext("When it is safe to call"))
    yield make.yes_no("caller.consent", gettext("May be named as the source"))
    yield make.make("caller.call_back_by", "moment", gettext("Call back by (UTC)"))


def _whose(make: Maker, where: Where) -> Iterator[Control]:
    if where.asks_collection:
        named = [(each.code, gettext(each.label)) for each in where.collections]
        yield make.select("collection", label=gettext("Collection"), choices=named, required=True)
    if where.asks_owner:
        owners = [(each.pk, each.name) for each in where.owners]
        yield make.select(
            "owner", label=gettext("Organisation"), choices=owners, required=not where.may_own_none
        )
    yield make.select(
        "sensitivity", label=gettext("Sensitivity"), choices=listed("sensitivity"), required=True
    )
