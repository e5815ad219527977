"""How far a model is from what was observed: rows of variance one, and what is known of how they vary together.

An observed cell is the mean of some days' estimates, each rounded to five minutes by an officer. Its residual varies by
days (the model's own spread), by rounding, by months (what makes a whole month differ that no volume tells) and by
scatter of single cells. The fit weighs all cells alike; its intervals know how they vary together (`covariance`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import ndtr

from experiments.calibration.fast_model import FastModel, Prediction, daily_means
from experiments.calibration.observed import Observed
from sim.arrays import BoolArray, FloatArray

ROUNDED_MIN: Final = 5.0
"""Officers round to so many minutes; an error of rounding has the variance of a uniform one."""
OFFICER_SD_MIN: Final = 3.0
"""Standard deviation of an officer's estimate before it is rounded."""
TRUE_MIN: Final = np.linspace(0.0, 20.0, 81)
BIAS_MIN: Final = (
    ROUNDED_MIN * ndtr((TRUE_MIN[:, None] - ROUNDED_MIN * (np.arange(8) + 0.5)) / OFFICER_SD_MIN).sum(axis=1) - TRUE_MIN
)
"""By how much officers write down more than a wait, on average: next to nothing from 10 minutes on."""
WORKDAYS: Final = 5
CELL_DAYS: Final = 4.3
"""Days behind a cell of a file that does not tell: those of one month of one year."""
FIRST_SCATTER_MIN: Final = 7.0
LEAST_SCATTER_MIN: Final = 1.0
DAY_CV: Final = 0.35
"""Standard deviation of daily means over the mean wait, where no days were observed; Ysleta's is 10.6 / 30."""
DAY_CV_SD: Final = 0.15
"""Of its logarithm."""
GIVEN_SD: Final = 0.1
"""Of ln of a standard deviation that the user gives."""
LANES_SD: Final = 0.5
"""Of the mean lanes observed in an hour."""
FEWEST_FREE_DAYS: Final = 10
"""Whole weekdays beyond one a month, below which nothing is made of single days."""
WORST: Final = 2.0
"""Residuals beyond so many standard deviations weigh less than their square: an overloaded model must find back."""


@dataclass(frozen=True, slots=True)
class DaySpread:
    """What is known of the spread of daily means from day to day, within months."""

    ln_sd: float
    ln_sd_error: float
    correlation: float | None
    """From one day to the next; None: not observed."""
    correlation_error: float
    hours: tuple[int, ...]
    """Hours of a weekday that the means are over."""
    kind: str
    """Observed, single days, given or assumed."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Observed cells of some months, and how a model is held against them."""

    months: tuple[int, ...]
    wait_min: FloatArray
    """[months, 7, 24]; NaN: not observed."""
    days: FloatArray
    """[months, 7, 24], days behind each cell."""
    lanes: FloatArray
    """[months, 7, 24], lanes observed open; NaN: not observed."""
    spread: DaySpread
    scatter_min: float = FIRST_SCATTER_MIN
    discrepancy: FloatArray | None = None
    """[months, 7, 24], wait of the engine less wait of the fast model; None: not known yet."""

    @property
    def seen(self) -> BoolArray:
        """Which cells were observed, [months, 7, 24]."""
        return np.isfinite(self.wait_min)

    def corrected(self, prediction: Prediction) -> FloatArray:
        """Return predicted cells as officers write them down, corrected by what the engine adds, [months, 7, 24]."""
        gap = 0.0 if self.discrepancy is None else self.discrepancy
        return np.asarray(np.maximum(written_down(prediction.by_week).mean(axis=1) + gap, 0.0))

    def cell_errors(self, prediction: Prediction) -> FloatArray:
        """Return predicted less observed waits of the observed cells, in minutes."""
        found: FloatArray = (self.corrected(prediction) - self.wait_min)[self.seen]
        return found

    def residuals(self, model: FastModel, theta: FloatArray) -> FloatArray:
        """Return every row of variance one: cells, lanes, spread over days."""
        prediction = model.predict(theta)
        cells = softened(self.cell_errors(prediction) * self.day_weights / self.scatter_min)
        return np.concatenate([cells, self.lane_rows(prediction), self.spread_rows(prediction)])

    @property
    def day_weights(self) -> FloatArray:
        """Return root of the days behind each observed cell over the mean cell's: a mean of few days says less."""
        days = self.days[self.seen]
        found: FloatArray = np.sqrt(days / days.mean())
        return found

    def lane_rows(self, prediction: Prediction) -> FloatArray:
        """Return rows of variance one: lanes observed open."""
        known = np.isfinite(self.lanes)
        found: FloatArray = (prediction.lanes - self.lanes)[known] / (LANES_SD * np.sqrt(max(len(self.months), 1)))
        return found

    def spread_rows(self, prediction: Prediction, *, sample: bool = False) -> FloatArray:
        """Return rows of variance one: how daily means vary.

        ``sample``: the weeks predicted are as few as were observed, and their own mean takes a part of the spread.
        """
        sd, correlation = spread_of(prediction, self.spread.hours)
        if sample:
            days = prediction.by_week.shape[1] * WORKDAYS
            sd, correlation = sd * np.sqrt(days / (days - 1.0)), correlation + 1.0 / days
        target = self.spread
        rows = [(np.log(max(sd, 0.1)) - target.ln_sd) / target.ln_sd_error]
        if target.correlation is not None:
            rows.append((correlation - target.correlation) / target.correlation_error)
        return np.array(rows)


