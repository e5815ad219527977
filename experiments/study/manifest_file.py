"""``manifest=FILE``: the user's own trucks, from a text table or Parquet, refused row by row.

Required is ``arrive_min``; every visible column of MANIFEST is welcome, and what is missing is
drawn (see ``sim.trucks.manifest``). A row that contradicts itself or the calendar is refused: no truck can be so.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.user_tables.cells import read_cells
from experiments.user_tables.kinds import MONTH_NAMES, WEEKDAYS, names_or_codes, numbered, read_flag
from experiments.user_tables.moments import ends_its_day, is_moment, minutes_of_day, minutes_of_window
from experiments.user_tables.numerals import Marks, read_number, read_whole
from experiments.user_tables.refusals import CellError, Place, Problem, refuse_problems
from experiments.user_tables.schema import ReadCell, RowRule, TableColumn, UserTable, typed_table
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.port import COMMODITIES
from sim.setting.window import Window
from sim.tables import LANE_CLASSES, MANIFEST, Column
from sim.trucks.manifest import EMPTY_CODE, drawn_columns
from sim.trucks.population import N_STATES
from sim.workload import unserved_classes

KEY: Final = "manifest"
GIVEN_COLUMNS: Final = {c.name: c for c in MANIFEST if c.tier == "own" or c.name == "arrive_min"}
"""Columns that a file may hold."""
RANGES: Final[dict[str, tuple[float, float]]] = {
    "arrive_hour": (0, 24),
    "weekday": (0, 6),
    "month": (1, 12),
    "commodity": (-1, len(COMMODITIES) - 1),
    "density": (0, 2),
    "entry_type": (0, 3),
    "origin_state": (0, N_STATES - 1),
    "weight_ratio": (1e-3, 1e3),
    "lead_time_h": (1e-3, 1e5),
}
"""Least and largest value of a column; amounts, ages and counts are at least 0."""
ANY_CODE: Final = ("carrier", "driver", "plate", "shipper", "consignee")
NAMES: Final[dict[str, dict[str, int]]] = {
    "weekday": numbered(WEEKDAYS),
    "month": numbered(MONTH_NAMES, first=1),
    "commodity": {"empty": -1} | {name: code for code, name in enumerate(COMMODITIES)},
    "density": {"low": 0, "medium": 1, "high": 2},
    "entry_type": {"paps": 0, "in_bond": 1, "informal": 2, "empty": 3, "iit": 3},
}
"""Names that stand for the codes of a column."""
EXPECTED: Final = {"float": "a number", "int": "a whole number", "bool": "true or false (1 or 0)"}
ZERO_WHEN_EMPTY: Final = (
    "density", "pieces", "weight_kg", "value_usd", "shipper_age_days", "first_pair", "shipper_entries_12m",
    "shipper_exams_12m", "shipper_finds_5y",
)  # fmt: skip
"""Columns that speak of goods or of their shipper."""
AT_MOST: Final = {"carrier_exams_12m": "carrier_crossings_12m", "shipper_exams_12m": "shipper_entries_12m"}
"""Counts that cannot be larger than others: nothing is examined that does not come."""
MOST_OFF_SCHEDULE_H: Final = 6.0
"""A truck that is said to be further off the hour it was scheduled for is taken for a slip of the pen."""


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """The user's own trucks."""

    trucks: pd.DataFrame
    """``arrive_min`` and the visible columns that the file holds, of their declared kinds, in the file's order."""
    places: tuple[int, ...]
    """Line or row of each truck."""
    place: Place
    dialect: str
    """How the file was read, where it is not the plain way."""


def read_manifest_file(path: Path, days: int, start_date: str) -> pd.DataFrame:
    """Read a file of trucks, once for as long as it does not change.

    The file is a text table (see `experiments.user_tables.cells`) or Parquet; all arrivals lie within ``days`` from
    midnight of ``start_date``, as minutes or as dates and times. 24:00 is 0:00 of the next day; on the last day, which
    has no next, it is that day's last moment. The table holds ``arrive_min`` and the visible columns
    that the file holds, of their declared kinds, in the file's order. It is shared: not to be written to.

    Raises
    ------
    ConfigError
        ``manifest``: a file that cannot be read or is no table; a column that is missing, unknown or always drawn; then
        all cells that make no sense and all rows that contradict themselves, by line.
    """
    return _file(path, days, start_date).trucks


