"""The sentences of the pages in six languages: finds them, brings the catalogues up to date, compiles them.

`update` extracts into site/locale/<language>/LC_MESSAGES/django.po and compiles; `check` fails on a sentence
that is not translated, on a stale one, on a lost placeholder, and on a compiled file behind its source."""

from __future__ import annotations

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "tabard"
LOCALE = PACKAGE / "site" / "locale"
LANGUAGES = ("ar", "es", "fr", "ru", "zh_Hans")
CONSTANTS = (
    ("places/worldmap.py", "DISCLAIMER"),
    ("site/example/__init__.py", "FILLING_NOTE"),
    ("site/example/accounts.py", "ACCOUNTS"),
)
ROLES = "access/data/roles.toml"
FUNCTIONS = {"gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None, "ngettext": (1, 2)}
TRANSLATE = re.compile(r"\{%\s*translate\s+(\"[^\"]*\"|'[^']*')")
BLOCK = re.compile(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w+\}")
Sentence = str | tuple[str, ...]  # or what is said of one and of several


def from_python(path: Path) -> Iterator[Sentence]:
    """The sentences that a module hands to gettext."""
    for _, name, found, _ in extract_python(io.BytesIO(path.read_bytes()), list(FUNCTIONS), [], {}):
        if isinstance(found, tuple) and name == "ngettext":
            yield found[:2]
        elif isinstance(found, str) and found:
            yield found


def from_template(path: Path) -> Iterator[Sentence]:
    """The sentences of a template."""
    text = path.read_text(encoding="utf-8")
    for match in TRANSLATE.finditer(text):
        yield ast.literal_eval(match.group(1)).replace("%", "%%")
    for match in BLOCK.finditer(text):
        forms = PLURAL.split(VARIABLE.sub(r"%(\1)s", match.group(1)))
        yield tuple(forms) if len(forms) > 1 else forms[0]


def from_table(path: Path) -> Iterator[Sentence]:
    """The titles, labels, rules and footnotes of a published table."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    yield from (said["title"], said["year_rule"], *said.get("footnotes", ()))
    for row in said["rows"]:
        yield from (row["label"], row["says"])


def from_roles(path: Path) -> Iterator[Sentence]:
    """What the roles are called, and what each says of itself."""
    for role in tomllib.loads(path.read_text(encoding="utf-8")).values():
        yield from (role["label"], role["says"])


def from_constant(path: Path, name: str) -> Iterator[Sentence]:
    """The sentences (they end with a full stop) in a module's constant; who keeps them knows no gettext."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == name for t in node.targets):
            inside = (getattr(part, "value", None) for part in ast.walk(node.value))
            yield from (text for text in inside if isinstance(text, str) and text.endswith("."))


def sentences() -> dict[Sentence, list[str]]:
    """Every sentence with the files that say it, in the order of the files."""
    found: dict[Sentence, list[str]] = {}
    for path, told in _sources():
        for sentence in told:
            places = found.setdefault(sentence, [])
            name = str(path.relative_to(PACKAGE))
            if name not in places:
                places.append(name)
    return found


def _sources() -> Iterator[tuple[Path, Iterator[Sentence]]]:
    for path in sorted((PACKAGE / "site").rglob("*.py")):
        yield path, from_python(path)
    for path in sorted(PACKAGE.glob("*/templates/**/*.html")):
        yield path, from_template(path)
    for path in sorted((PACKAGE / "figures" / "tables").glob("*.toml")):
        yield path, from_table(path)
    yield PACKAGE / ROLES, from_roles(PACKAGE / ROLES)
    for place, name in CONSTANTS:
        yield PACKAGE / place, from_constant(PACKAGE / place, name)


def po(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    """The catalogue as it stands, empty where there is none."""
    if not po(language).exists():
        return Catalog(locale=language)
    with po(language).open("rb") as stream:
        return read_po(stream, locale=language)


def fresh(language: str) -> Catalog:
    """The catalogue with exactly the sentences of today, translations kept where the sentence stayed."""
    old = load(language)
    made = Catalog(locale=language, project="Tabard", fuzzy=False, header_comment="# Sentences of the pages.")
    for sentence, places in sentences().items():
        kept = old.get(sentence)
        made.add(sentence, kept.string if kept else "", locations=[(place, None) for place in places])
    return made


def _po_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalog, width=110, omit_header=False)
    lines = stream.getvalue().split(b"\n")
    dated = (
        b'"Report-Msgid-Bugs-To',
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Generated-By',
        b'"Last-Translator',
        b'"Language-Team',
    )
    return b"\n".join(line for line in lines if not line.startswith(dated))


def _mo_bytes(language: str) -> bytes:
    """Always the same from the same sentences: the header's dates are fixed."""
    stream = io.BytesIO()
    catalog = load(language)
    catalog.creation_date = catalog.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    write_mo(stream, catalog)
    return stream.getvalue()


def update() -> int:
    """Bring every catalogue up to date and compile it; prints what is still to be translated."""
    for language in LANGUAGES:
        po(language).parent.mkdir(parents=True, exist_ok=True)
        po(language).write_bytes(_po_bytes(fresh(language)))
        po(language).with_suffix(".mo").write_bytes(_mo_bytes(language))
        print(f"{language}: {len(untranslated(language))} to translate")
    return 0


def untranslated(language: str) -> list[Sentence]:
    """The sentences of today without a translation, or whose translation lost a placeholder."""
    catalog = load(language)
    return [sentence for sentence in sentences() if not _whole(sentence, catalog)]


def _whole(sentence: Sentence, catalog: Catalog) -> bool:
    message = catalog.get(sentence)
    if message is None or not message.string or message.fuzzy:
        return False
    if isinstance(sentence, str):
        return sorted(PLACEHOLDER.findall(sentence)) == sorted(PLACEHOLDER.findall(str(message.string)))
    forms = message.string if isinstance(message.string, (tuple, list)) else ()
    known = set(PLACEHOLDER.findall(sentence[-1]))  # a form for one or for two may leave the number out
    return len(forms) == catalog.num_plurals and all(
        f and set(PLACEHOLDER.findall(f)) <= known for f in forms
    )


def faults(language: str) -> list[str]:
    """What is wrong with a language's catalogue."""
    catalog, known = load(language), sentences()
    stale = [message.id for message in catalog if message.id and message.id not in known]
    found = [f"{language}: not translated: {sentence}" for sentence in untranslated(language)]
    found += [f"{language}: nobody says it any more: {sentence}" for sentence in stale]
    compiled = po(language).with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _mo_bytes(language):
        found.append(f"{language}: the compiled file is behind; run scripts/messages.py update")
    return found


def check() -> int:
    """Nothing untranslated, nothing stale, everything compiled."""
    found = [fault for language in LANGUAGES for fault in faults(language)]
    print("\n".join(found) or "all sentences are translated")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit({"update": update, "check": check}[sys.argv[1] if sys.argv[1:] else "check"]())
