"""Weighted rules on visible columns: the points that stand for today's targeting.

Each rule is a named indicator, the column it reads, and how: a ``flag`` that is set, a number
``below`` or ``above`` a limit, or a code ``equal`` to one. A truck's points are the sum of the
weights of the rules that it meets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.features import column


@dataclass(frozen=True, slots=True)
class Rule:
    """One named indicator; ``limit`` names the setting that holds its limit, or is a fixed code."""

    name: str
    column: str
    how: Literal["flag", "below", "above", "equal"]
    limit: str | int = 0


IN_BOND: Final = 1
PRODUCE: Final = 3

RULES: Final = (
    Rule("fast", "fast", "flag"),
    Rule("ctpat_carrier", "ctpat_carrier", "flag"),
    Rule("produce", "commodity", "equal", PRODUCE),
    Rule("in_bond", "entry_type", "equal", IN_BOND),
    Rule("hazmat", "hazmat", "flag"),
    Rule("seal_mismatch", "seal_mismatch", "flag"),
    Rule("amended", "amended", "flag"),
    Rule("driver_change", "driver_change", "flag"),
    Rule("first_pair", "first_pair", "flag"),
    Rule("new_carrier", "carrier_age_days", "below", "new_carrier_days"),
    Rule("short_lead", "lead_time_h", "below", "short_lead_h"),
    Rule("night", "arrive_hour", "above", "night_from_h"),
    Rule("rare_driver", "driver_crossings_12m", "below", "rare_driver_crossings"),
    Rule("carrier_finds", "carrier_finds_5y", "above", "past_finds"),
    Rule("shipper_finds", "shipper_finds_5y", "above", "past_finds"),
)
"""Every rule; which ones count, and how much, is set in ``configs/risk/rules.yaml``."""

WEIGHTS: Final = {rule.name: (-100.0, 100.0) for rule in RULES}
"""Settings that are points."""

LIMITS: Final = {
    "new_carrier_days": (0.0, 36500.0),
    "short_lead_h": (0.0, 1000.0),
    "night_from_h": (0.0, 24.0),
    "rare_driver_crossings": (0.0, 1e6),
    "past_finds": (0.0, 1000.0),
}
"""Settings that are limits, with their units in their names."""


def points(raw: NDArray[np.float32], settings: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the points of every truck.

    Parameters
    ----------
    raw : ndarray of float32, shape (n, len(FEATURES))
        From `models.features.matrix`.
    settings : mapping
        A weight for each of `WEIGHTS` and a number for each of `LIMITS`.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    total = np.zeros(len(raw))
    for rule in RULES:
        total += settings[rule.name] * met(rule, raw, settings)
    return total


def met(rule: Rule, raw: NDArray[np.float32], settings: Mapping[str, float]) -> NDArray[np.bool_]:
    """Return which trucks (n) meet one rule."""
    values = column(raw, rule.column)
    limit = settings[rule.limit] if isinstance(rule.limit, str) else rule.limit
    if rule.how == "below":
        return np.asarray(values < limit)
    if rule.how == "equal":
        return np.asarray(values == limit)
    return np.asarray(values > limit)
