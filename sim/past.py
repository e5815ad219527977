"""What a policy knows before its day: a sample of earlier days, and a truck's place in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import PolicyError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PAST_COLUMNS = (
    "truck",
    "arrive_min",
    "u_tie",
    "u_select",
    "u_floor",
    "fast",
    "ctpat_carrier",
    "commodity",
    "laden",
    "density",
    "plate",
    "true_p_carrying",
)
"""Columns of past days' trucks from which a plan is made; the hidden one by the analysts alone."""
BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Past:
    """A sample of ``m`` trucks of earlier days, as a planner knows it before the day begins."""

    risk_score: Floats
    """[m]"""
    u_tie: Floats
    """[m]"""
    p_carrying: Floats
    """[m], P(carrying | all traits); what analysts expect, and what a promise of detection
    is reckoned with; never what selects a truck."""
    trucks_per_day: float
    p_hit: Floats = field(default_factory=lambda: np.empty(0))
    """[m]"""
    trucks: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Visible columns of the same trucks, as far as a policy reads them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a policy is expected to do, from past days and before the run."""

    scan_share: float
    """Share of trucks scanned at the portal."""
    threat_image_share: float
    """Share of the images judged by analysts that hold a threat, test images included."""
    tested: Mapping[str, float] = field(default_factory=dict)
    """Share of clean trucks that the policy's own tests send to each station, and open."""
    slow_share: float = 0.0
    """Share of portal scans that are made slowly."""


def position(trucks: pd.DataFrame, risk_score: Floats, past_score: Floats) -> Floats:
    """Return float[n] in [0, 1): the share of past trucks that are riskier than each truck.

    A truck whose score is that of several past ones is placed among them by its own ``u_tie``, so
    that ``position < s`` holds for a share s of trucks like those of the past.

    Raises
    ------
    PolicyError
        No truck came on the past days.
    """
    refuse_empty(past_score)
    u_tie = trucks["u_tie"].to_numpy()
    asked = (u_tie, risk_score, past_score)
    for number, (known, found) in enumerate(_PLACED):
        if all(map(_same, known, asked)):
            _PLACED.insert(0, _PLACED.pop(number))
            return found
    ranked = _ranked(past_score)
    high = np.searchsorted(ranked, risk_score, side="right")
    tied = high - np.searchsorted(ranked, risk_score, side="left")
    place = (len(ranked) - high + u_tie * tied) / len(ranked)
    found = np.asarray(np.minimum(place, BELOW_ONE), dtype=np.float64)
    found.setflags(write=False)
    _PLACED[:] = [(asked, found), *_PLACED[: MOST_PLACED - 1]]
    return found


MOST_PLACED = 6
"""Sets of trucks whose places are kept, a few MB each: days and the past, by each of the models."""
_PLACED: list[tuple[tuple[Floats, Floats, Floats], Floats]] = []
"""The sets of trucks placed last: several policies ask for the same ones."""


_RANKED: list[tuple[Floats, Floats]] = []


def _ranked(scores: Floats) -> Floats:
    """Return the scores in ascending order; every policy asks for those of the same past days."""
    for number, (known, found) in enumerate(_RANKED):
        if _same(known, scores):
            _RANKED.insert(0, _RANKED.pop(number))
            return found
    found = np.sort(scores)
    found.setflags(write=False)
    _RANKED[:] = [(scores, found), *_RANKED[: MOST_PLACED - 1]]
    return found


def _same(one: Floats, other: Floats) -> bool:
    """Tell whether two arrays are the same memory, which both keep from being used anew."""
    return (
        one.shape == other.shape
        and one.strides == other.strides
        and one.__array_interface__["data"] == other.__array_interface__["data"]
    )


def riskiest(
    trucks: pd.DataFrame, risk_score: Floats, past_score: Floats, top_share: float
) -> Bools:
    """Return the trucks that rank in the top ``top_share`` of past days' scores.

    A truck is taken above the past quantile c, and at c itself with the probability that brings the
    whole to ``top_share``, decided by its own ``u_tie``. With a constant score that is random
    selection of exactly that share.
    """
    if top_share in (0.0, 1.0) or len(trucks) == 0:
        return np.full(len(trucks), top_share == 1.0)
    cutoff, p_tie = past_quantile(past_score, top_share)
    tied = (risk_score == cutoff) & (trucks["u_tie"].to_numpy() < p_tie)
    return np.asarray((risk_score > cutoff) | tied)


def past_quantile(risk_score: Floats, top_share: float) -> tuple[float, float]:
    """Return (c, p) with P(score > c) + p P(score = c) = ``top_share`` over past days.

    Examples
    --------
    >>> past_quantile(np.array([0.1, 0.5, 0.5, 0.9]), 0.5)
    (0.5, 0.5)
    """
    refuse_empty(risk_score)
    m = len(risk_score)
    ranked = _ranked(risk_score)
    cutoff = float(ranked[m - min(max(int(np.ceil(top_share * m)), 1), m)])
    above = m - int(np.searchsorted(ranked, cutoff, side="right"))
    tied = m - above - int(np.searchsorted(ranked, cutoff, side="left"))
    return cutoff, (top_share * m - above) / tied


def refuse_empty(past_score: Floats) -> None:
    """Raise PolicyError where there is no past from which a quantile could be taken."""
    if len(past_score) == 0:
        raise PolicyError("policy: no truck came on the past days, so a top share has no quantile")
