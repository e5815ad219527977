"""What a shared record, a shared rule or a tip is worth when it may leak, and how many should know of it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Array = npt.NDArray[np.float64]


def detection_with_records(
    base: float, *, record_share: float, p_detection: float, leak_share: npt.ArrayLike, lost_share: float = 1.0
) -> Array:
    """Return the detection rate where the partner's records cover a share of loads, and some of the records leak.

    A load with a record is detected with ``p_detection``; where its record leaked, it is lost to inspection in
    ``lost_share`` of the cases (called off, moved or made to look clean) and otherwise meets the base.

    Parameters
    ----------
    base : float
        P(detected) without any record.
    record_share : float
        Share of loads on which the partner holds a record.
    p_detection : float
        P(detected | a record that did not leak).
    leak_share : float or float[n]
        Share of records that leak.
    lost_share : float
        Of loads whose record leaked, the share that inspection loses altogether.

    Raises
    ------
    ValueError
        Where a share or chance is not within 0 and 1.

    Examples
    --------
    >>> asked = {"record_share": 0.12, "p_detection": 0.65}
    >>> detection_with_records(0.137, **asked, leak_share=[0.0, 0.1, 0.9]).round(6).tolist()
    [0.19856, 0.19076, 0.12836]
    >>> round(break_even_record_leak(0.137, p_detection=0.65), 6)
    0.789231
    """
    _need_shares(base=base, record_share=record_share, p_detection=p_detection, lost_share=lost_share)
    leak = _shares("leak_share", leak_share)
    return np.asarray(base + record_share * ((1.0 - leak) * (p_detection - base) - leak * lost_share * base))


def break_even_record_leak(base: float, *, p_detection: float, lost_share: float = 1.0) -> float:
    """Return the share of leaked records at which records are worth nothing: (d - D0) / (d - D0 + k D0).

    ValueError: ``p_detection`` is not above ``base``, so that records gain nothing even when none leaks.
    """
    gain = _gain(base, p_detection)
    _need_shares(lost_share=lost_share)
    return gain / (gain + lost_share * base)


def detection_with_rule(
    base: float, *, record_share: float, p_detection: float, leak_share: npt.ArrayLike, evaded_share: float
) -> Array:
    """Return the detection rate where a leak gives away the targeting rule and so helps every load.

    Parameters
    ----------
    base, record_share, p_detection
        As in :func:`detection_with_records`.
    leak_share : float or float[n]
        Share of time in which the rule is known to smugglers.
    evaded_share : float
        Of the base detection, the share that a known rule takes away.

    Examples
    --------
    >>> asked = {"record_share": 0.12, "p_detection": 0.65, "evaded_share": 0.5}
    >>> round(break_even_rule_leak(0.137, **asked), 6)
    0.47332
    >>> float(detection_with_rule(0.137, **asked, leak_share=break_even_rule_leak(0.137, **asked)).round(6))
    0.137
    """
    _need_shares(base=base, record_share=record_share, p_detection=p_detection, evaded_share=evaded_share)
    leak = _shares("leak_share", leak_share)
    kept = base + record_share * (p_detection - base)
    return np.asarray((1.0 - leak) * kept + leak * (1.0 - evaded_share) * base)


def break_even_rule_leak(base: float, *, record_share: float, p_detection: float, evaded_share: float) -> float:
    """Return the share of time at which sharing a rule is worth nothing: r (d - D0) / (r (d - D0) + k D0)."""
    _need_shares(record_share=record_share, evaded_share=evaded_share)
    gain = record_share * _gain(base, p_detection)
    return gain / (gain + evaded_share * base)


def use_of_tip(units: npt.ArrayLike, *, p_useful: float, p_leak: float) -> Array:
    """Return P(some unit that knows can use a tip, and none leaks it).

    Parameters
    ----------
    units : int or int[n]
        Units that are told.
    p_useful : float
        P(a unit can act on it).
    p_leak : float
        P(a unit leaks it).

    Examples
    --------
    >>> use_of_tip([1, 6, 20], p_useful=0.3, p_leak=0.05).round(6).tolist()
    [0.285, 0.648609, 0.3582]
    >>> best_number_of_units(p_useful=0.3, p_leak=0.05)
    6
    """
    told = np.asarray(units, dtype=np.float64)
    if (told < 0.0).any():
        raise ValueError("units: must not be negative")
    _need_shares(p_useful=p_useful, p_leak=p_leak)
    return np.asarray((1.0 - (1.0 - p_useful) ** told) * (1.0 - p_leak) ** told)


def best_number_of_units(*, p_useful: float, p_leak: float) -> int:
    """Return how many units should know: the whole number beside ln(1 + ln(1-r) / ln(1-l)) / -ln(1-r) that is best.

    ValueError: nobody leaks (then all should know), or a chance is not strictly between 0 and 1.
    """
    if not 0.0 < p_useful < 1.0 or not 0.0 < p_leak < 1.0:
        raise ValueError(f"chances must be above 0 and below 1, got {p_useful} and {p_leak}")
    useful, leak = -math.log1p(-p_useful), -math.log1p(-p_leak)
    whole = math.floor(math.log1p(useful / leak) / useful)
    tried = np.array([max(whole, 1), whole + 1])
    return int(tried[np.argmax(use_of_tip(tried, p_useful=p_useful, p_leak=p_leak))])


def tip_between_two(accuracy: float, *, leak_share: npt.ArrayLike) -> Array:
    """Return P(the load is at the port that a tip names) when it moves to the other one if the tip leaks.

    Whoever knows how often tips leak does not follow them blindly: the better of following and of doing the opposite
    is right in max(p, 1 - p), never below one half.

    Examples
    --------
    >>> tip_between_two(0.8, leak_share=[0.0, 0.2, 0.5, 0.7]).round(6).tolist()
    [0.8, 0.68, 0.5, 0.38]
    >>> best_use_of_tip(0.8, leak_share=[0.0, 0.2, 0.5, 0.7]).round(6).tolist()
    [0.8, 0.68, 0.5, 0.62]
    """
    _need_shares(accuracy=accuracy)
    leak = _shares("leak_share", leak_share)
    return np.asarray(accuracy * (1.0 - leak) + (1.0 - accuracy) * leak)


def best_use_of_tip(accuracy: float, *, leak_share: npt.ArrayLike) -> Array:
    """Return P(right) for whoever follows a tip or does its opposite, whichever is better; at least one half."""
    followed = tip_between_two(accuracy, leak_share=leak_share)
    return np.maximum(followed, 1.0 - followed)


class MarkedTips(NamedTuple):
    """A test that tells a partner who leaks from one who does not by the finds of marked tips."""

    tips: int
    """To be sent."""
    alarm_at: int
    """This many finds or fewer raise the alarm."""
    size: float
    """P(alarm | nothing leaks)."""
    power: float
    """P(alarm | it leaks)."""


def marked_tips(*, p_clean: float, p_leaked: float, alpha: float = 0.05, power: float = 0.8) -> MarkedTips:
    """Return the smallest number of marked tips that tells leaks from none, exactly by the binomial.

    Parameters
    ----------
    p_clean, p_leaked : float
        P(a tip leads to a find) without and with leaks.
    alpha : float
        At most this chance of a false alarm.
    power : float
        At least this chance of an alarm where tips leak.

    Raises
    ------
    ValueError
        Where leaks do not lower the chance of a find, or more than 100,000 tips would be needed.

    Examples
    --------
    >>> asked = marked_tips(p_clean=0.2, p_leaked=0.08)
    >>> asked.tips, asked.alarm_at, round(asked.size, 4), round(asked.power, 4)
    (57, 6, 0.0451, 0.8313)
    """
    if not 0.0 <= p_leaked < p_clean <= 1.0:
        raise ValueError(f"leaks must lower the chance of a find: {p_leaked} is not below {p_clean}")
    for first in range(1, 100_001, 1000):
        tips = np.arange(first, first + 1000)
        alarm_at = binom.ppf(alpha, tips, p_clean)
        alarm_at = np.where(binom.cdf(alarm_at, tips, p_clean) > alpha, alarm_at - 1.0, alarm_at)
        reached = (alarm_at >= 0.0) & (binom.cdf(alarm_at, tips, p_leaked) >= power)
        if reached.any():
            k = int(np.argmax(reached))
            n, c = int(tips[k]), int(alarm_at[k])
            return MarkedTips(n, c, float(binom.cdf(c, n, p_clean)), float(binom.cdf(c, n, p_leaked)))
    raise ValueError(f"more than 100,000 tips would be needed to tell {p_leaked} from {p_clean}")


def _gain(base: float, p_detection: float) -> float:
    _need_shares(base=base, p_detection=p_detection)
    if p_detection <= base:
        raise ValueError(f"a record must help: its detection {p_detection} is not above the base {base}")
    return p_detection - base


def _need_shares(**shares: float) -> None:
    for name, share in shares.items():
        _shares(name, share)


def _shares(name: str, value: npt.ArrayLike) -> Array:
    """Return the shares as an array; ValueError where one is not within 0 and 1."""
    array = np.asarray(value, dtype=np.float64)
    if not ((array >= 0.0) & (array <= 1.0)).all():
        raise ValueError(f"{name}: must be within 0 and 1, got {value!r}")
    return array
