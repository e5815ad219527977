"""Everything that a calibration has found, and the words that judge it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.calibration.engine_waits import EngineWaits
from experiments.calibration.estimates import Estimate
from experiments.calibration.fit import WaitFit
from experiments.calibration.forecast import LeftOut, MonthForecast, Score, daily_spread, score
from experiments.calibration.intervals.posterior import PosteriorDraws
from experiments.calibration.request import CalibrationRequest
from sim.arrays import FloatArray


@dataclass(frozen=True)
class Judgment:
    """Errors of what predicts months left out; arrays are [months, 7, 24]."""

    months: LeftOut
    observed: FloatArray
    days: FloatArray

    @cached_property
    def simulated(self) -> Score:
        """Of the simulation."""
        return score(self.months.simulated, self.observed, self.days)

    @cached_property
    def blended(self) -> Score:
        """Of the observed shape of the hours at the month's level."""
        return score(self.months.blended, self.observed, self.days)

    @cached_property
    def hour_mean(self) -> Score:
        """Of the hour's mean of the other months."""
        return score(self.months.hour_mean, self.observed, self.days)

    @cached_property
    def constant(self) -> Score:
        """Of the mean of the other months."""
        return score(self.months.constant, self.observed, self.days)

    @property
    def naive_wins(self) -> list[str]:
        """Return what a naive predictor is better at, on months left out."""
        mine, hour, constant = self.simulated, self.hour_mean, self.constant
        won = []
        if min(hour.rmse, constant.rmse) < mine.rmse:
            won.append("single cells")
        if min(hour.month_error, constant.month_error) < mine.month_error:
            won.append("the months' means")
        return won


@dataclass(frozen=True)
class PortCalibration:
    """What was fitted, simulated and left out."""

    request: CalibrationRequest
    fit: WaitFit
    engine: EngineWaits
    """In sample."""
    in_sample: Score
    left_out: LeftOut | None
    """None: a single month was observed."""
    ahead: tuple[MonthForecast, ...]
    posterior: PosteriorDraws
    estimates: tuple[Estimate, ...]
    wall_s: float

    @property
    def name(self) -> str:
        """Name of the config option: the port's, and a mark of the waits."""
        port = self.request.study.alternatives[self.request.study.baseline].port.name
        return f"{port}-{self.request.observed.sha256[:8]}"

    @property
    def observed(self) -> FloatArray:
        """Observed waits, [months, 7, 24]; NaN: not observed."""
        return self.fit.likelihood.wait_min

    @cached_property
    def judgment(self) -> Judgment | None:
        """What months left out say; None: a single month was observed, which no other one could predict."""
        if self.left_out is None:
            return None
        return Judgment(self.left_out, self.observed, self.fit.likelihood.days)

    @cached_property
    def daily_sd(self) -> float:
        """Standard deviation of simulated daily means within months, minutes."""
        return daily_spread(self.engine, self.fit.likelihood.spread.hours)

    @property
    def target_daily_sd(self) -> float:
        """What it is held against."""
        return float(np.exp(self.fit.likelihood.spread.ln_sd))

    @property
    def why_naive_wins(self) -> str:
        """Return a sentence on what a naive predictor wins at, and why; empty: nothing."""
        if self.judgment is None or not self.judgment.naive_wins:
            return ""
        return (
            f"A naive predictor is better at {' and '.join(self.judgment.naive_wins)}. A likely reason: it averages "
            "out the scatter of the other months' cells and does not depend on the month's volume. But a mean of the "
            "past cannot say what one more lane or 10% more trucks would do."
        )

    @property
    def verdict(self) -> str:
        """Return the judgment in one sentence."""
        if self.judgment is None:
            return (
                "A single month was observed and none can be left out, so that nothing tells how far the simulation is "
                "off in months that it was not fitted to. In sample it misses single cells by "
                f"{self.in_sample.rmse:.1f} min (RMSE, bias {self.in_sample.bias:+.1f}). "
                "Waits of another month would tell."
            )
        mine, naive = self.judgment.simulated, self.judgment.hour_mean
        month_words = "closer than" if mine.month_error < naive.month_error else "no closer than"
        return (
            f"On months left out the simulation misses single cells by {mine.rmse:.1f} min (RMSE, "
            f"bias {mine.bias:+.1f}) beside {naive.rmse:.1f} of the hour's mean, "
            f"and a month's mean by {mine.month_error:.1f} min, "
            f"{month_words} the mean of the other months ({naive.month_error:.1f})."
        )
