"""What ``docs/explanation/ports.md`` says of Ysleta by the hour: simulated waits beside observed ones, as Markdown.

    throughgate run port=ysleta calendar=year replications=48 out=results/ysleta
    python -m tests.tools.waits_by_hour results/ysleta configs/observed/ysleta.csv

Every hour of every day counts alike, as officers write down hours and not trucks.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t

WEEKDAYS, SATURDAY = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), 5
LEVEL = 0.95


def _days(folder: Path) -> pd.DataFrame:
    """Return one row a replication, weekday and hour: the mean wait of general trucks, minutes."""
    waits = pd.read_parquet(folder / "waits.parquet")
    return waits[waits["class"] == "general"].rename(columns={"wait_mean_min": "wait_min"})


def _of_hour(days: pd.DataFrame, observed: pd.DataFrame) -> str:
    weeks = days.groupby("replication")["wait_min"].mean()
    half = float(t.ppf(0.5 + LEVEL / 2, len(weeks) - 1) * weeks.std() / np.sqrt(len(weeks)))
    apart = days["wait_min"] - days.groupby("month")["wait_min"].transform("mean")
    within = float(np.sqrt((apart**2).sum() / (len(days) - days["month"].nunique())))
    cells = weeks.mean(), half, observed["wait_min"].mean(), within, days["wait_min"].std()
    return "| {:.0f} ± {:.0f} | {:.0f} | {:.0f} | {:.0f} |".format(*cells)


def _whole(waits: pd.Series[float]) -> list[int]:
    return [round(wait) for wait in waits]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(folder: Path, file: Path) -> None:
    """Print the table of hours, then months, Saturdays and the spread of daily means."""
    observed = pd.read_csv(file)
    days = _days(folder)
    days = days[days["month"].isin(observed["month"])]
    work, seen = days[days["weekday"] < SATURDAY], observed[observed["dow"].isin(WEEKDAYS)]
    for hour in range(6, 24):
        _say(f"| {hour} {_of_hour(work[work['hour'] == hour], seen[seen['hour'] == hour])}")
    work = work[work["hour"].between(6, 23)]
    by_month = [work, seen[seen["hour"].between(6, 23)]]
    for name, table in zip(("simulated", "published"), by_month, strict=True):
        _say(f"{name}, months: {_whole(table.groupby('month')['wait_min'].mean())}")
        _say(f"{name}, mean: {table.groupby(['month', 'hour'])['wait_min'].mean().mean():.1f}")
    saturday = [days[days["weekday"] == SATURDAY], observed[observed["dow"] == "Saturday"]]
    for name, table in zip(("simulated", "published"), saturday, strict=True):
        open_h = table[table["hour"].between(6, 13)]
        _say(f"{name}, Saturday: {_whole(open_h.groupby('hour')['wait_min'].mean())}")
    means = work.groupby(["month", "replication", "weekday"])["wait_min"].mean()
    apart = means - means.groupby("month").transform("mean")
    months = len(means.index.unique("month"))
    _say(f"sd of daily means within a month: {np.sqrt((apart**2).sum() / (len(means) - months)):.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
