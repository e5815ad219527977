"""Data frames as tables: words for columns, dollars in millions, nothing left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.exhibits.dollars import dollars, millions, significant
from experiments.exhibits.drawing import plain
from experiments.exhibits.exhibit import Badge, Cell, Column, Table, words
from experiments.wording import NONE, percent


class Head(NamedTuple):
    """How one column of a frame is shown."""

    words: str
    unit: str = ""
    how: str = "text"
    """``text``, ``name``, ``millions``, ``dollars``, ``number``, ``share`` or ``yes``."""
    badge: Badge = ""


def frame_table(
    name: str, title: str, frame: pd.DataFrame, heads: Mapping[str, Head], note: str = ""
) -> Table:
    """Return a frame as a table; its first column names the rows, the others follow ``heads``.

    Columns that the frame lacks are left out.
    """
    known = [key for key in heads if key in frame.columns]
    first, rest = known[0], known[1:]
    rows = tuple(
        (plain(str(row[first])), tuple(_cell(row[key], heads[key].how) for key in rest))
        for row in frame.to_dict("records")
    )
    columns = tuple(
        Column(key, heads[key].words, heads[key].unit, heads[key].badge) for key in rest
    )
    return Table(name, title, Column(first, heads[first].words), columns, rows, note)


def _cell(value: object, how: str) -> Cell:
    if isinstance(value, bool | np.bool_):
        return Cell("yes" if value else "no", "", "yes" if value else "no")
    if isinstance(value, int | float | np.integer | np.floating):
        return _number(float(value), how)
    text = str(value)
    if text in ("None", "nan"):
        return Cell(NONE)
    return words(plain(text) if how == "name" else text)


def _number(number: float, how: str) -> Cell:
    if not np.isfinite(number):
        return Cell("none", look="aside")
    if how == "millions":
        return millions(number)
    if how == "dollars":
        return dollars(number)
    if how == "share":
        return Cell(percent(number, 1), "", number)
    return Cell(significant(number, 4), "", number)


TOP: Final = 12
"""Rows of a long ranking that are shown; the rest stand in the CSV of the tables behind it."""


def rows_of(frame: pd.DataFrame, alternatives: Sequence[str]) -> pd.DataFrame:
    """Return the rows of some alternatives, in the order given."""
    order = {name: place for place, name in enumerate(alternatives)}
    kept = frame.loc[frame["alternative"].isin(list(order))]
    return kept.sort_values("alternative", key=lambda column: column.map(order), kind="stable")
