"""A file of observed waits is read, or refused in one line that names what was found."""

import calendar
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.observed import Observed, read_observed
from experiments.study.study import compose_scenario
from sim.errors import ConfigError

OBSERVED = Path(__file__).parents[3] / "configs/observed/ysleta.csv"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
Change = Callable[[list[str]], list[str]]


def monthly_rows(months: range = range(1, 3)) -> list[str]:
    return [
        "month,dow,hour,wait_min",
        *(f"{month},{day},{hour},{10 + hour}" for month in months for day in DAYS for hour in range(6, 24)),
    ]


def read(path: Path, rows: list[str]) -> Observed:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    port = compose_scenario(["port=ysleta"]).port
    return read_observed(path, port.hours, port.primary.lanes)


def test_means_of_months_are_read(tmp_path: Path) -> None:
    found = read(tmp_path / "waits.csv", monthly_rows())
    assert found.months == (1, 2)
    assert found.array((1, 2))[1, 4, 23] == 33.0
    assert np.isnan(found.array((1, 2))[0, 5]).all()
    assert found.days is None


def test_single_days_become_cells_with_their_days(tmp_path: Path) -> None:
    dates = [f"2024-01-{day:02d}" for day in (8, 9, 10, 11, 12, 15, 16, 17, 18, 19)]
    rows = ["date,hour,wait_min,lanes_open,class"]
    rows += [f"{date},{hour},{10 + at},5,general" for at, date in enumerate(dates) for hour in range(6, 24, 1)]
    rows += ["2024-01-22,6,55,,fast"]
    rows += [f"2024-02-{day:02d},{hour},20,,General" for day in (5, 6, 7) for hour in range(6, 24)]
    found = read(tmp_path / "waits.csv", rows)
    monday = found.cells[(found.cells["month"] == 1) & (found.cells["weekday"] == 0)]
    assert (monday["wait_min"] == 12.5).all()
    assert (monday["n_days"] == 2).all()
    assert found.days is not None
    assert len(found.days) == 13 * 18
    assert "1 rows of FAST lanes" in found.notes[0]


def test_an_hour_that_is_missing_or_empty_was_not_observed(tmp_path: Path) -> None:
    rows = monthly_rows()
    rows[5] = rows[5].rpartition(",")[0] + ","
    assert len(read(tmp_path / "waits.csv", rows).cells) == 179


def test_estimates_beside_opening_hours_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path / "waits.csv", [*monthly_rows(), "1,Monday,5,20", "1,Saturday,14,30"])
    assert len(found.cells) == 180
    assert "2 estimates" in found.notes[0]


def test_tables_of_other_programs_are_read_alike(tmp_path: Path) -> None:
    """Semicolons and decimal commas, UTF-16, Parquet with dates: the same waits."""
    rows = [row if row.startswith("month") else f"{row}.5" for row in monthly_rows()]
    plain = read(tmp_path / "plain.csv", rows)
    semicolons = [row.replace(",", ";").replace(".", ",") for row in rows]
    assert plain.cells.equals(read(tmp_path / "semicolons.csv", semicolons).cells)
    (tmp_path / "utf16.csv").write_bytes("\r".join(rows).encode("utf-16"))
    port = compose_scenario(["port=ysleta"]).port
    assert plain.cells.equals(read_observed(tmp_path / "utf16.csv", port.hours, 7).cells)


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    rows = [*monthly_rows(), "13,Monday,6,20", "1,Lunes,6,20", "1,Monday,25,-1"]
    with pytest.raises(ConfigError) as refused:
        read(tmp_path / "waits.csv", rows)
    said = str(refused.value)
    assert "line 182, month: expected 1 to 12, got '13'" in said
    assert "line 183, dow: expected Monday to Sunday, got 'Lunes'" in said
    assert "line 184, hour: expected 0 to 23, got '25'" in said
    assert "wait_min" not in said  # a row that cannot be read is not judged further


def replaced(cell: str) -> Change:
    return lambda rows: [*rows[:3], rows[3].rpartition(",")[0] + "," + cell, *rows[4:]]


def added(row: str) -> Change:
    return lambda rows: [*rows, row]


