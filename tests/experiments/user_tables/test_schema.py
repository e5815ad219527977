"""A declared table takes what holds to it, and names all that does not."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from experiments.user_tables.cells import read_cells
from experiments.user_tables.kinds import read_flag
from experiments.user_tables.numerals import read_number
from experiments.user_tables.schema import RowRule, TableColumn, UserTable, typed_table
from sim.errors import ConfigError

WAIT = TableColumn(
    name="wait",
    dtype="float64",
    expected="minutes",
    read=read_number,
    low=0.0,
    high=60.0,
    required=True,
    empty=math.nan,
)
MOST = TableColumn(name="most", dtype="float64", expected="minutes", read=read_number, low=0.0, empty=math.nan)
OPEN = TableColumn(name="open", dtype="bool", expected="true or false", read=read_flag, advice={"shut": "write 0"})
NO_WAIT_WHEN_SHUT = RowRule(
    columns=("wait", "open"),
    holds=lambda frame: frame["open"] | (frame["wait"].fillna(0.0) == 0.0),
    words="a wait of {wait}, but open={open}",
)
TABLE = UserTable(
    key="waits", columns=(WAIT, MOST, OPEN), rules=(NO_WAIT_WHEN_SHUT,), refused={"truth": "is not to be given"}
)


def typed(folder: Path, text: str) -> pd.DataFrame:
    path = folder / "waits.csv"
    path.write_text(text, encoding="utf-8")
    return typed_table(TABLE, read_cells("waits", path)).frame


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        typed(folder, text)
    return str(refused.value)


def test_a_table_that_holds_is_typed(tmp_path: Path) -> None:
    found = typed(tmp_path, "open;wait;most\nyes;1,5;2\n0;;\n")
    assert found["open"].tolist() == [True, False]
    assert found["wait"].iloc[0] == 1.5
    assert found["wait"].isna().tolist() == [False, True]
    assert found.index.tolist() == [2, 3]


def test_how_a_file_was_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "waits.csv").write_text("wait;most\n1,5;2\n", encoding="utf-8")
    assert typed_table(TABLE, read_cells("waits", tmp_path / "waits.csv")).dialect == (
        "semicolons between cells and decimal commas"
    )
    (tmp_path / "waits.csv").write_text("wait,most\n1.5,2\n", encoding="utf-8")
    assert typed_table(TABLE, read_cells("waits", tmp_path / "waits.csv")).dialect == ""


def test_every_problem_is_named_and_none_twice(tmp_path: Path) -> None:
    said = refusal(tmp_path, "wait,open\nfive,1\n61,1\n-1,shut\n7,0\n,0\n8,no\n")
    assert said == (
        "waits: waits.csv, line 2, wait: expected minutes, got 'five'; "
        "line 3, wait: must be between 0 and 60, got '61'; "
        "line 4, open: expected true or false; write 0, got 'shut'; "
        "line 5: a wait of 7, but open=0; line 7: a wait of 8, but open=no"
    )


def test_a_row_with_an_empty_cell_is_held_to_the_rules(tmp_path: Path) -> None:
    """Not asked for ``most``, whose cell is empty, but for the rest."""
    assert "line 2: a wait of 7, but open=0" in refusal(tmp_path, "wait,most,open\n7,,0\n")


def test_many_lines_of_one_problem_are_counted(tmp_path: Path) -> None:
    said = refusal(tmp_path, "wait\n" + "x\n" * 300)
    assert "lines 2, 3, 4, 5, 6 and 295 more, wait: expected minutes, got 'x'" in said


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("wayt", "missing column 'wait'; unknown column 'wayt' (did you mean 'wait'?); known ['wait', 'most', 'open']"),
        ("open", "missing column 'wait'"),
        ("wait,truth", "'truth' is not to be given"),
        ("Wait,colour", "unknown columns 'Wait' (did you mean 'wait'?), 'colour'"),
    ],
)
def test_columns_are_refused_by_name(tmp_path: Path, header: str, words: str) -> None:
    assert words in refusal(tmp_path, f"{header}\n{','.join('1' for _ in header.split(','))}\n")


def test_a_cell_is_quoted_without_control_characters(tmp_path: Path) -> None:
    said = refusal(tmp_path, f"wait\n\x1b[31m{'x' * 100}\n")
    assert "\x1b" not in said
    assert len(said) < 120