def _file(path: Path, days: int, start_date: str) -> ManifestFile:
    try:
        state = path.stat()
    except OSError as error:
        raise ConfigError(KEY, f"cannot read {str(path)!r} ({error.strerror})") from None
    return _read(path, days, start_date, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, days: int, start_date: str, _mtime_ns: int, _size: int) -> ManifestFile:
    source = read_cells(KEY, path)
    table = _declared(days, start_date, list(source.cells.columns))
    found = typed_table(table, source)
    frame = found.frame.reset_index(drop=True)
    frame["arrive_min"] = _before_the_end(days, frame["arrive_min"])
    return ManifestFile(frame, tuple(found.frame.index), source.place, found.dialect)


def _declared(days: int, start_date: str, names: Sequence[str]) -> UserTable:
    drawn = {column.name: "is always drawn; leave it out" for column in MANIFEST if column.tier in ("chance", "true")}
    columns = tuple(_column(column, days, start_date) for column in GIVEN_COLUMNS.values())
    rules = (*_goods_rules(names), *_calendar_rules(days, start_date), *_record_rules())
    return UserTable(key=KEY, columns=columns, rules=rules, refused=drawn)


def _column(column: Column, days: int, start_date: str) -> TableColumn:
    if column.name == "arrive_min":
        return TableColumn(
            name="arrive_min",
            dtype="float64",
            expected="a number of minutes, or a date and time such as 2024-05-13T10:30",
            read=partial(_arrival, days, start_date),
            low=0.0,
            high=1440.0 * days,
            span=_window_words(days, start_date),
            required=True,
        )
    low, high = RANGES.get(column.name, (0, math.inf))
    if column.kind == "bool" or column.name in ANY_CODE:
        low, high = -math.inf, math.inf
    names = NAMES.get(column.name)
    return TableColumn(
        name=column.name,
        dtype={"float": "float64", "int": "int64", "bool": "bool"}[column.kind],  # type: ignore[arg-type]
        expected=EXPECTED[column.kind] if names is None else f"a code or one of {', '.join(names)}",
        read=_reader(column.name, column.kind),
        low=low,
        high=high,
    )


def _reader(name: str, kind: str) -> ReadCell:
    if name in NAMES:
        return names_or_codes(NAMES[name])
    if name == "arrive_hour":
        return lambda text, marks: minutes_of_day(text) / 60.0 if ":" in text else read_number(text, marks)
    readers: dict[str, ReadCell] = {"float": read_number, "int": read_whole, "bool": read_flag}
    return readers[kind]


def _arrival(days: int, start_date: str, text: str, marks: Marks) -> float:
    if not is_moment(text):
        return read_number(text, marks)
    arrive_min = minutes_of_window(text, start_date, days)
    if arrive_min == 1440.0 * days and not ends_its_day(text):
        raise CellError(_window_words(days, start_date))
    return arrive_min


def _window_words(days: int, start_date: str) -> str:
    return f"must lie within days={days} from start_date={start_date}, from 0 to {1440 * days} min"


def _before_the_end(days: int, arrive_min: pd.Series[float]) -> pd.Series[float]:
    """Return arrivals with 24:00 of the last day, which has no next, as that day's last moment."""
    end = 1440.0 * days
    return arrive_min.mask(arrive_min == end, math.nextafter(end, 0.0))


def _goods_rules(names: Sequence[str]) -> Iterator[RowRule]:
    """Give what a truck's columns say of goods: the first that says whether it is empty binds the others."""
    telling = [name for name in ("laden", *EMPTY_CODE) if name in names]
    if not telling:
        return
    first, *others = telling
    for other in others:
        yield RowRule(
            columns=(first, other),
            holds=partial(_alike, first, other),
            words=f"contradicts itself: {first}={{{first}}}, but {other}={{{other}}} "
            f"({EMPTY_CODE[other]} stands for an empty truck)",
        )
    for other in ZERO_WHEN_EMPTY:
        yield RowRule(
            columns=(first, other),
            holds=partial(_nothing_when_empty, first, other),
            words=f"contradicts itself: an empty truck ({first}={{{first}}}), but {other}={{{other}}}",
        )


def _says_laden(frame: pd.DataFrame, name: str) -> pd.Series[bool]:
    return frame[name].astype(bool) if name == "laden" else frame[name] != EMPTY_CODE[name]


def _alike(first: str, other: str, frame: pd.DataFrame) -> pd.Series[bool]:
    return _says_laden(frame, first) == _says_laden(frame, other)


def _nothing_when_empty(first: str, other: str, frame: pd.DataFrame) -> pd.Series[bool]:
    return _says_laden(frame, first) | (frame[other] == 0)


