"""``observed=FILE``: waits as officers estimate them and CBP publishes them, refused row by row.

Two shapes of a table are read: ``month,dow,hour,wait_min``, means over days that are not told apart, and
``date,hour,wait_min[,lanes_open][,class]``, one row a day and hour. An hour that is not there, or whose wait is
empty, was not observed. FAST rows are set aside: what is fitted is the general line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.calibration.clock import clock_changes, is_open, looks_like_twelve_hours, read_hour
from experiments.user_tables.cells import read_cells
from experiments.user_tables.kinds import WEEKDAYS, numbered, one_of
from experiments.user_tables.moments import read_date
from experiments.user_tables.numerals import read_number, read_whole
from experiments.user_tables.refusals import Place, Problem, refuse_file, refuse_problems
from experiments.user_tables.schema import TableColumn, UserTable, typed_table
from sim.arrays import FloatArray
from sim.setting.port import DayType, Hours
from sim.tables import LANE_CLASSES

KEY: Final = "observed"
BY_MONTH, BY_DATE = ("month", "dow", "hour", "wait_min"), ("date", "hour", "wait_min")
FEWEST_CELLS: Final = 100
LONGEST_MIN: Final = 1440.0
LEAST_LINE_MIN: Final = 5.0
"""A port whose longest wait is shorter has no line that could be fitted: officers round to five minutes."""
STEEPEST_MIN: Final = 150.0
"""No wait falls by more from one hour to the next: first come, first served, at most two hours lie between two trucks
of neighboring hours, and what officers estimate may be half an hour off."""
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

    def without(self, month: int) -> Observed:
        """Return what was observed in all other months."""
        days = None
        if self.days is not None:
            days = self.days[[date.month != month for date in self.days["date"]]].reset_index(drop=True)
        cells = self.cells[self.cells["month"] != month].reset_index(drop=True)
        return replace(self, cells=cells, days=days)

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
        A text table (see `experiments.user_tables.cells`) or Parquet.
    hours : mapping
        When the port is open, by kind of day.
    built : int
        General lanes that are built: none of ``lanes_open`` can be more.

    Raises
    ------
    ConfigError
        ``observed``: a file that cannot be read or is no such table; cells that make no sense, by line and column; a
        wait in closed hours; fewer than 100 cells.
    """
    source = read_cells(KEY, path)
    by_date = "date" in source.cells.columns
    kinds = _declared(by_date=by_date, built=built)
    frame = typed_table(kinds, source).frame
    frame = frame.rename_axis("line").reset_index()
    frame, notes = _general_rows(frame)
    if by_date:
        frame["month"] = [date.month for date in frame["date"]]
        frame["weekday"] = [date.weekday() for date in frame["date"]]
    frame = frame.assign(lanes_open=frame["lanes_open"] if "lanes_open" in frame.columns else math.nan)
    frame = frame[frame["wait_min"].notna()]
    _check_unit(path, frame["wait_min"])
    if said := looks_like_twelve_hours(frame["hour"], hours):
        refuse_file(KEY, path, said)
    _check_open(path, source.place, frame, hours)
    frame = _once(path, source.place, frame, ["date", "hour"] if by_date else ["month", "weekday", "hour"])
    _check_falls(path, source.place, frame, ["date"] if by_date else ["month", "weekday"])
    frame, more = _in_open_hours(frame, hours)
    cells = _means(frame) if by_date else frame.assign(n_days=math.nan)
    if len(cells) < FEWEST_CELLS:
        words = f"has {len(cells)} cells of month, weekday and hour; expected {FEWEST_CELLS} or more"
        refuse_file(KEY, path, words)
    names = ["month", "weekday", "hour", "wait_min", "n_days", "lanes_open"]
    days = frame[["date", "hour", "wait_min"]].reset_index(drop=True) if by_date else None
    return Observed(path, cells[names].reset_index(drop=True), days, (*notes, *more), source.sha256)


