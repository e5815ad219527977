"""How far each pair of officer and carrier meets beyond chance, added up week after week."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from experiments.collusion.port_logs import WeekLog
from experiments.cooperation.collusion import chance_of_pairs
from sim.arrays import FloatArray, IntArray


@dataclass(slots=True)
class PairCounts:
    """Meetings of officers and carriers over some weeks, and what random assignment would give within hour and class.

    Attributes
    ----------
    met, expected, variance : float[officers, carriers]
        Mean and variance are hypergeometric within each group of trucks, and add up over groups.
    """

    officers: int
    carriers: int
    met: FloatArray = field(init=False)
    expected: FloatArray = field(init=False)
    variance: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        self.met, self.expected, self.variance = (np.zeros((self.officers, self.carriers)) for _ in range(3))

    def add(self, log: WeekLog, officer: IntArray) -> FloatArray:
        """Add a week; return the trucks of each officer in each group, float[groups, officers]."""
        many = len(log.by_group)
        counts = np.bincount(log.group * self.officers + officer, minlength=many * self.officers)
        by_officer = counts.reshape(many, self.officers).astype(np.float64)
        self.met += pair_counts(officer, log.carrier, self.officers, self.carriers)
        mean, variance = chance_of_pairs(by_officer, log.by_carrier, log.by_group)
        self.expected += mean
        self.variance += variance
        return by_officer

    def copy(self) -> PairCounts:
        """Return the counts as they stand."""
        other = PairCounts(self.officers, self.carriers)
        other.met, other.expected, other.variance = self.met.copy(), self.expected.copy(), self.variance.copy()
        return other

    def excess(self, met: FloatArray | None = None) -> FloatArray:
        """Return (met - expected) / sd, float[officers, carriers]; 0 where nothing can vary."""
        varies = self.variance > 0.0
        counted = self.met if met is None else met
        return np.where(varies, (counted - self.expected) / np.sqrt(np.where(varies, self.variance, 1.0)), 0.0)


def pair_counts(officer: IntArray, carrier: IntArray, officers: int, carriers: int) -> FloatArray:
    """Return how often each listed pair met, float[officers, carriers]."""
    listed = carrier < carriers
    counts = np.bincount(officer[listed] * carriers + carrier[listed], minlength=officers * carriers)
    return counts.reshape(officers, carriers).astype(np.float64)


def shuffled(officer: IntArray, group: IntArray, rng: np.random.Generator) -> IntArray:
    """Return officers in a random order within each group of trucks, as random assignment could have had them.

    Examples
    --------
    >>> mixed = shuffled(np.array([4, 5, 6, 7]), np.array([0, 1, 0, 1]), np.random.default_rng(1))
    >>> sorted(mixed[[0, 2]].tolist()), sorted(mixed[[1, 3]].tolist())
    ([4, 6], [5, 7])
    """
    drawn = np.empty_like(officer)
    drawn[np.argsort(group, kind="stable")] = officer[np.argsort(group + rng.random(len(group)))]
    return drawn
