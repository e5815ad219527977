"""How much one load is and where it is hidden: a lognormal amount, cut in two at a small parcel.

::

    amount = median x exp(ln_sd x z), rounded up to a whole number where it counts heads or pieces

An amount of at most ``small_max`` is hidden as a small parcel, a larger one by the shares of its
concealments. Amounts are in the unit of the type (`sim.setting.contraband.CONTRABAND_UNIT`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, LOAD_SIZE_OF
from sim.setting.spec import Spec, bounded_field
from sim.suggestions import unknown_name

SMALL = CONCEALMENTS.index("small")
EXACT = 2000
"""Counts up to here are summed one by one; above, rounding up adds one half on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Spec):
    """Amount and concealment of one load."""

    median: float = bounded_field(1e-3, 1e9)
    ln_sd: float = bounded_field(0.0, 5.0)
    """Standard deviation of ln(amount)."""
    small_max: float = bounded_field(0.0)
    """Amounts of at most this are hidden as a small parcel."""
    concealment_share_laden: dict[str, float] = bounded_field(0.0, 1.0, sums_to_one=True)
    concealment_share_empty: dict[str, float] = bounded_field(0.0, 1.0, sums_to_one=True)

    def check(self) -> None:
        for name in ("concealment_share_laden", "concealment_share_empty"):
            if set(getattr(self, name)) != set(CONCEALMENTS):
                raise ConfigError(name, f"expected the classes {list(CONCEALMENTS)}")

    def shares(self, *, laden: bool) -> FloatArray:
        """Return the shares of the concealments of a load that is not small, shape (3,)."""
        share = self.concealment_share_laden if laden else self.concealment_share_empty
        return np.array([share[name] for name in CONCEALMENTS])


def is_counted(name: str) -> bool:
    """Return whether the loads of this name (``persons_n``) are whole numbers."""
    return name.endswith("_n")


def share_and_mean_up_to(load: Load, limit: float, *, whole: bool) -> tuple[float, float]:
    """Return P(amount <= limit) and the mean of the amount x [amount <= limit].

    Parameters
    ----------
    limit : float
        May be infinite.
    whole : bool
        Whether amounts are rounded up to whole numbers.

    Examples
    --------
    >>> one = Load(median=4.0, ln_sd=0.0, small_max=2.0,
    ...            concealment_share_laden=dict(in_cargo=1.0, structure=0.0, small=0.0),
    ...            concealment_share_empty=dict(in_cargo=1.0, structure=0.0, small=0.0))
    >>> share_and_mean_up_to(one, 3.0, whole=True), share_and_mean_up_to(one, 4.0, whole=True)
    ((0.0, 0.0), (1.0, 4.0))
    """
    if not whole:
        p, part = _smooth(load, np.array([limit]))
        return float(p[0]), float(part[0])
    limit = np.floor(limit)
    steps = np.arange(min(limit, EXACT) + 1.0)
    p, part = _smooth(load, np.append(steps, limit))
    counts = float((steps[1:] * np.diff(p[:-1])).sum())
    above = float(part[-1] - part[-2] + (p[-1] - p[-2]) / 2.0)
    return float(p[-1]), counts + above


def _smooth(load: Load, limit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return P(X <= limit) and E[X; X <= limit] of the lognormal before any rounding."""
    with np.errstate(divide="ignore"):
        distance = np.log(limit) - math.log(load.median)
    mean = load.median * math.exp(load.ln_sd * load.ln_sd / 2.0)
    if load.ln_sd == 0.0:
        below = (limit >= load.median).astype(np.float64)
        return below, mean * below
    p = special.ndtr(distance / load.ln_sd)
    return p, mean * special.ndtr(distance / load.ln_sd - load.ln_sd)


def shares_and_means_by_concealment(load: Load, *, whole: bool, laden: bool) -> tuple[FloatArray, FloatArray]:
    """Return P(concealment) and the mean amount given it, each of shape (3,)."""
    p_small, small = share_and_mean_up_to(load, load.small_max, whole=whole)
    _, mean = share_and_mean_up_to(load, math.inf, whole=whole)
    shares = load.shares(laden=laden)
    p, amount = (1.0 - p_small) * shares, (mean - small) * shares
    p[SMALL] += p_small
    amount[SMALL] += small
    return p, np.divide(amount, p, out=np.zeros_like(amount), where=p > 0.0)


TRAIT_NAMES = (
    "fast",
    "empty",
    "produce",
    "plastics_chemicals",
    "new_carrier",
    "new_shipper",
    "first_pair",
    "short_lead",
    "amended",
    "seal_mismatch",
    "driver_change",
    "night",
    "weight_odd",
    "new_shipper_produce",
    "thin_history_short_lead",
)
"""Traits that ``threat.trait_ln_odds`` may weigh; ``sim.trucks.threat`` says what each means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat(Spec):
    """What is smuggled, how often, how much, where hidden, and what gives it away."""

    name: str
    prevalence_per_truck: float = bounded_field(0.0, 0.5)
    type_share: dict[str, float] = bounded_field(0.0, 1.0, sums_to_one=True)
    """Of loads, by type; a type that is left out does not occur."""
    loads: dict[str, Load]
    """Amount and concealment, for each key of `sim.setting.contraband.LOAD_SIZE_OF` that the types need."""
    trait_ln_odds: dict[str, float] = bounded_field(-10.0, 10.0)
    """Log of the multiplier on P(carrying) for each trait that an outsider could observe."""
    hidden_ln_sd: float = bounded_field(0.0, 5.0)
    """Standard deviation of the log multiplier that no manifest column reveals."""
    hidden_firm_share: float = bounded_field(0.0, 0.5)
    """Part of that variance that is the carrier's, and as much the shipper's; else the truck's."""

    def check(self) -> None:
        for name in self.trait_ln_odds:
            if name not in TRAIT_NAMES:
                raise ConfigError(f"trait_ln_odds.{name}", unknown_name(name, sorted(TRAIT_NAMES), "trait"))
        for name in self.type_share:
            if name not in CONTRABAND:
                raise ConfigError(f"type_share.{name}", unknown_name(name, CONTRABAND, "type"))
        needed = {LOAD_SIZE_OF[name] for name in self.type_share}
        if set(self.loads) != needed:
            raise ConfigError("loads", f"these types need the loads {sorted(needed)}")

    def types(self) -> tuple[str, ...]:
        """Return the types that occur, in the order of their codes."""
        return tuple(name for name in CONTRABAND if self.type_share.get(name, 0.0) > 0.0)

    def load(self, name: str) -> Load:
        """Return amount and concealment of a type's loads."""
        return self.loads[LOAD_SIZE_OF[name]]
