"""Columns of the store."""

from __future__ import annotations

from experiments.comparison import COLUMNS
from experiments.store.run_files import TABLES
from experiments.store.schema import COMPARISON, VIEWS, file_schema


def test_a_comparison_has_the_columns_that_a_study_writes() -> None:
    assert [(c.name, c.kind, c.unit) for c in COMPARISON[2:]] == [(c.name, c.kind, c.unit) for c in COLUMNS]


def test_a_column_that_two_tables_share_has_one_type() -> None:
    kinds = {(column.name, column.kind) for name in TABLES for column in VIEWS[name]}
    assert len({name for name, _ in kinds}) == len(kinds)
    assert len(file_schema()) == len(kinds) + 2
    assert list(VIEWS) == ["runs", *TABLES]
