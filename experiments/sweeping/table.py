"""The table of a sweep: a row for each point and alternative, a column for each swept key and measure.

A mean has a t interval over replications; a ratio is the ratio of sums, its interval a jackknife over replications
(`experiments.intervals`); a difference from the baseline is paired by replication. Waits and other measures that grow
with the length of the run are left blank where a station cannot carry its weekly load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.comparison import GROWING, possible_difference, possible_level
from experiments.files import OutputFolder
from experiments.intervals import Sample, estimate_interval, paired_difference
from experiments.study.inputs import unit_of_key
from experiments.study.study import Study
from experiments.sweeping.axes import Axis
from experiments.sweeping.pieces import COLUMNS
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult, strata_of
from sim.arrays import FloatArray
from sim.results.metrics import RATIOS
from sim.tables import METRICS

SCHEMA_VERSION: Final = 1
PLACES: Final = {name: place for place, name in enumerate(COLUMNS)}
UNITS: Final = {metric.name: metric.unit for metric in METRICS}
BLANK: Final = (np.nan, np.nan, np.nan)


def sweep_table(sweep: Sweep, outcomes: Sequence[PointResult]) -> pd.DataFrame:
    """Return the table, rows by point and by alternative in the order of the study.

    Columns: ``point``, ``status`` (done, failed), ``alternative``, ``baseline``, a column for each swept key (named
    ``key [unit]``), ``unstable`` (the station that cannot carry its load), ``failure``, ``replications``; for each
    measure ``m``, ``m_low``, ``m_high``, and where a point has several alternatives ``m_diff``, ``m_diff_low``,
    ``m_diff_high``; ``meets_constraints`` where a scope names constraints; ``content``.
    """
    rows = [row for place, _ in enumerate(sweep.points) for row in _rows(sweep, place, outcomes[place])]
    frame = pd.DataFrame(rows)
    for axis in sweep.axes:
        name = axis_column(axis)
        frame[name] = typed_column(frame[name])
    return frame


def axis_column(axis: Axis) -> str:
    """Return the name of the column of a swept key, with its unit.

    Examples
    --------
    >>> axis_column(Axis("port.portal.servers", (2, 4), ("2", "4")))
    'port.portal.servers [units]'
    """
    unit = unit_of_key(axis.key) if _is_numeric(axis.values) else ""
    return f"{axis.key} [{unit}]" if unit else axis.key


def typed_column(values: pd.Series) -> pd.Series:
    """Return a column of whole numbers, numbers, truth values or text, null allowed in each."""
    known = [value for value in values if value is not None]
    for kinds, dtype in ((bool, "boolean"), (int, "Int64"), ((int, float), "Float64")):
        if known and all(isinstance(v, kinds) and (kinds is bool or not isinstance(v, bool)) for v in known):
            return pd.Series(list(values), dtype=dtype, index=values.index)
    return pd.Series([None if v is None else str(v) for v in values], dtype="str", index=values.index)


def _is_numeric(values: Sequence[object]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values if value is not None)


def _rows(sweep: Sweep, place: int, outcome: PointResult) -> list[dict[str, Any]]:
    point = sweep.points[place]
    study = point.study
    several = any(len(other.study.alternatives) > 1 for other in sweep.points)
    swept = {axis_column(axis): value for axis, value in zip(sweep.axes, point.values, strict=True)}
    samples = {} if outcome.failure else measure_samples(study, outcome.metrics, sweep.measures)
    rows = []
    for name in study.alternatives:
        row: dict[str, Any] = {"point": point.number, "status": outcome.status, "alternative": name}
        row |= {"baseline": study.baseline} | swept
        row |= {"unstable": outcome.unstable.get(name, ""), "failure": outcome.failure}
        row["replications"] = len(outcome.metrics)
        for measure in sweep.measures:
            row |= _measured(samples, study, name, measure, outcome.unstable)
            if several:
                row |= _compared(samples, study, name, measure, outcome.unstable)
        if sweep.constraints:
            row["meets_constraints"] = name not in outcome.unstable and _meets(sweep, row)
        rows.append(row | {"content": point.content})
    return rows


Samples = Mapping[tuple[str, str], Sample]
"""What the replications say, by alternative and measure."""


def measure_samples(study: Study, metrics: FloatArray, measures: Sequence[str]) -> dict[tuple[str, str], Sample]:
    """Return what the replications of a point say of each measure.

    Parameters
    ----------
    metrics : float array
        [replications, alternatives, len(COLUMNS)].
    """
    strata, n = strata_of(study), len(metrics)
    group = None if strata is None else np.arange(n) % strata
    return {
        (name, measure): _sample(metrics[:, place, :], measure, group)
        for place, name in enumerate(study.alternatives)
        for measure in measures
    }


def _sample(metrics: FloatArray, measure: str, group: Any) -> Sample:  # noqa: ANN401
    if measure not in RATIOS:
        return Sample.of(metrics[:, PLACES[measure]], strata=group)
    numerator, denominator, scale = RATIOS[measure]
    return Sample.of(scale * metrics[:, PLACES[numerator]], metrics[:, PLACES[denominator]], group)


def _measured(samples: Samples, study: Study, name: str, measure: str, unstable: Mapping[str, str]) -> dict[str, float]:
    numbers = BLANK
    if samples and not (name in unstable and measure in GROWING):
        estimate = possible_level(estimate_interval(samples[name, measure], study.coverage), measure)
        numbers = (estimate.mean, estimate.low, estimate.high)
    return dict(zip((measure, f"{measure}_low", f"{measure}_high"), numbers, strict=True))


def _compared(samples: Samples, study: Study, name: str, measure: str, unstable: Mapping[str, str]) -> dict[str, float]:
    numbers = BLANK
    blamed = {name, study.baseline} & unstable.keys()
    if samples and name != study.baseline and not (blamed and measure in GROWING):
        pair = (samples[name, measure], samples[study.baseline, measure])
        gap = possible_difference(paired_difference(*pair, study.coverage), measure)
        numbers = (gap.mean, gap.low, gap.high)
    names = (f"{measure}_diff", f"{measure}_diff_low", f"{measure}_diff_high")
    return dict(zip(names, numbers, strict=True))


def _meets(sweep: Sweep, row: Mapping[str, Any]) -> bool:
    """Return whether the means keep to every constraint; one that is missing does not."""
    return all(constraint.holds(row[constraint.measure]) for constraint in sweep.constraints)


def write_table(output: OutputFolder, table: pd.DataFrame, sweep: Sweep) -> list[Path]:
    """Write ``sweep.parquet``, with unit and kind of interval of every column, and ``sweep.csv``."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    about = column_notes(sweep)
    fields = [f.with_metadata(about[f.name]) if f.name in about else f for f in arrow.schema]
    whole = {"schema_version": str(SCHEMA_VERSION), "intervals": INTERVALS}
    schema = pa.schema(fields, metadata={**(arrow.schema.metadata or {}), **whole})
    with output.file("sweep.parquet") as path:
        pq.write_table(arrow.cast(schema), path)
    written = output.write_text("sweep.csv", table.to_csv(index=False, lineterminator="\n"))
    return [output.folder / "sweep.parquet", written]


INTERVALS: Final = (
    "t interval over replications; a ratio is the ratio of sums with a jackknife over replications; "
    "differences are paired by replication"
)


def column_notes(sweep: Sweep) -> dict[str, dict[str, str]]:
    """Return key and unit of every swept column, and unit and meaning of every measure."""
    notes = {axis_column(axis): {"key": axis.key, "unit": unit_of_key(axis.key)} for axis in sweep.axes}
    meanings = {metric.name: metric.meaning for metric in METRICS}
    for measure in sweep.measures:
        note = {"unit": UNITS[measure], "meaning": meanings[measure]}
        for ending in ("", "_low", "_high", "_diff", "_diff_low", "_diff_high"):
            notes[f"{measure}{ending}"] = note
    return notes
