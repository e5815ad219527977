"""What a month would have been without the shock: from months around it, less the season of ports far away.

ln(month / mean of its neighbors), less the same of the controls, less the mean of that in all other years. The spread
of that over the other years, in which nothing happened, is how far such an estimate errs.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from experiments.study.sources import CONFIGS
from sim.errors import ConfigError

Counts = Mapping[tuple[str, str], int]
"""Trucks by (month YYYY-MM, port)."""


@dataclass(frozen=True, slots=True)
class NormalMonth:
    """A month as it would have been.

    Attributes
    ----------
    counted : float
        Trucks that were counted.
    trucks : float
        Trucks that would have come.
    ln_sd : float
        Standard deviation of ln(trucks), over years in which nothing happened.
    years : tuple of int
        Those years.
    """

    counted: float
    trucks: float
    ln_sd: float
    years: tuple[int, ...]


@lru_cache(maxsize=8)
def read_counts(name: str) -> Counts:
    """Return the counts of a file of ``configs/observed``; ConfigError: no such file."""
    path = CONFIGS / "observed" / f"{Path(name).name}.csv"
    if not path.is_file():
        known = sorted(file.stem for file in path.parent.glob("*.csv"))
        raise ConfigError("corridor.counted.counts", f"no file {name!r}; known {known}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or {"month", "port", "trucks"} - set(rows[0]):
        raise ConfigError("corridor.counted.counts", f"{name!r} needs the columns month, port and trucks")
    return {(row["month"], row["port"]): int(row["trucks"]) for row in rows}


def counted_trucks(counts: Counts, ports: Sequence[str], month: str) -> float:
    """Return the trucks that some ports counted in a month; a port that the file leaves out had none. NaN: all are."""
    found = [counts[month, port] for port in ports if (month, port) in counts]
    return float(sum(found)) if found else math.nan


def normal_month(
    counts: Counts, ports: Sequence[str], month: str, *, neighbors: Sequence[int], controls: Sequence[str]
) -> NormalMonth:
    """Return what some ports would have counted in a month.

    Parameters
    ----------
    month : str
        YYYY-MM.
    neighbors : sequence of int
        Months of the same year without the shock.
    controls : sequence of str
        Ports that the shock did not reach.

    Raises
    ------
    ConfigError
        Counts of that year are missing, or fewer than three other years are whole.

    Examples
    --------
    >>> flat = {(f"{y}-{m:02}", p): 100 for y in range(2015, 2020) for m in (8, 9, 11) for p in ("a", "far")}
    >>> flat["2019-09", "a"] = 60
    >>> normal_month(flat, ["a"], "2019-09", neighbors=[8, 11], controls=["far"]).trucks
    100.0
    """
    year, number = (int(part) for part in month.split("-"))

    def off(of_year: int) -> float:
        def deviation(names: Sequence[str]) -> float:
            of = [counted_trucks(counts, names, f"{of_year}-{m:02}") for m in (number, *neighbors)]
            return math.log(of[0] / float(np.mean(of[1:]))) if min(of) > 0.0 else math.nan

        whole = all((f"{of_year}-{m:02}", name) in counts for m in (number, *neighbors) for name in controls)
        return deviation(ports) - deviation(controls) if whole else math.nan

    years = sorted({int(at[:4]) for at, _ in counts} - {year})
    others = {of_year: found for of_year in years if math.isfinite(found := off(of_year))}
    own = off(year)
    if not math.isfinite(own) or len(others) < 3:
        raise ConfigError("corridor.counted", f"counts of {list(ports)} around {month} are missing")
    effect = own - float(np.mean(list(others.values())))
    counted = counted_trucks(counts, ports, month)
    return NormalMonth(counted, counted / math.exp(effect), float(np.std(list(others.values()), ddof=1)), tuple(others))