def _declared(*, by_date: bool, built: int) -> UserTable:
    """Return the columns of either shape; a column that nobody reads may stand beside them."""
    when = [
        TableColumn(
            name="date", dtype="object", expected="YYYY-MM-DD", read=lambda text, _: read_date(text), required=True
        )
    ]
    if not by_date:
        read_day = one_of(numbered(WEEKDAYS))
        when = [
            TableColumn(
                name="month",
                dtype="int64",
                expected="1 to 12",
                span="expected 1 to 12",
                read=read_whole,
                low=1,
                high=12,
                required=True,
            ),
            TableColumn(name="dow", dtype="int64", expected="Monday to Sunday", read=read_day, required=True),
        ]
    waits = TableColumn(
        name="wait_min",
        dtype="float64",
        expected="minutes",
        span=f"must be from 0 to {LONGEST_MIN:g}, 24 hours",
        read=read_number,
        low=0.0,
        high=LONGEST_MIN,
        required=True,
        empty=math.nan,
        advice=CBP_WORDS,
    )
    lanes = TableColumn(
        name="lanes_open",
        dtype="float64",
        expected="lanes",
        span=f"must be at most the {built} lanes that are built (port.primary.lanes)",
        read=read_number,
        low=0.0,
        high=built,
        empty=math.nan,
    )
    read_class = one_of({name: name for name in LANE_CLASSES})
    either = "general or fast"
    line = [TableColumn(name=name, dtype="object", expected=either, read=read_class) for name in ("class", "lane")]
    besides = [
        TableColumn(name=name, dtype="object", expected="anything", read=lambda text, _: text, empty="")
        for name in ("crossing", "holiday_window")
    ]
    hour = TableColumn(name="hour", dtype="int64", expected="0 to 23", read=read_hour, required=True)
    return UserTable(key=KEY, columns=(*when, hour, waits, lanes, *line, *besides), rules=clock_changes())


def _general_rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of general lanes, and what is to be said of the others."""
    frame = frame.rename(columns={"dow": "weekday"})
    name = next((name for name in ("class", "lane") if name in frame.columns), None)
    if name is None:
        return frame, []
    fast = int((frame[name] == "fast").sum())
    note = [f"{fast} rows of FAST lanes are set aside: the general line is fitted."] if fast else []
    return frame[frame[name] == "general"].reset_index(drop=True), note


def _check_unit(path: Path, waits: pd.Series[float]) -> None:
    """Refuse hours where minutes are meant, and waits that are no line: officers never estimate a few minutes."""
    longest = float(waits.max()) if len(waits) else 0.0
    fractions = float((waits != np.rint(waits)).mean()) > 0.2 if len(waits) else False
    if longest < LEAST_LINE_MIN or (longest <= 6.0 and fractions):
        words = "there is no line to fit" if longest == 0.0 else "hours? expected minutes"
        refuse_file(KEY, path, f"wait_min: the longest is {longest:g}: {words}")


def _once(path: Path, place: Place, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Refuse two values of one cell; a row that is repeated counts once."""
    first = frame.drop_duplicates([*keys, "wait_min", "lanes_open"])
    problems = []
    for row in first[first.duplicated(keys)].to_dict("records"):
        same = first[(first[keys] == pd.Series(row)[keys]).all(axis=1)].iloc[0]
        shown = row | ({"weekday": WEEKDAYS[row["weekday"]].capitalize()} if "weekday" in keys else {})
        names = ", ".join(f"{key} {shown[key]}" for key in keys)
        column = "wait_min" if row["wait_min"] != same["wait_min"] else "lanes_open"
        words = f"{names} has {row[column]:g}, {place} {int(same['line'])} has {same[column]:g}"
        problems.append(Problem(row["line"], column, f"{words}; expected one value"))
    if problems:
        refuse_problems(KEY, path, place, problems)
    return first


def _check_open(path: Path, place: Place, frame: pd.DataFrame, hours: Mapping[DayType, Hours]) -> None:
    """Refuse waits that are more than an hour outside the opening hours."""
    shut = frame[~is_open(frame, hours, margin_h=1.0)]
    problems = [
        Problem(int(at), "hour", "a wait when the port is closed", f"{WEEKDAYS[day].capitalize()} {hour} h")
        for at, day, hour in zip(shut["line"], shut["weekday"], shut["hour"], strict=True)
    ]
    if problems:
        refuse_problems(KEY, path, place, problems)


def _check_falls(path: Path, place: Place, frame: pd.DataFrame, day: list[str]) -> None:
    """Refuse waits that no line could have: who comes an hour later is never through before those in front."""
    ordered = frame.sort_values([*day, "hour"])
    after = ordered.groupby(day)[["hour", "wait_min"]].shift(-1)
    falls = (after["hour"] == ordered["hour"] + 1) & (ordered["wait_min"] - after["wait_min"] > STEEPEST_MIN)
    problems = [
        Problem(int(at), "wait_min", f"{wait:g} min, and {less:g} an hour later: no line works off so fast")
        for at, wait, less in zip(
            ordered["line"][falls], ordered["wait_min"][falls], after["wait_min"][falls], strict=True
        )
    ]
    if problems:
        refuse_problems(KEY, path, place, problems)


def _in_open_hours(frame: pd.DataFrame, hours: Mapping[DayType, Hours]) -> tuple[pd.DataFrame, list[str]]:
    """Leave out estimates within an hour of opening and closing."""
    inside = is_open(frame, hours)
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
