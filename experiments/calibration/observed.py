"""``observed=FILE``: waits as officers estimate them and CBP publishes them, refused row by row.

Two shapes of a CSV are read: ``month,dow,hour,wait_min``, means over days that are not told apart, and
``date,hour,wait_min[,lanes_open][,class]``, one row a day and hour. An hour that is not there, or whose wait is
empty, was not observed. FAST rows are set aside: what is fitted is the general line.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.calibration.clock import (
    at_line,
    check_clock,
    hour_number,
    is_open,
    month_number,
    refuse,
    weekday_number,
)
from sim.arrays import FloatArray
from sim.setting.port import DayType, Hours

KEY: Final = "observed"
BY_MONTH, BY_DATE = ("month", "dow", "hour", "wait_min"), ("date", "hour", "wait_min")
ALSO: Final = ("lanes_open", "class", "lane", "crossing", "holiday_window")
"""Columns that a file may hold besides; the last two are read by nobody."""
FEWEST_CELLS: Final = 100
LONGEST_MIN: Final = 1440.0
CBP_WORDS: Final = {
    "no delay": "write 0",
    "update pending": "leave the wait empty",
    "lanes closed": "leave the row out",
    "n/a": "leave the wait empty",
}
"""What CBP's feed says in place of minutes, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Observed waits of the general line."""

    path: Path
    cells: pd.DataFrame
    """One row a cell: month 1-12, weekday 0-6 (Monday 0), hour 0-23, wait_min, n_days (NaN: not told), lanes_open."""
    days: pd.DataFrame | None
    """One row a date and hour: date, hour, wait_min; None: the file holds means over days."""
    notes: tuple[str, ...]
    sha256: str

    @property
    def months(self) -> tuple[int, ...]:
        """Months that were observed, 1-12."""
        return tuple(sorted(set(self.cells["month"].tolist())))

    def array(self, months: tuple[int, ...], column: str = "wait_min") -> FloatArray:
        """Return float[months, 7, 24], one column of the cells; NaN: not observed."""
        found = np.full((len(months), 7, 24), np.nan)
        mine = self.cells[self.cells["month"].isin(months)]
        at = np.searchsorted(months, mine["month"].to_numpy())
        found[at, mine["weekday"].to_numpy(), mine["hour"].to_numpy()] = mine[column].to_numpy()
        return found


