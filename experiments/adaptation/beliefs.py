"""What organizations believe about being found, from their own loads alone and from what leaks of the rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Loads detected and passed that each organization remembers, by option, float64[organization, option].

    Both may be fractions: memory fades, and the start counts as loads that were never sent.
    """

    found: Array
    passed: Array

    @property
    def mean(self) -> Array:
        """The chance to be found that experience suggests, found / (found + passed)."""
        return np.asarray(self.found / (self.found + self.passed))


def start_beliefs(detection: npt.ArrayLike, *, organizations: int, prior_loads: float) -> Beliefs:
    """Return what organizations believe before the first week: the true chances, as if from a number of loads.

    Parameters
    ----------
    detection : float[n]
        P(found) on each option, between 0 and 1.
    organizations : int
        How many there are, 1 or more.
    prior_loads : float
        Loads on each option that the start is worth, above 0.

    Raises
    ------
    ValueError
        Where a number is out of range.

    Examples
    --------
    >>> start_beliefs([0.1, 0.5], organizations=1, prior_loads=20.0).found.tolist()
    [[2.0, 10.0]]
    """
    chance = np.asarray(detection, dtype=np.float64)
    if not ((chance >= 0.0) & (chance <= 1.0)).all() or organizations < 1 or not prior_loads > 0.0:
        raise ValueError(
            f"expected chances from 0 to 1, an organization or more and loads above 0: "
            f"{chance.tolist()}, {organizations}, {prior_loads}"
        )
    of_all = np.tile(chance, (organizations, 1))
    return Beliefs(found=prior_loads * of_all, passed=prior_loads * (1.0 - of_all))


def learn(beliefs: Beliefs, loads_found: npt.ArrayLike, loads_passed: npt.ArrayLike, *, memory_share: float) -> Beliefs:
    """Return the beliefs after one more week: what was remembered fades, this week's own loads are added.

    Parameters
    ----------
    loads_found, loads_passed : float[organization, option]
        Loads of this week, drawn or expected.
    memory_share : float
        phi, the part of what was remembered that is left after a week, above 0 and at most 1.

    Source
    ------
    Beta beliefs with forgetting: Josang and Ismail 2002, Bled Electronic Commerce Conference.

    Examples
    --------
    >>> week = learn(start_beliefs([0.5], organizations=1, prior_loads=2.0), [[1.0]], [[0.0]], memory_share=1.0)
    >>> round(float(week.mean[0, 0]), 6)
    0.666667
    """
    if not 0.0 < memory_share <= 1.0:
        raise ValueError(f"the share remembered must be above 0 and at most 1: {memory_share}")
    return replace(
        beliefs,
        found=memory_share * beliefs.found + np.asarray(loads_found, dtype=np.float64),
        passed=memory_share * beliefs.passed + np.asarray(loads_passed, dtype=np.float64),
    )


def believed_detection(beliefs: Beliefs, detection: npt.ArrayLike, *, knowledge_share: float) -> Array:
    """Return what each organization takes its chances to be: kappa D + (1 - kappa) x experience.

    Parameters
    ----------
    detection : float[option]
        D, the true chances.
    knowledge_share : float
        kappa between 0 (own loads alone) and 1 (knows the rule).

    Returns
    -------
    float[organization, option]

    Examples
    --------
    >>> start = start_beliefs([0.2], organizations=1, prior_loads=10.0)
    >>> believed_detection(start, [0.6], knowledge_share=0.5).tolist()
    [[0.4]]
    """
    if not 0.0 <= knowledge_share <= 1.0:
        raise ValueError(f"the share known must lie between 0 and 1: {knowledge_share}")
    if knowledge_share == 0.0:
        return beliefs.mean  # the true chances are not read
    true = np.asarray(detection, dtype=np.float64)
    return np.asarray(knowledge_share * true + (1.0 - knowledge_share) * beliefs.mean)


def pooled(outcomes: npt.ArrayLike, *, shared: bool) -> Array:
    """Return what each organization sees of the week's outcomes: its own, or everybody's where they share.

    Examples
    --------
    >>> pooled([[1.0, 0.0], [0.0, 2.0]], shared=True).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    table = np.asarray(outcomes, dtype=np.float64)
    return np.broadcast_to(table.sum(axis=0), table.shape).copy() if shared else table
