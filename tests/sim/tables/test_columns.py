from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import TableError
from sim.tables import (
    CAPACITY,
    CROSSINGS,
    EPOCHS,
    FLOWS,
    INTERVALS,
    LEDGER,
    MANIFEST,
    METRICS,
    OPENINGS,
    OPTIONS,
    SCORES,
    WAITS,
    check_table,
    visible_columns,
)

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")


@pytest.fixture
def scores() -> pd.DataFrame:
    return pd.DataFrame({"truck": [0, 1], "p_hit": [0.1, 0.2], "risk_score": [0.0, 1.0]})


def test_a_table_as_declared_passes(scores: pd.DataFrame) -> None:
    assert check_table(scores, SCORES, "SCORES") is scores


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="p_hit"), "missing column 'p_hit'"),
        (lambda frame: frame.assign(true_luck=1), "unknown column 'true_luck'"),
        (lambda frame: frame.assign(p_hit=["a", "b"]), "SCORES.p_hit: expected float"),
        (lambda frame: frame.assign(truck=[0.5, 1.5]), "SCORES.truck: expected int"),
    ],
)
def test_what_is_not_declared_is_refused(scores: pd.DataFrame, change, message: str) -> None:  # noqa: ANN001
    with pytest.raises(TableError, match=message):
        check_table(change(scores), SCORES, "SCORES")


@pytest.mark.parametrize(
    "table", [MANIFEST, SCORES, CAPACITY, OPENINGS, LEDGER, METRICS, WAITS, CROSSINGS, EPOCHS, OPTIONS, FLOWS]
)
def test_names_are_unique_and_every_column_says_unit_and_meaning(table) -> None:  # noqa: ANN001
    names = [column.name for column in table]
    assert len(set(names)) == len(names)
    assert all(column.unit and column.meaning for column in table)


def test_hidden_columns_are_those_named_true() -> None:
    for column in MANIFEST:
        assert (column.tier == "true") == column.name.startswith("true_"), column.name
    assert not {name for name in visible_columns() if name.startswith(("true_", "u_", "z_", "service_"))}


def test_minutes_are_named_so() -> None:
    for column in (*MANIFEST, *CAPACITY, *OPENINGS, *LEDGER, *WAITS, *CROSSINGS, *EPOCHS, *OPTIONS, *FLOWS):
        assert (column.unit == "min") == column.name.endswith("_min"), column.name


def test_bool_columns_of_numpy_are_bool() -> None:
    frame = pd.DataFrame({"station": [1], "server": [0], "up_min": [0.0], "down_min": [1.0]})
    assert len(check_table(frame.assign(drains=np.array([True])), CAPACITY, "CAPACITY")) == 1


@pytest.mark.parametrize("table", [MANIFEST, SCORES, CAPACITY, OPENINGS, LEDGER, WAITS, CROSSINGS])
def test_the_documentation_prints_every_column(table) -> None:  # noqa: ANN001
    for c in table:
        assert f"| `{c.name}` | {c.kind} | {c.unit} | {c.tier} | {c.meaning} |" in PAGE


def test_the_documentation_prints_every_interval() -> None:
    for name, meaning in INTERVALS.items():
        assert f"| `{name}` | {meaning} |" in PAGE