def read_observed(path: Path, hours: Mapping[DayType, Hours], built: int) -> Observed:
    """Read a file of observed waits.

    Parameters
    ----------
    path : Path
        A CSV in UTF-8, with a comma between cells and a header line.
    hours : mapping
        When the port is open, by kind of day.
    built : int
        General lanes that are built: none of ``lanes_open`` can be more.

    Raises
    ------
    ConfigError
        ``observed``: a file that cannot be read or is no such table; a cell that makes no sense, by line and column;
        a wait in closed hours; fewer than 100 cells.
    """
    content = _bytes(path)
    frame = _cells(path, content)
    frame, notes = _general_rows(frame)
    by_date = "date" in frame.columns
    keys = _dated(frame) if by_date else _monthly(frame)
    frame = pd.concat([frame[["line"]], keys], axis=1).assign(
        wait_min=[_wait(cell, line) for cell, line in zip(frame["wait_min"], frame["line"], strict=True)],
        lanes_open=_lanes(frame, built),
    )
    frame = frame[frame["wait_min"].notna()]
    _check_unit(frame["wait_min"])
    check_clock(frame, hours)
    frame = _once(frame, ["date", "hour"] if by_date else ["month", "weekday", "hour"])
    frame, more = _in_open_hours(frame, hours)
    cells = _means(frame) if by_date else frame.assign(n_days=math.nan)
    if len(cells) < FEWEST_CELLS:
        refuse(f"{path.name} has {len(cells)} cells of month, weekday and hour; expected {FEWEST_CELLS} or more")
    names = ["month", "weekday", "hour", "wait_min", "n_days", "lanes_open"]
    days = frame[["date", "hour", "wait_min"]].reset_index(drop=True) if by_date else None
    return Observed(
        path, cells[names].reset_index(drop=True), days, (*notes, *more), hashlib.sha256(content).hexdigest()
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(f"cannot read {str(path)!r} ({error.strerror})")


def _cells(path: Path, content: bytes) -> pd.DataFrame:
    """Return the cells as text, with the line that each row stands on."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        refuse(f"{path.name} is not UTF-8; save it as CSV UTF-8")
    rows = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        refuse(f"{path.name} is empty")
    header = [name.strip().strip('"') for name in rows[0][1].split(",")]
    _check_columns(path, header)
    table = []
    for number, line in rows[1:]:
        values = [cell.strip().strip('"') for cell in line.split(",")]
        if len(values) != len(header):
            refuse(f"{at_line(number)}: {len(values)} cells under {len(header)} headings (commas between cells)")
        table.append([number, *values])
    return pd.DataFrame(table, columns=["line", *header])


def _check_columns(path: Path, header: list[str]) -> None:
    shapes = f"{','.join(BY_MONTH)} or {','.join(BY_DATE)}[,lanes_open][,class]"
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        refuse(f"{path.name}: cells are not separated by commas; expected columns {shapes}")
    if len(set(header)) != len(header):
        refuse(f"{path.name}: a column comes twice; expected columns {shapes}")
    wanted = BY_DATE if "date" in header else BY_MONTH
    if missing := [name for name in wanted if name not in header]:
        refuse(f"{path.name}: missing column {missing[0]!r}; expected {shapes}")
    if unknown := [name for name in header if name not in (*wanted, *ALSO)]:
        refuse(f"{path.name}: unknown column {unknown[0]!r}; expected {shapes}")


def _general_rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of general lanes, and what is to be said of the others."""
    name = next((name for name in ("class", "lane") if name in frame.columns), None)
    if name is None:
        return frame, []
    kinds = frame[name].str.lower()
    for kind, line in zip(kinds, frame["line"], strict=True):
        if kind not in ("general", "fast"):
            refuse(f"{at_line(line)}, {name}: expected general or fast, got {kind!r}")
    fast = int((kinds == "fast").sum())
    note = [f"{fast} rows of FAST lanes are set aside: the general line is fitted."] if fast else []
    return frame[kinds == "general"].reset_index(drop=True), note


def _monthly(frame: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (month_number(month, line), weekday_number(dow, line), hour_number(hour, line))
        for month, dow, hour, line in frame[["month", "dow", "hour", "line"]].itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=["month", "weekday", "hour"])


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for text, hour, line in frame[["date", "hour", "line"]].itertuples(index=False):
        date = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        if pd.isna(date):
            refuse(f"{at_line(line)}, date: expected YYYY-MM-DD, got {text!r}")
        rows.append((date.date(), date.month, date.weekday(), hour_number(hour, line)))
    return pd.DataFrame(rows, columns=["date", "month", "weekday", "hour"])


def _wait(text: str, line: int) -> float:
    """Return a wait in minutes; NaN: none was observed."""
    if not text:
        return math.nan
    if advice := CBP_WORDS.get(text.lower()):
        refuse(f"{at_line(line)}, wait_min: {text!r} is no number of minutes; {advice}")
    wait = _number(text)
    if wait is None:
        refuse(f"{at_line(line)}, wait_min: expected minutes, got {text!r}")
    if wait < 0.0:
        refuse(f"{at_line(line)}, wait_min: must not be negative, got {text}")
    if wait > LONGEST_MIN:
        refuse(f"{at_line(line)}, wait_min: must be at most {LONGEST_MIN:g}, 24 hours, got {text}")
    return wait


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _lanes(frame: pd.DataFrame, built: int) -> list[float]:
    if "lanes_open" not in frame.columns:
        return [math.nan] * len(frame)
    found = []
    for text, line in zip(frame["lanes_open"], frame["line"], strict=True):
        lanes = _number(text) if text else math.nan
        if lanes is None or lanes < 0.0:
            refuse(f"{at_line(line)}, lanes_open: expected lanes, got {text!r}")
        if lanes > built:
            refuse(f"{at_line(line)}, lanes_open: {text} of {built} lanes that are built (port.primary.lanes)")
        found.append(lanes)
    return found


def _check_unit(waits: pd.Series) -> None:
    """Refuse hours where minutes are meant: officers never estimate fractions of a few minutes."""
    longest = float(waits.max()) if len(waits) else 0.0
    if 0.0 < longest <= 6.0 and float((waits != np.rint(waits)).mean()) > 0.2:
        refuse(f"wait_min: the longest is {longest:g}, with fractions: hours? expected minutes")


def _once(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Refuse two values of one cell; a row that is repeated counts once."""
    first = frame.drop_duplicates([*keys, "wait_min", "lanes_open"])
    twice = first[first.duplicated(keys)]
    if len(twice):
        row = twice.iloc[0]
        same = first[(first[keys] == row[keys]).all(axis=1)].iloc[0]
        names = ", ".join(f"{key} {row[key]:g}" if key != "date" else f"date {row[key]}" for key in keys)
        refuse(
            f"{at_line(int(row['line']))}: {names} has wait_min {row['wait_min']:g}, "
            f"line {int(same['line'])} has {same['wait_min']:g}; expected one value"
        )
    return first


def _in_open_hours(frame: pd.DataFrame, hours: Mapping[DayType, Hours]) -> tuple[pd.DataFrame, list[str]]:
    """Leave out estimates within an hour of opening and closing; refuse waits when the port is closed."""
    inside, beside = is_open(frame, hours), is_open(frame, hours, margin_h=1.0)
    if not beside.all():
        row = frame[~beside].iloc[0]
        day = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[int(row["weekday"])]
        refuse(
            f"{at_line(int(row['line']))}: {row['wait_min']:g} min on {day} at {int(row['hour'])} h, "
            "when the port is closed"
        )
    left = int((~inside).sum())
    many = "1 estimate" if left == 1 else f"{left} estimates"
    note = [f"Left out: {many} of the hour before opening or after closing."] if left else []
    return frame[inside], note


def _means(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each cell over the days that it was observed on."""
    found = frame.groupby(["month", "weekday", "hour"], as_index=False).agg(
        wait_min=("wait_min", "mean"), n_days=("wait_min", "size"), lanes_open=("lanes_open", "mean")
    )
    return found.astype({"n_days": np.float64})