REFUSED: dict[str, tuple[Change, str]] = {
    "no delay": (replaced("No Delay"), "line 4, wait_min: expected minutes; write 0, got 'No Delay'"),
    "update pending": (replaced("Update Pending"), "leave the wait empty"),
    "lanes closed": (replaced("Lanes Closed"), "leave the row out"),
    "n/a": (replaced("N/A"), "leave the wait empty, got 'N/A'"),
    "a unit": (replaced("25 min"), "expected minutes, got '25 min'"),
    "not finite": (replaced("inf"), "expected minutes, got 'inf'"),
    "negative": (replaced("-5"), "must be from 0 to 1440, 24 hours, got '-5'"),
    "above 24 h": (replaced("1441"), "must be from 0 to 1440, 24 hours, got '1441'"),
    "am and pm": (added("1,Monday,1 pm,20"), "is of a 12-hour clock; expected 0 to 23, got '1 pm'"),
    "hour 24": (added("1,Monday,24,20"), "hour: expected 0 to 23, got '24'"),
    "month 13": (added("13,Monday,6,20"), "month: expected 1 to 12, got '13'"),
    "no weekday": (added("1,Lunes,6,20"), "dow: expected Monday to Sunday, got 'Lunes'"),
    "two values": (added("1,Monday,6,99"), "month 1, weekday Monday, hour 6 has 99, line 2 has 16; expected one value"),
    "closed": (added("1,Sunday,9,20"), "hour: a wait when the port is closed, got 'Sunday 9 h'"),
    "an overtaker": (replaced("400"), "line 4, wait_min: 400 min, and 19 an hour later: no line works off so fast"),
    "a cell too many": (added("1,Monday,6,20,7"), "5 cells under 4 headings"),
    "few": (lambda rows: rows[:60], "59 cells of month, weekday and hour; expected 100 or more"),
    "marks of both kinds": (
        lambda rows: [";".join(row.split(",")) + "," for row in rows],
        "commas and semicolons in one",
    ),
    "no column": (lambda rows: ["month,dow,hour,minutes", *rows[1:]], "missing column 'wait_min'"),
    "unknown column": (lambda rows: [row + (",x" if row is rows[0] else ",1") for row in rows], "unknown column 'x'"),
    "empty": (lambda _: [""], "is empty"),
}


@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_in_one_line(tmp_path: Path, change: Change, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path / "waits.csv", change(monthly_rows()))
    assert str(refused.value).startswith("observed: ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_hours_for_minutes_are_refused(tmp_path: Path) -> None:
    rows = [row if row.startswith("month") else row.rpartition(",")[0] + ",0.4" for row in monthly_rows()]
    with pytest.raises(ConfigError, match="hours\\? expected minutes"):
        read(tmp_path / "waits.csv", rows)


@pytest.mark.parametrize(("wait", "words"), [("0", "no line to fit"), ("1", "hours\\? expected minutes")])
def test_waits_without_a_line_are_refused(tmp_path: Path, wait: str, words: str) -> None:
    rows = [row if row.startswith("month") else row.rpartition(",")[0] + f",{wait}" for row in monthly_rows()]
    with pytest.raises(ConfigError, match=words):
        read(tmp_path / "waits.csv", rows)


def test_a_12_hour_clock_without_its_marks_is_refused(tmp_path: Path) -> None:
    rows = ["month,dow,hour,wait_min"]
    rows += [f"{m},{day},{hour},20" for m in (1, 2) for day in DAYS for hour in range(1, 13)]
    with pytest.raises(ConfigError, match="a 12-hour clock\\?"):
        read(tmp_path / "waits.csv", rows)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2024-03-10,2,20", "has no hour 2, clocks go forward"),
        ("2024-11-03,1,20", "has hour 1 twice, clocks go back"),
        ("2024-02-30,9,20", "expected YYYY-MM-DD"),
    ],
)
def test_hours_of_a_clock_change_and_dates_that_are_none_are_refused(tmp_path: Path, row: str, words: str) -> None:
    rows = ["date,hour,wait_min", *(f"2024-01-{d:02d},{h},20" for d in (8, 9, 10, 11, 12) for h in range(6, 24)), row]
    with pytest.raises(ConfigError, match=words):
        read(tmp_path / "waits.csv", rows)


def test_more_lanes_than_are_built_are_refused(tmp_path: Path) -> None:
    rows = ["date,hour,wait_min,lanes_open", "2024-01-08,9,20,8"]
    with pytest.raises(ConfigError, match=r"at most the 7 lanes that are built .*, got '8'"):
        read(tmp_path / "waits.csv", rows)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    port = compose_scenario(["port=ysleta"]).port
    with pytest.raises(ConfigError, match="cannot read"):
        read_observed(tmp_path / "nothing.csv", port.hours, 7)


def test_last_digits_of_the_means_of_ysleta_fit_2025_best() -> None:
    """Means of n estimates in fives end in round(5 k / n), of four never in 2 or 7."""
    observed = pd.read_csv(OBSERVED)
    observed["last"] = observed["wait_min"].astype(int) % 5
    level = dict.fromkeys(range(2018, 2026), 0.0)
    for year, month in itertools.product(level, range(1, 9)):
        weekdays = [weekday for number, weekday in calendar.Calendar().itermonthdays2(year, month) if number]
        for weekday, n in enumerate(np.bincount(weekdays).tolist()):
            likely = np.full(5, 0.02)
            np.add.at(likely, np.floor(5.0 * np.arange(n) / n + 0.5).astype(int) % 5, 0.9 / n)
            mine = (observed["month"] == month) & (observed["dow"] == calendar.day_name[weekday])
            level[year] += float(np.log(likely[observed["last"][mine]]).sum())
    best, second = sorted(level, key=lambda year: -level[year])[:2]
    assert best == 2025
    assert level[best] - level[second] == pytest.approx(20.2, abs=0.5)
