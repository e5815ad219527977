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
class PortCalibration:
    """What was fitted, simulated and left out."""

    request: CalibrationRequest
    fit: WaitFit
    engine: EngineWaits
    """In sample."""
    in_sample: Score
    left_out: LeftOut
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
    def left_out_score(self) -> Score:
        """Of the simulation."""
        return score(self.left_out.simulated, self.observed, self.fit.likelihood.days)

    @cached_property
    def blended_score(self) -> Score:
        """Of the observed shape of the hours at the month's level."""
        return score(self.left_out.blended, self.observed, self.fit.likelihood.days)

    @cached_property
    def naive_score(self) -> Score:
        """Of the hour's mean of the other months."""
        return score(self.left_out.hour_mean, self.observed, self.fit.likelihood.days)

    @cached_property
    def constant_score(self) -> Score:
        """Of the mean of the other months."""
        return score(self.left_out.constant, self.observed, self.fit.likelihood.days)

    @cached_property
    def daily_sd(self) -> float:
        """Standard deviation of simulated daily means within months, minutes."""
        return daily_spread(self.engine, self.fit.likelihood.spread.hours)

    @property
    def target_daily_sd(self) -> float:
        """What it is held against."""
        return float(np.exp(self.fit.likelihood.spread.ln_sd))

    @property
    def naive_wins(self) -> list[str]:
        """Return what a naive predictor is better at, on months left out."""
        mine, hour, constant = self.left_out_score, self.naive_score, self.constant_score
        won = []
        if min(hour.rmse, constant.rmse) < mine.rmse:
            won.append("single cells")
        if min(hour.month_error, constant.month_error) < mine.month_error:
            won.append("the months' means")
        return won

    @property
    def why_naive_wins(self) -> str:
        """Return a sentence on what a naive predictor wins at, and why; empty: nothing."""
        if not self.naive_wins:
            return ""
        return (
            f"A naive predictor is better at {' and '.join(self.naive_wins)}. A likely reason: it averages out the "
            "scatter of the other months' cells and does not depend on the month's volume. But a mean of the past "
            "cannot say what one more lane or 10% more trucks would do."
        )

    @property
    def verdict(self) -> str:
        """Return the judgment in one sentence."""
        mine, naive = self.left_out_score, self.naive_score
        month_words = "closer than" if mine.month_error < naive.month_error else "no closer than"
        return (
            f"On months left out the simulation misses single cells by {mine.rmse:.1f} min (RMSE, "
            f"bias {mine.bias:+.1f}) beside {naive.rmse:.1f} of the hour's mean, "
            f"and a month's mean by {mine.month_error:.1f} min, "
            f"{month_words} the mean of the other months ({naive.month_error:.1f})."
        )
