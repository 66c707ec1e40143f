"""The person tables by pandas, with codes as categoricals, over the same Parquet: `peer.py FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from asked import questions, used
from pandas import DataFrame
from pyarrow import parquet
from timing import peak_mib, seconds

from tabard.figures.engines import Question
from tabard.rules.facts import OUTCOMES

CODES = ("collection", "scope", "branch", "cause", "org_type", "recruitment", "gender", "taken_by")


def pandas(folder: Path) -> dict[str, Any]:
    """One read of the columns that the tables name, then a grouped sum for each table."""
    kept: dict[str, DataFrame] = {}
    read = seconds(lambda: kept.setdefault("rows", _frame(folder)))
    group = seconds(lambda: [_grouped(kept["rows"], question) for question in questions(folder)])
    return {"seconds": read + group, "read": read, "group": group, "peak_mib": peak_mib()}


def _frame(folder: Path) -> DataFrame:
    codes = [column for column in CODES if column in used("harm")]
    table = parquet.read_table(folder / "harm.parquet", columns=used("harm"), read_dictionary=codes)
    return table.to_pandas(self_destruct=True, split_blocks=True)


def _grouped(rows: DataFrame, question: Question) -> int:
    """The sums of one table by outcome, branch, cause and recruitment, column by column."""
    inside = rows["collection"].isin(question.collections) & rows["scope"].isin(question.said.scopes)
    some = rows[inside & (rows["family_member"].fillna(0) == 0)]
    count = 0
    for code in OUTCOMES:
        hit = some[some[code] == 1]
        first, last = (
            hit[f"{code}_half"].fillna(hit["half_first"]),
            hit[f"{code}_half"].fillna(hit["half_last"]),
        )
        for column in question.columns:
            cell = hit[(first >= column.from_half) & (last <= column.to_half)]
            count += len(cell.groupby(["branch", "cause", "recruitment"], observed=True)["n"].sum())
    return count


if __name__ == "__main__":
    sys.stdout.write(json.dumps(pandas(Path(sys.argv[1]))))
