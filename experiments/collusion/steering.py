"""A carrier's trucks that reach an officer by arrangement, and how far their pair then stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.collusion.port_logs import WeekLog
from experiments.collusion.settings import CollusionSettings
from sim.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PairTrucks:
    """The carrier's trucks that come in hours in which the officer is at a booth of their class, in order of time."""

    week: IntArray
    own: BoolArray
    """Whether chance brought them to him."""
    most: IntArray
    """Trucks that he handles in their hour and class: no more can be the carrier's."""
    place: IntArray
    """Hour and class, numbered over all weeks."""

    @classmethod
    def of(
        cls, logs: Sequence[WeekLog], duties: Sequence[IntArray], counts: Sequence[FloatArray], pair: tuple[int, int]
    ) -> PairTrucks:
        """Return the trucks of a pair (officer, carrier); ``counts`` are the officers' trucks by group, a week each."""
        officer, carrier = pair
        parts = []
        for number, (log, duty, counted) in enumerate(zip(logs, duties, counts, strict=True)):
            trucks = np.flatnonzero((log.carrier == carrier) & (counted[log.group, officer] > 0.0))
            trucks = trucks[np.argsort(log.hour[trucks], kind="stable")]
            group = log.group[trucks]
            most = counted[group, officer].astype(np.int64)
            parts.append((np.full(len(trucks), number), duty[trucks] == officer, most, number * 100_000 + group))
        week, own, most, place = (np.concatenate([part[k] for part in parts]) for k in range(4))
        return cls(week, own, most, place)

    @property
    def candidates(self) -> BoolArray:
        """Trucks that can be steered: those that chance takes elsewhere."""
        return ~self.own

    def steer(self, wanted: BoolArray) -> BoolArray:
        """Return which trucks reach the officer by steering, bool[trucks]; in an hour no more than he handles."""
        steered = np.zeros(len(self.own), dtype=bool)
        steered[self.candidates] = wanted
        room = dict(zip(self.place.tolist(), self.most.tolist(), strict=True))
        for place in self.place[self.own].tolist():
            room[place] -= 1
        for truck in np.flatnonzero(steered).tolist():
            place = int(self.place[truck])
            steered[truck] = room[place] > 0
            room[place] -= int(steered[truck])
        return steered


def excess_of_both(
    pair: PairTrucks,
    steered: BoolArray,
    moments: Sequence[tuple[float, float]],
    settings: CollusionSettings,
    alarms: FloatArray,
) -> list[tuple[list[float], float]]:
    """Return (excess at each test, trucks steered a week) of officers who do not know the test, and who do.

    Who knows it steers up to each test only while the pair stays below the alarm by his margin.
    """
    first_week = 0
    careful = steered.copy()
    for last_week, (mean, variance), alarm in zip(settings.test_weeks, moments, alarms, strict=True):
        seen = pair.week < last_week
        most = mean + (alarm - settings.careful_margin_sd) * np.sqrt(variance)
        new = careful & seen & (pair.week >= first_week)
        before = int((pair.own & seen).sum() + (careful & (pair.week < first_week)).sum())
        allowed = max(0, int(np.floor(most)) - before)
        over = new & (np.cumsum(new) > allowed)
        careful &= ~over
        first_week = last_week
    return [
        (
            [
                float((pair.own | one)[pair.week < last].sum() - mean) / float(np.sqrt(variance))
                if variance > 0.0
                else 0.0
                for last, (mean, variance) in zip(settings.test_weeks, moments, strict=True)
            ],
            float(one.sum()) / settings.test_weeks[-1],
        )
        for one in (steered, careful)
    ]
