"""One replication of a study of collusion: weeks of logs, alarms by chance, and pairs that collude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.collusion.duty import draw_duty, officers_needed
from experiments.collusion.excess import PairCounts, pair_counts, shuffled
from experiments.collusion.port_logs import WeekLog, largest_carriers, with_places
from experiments.collusion.settings import CollusionSettings
from experiments.collusion.steering import PairTrucks, excess_of_both
from sim.arrays import FloatArray, IntArray
from sim.setting.insider import BOOTH, Insider

OPEN_HANDED, CAREFUL = "does not know the test", "knows the test"
KINDS: Final = (OPEN_HANDED, CAREFUL)


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """What the logs of one replication of one alternative say.

    Attributes
    ----------
    by_chance : float[shuffles, tests]
        Largest excess of all pairs where officers are shuffled within hour and class.
    without : float[runs, tests]
        Largest excess of all pairs where nobody colludes and duty is drawn as the port draws it.
    excess : float[runs, shares, kinds, tests]
        Excess of the pair that colludes, by steered share and by whether the officer knows the test.
    steered : float[runs, shares, kinds]
        Trucks that reached the officer by steering, a week.
    met_by_chance : float[runs]
        Trucks of the carrier that reach him by chance, a week.
    scanned : float
        Share of trucks with an image.
    """

    by_chance: FloatArray
    without: FloatArray
    excess: FloatArray
    steered: FloatArray
    met_by_chance: FloatArray
    scanned: float


def weigh_logs(
    weeks: Sequence[WeekLog],
    insider: Insider,
    settings: CollusionSettings,
    counts: tuple[int, int],
    seed: Sequence[int],
) -> LogEvidence:
    """Return what the logs of some weeks say with and without a pair that colludes.

    Parameters
    ----------
    weeks : sequence of WeekLog
        As many as the last week of ``settings.test_weeks``.
    counts : (shuffles, runs)
        Of this replication.
    seed : sequence of int
        Key of all draws.
    """
    shuffles, runs = counts
    carriers = largest_carriers(weeks, settings.carriers)
    logs = [with_places(week, carriers) for week in weeks]
    officers = officers_needed(logs, settings.officers_per_post)
    rng = np.random.default_rng(np.random.SeedSequence(entropy=list(seed)))
    by_chance = _by_chance(
        logs, duty_of_weeks(logs, officers, insider, rng), (officers, len(carriers), shuffles), settings, rng
    )
    alarms = np.quantile(by_chance, 1.0 - settings.false_alarm_share, axis=0, method="higher")
    without, excess, steered, met = [], [], [], []
    for _ in range(runs):
        duties = duty_of_weeks(logs, officers, insider, rng)
        pairs, groups, largest = _counted(logs, duties, (officers, len(carriers)), settings)
        without.append(largest)
        pair = _draw_pair(pairs[-1].met, rng)
        taps = PairTrucks.of(logs, duties, groups, pair)
        reach = insider.steered[BOOTH]
        luck = rng.random(taps.candidates.sum())
        rows = [taps.steer(luck < share * reach) for share in settings.steered_shares]
        moments = [(counts.expected[pair], counts.variance[pair]) for counts in pairs]
        both = [excess_of_both(taps, row, moments, settings, alarms) for row in rows]
        excess.append([[kind[0] for kind in kinds] for kinds in both])
        steered.append([[kind[1] for kind in kinds] for kinds in both])
        met.append(pairs[-1].met[pair] / len(logs))
    scanned = float(np.average([week.scanned for week in weeks], weights=[len(week.hour) for week in weeks]))
    return LogEvidence(by_chance, np.array(without), np.array(excess), np.array(steered), np.array(met), scanned)


def duty_of_weeks(logs: Sequence[WeekLog], officers: int, insider: Insider, rng: np.random.Generator) -> list[IntArray]:
    """Return the officer of each truck, week by week."""
    return [draw_duty(log, officers, insider, rng) for log in logs]


def _by_chance(
    logs: Sequence[WeekLog],
    duties: Sequence[IntArray],
    size: tuple[int, int, int],
    settings: CollusionSettings,
    rng: np.random.Generator,
) -> FloatArray:
    officers, carriers, shuffles = size
    counts = PairCounts(officers, carriers)
    met = np.zeros((shuffles, officers, carriers))
    largest = []
    for week, (log, duty) in enumerate(zip(logs, duties, strict=True), start=1):
        counts.add(log, duty)
        for number in range(shuffles):
            met[number] += pair_counts(shuffled(duty, log.group, rng), log.carrier, officers, carriers)
        if week in settings.test_weeks:
            largest.append([counts.excess(one).max() for one in met])
    return np.array(largest).T


def _counted(
    logs: Sequence[WeekLog], duties: Sequence[IntArray], size: tuple[int, int], settings: CollusionSettings
) -> tuple[list[PairCounts], list[FloatArray], list[float]]:
    """Return the counts of pairs at each test, of groups in each week, and the largest excess at each test."""
    counts = PairCounts(*size)
    at_tests, groups, largest = [], [], []
    for week, (log, duty) in enumerate(zip(logs, duties, strict=True), start=1):
        groups.append(counts.add(log, duty))
        if week in settings.test_weeks:
            at_tests.append(counts.copy())
            largest.append(float(counts.excess().max()))
    return at_tests, groups, largest


def _draw_pair(met: FloatArray, rng: np.random.Generator) -> tuple[int, int]:
    """Return an officer and a carrier: any officer, carriers by their trucks."""
    trucks = met.sum(axis=0)
    return int(rng.integers(len(met))), int(rng.choice(len(trucks), p=trucks / trucks.sum()))
