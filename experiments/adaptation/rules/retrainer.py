"""A risk model that is trained anew every few weeks on what was found so far, and at once where finds fall off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.adaptation.rules.settings import RetrainingSettings
from experiments.cooperation.control_charts import poisson_cusum
from models.corrected import CorrectedRisk, refit
from models.fitted import Examples
from sim.arrays import Float32Array

FIRST_WEEK = 2
"""Week before which no model is new: the plan of a week rests on the scores of two weeks before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """A model on its way through a campaign, before a week.

    Attributes
    ----------
    model : CorrectedRisk
        As last trained.
    labels : tuple of Examples
        Of each week so far.
    trained_week : int
        First week with this model; 0: trained before the campaign.
    learned_from : int
        First week whose labels count.
    finds : tuple of float
        Of each week so far, as the drift alarm counts them.
    alarm : bool
        Whether it rang after the last week.
    """

    model: CorrectedRisk
    labels: tuple[Examples, ...] = ()
    trained_week: int = 0
    learned_from: int = 0
    finds: tuple[float, ...] = ()
    alarm: bool = False

    @property
    def positives(self) -> int:
        """Loads found in the campaign that the model in use has learned from."""
        learned = self.labels[self.learned_from : self.trained_week]
        return int(sum(float(week.label.sum()) for week in learned))


def next_state(
    state: ModelState, labels: Examples, finds: float, recent: Float32Array, settings: RetrainingSettings
) -> ModelState:
    """Return the model before the next week, after one more week of labels.

    Parameters
    ----------
    labels : Examples
        Of the week that has ended.
    finds : float
        Loads found in it, as the drift alarm counts them.
    recent : float32[n, width]
        Raw features of its trucks.
    """
    gathered = (*state.labels, labels)
    coming = len(gathered)
    counted, alarm = (*state.finds, finds), False
    if settings.detector == "poisson_cusum":
        reference, limit = settings.alarm_finds_per_week, settings.alarm_limit
        alarm = bool(poisson_cusum(counted, reference=reference, limit=limit, upper=False)[-1] >= limit)
    due = coming >= FIRST_WEEK and (alarm or coming % settings.every_weeks == 0)
    learned_from = max(state.learned_from, coming - settings.window_weeks)
    if alarm:
        learned_from = max(learned_from, coming - settings.alarm_window_weeks)
    after = replace(state, labels=gathered, finds=counted, alarm=alarm)
    if not due:
        return after
    learned = weighted_labels(gathered[learned_from:], settings.forgetting_per_week)
    model = refit(state.model, learned, recent, shrinkage=settings.shrinkage)
    return replace(after, model=model, trained_week=coming, learned_from=learned_from)


def weighted_labels(weeks: Sequence[Examples], forgetting: float) -> Examples:
    """Return the labels of weeks under each other, each week's weight times forgetting to the power of its age."""
    ages = range(len(weeks) - 1, -1, -1)
    return Examples(
        raw=np.concatenate([week.raw for week in weeks]),
        label=np.concatenate([week.label for week in weeks]),
        weight=np.concatenate([week.weight * forgetting**age for week, age in zip(weeks, ages, strict=True)]),
        year=np.concatenate([week.year for week in weeks]),
        prior=0.0,
    )
