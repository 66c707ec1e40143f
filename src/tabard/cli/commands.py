"""All commands, gathered."""

from __future__ import annotations

import click

from tabard import __version__
from tabard.cli import accounts, checking, mapping, published, records, setup, tables, tokens, upkeep


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def main() -> None:
    """Tabard: the safety and security of humanitarian and United Nations personnel.

    The data lies in TABARD_HOME (default ./tabard-data); DATABASE_URL names a PostgreSQL instead of SQLite."""


for command in (
    setup.demo,
    setup.serve,
    setup.migrate,
    setup.work,
    accounts.account,
    tokens.token,
    records.import_,
    mapping.mapping,
    mapping.mend,
    records.undo,
    records.confirm,
    records.erase,
    records.export,
    tables.freeze,
    tables.table,
    tables.tables,
    published.published,
    checking.check,
    upkeep.audit,
    upkeep.backup,
    upkeep.restore,
    upkeep.doctor,
    upkeep.rebuild,
):
    main.add_command(command)