def _calendar_rules(days: int, start_date: str) -> Iterator[RowRule]:
    """Give what the day of arrival says of weekday, month and scheduled hour."""
    of_day: dict[str, Callable[[dt.date], int]] = {"weekday": dt.date.weekday, "month": lambda date: date.month}
    for name, tell in of_day.items():
        yield RowRule(
            columns=("arrive_min", name),
            holds=partial(_on_its_day, days, dt.date.fromisoformat(start_date), name, tell),
            words=f"contradicts the calendar: {name}={{{name}}}, but "
            f"arrive_min={{arrive_min}} from start_date={start_date}",
        )
    yield RowRule(
        columns=("arrive_min", "arrive_hour"),
        holds=_near_its_hour,
        words=f"contradicts the calendar: arrive_hour={{arrive_hour}} is more than {MOST_OFF_SCHEDULE_H:g} h from "
        "arrive_min={arrive_min}",
    )


def _on_its_day(
    days: int, start: dt.date, name: str, tell: Callable[[dt.date], int], frame: pd.DataFrame
) -> pd.Series[bool]:
    day = (_before_the_end(days, frame["arrive_min"]) // 1440.0).astype("int64")
    number = {place: tell(start + dt.timedelta(days=place)) for place in day[_inside(day)].unique().tolist()}
    return day.map(number).eq(frame[name]) | ~_inside(day)


def _inside(day: pd.Series[int]) -> pd.Series[bool]:
    """Tell which days a calendar can name; arrivals on others are refused as out of the window."""
    return (day >= 0) & (day < 10_000)


def _near_its_hour(frame: pd.DataFrame) -> pd.Series[bool]:
    off = (frame["arrive_hour"] - frame["arrive_min"] / 60.0) % 24.0
    return off.where(off <= 12.0, 24.0 - off) <= MOST_OFF_SCHEDULE_H


def _record_rules() -> Iterator[RowRule]:
    """Give what one count or trait says of another."""
    for part, whole in AT_MOST.items():
        yield RowRule(
            columns=(part, whole),
            holds=partial(_at_most, part, whole),
            words=f"contradicts itself: {part}={{{part}}} of {whole}={{{whole}}}",
        )
    yield RowRule(
        columns=("fast", "ctpat_carrier"),
        holds=lambda frame: ~frame["fast"] | frame["ctpat_carrier"],
        words="contradicts itself: fast={fast}, but ctpat_carrier={ctpat_carrier}; FAST carriers are C-TPAT members",
    )


def _at_most(part: str, whole: str, frame: pd.DataFrame) -> pd.Series[bool]:
    return frame[part] <= frame[whole]


def check_trucks_can_be_served(path: Path, window: Window, alternatives: Mapping[str, Scenario]) -> None:
    """Refuse (ConfigError) trucks of a class that no booth or approach lane takes, by line, for every alternative.

    A file that does not say which trucks are FAST says nothing of classes: the port's own share is drawn.
    """
    file = _file(path, window.days, window.start_date)
    if "fast" not in file.trucks.columns:
        return
    fast = file.trucks["fast"].to_numpy()
    problems = []
    for name, scenario in alternatives.items():
        for lane_class, station in unserved_classes(scenario, window).items():
            mine = np.flatnonzero(fast == (lane_class == LANE_CLASSES[1]))
            kind = "FAST" if lane_class == LANE_CLASSES[1] else lane_class
            words = (
                f"a {kind} truck (fast={int(lane_class == LANE_CLASSES[1])}), but under {name} {station} has no lane "
            )
            words += f"open that takes {kind} trucks"
            problems += [Problem(file.places[number], "", words) for number in mine.tolist()]
    if problems:
        refuse_problems(KEY, path, file.place, problems)


def manifest_file_record(path: Path, window: Window) -> dict[str, Any]:
    """Return what ``run.json`` says of the user's own trucks."""
    file = _file(path, window.days, window.start_date)
    return {"file": str(path), "trucks": len(file.trucks), "drawn": list(drawn_columns(file.trucks))}


def drawn_columns_note(path: Path, window: Window) -> str:
    """Return the line that tells a reader which of the trucks' columns were drawn."""
    file = _file(path, window.days, window.start_date)
    drawn, n = drawn_columns(file.trucks), len(file.trucks)
    words = f"drawn: {', '.join(drawn)}" if drawn else "none of their columns was drawn"
    subject = "The only truck is that" if n == 1 else f"The {n:,} trucks are those"
    dialect = f" (read with {file.dialect})" if file.dialect else ""
    return (
        f"{subject} of {path.name}{dialect}; {words}. Luck and what they carry are "
        "drawn; past days and the risk model's history are the simulated port's. Loads are those of these trucks alone."
    )
