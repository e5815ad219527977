"""What an agency could infer from its random stream, beside the simulated truth.

E = F / (F + (x / n) M): F loads seized by targeting, x found in n random inspections among the M trucks that targeting
let pass (GAO-02-215R). The agency sees x and n, never M's loads; the simulation knows them. A random inspection finds
only what its sensors and exams see, so the estimate is of what could have been found, and lies above the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.study.settings import RandomStreamPrecision
from sim.algorithms.sampling import (
    ShareInterval,
    clopper_pearson,
    interdiction_interval,
    sample_size_for_width,
    sample_size_when_clean,
)

RANDOM: Final = ["n_random_inspected", "n_random_opened", "n_random_seized"]
COUNTS: Final = ["n_seized", "n_passed", "n_passed_carrying", *RANDOM]


FEWEST_FINDS: Final = 5
"""With fewer, the ends of the 95% Poisson interval of a rate are a factor of more than nine apart; without finds by
targeting the interval of its share would have no width."""


@dataclass(frozen=True, slots=True)
class AgencyEstimate:
    """The random stream of one alternative over all its replications."""

    alternative: str
    inspected: int
    """n"""
    opened: int
    found: int
    """x"""
    rate: ShareInterval
    """x / n with its Clopper-Pearson interval."""
    targeted: int
    """F: loads seized otherwise than by the random stream."""
    passed: int
    """M"""
    interdicted: ShareInterval
    """E, as the agency would estimate it."""
    truth: float
    """F / (F + loads on the trucks that targeting let pass)."""
    needed: int | None
    """Trucks to inspect for the wanted precision; None: nothing was found to size it by."""
    clean: int
    """Trucks which, all found clean, rule out the share that is to be ruled out."""

    @property
    def tells(self) -> bool:
        """Whether there are finds enough, at random and by targeting, to say what share targeting interdicts."""
        return min(self.found, self.targeted) >= FEWEST_FINDS


def agency_estimates(
    metrics: pd.DataFrame, precision: RandomStreamPrecision, coverage: float = 0.95
) -> list[AgencyEstimate]:
    """Return the estimate of every alternative that has a random stream, in the order of the study.

    Counts are summed over replications, as one long stretch of days.
    """
    sums = metrics.groupby("alternative", sort=False)[COUNTS].sum()
    return [
        agency_estimate(str(name), {key: float(row[key]) for key in COUNTS}, precision, coverage)
        for name, row in sums.iterrows()
        if row["n_random_inspected"] > 0
    ]


def agency_estimate(
    name: str, counts: dict[str, float], precision: RandomStreamPrecision, coverage: float = 0.95
) -> AgencyEstimate:
    """Return what the random stream of one alternative says; ``counts`` are `COUNTS` summed over replications."""
    n, x = counts["n_random_inspected"], counts["n_random_seized"]
    seized, passed = counts["n_seized"] - x, counts["n_passed"]
    rate = clopper_pearson(x, n, coverage)
    width = 2.0 * precision.relative_half_width * x / n
    loads = seized + counts["n_passed_carrying"]
    return AgencyEstimate(
        alternative=name,
        inspected=int(n),
        opened=int(counts["n_random_opened"]),
        found=int(x),
        rate=rate,
        targeted=int(seized),
        passed=int(passed),
        interdicted=interdiction_interval(seized, x, n, passed, coverage),
        truth=seized / loads if loads > 0.0 else np.nan,
        needed=sample_size_for_width(x / n, width, coverage) if x > 0 else None,
        clean=sample_size_when_clean(precision.below_share, coverage),
    )
