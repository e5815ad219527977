"""Officers who can be bought: what vetting catches at the door, how a vetted unit decays, what honest pay costs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def hired(share: npt.ArrayLike, *, caught: npt.ArrayLike, honest_passed: npt.ArrayLike) -> Array:
    """Return the compromised share of those hired: c (1 - se) / (c (1 - se) + (1 - c) sp).

    Parameters
    ----------
    share : float or float[n]
        Compromised share of applicants.
    caught : float or float[n]
        P(vetting fails a compromised applicant).
    honest_passed : float or float[n]
        P(vetting passes an honest one).

    Raises
    ------
    ValueError
        Where a value is not within 0 and 1, or nobody would be hired.

    Examples
    --------
    >>> hired(0.02, caught=[0.6, 0.8, 0.8], honest_passed=[0.4, 0.4, 0.9]).round(6).tolist()
    [0.02, 0.010101, 0.004515]
    """
    c, se, sp = (
        _within(name, value) for name, value in _named(share=share, caught=caught, honest_passed=honest_passed)
    )
    bad, good = c * (1.0 - se), (1.0 - c) * sp
    if (bad + good <= 0.0).any():
        raise ValueError("nobody would be hired")
    return np.asarray(bad / (bad + good))


def unit_has_one(share: float, *, members: int) -> float:
    """Return P(a unit has a compromised member): 1 - (1 - c)^n.

    Examples
    --------
    >>> round(unit_has_one(0.02, members=10), 6)
    0.182927
    """
    _within("share", share)
    if members < 0:
        raise ValueError(f"members: must not be negative, got {members}")
    return float(-np.expm1(members * math.log1p(-share))) if share < 1.0 else float(members > 0)


def step(
    share: npt.ArrayLike,
    *,
    recruited: npt.ArrayLike,
    discovered: npt.ArrayLike,
    turnover: npt.ArrayLike,
    hired: npt.ArrayLike,
) -> Array:
    """Return the compromised share of officers a week later.

    Those discovered leave, others leave anyway, some honest ones who stay are bought, and whoever left is replaced.

    Parameters
    ----------
    share : float or float[n]
        Compromised share now.
    recruited : float
        P(an honest officer is bought) a week.
    discovered : float
        P(a compromised officer is discovered) a week.
    turnover : float
        P(an officer leaves for another reason) a week.
    hired : float
        Compromised share of those hired (:func:`hired`).

    Examples
    --------
    >>> rates = {"recruited": 0.0002, "discovered": 0.004, "turnover": 0.002, "hired": 0.01}
    >>> path = share_over_time(0.02, weeks=52, **rates)
    >>> path[[1, 52]].round(8).tolist()
    [0.02009657, 0.02430877]
    """
    c, h, f, t, new = (
        _within(name, value)
        for name, value in _named(
            share=share, recruited=recruited, discovered=discovered, turnover=turnover, hired=hired
        )
    )
    staying = 1.0 - t
    replaced = t * (1.0 - f * c) + f * c
    return np.asarray(c * (1.0 - f) * staying + h * (1.0 - c) * staying + replaced * new)


def share_over_time(
    share: float, *, weeks: int, again_every_weeks: int | None = None, again_caught: float = 0.0, **rates: float
) -> Array:
    """Return the compromised share of officers at the start and after each week, float[weeks + 1].

    Parameters
    ----------
    **rates : float
        ``recruited``, ``discovered``, ``turnover`` and ``hired`` of :func:`step`.
    again_every_weeks : int, optional
        All are vetted again every so many weeks; None: never.
    again_caught : float
        P(vetting again catches a compromised officer). Their places go to people newly hired.

    Examples
    --------
    A unit that is vetted once decays; vetted again each half-year it does not.

    >>> rates = {"recruited": 0.001, "discovered": 0.001, "turnover": 0.002, "hired": 0.0}
    >>> once = share_over_time(0.0, weeks=260, **rates)[-1]
    >>> again = share_over_time(0.0, weeks=260, **rates, again_every_weeks=26, again_caught=0.8)[-1]
    >>> round(float(once), 3), round(float(again), 3)
    (0.162, 0.006)
    """
    if again_every_weeks is not None and again_every_weeks < 1:
        raise ValueError(f"again_every_weeks: must be at least 1, got {again_every_weeks}")
    _within("again_caught", again_caught)
    path = [np.asarray(share, dtype=np.float64)]
    for week in range(1, weeks + 1):
        now = step(path[-1], **rates)
        if again_every_weeks is not None and week % again_every_weeks == 0:
            now = now * (1.0 - again_caught) + now * again_caught * rates["hired"]
        path.append(now)
    return np.array(path)


def premium(bribe: float, *, interest: float, p_caught: float) -> float:
    """Return the yearly pay above what is earned elsewhere that keeps an officer honest: bribe x interest / P(caught).

    Source: Becker and Stigler 1974, Journal of Legal Studies 3.

    Examples
    --------
    >>> premium(50_000.0, interest=0.05, p_caught=0.1)
    25000.0
    >>> gain_of_bribe(50_000.0, pay_premium=24_000.0, interest=0.05, p_caught=0.1)
    2000.0
    """
    if bribe < 0.0 or interest < 0.0 or not 0.0 < p_caught <= 1.0:
        raise ValueError("bribe and interest must not be negative, and p_caught above 0 and at most 1")
    return bribe * interest / p_caught


def gain_of_bribe(bribe: float, *, pay_premium: float, interest: float, p_caught: float) -> float:
    """Return what a bribe leaves an officer after the risk to lose the premium for good; at 0 or below, none."""
    if interest <= 0.0 or not 0.0 <= p_caught <= 1.0:
        raise ValueError("interest must be above 0, and p_caught within 0 and 1")
    return bribe - p_caught * pay_premium / interest


def _named(**values: npt.ArrayLike) -> list[tuple[str, npt.ArrayLike]]:
    return list(values.items())


def _within(name: str, value: npt.ArrayLike) -> Array:
    """Return the values as an array; ValueError where one is not within 0 and 1."""
    array = np.asarray(value, dtype=np.float64)
    if not ((array >= 0.0) & (array <= 1.0)).all():
        raise ValueError(f"{name}: must be within 0 and 1, got {value!r}")
    return array
