"""How well each set of assumptions gives the counts of a month, and what all of them predict of others.

A set counts by the likelihood of the fitted months' counts under it: ln(count) of the ports that are hit and of those
around them, each with the spread of years in which nothing happened and that of what the model leaves out. Predictions
are quantiles over the sets, so weighted, with the same spread added. The counts of a predicted month touch neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.diversion.normal_months import counted_trucks, read_counts
from experiments.diversion.request import Corridor, counted_names
from experiments.diversion.settings import CountedMonths
from sim.trucks.streams import keyed_uniforms, normal_quantiles

Array = npt.NDArray[np.float64]
BAND: Final = (0.1, 0.5, 0.9)
"""Quantiles of a band: 80% lie within."""
SPREAD: Final = 2002
"""Keys the chance of what the model leaves out."""
GROUPS: Final = ("inner", "outer")


@dataclass(frozen=True, slots=True)
class Band:
    """An estimate with the band that holds 80%; NaN: there is none."""

    low: float
    middle: float
    high: float

    def holds(self, value: float) -> bool:
        """Tell whether a value lies within."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class MonthResult:
    """One measure of one month: what sets of assumptions say of it, and what was counted.

    Attributes
    ----------
    kind : str
        ``fitted`` or ``predicted``.
    """

    month: str
    measure: str
    kind: str
    usual: float
    band: Band
    counted: float


def fit_weights(corridor: Corridor, ports: pd.DataFrame) -> Array:
    """Return how much each replication's set of assumptions counts, float[replication], adding up to 1.

    Parameters
    ----------
    corridor : Corridor
        One with months that are fitted.
    ports : DataFrame
        What `experiments.diversion.running.run_corridor` left of its ports.
    """
    counted = _counted(corridor)
    logs = np.zeros(corridor.study.replications)
    for month in counted.fitted:
        for group in GROUPS:
            found = crossed(corridor, ports, month, getattr(counted, group))
            off = np.log(np.maximum(found, 1.0)) - math.log(observed(corridor, month, getattr(counted, group)))
            logs -= 0.5 * (off / _spread(corridor, month, group)) ** 2
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def effective_sets(weights: Array) -> float:
    """Return how many sets of equal weight would be as sure: 1 / sum of squares (Kish 1965).

    >>> effective_sets(np.array([0.5, 0.5, 0.0]))
    2.0
    """
    return float(1.0 / (weights**2).sum())


def weighted_quantile(values: Array, weights: Array, share: float) -> float:
    """Return the value below which a share of the weight lies, linear between the middles of steps.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0]), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    sorted_weights = weights[order] / weights.sum()
    places = np.cumsum(sorted_weights) - sorted_weights / 2.0
    return float(np.interp(share, places, values[order]))


def crossed(corridor: Corridor, ports: pd.DataFrame, month: str, names: Sequence[str]) -> Array:
    """Return the trucks that some ports passed in a month under the measures, float[replication]."""
    rows = ports[(ports["side"] == "changed") & (ports["month"] == month) & ports["port"].isin(list(names))]
    sums = rows.groupby("replication")["crossed"].sum()
    return sums.reindex(range(corridor.study.replications), fill_value=0).to_numpy(dtype=np.float64)


def observed(corridor: Corridor, month: str, names: Sequence[str]) -> float:
    """Return the trucks that some ports counted in a month, those that were not in use as usual too."""
    counted = _counted(corridor)
    return counted_trucks(read_counts(counted.counts), counted_names(corridor.settings, names, all_ports=True), month)


def month_results(corridor: Corridor, ports: pd.DataFrame, weights: Array) -> list[MonthResult]:
    """Return what the weighted sets say of every month, fitted ones first, and what was counted."""
    counted = _counted(corridor)
    found = []
    for month in counted.months():
        kind = "fitted" if month in counted.fitted else "predicted"
        noise = {group: _noise(corridor, month, group, on=kind == "predicted") for group in GROUPS}
        of_port = {
            name: crossed(corridor, ports, month, [name]) * noise[group]
            for group in GROUPS
            for name in getattr(counted, group)
        }
        sums = {group: np.sum([of_port[name] for name in getattr(counted, group)], axis=0) for group in GROUPS}
        counts = {group: observed(corridor, month, getattr(counted, group)) for group in GROUPS}
        usual = {group: corridor.normal[month][group].trucks for group in GROUPS}
        for name, values in of_port.items():
            before = corridor.months_trucks[month].get(name, 0.0)
            found.append(_result(month, name, kind, before, values, weights, observed(corridor, month, [name])))
        for measure, work in MEASURES.items():
            before_noise = {group: usual[group] * noise[group] for group in GROUPS}
            values = np.array(
                [work(i, o, a, b) for i, o, a, b in zip(*sums.values(), *before_noise.values(), strict=True)]
            )
            of_counts = work(counts["inner"], counts["outer"], usual["inner"], usual["outer"])
            found.append(_result(month, measure, kind, 0.0, values, weights, of_counts))
    return found


def _log_odds(inner: float, outer: float, usual_inner: float, usual_outer: float) -> float:
    return math.log(max(outer, 1.0) / max(inner, 1.0)) - math.log(usual_outer / usual_inner)


def _regained(inner: float, outer: float, usual_inner: float, usual_outer: float) -> float:
    fell = usual_inner - inner
    return (outer - usual_outer) / fell if fell > 0.0 else math.nan


def _lost(inner: float, outer: float, usual_inner: float, usual_outer: float) -> float:
    return usual_inner + usual_outer - inner - outer


MEASURES: Final = {"log_odds": _log_odds, "regained_share": _regained, "lost": _lost}
"""Of trucks through the ports that are hit and those around them, and as many as would have come to both."""


def _result(  # noqa: PLR0913, PLR0917
    month: str, measure: str, kind: str, usual: float, values: Array, weights: Array, counted: float
) -> MonthResult:
    known = np.isfinite(values)
    if not known.any() or weights[known].sum() == 0.0:
        return MonthResult(month, measure, kind, usual, Band(math.nan, math.nan, math.nan), counted)
    band = Band(*(weighted_quantile(values[known], weights[known], share) for share in BAND))
    return MonthResult(month, measure, kind, usual, band, counted)


def _spread(corridor: Corridor, month: str, group: str) -> float:
    return math.hypot(corridor.normal[month][group].ln_sd, _counted(corridor).model_ln_sd)


def _noise(corridor: Corridor, month: str, group: str, *, on: bool) -> Array:
    """Return the factor by which each set's counts of a group are out for what no model can know."""
    n = corridor.study.replications
    if not on:
        return np.ones(n)
    year, number = (int(part) for part in month.split("-"))
    u = keyed_uniforms(corridor.study.seed, (SPREAD, 12 * year + number, GROUPS.index(group)), n)
    return np.exp(_spread(corridor, month, group) * normal_quantiles(u))


def _counted(corridor: Corridor) -> CountedMonths:
    counted = corridor.settings.counted
    if counted is None:
        raise ValueError("the corridor has no counted months")
    return counted
