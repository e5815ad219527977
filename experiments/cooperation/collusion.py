"""Officers and brokers who meet more often than chance allows, read from the logs of who handled whom.

Where trucks are assigned to the officers of a shift at random, how often each pair meets is known but for chance: the
numbers of trucks of every officer and of every broker in the shift stand, and all ways to match them are as likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairTest:
    """Which pair of officer and partner meets more than random assignment allows.

    Attributes
    ----------
    excess : float[officers, partners]
        (met - expected) / sd of each pair, given the shifts' own counts; 0 where nothing can vary.
    p_value : float
        P(the largest excess of all pairs is as large under random assignment); it holds for all pairs at once.
    officer, partner : int
        The pair of the largest excess.
    met, expected : float
        How often it met, and how often chance would have it.
    """

    excess: Array
    p_value: float
    officer: int
    partner: int
    met: float
    expected: float


def pair_test(
    officer: npt.ArrayLike, partner: npt.ArrayLike, shift: npt.ArrayLike, *, seed: int, draws: int = 199
) -> PairTest:
    """Return whether some officer and some broker (or carrier) meet more often than random assignment allows.

    Officers are shuffled within each shift, so that the false-alarm rate is what it says for any numbers of trucks.

    Parameters
    ----------
    officer, partner, shift : int[n]
        Codes from 0 of the officer, the broker and the shift of each truck.
    seed : int
        Of the shuffles.
    draws : int
        Shuffles; the smallest p-value is 1 / (draws + 1).

    Raises
    ------
    ValueError
        Where the columns differ in length, are empty or hold a negative code.

    Source
    ------
    Westfall and Young 1993 (largest statistic under permutation); strata as in Mantel and Haenszel 1959.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> officer, broker, shift = rng.integers(0, 6, 600), rng.integers(0, 20, 600), np.repeat(np.arange(10), 60)
    >>> pair_test(officer, broker, shift, seed=1).p_value > 0.05
    True
    >>> officer[broker == 3] = 2
    >>> found = pair_test(officer, broker, shift, seed=1)
    >>> (found.officer, found.partner), found.p_value
    ((2, 3), 0.005)
    """
    who, whom, when = (np.asarray(codes, dtype=np.int64) for codes in (officer, partner, shift))
    if not len(who) == len(whom) == len(when) or not len(who):
        raise ValueError("officer, partner and shift must be columns of the same trucks, and not empty")
    if min(who.min(), whom.min(), when.min()) < 0:
        raise ValueError("codes must not be negative")
    order = np.argsort(when, kind="stable")
    who, whom, when = who[order], whom[order], when[order]
    officers, partners = int(who.max()) + 1, int(whom.max()) + 1
    expected, variance = _chance(who, whom, when, officers, partners)
    varies = variance > 0.0
    scale = np.where(varies, np.sqrt(variance), 1.0)

    def excess_of(assigned: Codes) -> Array:
        met = np.bincount(assigned * partners + whom, minlength=officers * partners).reshape(officers, partners)
        return np.where(varies, (met - expected) / scale, 0.0)

    excess = excess_of(who)
    best = int(np.argmax(excess))
    rng = np.random.default_rng(seed)
    largest = np.array([excess_of(_shuffled(who, when, rng)).max() for _ in range(draws)])
    p_value = (1.0 + float((largest >= excess.flat[best] - 1e-12).sum())) / (draws + 1.0)
    first, second = divmod(best, partners)
    met = float(((who == first) & (whom == second)).sum())
    return PairTest(excess, p_value, first, second, met, float(expected[first, second]))


def _shuffled(who: Codes, when: Codes, rng: np.random.Generator) -> Codes:
    """Return officers in a random order within each shift; rows are sorted by shift."""
    return who[np.lexsort((rng.random(len(who)), when))]


def _chance(who: Codes, whom: Codes, when: Codes, officers: int, partners: int) -> tuple[Array, Array]:
    """Return mean and variance of how often each pair meets, added up over shifts."""
    shifts = int(when.max()) + 1
    by_officer = np.bincount(when * officers + who, minlength=shifts * officers).reshape(shifts, officers)
    by_partner = np.bincount(when * partners + whom, minlength=shifts * partners).reshape(shifts, partners)
    return chance_of_pairs(by_officer, by_partner, by_officer.sum(axis=1))


def chance_of_pairs(by_officer: npt.ArrayLike, by_partner: npt.ArrayLike, trucks: npt.ArrayLike) -> tuple[Array, Array]:
    """Return mean and variance of how often each pair meets if trucks are matched at random within groups.

    Parameters
    ----------
    by_officer, by_partner : float[groups, officers], float[groups, partners]
        Trucks of each in each group (shift, or hour and class of lane).
    trucks : float[groups]
        All trucks of the group, of partners that are not listed too.

    Returns
    -------
    (mean, variance) : float[officers, partners] each
        Hypergeometric within a group, added up over groups.

    Examples
    --------
    >>> mean, variance = chance_of_pairs([[2, 2]], [[2, 1]], [4])
    >>> mean.tolist(), variance.round(4).tolist()
    ([[1.0, 0.5], [1.0, 0.5]], [[0.3333, 0.25], [0.3333, 0.25]])
    """
    officers, partners = np.asarray(by_officer, dtype=np.float64), np.asarray(by_partner, dtype=np.float64)
    total = np.maximum(np.asarray(trucks, dtype=np.float64), 1.0)[:, None]
    spread = np.where(total > 1.0, 1.0 / (total**2 * np.maximum(total - 1.0, 1.0)), 0.0)
    mean = (officers / total).T @ partners
    return mean, (officers * (total - officers) * spread).T @ (partners * (total - partners))


@dataclass(frozen=True, slots=True)
class Log:
    """Who handled whose truck in which shift, int[n] each."""

    officer: Codes
    partner: Codes
    shift: Codes


@dataclass(frozen=True, slots=True)
class LogSize:
    """How large a made-up log is; each shift has half of the officers, drawn anew."""

    weeks: int
    shifts_per_week: int
    trucks_per_shift: int
    officers: int
    partners: int


def draw_log(size: LogSize, *, steered_share: float, seed: int, most_excess: int | None = None) -> Log:
    """Return a made-up log in which officer 0 draws trucks of broker 0 to himself.

    Parameters
    ----------
    size : LogSize
        Brokers have shares of trucks as 1, 1/2, 1/3 ..., broker 0 the average of all.
    steered_share : float
        Share of broker 0's trucks that come to officer 0 whenever he is on the shift; the others come at random.
    seed : int
        Of the draws.
    most_excess : int, optional
        An insider who knows the test: he stops for the week once so many trucks were steered.

    Examples
    --------
    >>> log = draw_log(LogSize(2, 14, 40, officers=12, partners=30), steered_share=0.5, seed=1)
    >>> len(log.officer), int(log.shift.max())
    (1120, 27)
    """
    if not 0.0 <= steered_share <= 1.0 or size.officers < 2 or size.partners < 2:
        raise ValueError("steered_share must be within 0 and 1, and officers and partners at least 2")
    rng = np.random.default_rng(seed)
    shifts = size.weeks * size.shifts_per_week
    traffic = 1.0 / np.arange(1.0, size.partners + 1.0)
    traffic[0] = traffic.mean()
    partner = rng.choice(size.partners, size=(shifts, size.trucks_per_shift), p=traffic / traffic.sum())
    on_shift = max(1, size.officers // 2)
    present = np.argsort(rng.random((shifts, size.officers)), axis=1)[:, :on_shift]
    place = rng.integers(0, on_shift, size=(shifts, size.trucks_per_shift))
    officer = np.take_along_axis(present, place, axis=1)
    there = (present == 0).any(axis=1)[:, None]
    steered = there & (partner == 0) & (rng.random(partner.shape) < steered_share)
    if most_excess is not None:
        in_week = steered.reshape(size.weeks, -1)
        steered = (in_week & (np.cumsum(in_week, axis=1) <= most_excess)).reshape(steered.shape)
    officer = np.where(steered, 0, officer)
    return Log(officer.ravel(), partner.ravel(), np.repeat(np.arange(shifts), size.trucks_per_shift))
