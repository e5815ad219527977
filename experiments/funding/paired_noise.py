"""Replication noise: how far more replications of the same parameters could move a figure.

No decision uncertainty: it vanishes with run length. Alternatives meet the same trucks, so that
their difference varies less than they do; what independent trucks would have cost in precision is
shown beside it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from experiments.economics.appraisal import appraise
from experiments.funding.case import Case
from experiments.funding.money import priced
from experiments.funding.response import Response

Floats = npt.NDArray[np.float64]


def noise_table(asked: Case, found: Response) -> pd.DataFrame:
    """Return the paired intervals of every alternative; see `Uncertainty.noise`."""
    base = asked.study.baseline
    means = {name: values.mean(axis=2, keepdims=True) for name, values in found.amounts.items()}
    rows = []
    for name in found.alternatives:
        if name == base:
            continue
        own = [_levels(asked, found, r, means, name) for r in range(found.replications)]
        for place, measure in enumerate(("npv0", "loads")):
            alternative = np.array([one[0][place] for one in own])
            baseline = np.array([one[1][place] for one in own])
            rows.append(
                {"alternative": name, "measure": measure}
                | paired(alternative, baseline, asked.study.coverage)
            )
    return pd.DataFrame(rows)


def paired(alternative: Floats, baseline: Floats, coverage: float) -> dict[str, float]:
    """Return the paired difference of two sets of levels, and what pairing is worth.

    Parameters
    ----------
    alternative, baseline : array
        [replication], the same replications in the same order.

    Examples
    --------
    >>> found = paired(np.array([3.0, 5.0, 4.0]), np.array([1.0, 2.0, 3.0]), 0.95)
    >>> found["mean"], round(found["se"], 4), round(found["correlation"], 4)
    (2.0, 0.5774, 0.5)
    """
    n = len(alternative)
    gap = alternative - baseline
    mean = float(gap.mean())
    if n < 2:
        nan = math.nan
        return {
            "mean": mean,
            "low": nan,
            "high": nan,
            "se": nan,
            "unpaired_se": nan,
            "correlation": nan,
            "replications": n,
        }
    error = float(gap.std(ddof=1)) / math.sqrt(n)
    half = float(stats.t.ppf(0.5 + coverage / 2.0, n - 1)) * error
    spreads = [float(one.var(ddof=1)) for one in (alternative, baseline)]
    both = math.sqrt(spreads[0] * spreads[1])
    covariance = float(np.cov(alternative, baseline)[0, 1])
    return {
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "se": error,
        "unpaired_se": math.sqrt(sum(spreads) / n),
        "correlation": covariance / both if both > 0.0 else math.nan,
        "replications": n,
    }


def _levels(
    asked: Case, found: Response, replication: int, means: dict[str, Floats], name: str
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (value, loads) of an alternative and of its baseline, both against the mean baseline.

    The baseline's luck is valued in the alternative's place: same service, no cost.
    """
    base = found.alternatives.index(asked.study.baseline)
    place = found.alternatives.index(name)
    both = []
    for source in (place, base):
        amounts = {key: values.copy() for key, values in means.items()}
        for key, values in found.amounts.items():
            amounts[key][place, :, 0] = values[source, :, replication]
        one = Response(found.alternatives, found.years, amounts)
        worth = appraise(priced(asked, one), asked.study.baseline, asked.appraisal.discount_rate)
        cost = worth[name].cost if source == place else 0.0
        both.append((worth[name].user_benefit - cost, worth[name].loads))
    return both[0], both[1]