def written_down(wait_min: FloatArray) -> FloatArray:
    """Return the mean of what officers write down of waits, in minutes: estimated, rounded, never below zero.

    A wait of 10 minutes and more is written down without bias. One of no minutes is at times taken for five.

    Examples
    --------
    >>> written_down(np.array([0.0, 5.0, 30.0])).round(2).tolist()
    [1.04, 5.03, 30.0]
    """
    found: FloatArray = wait_min + np.interp(wait_min, TRUE_MIN, BIAS_MIN)
    return found


def softened(rows: FloatArray) -> FloatArray:
    """Return residuals whose squares grow as their size beyond `WORST` (pseudo-Huber, sign kept)."""
    found: FloatArray = np.sign(rows) * WORST * np.sqrt(2.0 * (np.sqrt(1.0 + (rows / WORST) ** 2) - 1.0))
    return found


def spread_of(prediction: Prediction, hours: tuple[int, ...]) -> tuple[float, float]:
    """Return standard deviation of daily means within months, and their correlation from day to day."""
    means = daily_means(prediction.by_week, hours)
    apart = means - means.mean(axis=(1, 2), keepdims=True)
    variance = float((apart**2).mean())
    follow = float((apart[:, :, 1:] * apart[:, :, :-1]).mean())
    return float(np.sqrt(variance)), follow / max(variance, 1e-9)


def make_likelihood(
    observed: Observed, sd_min: float | None, correlation: float | None, single_days: Observed | None = None
) -> Likelihood:
    """Return the likelihood of all observed cells.

    ``sd_min`` and ``correlation`` of daily means come from the user where the file holds no single days, or are
    computed of ``single_days``, which need not be of the months of the cells.
    """
    months = observed.months
    waits, days = observed.array(months), cell_days(observed)
    weekday = np.isfinite(waits[:, :5]).any(axis=(0, 1))
    hours = tuple(np.flatnonzero(weekday).tolist())
    spread = day_spread(observed, hours)
    if spread is None and single_days is not None and (others := day_spread(single_days, hours)) is not None:
        spread = replace(others, kind="single days")
    if spread is None and sd_min is not None:
        spread = DaySpread(float(np.log(sd_min)), GIVEN_SD, correlation, 0.1, hours, "given")
    if spread is None:
        usual = DAY_CV * float(np.nanmean(waits))
        spread = DaySpread(float(np.log(max(usual, 0.5))), DAY_CV_SD, None, 1.0, hours, "assumed")
    return Likelihood(months, waits, days, observed.array(months, "lanes_open"), spread)


def cell_days(observed: Observed) -> FloatArray:
    """Return the days behind each cell of the observed months, [months, 7, 24]; `CELL_DAYS` where it is not told."""
    days = observed.array(observed.months, "n_days")
    return np.where(np.isnan(days), CELL_DAYS, days)


def day_spread(observed: Observed, hours: tuple[int, ...]) -> DaySpread | None:
    """Return the spread of the weekdays in a file of single days; None without such days or with too few."""
    if observed.days is None:
        return None
    frame = observed.days.assign(weekday=[date.weekday() for date in observed.days["date"]])
    frame = frame[frame["weekday"] < 5]
    if frame.empty:
        return None
    # a day with half its hours missing says little of its mean
    whole = frame.groupby("date")["wait_min"].agg(["mean", "size"])
    by_day = whole.loc[whole["size"] >= 0.75 * len(hours), "mean"]
    month = np.array([12 * date.year + date.month for date in by_day.index])
    apart = by_day - by_day.groupby(month).transform("mean")
    groups = len(np.unique(month))
    free = len(by_day) - groups
    if free < FEWEST_FREE_DAYS:
        return None
    rounding = ROUNDED_MIN**2 / 12.0 / len(hours)
    # a month's mean takes a part of the spread with it, and the more the longer days go together
    variance = max(float((apart.to_numpy() ** 2).sum()) / free - rounding, 0.25)
    steps = [
        (apart.iloc[at], apart.iloc[at + 1])
        for at in range(len(apart) - 1)
        if (apart.index[at + 1] - apart.index[at]).days == 1 and month[at] == month[at + 1]
    ]
    correlation = float(np.mean([a * b for a, b in steps]) / variance) if len(steps) > 8 else None
    if correlation is not None:
        correlation = float(np.clip(correlation + 1.0 / (len(by_day) / groups), -0.3, 0.9))
    held = 0.0 if correlation is None else max(correlation, 0.0)
    effective = free * (1.0 - held**2) / (1.0 + held**2)
    error = float(np.sqrt(0.5 / effective * 1.3 + 0.05**2))
    return DaySpread(
        0.5 * float(np.log(variance)), error, correlation, float(1.0 / np.sqrt(max(len(steps), 1))), hours, "observed"
    )
