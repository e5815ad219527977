"""Folders that ``run`` or ``compare`` wrote -> the periods of a series, checked to go together.

A folder holds ``metrics.parquet`` and ``run.json``, and ``redrawn.parquet`` where what is assumed
was redrawn. Nothing else is read, and nothing is written.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from experiments.report.findings import is_fitted
from experiments.study.display_names import derived_label
from experiments.study.study import MONTHS
from sim.errors import ConfigError
from sim.scenario import Scenario, build_scenario
from sim.tables import METRICS

METRICS_FILE: Final = "metrics.parquet"
RECORD_FILE: Final = "run.json"
REDRAWN_FILE: Final = "redrawn.parquet"
By = Literal["run", "month"]
SAME: Final = ("days", "calendar", "coverage", "high_risk_score")
"""Study settings that the runs of one series must share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period of one direction."""

    label: str
    folder: Path
    alternative: str
    metrics: pd.DataFrame
    """METRICS of the alternative, one row a replication."""
    redrawn: pd.DataFrame | None
    """Its redraws; None: none were run."""
    scenario: Scenario
    record: dict[str, Any]
    """What ``run.json`` says."""
    strata: int | None
    """Replication r is of stratum r modulo this number; None: no strata."""

    @property
    def settings(self) -> dict[str, Any]:
        """Study settings of the run."""
        found: dict[str, Any] = self.record["study"]
        return found

    @property
    def fitted(self) -> bool:
        """Whether the open lanes were set so that this scenario waits as is observed.

        They were set for a year's mean; what a month makes of it is predicted.
        """
        is_month = self.strata is None and self.settings["calendar"] == "year"
        return not is_month and self.record["trucks"] is None and is_fitted(self.scenario)

    @property
    def alternative_label(self) -> str:
        """The name of the alternative as readers meet it; records of earlier versions hold none."""
        return str(self.record.get("labels", {}).get(self.alternative) or derived_label(self.alternative))

    @property
    def unstable(self) -> str:
        """Which station cannot carry its load; empty: all can."""
        return str(self.record["unstable"].get(self.alternative, ""))

    @property
    def assumed(self) -> dict[str, list[float]]:
        """Range of every assumed number, [low, high] by key."""
        found: dict[str, list[float]] = self.record["assumed"][self.alternative]
        return found


def read_series(
    key: str, folders: Sequence[str], labels: Sequence[str], alternative: str | None, by: By
) -> list[Period]:
    """Return the periods of one direction, in the order of the folders.

    Without ``labels`` they bear the folders' own names, without ``alternative`` they are of each run's baseline.
    ``by="month"`` splits every run of ``calendar=year`` into its twelve months; ``key`` is named in messages.
    ConfigError: a folder that is missing or holds no run; runs of another port, direction, length, threshold or
    version; labels that are not one for each run, or the same twice.
    """
    names = list(labels) or [Path(folder).expanduser().resolve().name for folder in folders]
    _check_labels(key, folders, names, labels_given=bool(labels))
    periods = [_read(key, folder, label, alternative) for folder, label in zip(folders, names, strict=True)]
    for other in periods[1:]:
        _check_same(key, periods[0], other)
    return [month for period in periods for month in _months(period)] if by == "month" else periods


def _check_labels(key: str, folders: Sequence[str], names: Sequence[str], *, labels_given: bool) -> None:
    if len(names) != len(folders):
        raise ConfigError("periods", f"a label for each of {len(folders)} folders of {key}, got {len(names)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        hint = "each needs its own" if labels_given else "two folders have this name; give periods=[...]"
        raise ConfigError("periods", f"{twice[0]!r} is there twice in {key}; {hint}")


def _read(key: str, text: str, label: str, alternative: str | None) -> Period:
    folder, hint = Path(text).expanduser(), "give folders that run or compare wrote"
    if not folder.is_dir():
        raise ConfigError(key, f"no such folder: {text!r}; {hint}")
    for name in (METRICS_FILE, RECORD_FILE):
        if not (folder / name).is_file():
            raise ConfigError(key, f"{text!r} holds no {name}; {hint}")
    record = _taken(key, folder / RECORD_FILE, _load)
    metrics = _taken(key, folder / METRICS_FILE, pd.read_parquet)
    _check_version(key, text, record, metrics)
    name = str(record["study"]["baseline"] if alternative is None else alternative)
    if name not in record["alternatives"]:
        raise ConfigError("alternative", f"{text!r} has no {name!r}; known {list(record['alternatives'])}")
    redrawn = folder / REDRAWN_FILE
    draws = _taken(key, redrawn, pd.read_parquet) if redrawn.is_file() else None
    return Period(
        label=label,
        folder=folder,
        alternative=name,
        metrics=_rows(metrics, name).sort_values("replication", ignore_index=True),
        redrawn=None if draws is None or not len(draws) else _rows(draws, name),
        scenario=build_scenario(record["alternatives"][name]),
        record=record,
        strata=MONTHS if record["study"]["calendar"] == "year" else None,
    )


def _rows(table: pd.DataFrame, alternative: str) -> pd.DataFrame:
    return table[table["alternative"] == alternative].reset_index(drop=True)


def _load(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError("expected a mapping")  # noqa: TRY004
    return found


def _taken(key: str, path: Path, reader: Callable[[Path], Any]) -> Any:  # noqa: ANN401
    try:
        return reader(path)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise ConfigError(key, f"cannot read {str(path)!r} ({reason})") from None


def _check_version(key: str, text: str, record: dict[str, Any], metrics: pd.DataFrame) -> None:
    """Refuse a run of a version whose METRICS or record are not those of this one."""
    wanted = ["alternative", "replication", *(column.name for column in METRICS)]
    absent = [name for name in wanted if name not in metrics.columns]
    absent += [n for n in ("study", "alternatives", "assumed", "unstable") if n not in record]
    absent += [name for name in SAME if name not in record.get("study", {})]
    if absent:
        version = record.get("throughgate")
        problem = f"{text!r} was written by another version ({version}) and lacks {absent[0]!r}"
        raise ConfigError(key, f"{problem}; run it again")


def _check_same(key: str, first: Period, other: Period) -> None:
    """Refuse two periods that are not of one port and one way of measuring."""
    port, own, base = other.scenario.port.name, str(other.folder), str(first.folder)
    if port != first.scenario.port.name:
        problem = f"{own!r} is of port {port!r}, {base!r} of {first.scenario.port.name!r}"
        raise ConfigError(key, f"{problem}; a series is of one port")
    for name in SAME:
        value, wanted = other.settings[name], first.settings[name]
        if value != wanted:
            raise ConfigError(key, f"{own!r} has {name}={value}, {base!r} {name}={wanted}; a series has one")


def _months(period: Period) -> list[Period]:
    """Return the twelve months of a year; redraws are of the year and go with each."""
    if period.strata is None:
        raise ConfigError("by", f"month needs runs with calendar=year; {str(period.folder)!r} has calendar=week")
    month = period.metrics["replication"].to_numpy() % MONTHS
    return [
        replace(
            period,
            label=f"{period.label} {calendar.month_abbr[m + 1]}",
            metrics=period.metrics[month == m].reset_index(drop=True),
            strata=None,
        )
        for m in range(MONTHS)
    ]
