"""Who carries, what, where and how much: drawn given the traits, never the traits given the threat.

::

    P(carrying | traits) = min(0.9, exp(base + sum of trait_ln_odds x trait + hidden))

``base`` makes the mean over the port's trucks equal to ``prevalence_per_truck``. ``hidden`` is
normal with standard deviation ``hidden_ln_sd``: the carrier's and the shipper's propensity, which
only their past finds hint at, and the truck's own part, which nothing reveals.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.caching.kept_results import KeptResults
from sim.frames import LazyColumns
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, LOAD_SIZE_OF
from sim.setting.port import COMMODITIES
from sim.setting.threat import SMALL, TRAIT_NAMES, Threat, is_counted, shares_and_means_by_concealment
from sim.trucks.firms import YEAR_DAYS, look_up_firm
from sim.trucks.population import Columns, Population
from sim.trucks.streams import Draw, Purpose, lognormal_quantiles

Rows: TypeAlias = IntArray | slice
ALL_TRUCKS: Final = slice(None)
P_MAX = 0.9
"""Nobody carries for certain."""
MIN_LEAD_H, MIN_LEAD_FAST_H = 1.0, 0.5
"""An e-Manifest is due an hour before arrival, half an hour for FAST (final rule of 5 Dec 2003)."""
SHORT_LEAD = 1.5
"""Filed within this multiple of the least time."""
THIN_HISTORY_CROSSINGS = 104.0
"""Fewer crossings in a year than two a week."""
WEIGHT_ODD_RATIO = 1.5
"""Declared weight this many times the usual one, or the usual one this many times it."""


def _commodity(columns: Columns, name: str) -> BoolArray:
    return np.asarray(columns["commodity"] == COMMODITIES.index(name))


def _new_shipper(columns: Columns) -> BoolArray:
    return columns["laden"] & (columns["shipper_age_days"] < YEAR_DAYS)


def _short_lead(columns: Columns) -> BoolArray:
    due = np.where(columns["fast"], SHORT_LEAD * MIN_LEAD_FAST_H, SHORT_LEAD * MIN_LEAD_H)
    return np.asarray(columns["lead_time_h"] < due)


def _thin_history(columns: Columns) -> BoolArray:
    driver = columns["driver_crossings_12m"] < THIN_HISTORY_CROSSINGS
    return np.asarray(driver | (columns["plate_crossings_12m"] < THIN_HISTORY_CROSSINGS))


def _weight_odd(columns: Columns) -> BoolArray:
    ratio = columns["weight_ratio"]
    return np.asarray((ratio > WEIGHT_ODD_RATIO) | (ratio < 1.0 / WEIGHT_ODD_RATIO))


_MEANING: dict[str, Callable[[Columns], NDArray[Any]]] = {
    "fast": lambda c: c["fast"],
    "empty": lambda c: ~c["laden"],
    "produce": lambda c: _commodity(c, "produce"),
    "plastics_chemicals": lambda c: _commodity(c, "plastics_chemicals"),
    "new_carrier": lambda c: c["carrier_age_days"] < YEAR_DAYS,
    "new_shipper": _new_shipper,
    "first_pair": lambda c: c["first_pair"],
    "short_lead": _short_lead,
    "amended": lambda c: c["amended"],
    "seal_mismatch": lambda c: c["seal_mismatch"],
    "driver_change": lambda c: c["driver_change"],
    "night": lambda c: (c["arrive_hour"] >= 20.0) | (c["arrive_hour"] < 6.0),
    "weight_odd": _weight_odd,
    "new_shipper_produce": lambda c: _new_shipper(c) & _commodity(c, "produce"),
    "thin_history_short_lead": lambda c: _thin_history(c) & _short_lead(c),
}
TRAITS = {name: _MEANING[name] for name in TRAIT_NAMES}
"""Every trait that ``threat.trait_ln_odds`` may weigh, as a function of visible columns."""


def visible_ln_odds(threat: Threat, columns: Columns) -> FloatArray:
    """Return the sum of trait_ln_odds x trait, shape (n,): what a perfect outsider could know."""
    total = np.zeros(columns["laden"].size)
    for name, ln_odds in threat.trait_ln_odds.items():
        if ln_odds != 0.0:
            total += ln_odds * TRAITS[name](columns)
    return total


def firms_propensity(population: Population, columns: Columns) -> FloatArray:
    """Return the carrier's and the shipper's standard normal propensities added up, shape (n,).

    A firm that is not of the population has none.
    """
    carrier = look_up_firm(population.carriers.past.latent, columns["carrier"])
    shipper = look_up_firm(population.shippers.past.latent, columns["shipper"])
    total: FloatArray = carrier + columns["laden"] * shipper
    return total


def firms_ln_odds(threat: Threat, propensity: FloatArray) -> FloatArray:
    """Return the hidden part that is the carrier's and the shipper's, shape (n,); see `firms_propensity`."""
    return threat.hidden_ln_sd * math.sqrt(threat.hidden_firm_share) * propensity


def truck_ln_odds_sd(threat: Threat, laden: BoolArray) -> FloatArray:
    """Return the standard deviation of the truck's own hidden part, shape (n,).

    Without a shipper, an empty truck has the shipper's part too.
    """
    firm_share = threat.hidden_firm_share
    own_share = np.where(laden, 1.0 - 2.0 * firm_share, 1.0 - firm_share)
    return threat.hidden_ln_sd * np.sqrt(own_share)


def carrying_probability(ln_odds: FloatArray, base: float) -> FloatArray:
    """Return P(carrying) = min(P_MAX, exp(base + ln)), shape (n,)."""
    return np.minimum(np.exp(ln_odds + base), P_MAX)


SURELY_BELOW: Final = 9.0
"""From so many standard deviations below `P_MAX` on, what it cuts off is less than half of the last bit."""


def _mean_probability(ln_odds: FloatArray, ln_odds_sd: FloatArray, base: float) -> float:
    """Return the mean of min(P_MAX, exp(base + ln + ln_sd x z)) over trucks and over z.

    With x = (cap - a) / sd - sd beyond `SURELY_BELOW`, ndtr(x) is 1.0 and the part at the cap, at most
    exp(-(x + sd)^2 / 2), is below 2^-54 exp(a + sd^2 / 2): neither changes a bit, so neither is worked out.
    """
    a, sd, cap = ln_odds + base, np.maximum(ln_odds_sd, 1e-9), math.log(P_MAX)
    share = np.exp(a + sd * sd / 2.0)
    x = (cap - a) / sd - sd
    near = np.flatnonzero(~(x > SURELY_BELOW))
    share[near] = share[near] * special.ndtr(x[near]) + P_MAX * special.ndtr((a[near] - cap) / sd[near])
    return float(np.mean(share))


def solve_carrying_base(ln_odds: FloatArray, ln_odds_sd: FloatArray, prevalence: float) -> float:
    """Return the base at which the mean of P(carrying) is the prevalence.

    Parameters
    ----------
    ln_odds : float array, shape (n,)
        The traits and the firms' hidden part of a large sample of trucks.
    ln_odds_sd : float array, shape (n,)
        Standard deviation of the truck's own hidden part, which is integrated out.
    prevalence : float
        Mean of P(carrying); 0 gives a base of minus infinity.

    Examples
    --------
    >>> ln = np.array([0.0, 1.0, 2.0])
    >>> round(float(carrying_probability(ln, solve_carrying_base(ln, np.zeros(3), 0.3)).mean()), 9)
    0.3
    """
    if prevalence == 0.0:
        return -math.inf
    # From below, each step raises the base by the shortfall: exact at once where nothing is capped.
    base = math.log(prevalence) - float(special.logsumexp(ln_odds + ln_odds_sd**2 / 2.0)) + math.log(ln_odds.size)
    for _ in range(300):
        step = math.log(prevalence / _mean_probability(ln_odds, ln_odds_sd, base))
        base += step
        if abs(step) < 1e-10:
            break
    return base


def _pick(shares: tuple[float, ...], u: FloatArray) -> IntArray:
    """Return codes 0, 1, ... with these shares by inversion."""
    code = np.zeros(u.size, dtype=np.int64)
    for edge in np.cumsum(shares)[:-1]:
        code += u >= edge
    return code


def add_threat(columns: LazyColumns, threat: Threat, draw: Draw) -> None:
    """Add the hidden truth of trucks whose P(carrying) is known; each would carry something.

    Parameters
    ----------
    columns : LazyColumns
        Holds ``true_p_carrying``, P(carrying | all traits), and ``laden``: loads in an empty truck are hidden by
        shares of their own. Gets the other ``true_*`` columns of the load; ``true_load`` is in the unit of its type
        (`sim.setting.contraband.CONTRABAND_UNIT`). What a load is can be had of some trucks alone.
    threat : Threat
        Shares of types, amounts and concealments.
    draw : callable
        The trucks' luck.
    """
    kinds, luck = threat.types(), functools.cache(draw)
    shares = tuple(threat.type_share[name] for name in kinds)
    codes = np.array([CONTRABAND.index(name) for name in kinds])

    def kind(rows: Rows) -> IntArray:
        return _pick(shares, luck(Purpose.CONTRABAND)[rows])

    def amount(rows: Rows) -> FloatArray:
        return _amounts(threat, kind(rows), luck(Purpose.LOAD)[rows])

    def contraband(rows: Rows = ALL_TRUCKS) -> IntArray:
        return np.asarray(codes[kind(rows)])

    def concealment(rows: Rows = ALL_TRUCKS) -> IntArray:
        u = luck(Purpose.CONCEALMENT)[rows]
        return _concealments(threat, kind(rows), amount(rows), columns["laden"][rows], u)

    def load(rows: Rows = ALL_TRUCKS) -> FloatArray:
        return np.where(columns["true_carrying"][rows], amount(rows), 0.0)

    columns.add("true_carrying", lambda: draw(Purpose.CARRYING) < columns["true_p_carrying"])
    for name, make in (("true_contraband", contraband), ("true_concealment", concealment), ("true_load", load)):
        columns.add(name, make, make)


def _amounts(threat: Threat, kind: IntArray, u: FloatArray) -> FloatArray:
    """Return the amount of each load in the unit of its type; ``kind`` codes `types`."""
    kinds = threat.types()
    median = np.array([threat.load(name).median for name in kinds])
    ln_sd = np.array([threat.load(name).ln_sd for name in kinds])
    whole = np.array([is_counted(LOAD_SIZE_OF[name]) for name in kinds])
    amount = lognormal_quantiles(u, median[kind], ln_sd[kind])
    return np.where(whole[kind], np.ceil(amount), amount)


def _concealments(threat: Threat, kind: IntArray, amount: FloatArray, laden: BoolArray, u: FloatArray) -> IntArray:
    concealment = np.zeros(u.size, dtype=np.int64)
    for code, name in enumerate(threat.types()):
        load, mine = threat.load(name), kind == code
        for is_laden in (False, True):
            group = mine & (laden == is_laden)
            concealment[group] = _pick(tuple(load.shares(laden=is_laden)), u[group])
        concealment[mine & (amount <= load.small_max)] = SMALL
    return concealment


def load_class_weights(threat: Threat, *, laden: bool) -> FloatArray:
    """Return P(type, concealment | carrying), shape (contraband, concealments), adding up to 1."""
    rows = _classes(threat, laden=laden)
    return np.stack([threat.type_share.get(name, 0.0) * rows[name][0] for name in CONTRABAND])


def load_class_means(threat: Threat, *, laden: bool) -> FloatArray:
    """Return the mean load given type and concealment, shape (contraband, concealments).

    Each row is in the unit of its type; that of a type that does not occur is 0.
    """
    rows = _classes(threat, laden=laden)
    return np.stack([rows[name][1] for name in CONTRABAND])


def _classes(threat: Threat, *, laden: bool) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return P(concealment) and the mean amount given it, of each type; zeros: does not occur."""
    return _CLASSES.once((threat,), laden, lambda: _make_classes(threat, laden=laden))


_CLASSES = KeptResults[dict[str, tuple[FloatArray, FloatArray]]](most=256)


def _make_classes(threat: Threat, *, laden: bool) -> dict[str, tuple[FloatArray, FloatArray]]:
    nothing = (np.zeros(len(CONCEALMENTS)), np.zeros(len(CONCEALMENTS)))
    rows = {
        key: shares_and_means_by_concealment(load, whole=is_counted(key), laden=laden)
        for key, load in threat.loads.items()
    }
    occur = {name: rows[LOAD_SIZE_OF[name]] for name in threat.types()}
    return dict.fromkeys(CONTRABAND, nothing) | occur
