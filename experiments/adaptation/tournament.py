"""Every alternative against every adversary: means, the worst case and regret, over replications.

Weeks of one replication hang on each other, so intervals are over replications and never over weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.intervals import Difference, IntervalEstimate, Sample, estimate_interval, paired_difference
from sim.arrays import FloatArray

SETTLED_SHARE: Final = 0.5
"""The later part of a campaign is shown beside all of it: in the first weeks shares are still on their way."""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """One alternative against one adversary, over all weeks or over the later half.

    Attributes
    ----------
    detection : IntervalEstimate
        Loads detected per load that came by truck, a ratio of sums over weeks.
    caught, outside, delivered : IntervalEstimate
        Shares of all attempts, which add up: found, gone another way, past the port with the load.
    gain : Difference or None
        Detection less the baseline's against the same adversary, paired; None for the baseline.
    """

    alternative: str
    adversary: str
    detection: IntervalEstimate
    caught: IntervalEstimate
    outside: IntervalEstimate
    delivered: IntervalEstimate
    gain: Difference | None


@dataclass(frozen=True, slots=True)
class Tournament:
    """Every pair of alternative and adversary, and what follows for each alternative.

    Attributes
    ----------
    results : dict of (alternative, adversary) to PolicyResult
    worst : dict of alternative to adversary
        Against whom each alternative finds least.
    regret : dict of alternative to Difference
        The most by which another alternative detects more, over adversaries: that one's detection rate less the
        alternative's own, paired; zero for one that leads everywhere. Which one it is was chosen by the same
        replications, so that the interval is somewhat too narrow.
    """

    results: dict[tuple[str, str], PolicyResult]
    worst: dict[str, str]
    regret: dict[str, Difference]


def hold_tournament(epochs: pd.DataFrame, baseline: str, coverage: float, *, first_week: int = 0) -> Tournament:
    """Return the tournament of EPOCHS from one week on.

    Parameters
    ----------
    epochs : DataFrame
        EPOCHS.
    coverage : float
        Of every interval.
    first_week : int
        Weeks before it are left out.
    """
    later = epochs[epochs["week"] >= first_week]
    summed = ("true_found_expected", "true_loads_expected", "true_outside_expected", "true_delivered_expected")
    sums = later.groupby(["alternative", "adversary", "replication"], sort=False)[
        [*summed, "true_attempts_expected"]
    ].sum()
    names = list(dict.fromkeys(later["alternative"]))
    adversaries = list(dict.fromkeys(later["adversary"]))

    def values(pair: tuple[str, str], column: str) -> FloatArray:
        return np.asarray(sums.loc[pair, column], dtype=np.float64)

    def sample(pair: tuple[str, str], top: str, bottom: str) -> Sample:
        return Sample.of(values(pair, top), values(pair, bottom))

    def result(pair: tuple[str, str]) -> PolicyResult:
        detection = sample(pair, "true_found_expected", "true_loads_expected")
        base = sample((baseline, pair[1]), "true_found_expected", "true_loads_expected")
        caught, outside, delivered = (
            _share(sample(pair, f"true_{what}_expected", "true_attempts_expected"), coverage)
            for what in ("found", "outside", "delivered")
        )
        gain = None if pair[0] == baseline else paired_difference(detection, base, coverage)
        return PolicyResult(*pair, _share(detection, coverage), caught, outside, delivered, gain)

    results = {(name, adversary): result((name, adversary)) for name in names for adversary in adversaries}
    means = {pair: one.detection.mean for pair, one in results.items()}
    best: dict[str, str] = {}
    for adversary in adversaries:
        against = {name: means[name, adversary] for name in names}
        best[adversary] = max(against, key=against.__getitem__)

    def regret(name: str) -> Difference:
        gaps = {one: means[best[one], one] - means[name, one] for one in adversaries}
        at = max(gaps, key=gaps.__getitem__)
        most = sample((best[at], at), "true_found_expected", "true_loads_expected")
        return paired_difference(most, sample((name, at), "true_found_expected", "true_loads_expected"), coverage)

    return Tournament(
        results,
        {name: min(adversaries, key=lambda adversary: means[name, adversary]) for name in names},
        {name: regret(name) for name in names},
    )


def paired_gap(
    epochs: pd.DataFrame, lead: tuple[str, str], against: tuple[str, str], coverage: float, *, first_week: int = 0
) -> Difference:
    """Return the detection rate of one pair of alternative and adversary less that of another, by replication."""
    later = epochs[epochs["week"] >= first_week]

    def sample(pair: tuple[str, str]) -> Sample:
        rows = later[(later["alternative"] == pair[0]) & (later["adversary"] == pair[1])]
        sums = rows.groupby("replication")[["true_found_expected", "true_loads_expected"]].sum()
        return Sample.of(sums["true_found_expected"].to_numpy(), sums["true_loads_expected"].to_numpy())

    return paired_difference(sample(lead), sample(against), coverage)


def _share(sample: Sample, coverage: float) -> IntervalEstimate:
    return estimate_interval(sample, coverage).within(0.0, 1.0)


def settled_week(weeks: int) -> int:
    """Return the first week of the later part.

    Examples
    --------
    >>> settled_week(52)
    26
    """
    return int(weeks * SETTLED_SHARE)
