"""Who carries, what, where and how much: drawn given the traits, never the traits given the threat.

::

    P(carrying | traits) = min(0.9, exp(base + sum of trait_ln_odds x trait + hidden))

``base`` makes the mean over the port's trucks equal to ``prevalence_per_truck``. ``hidden`` is
normal with standard deviation ``hidden_ln_sd``: the carrier's and the shipper's propensity, which
only their past finds hint at, and the truck's own part, which nothing reveals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.firms import YEAR_DAYS, look_up
from sim.instruments import CONCEALMENTS, CONTRABAND
from sim.population import Columns, Population
from sim.scenario import TRAIT_NAMES, Threat
from sim.site import COMMODITIES
from sim.streams import BoolArray, Draw, FloatArray, IntArray, Purpose, lognormal

KG_PER_LB = 0.45359237
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
SMALL = CONCEALMENTS.index("small")


def _commodity(columns: Columns, name: str) -> BoolArray:
    matches: BoolArray = columns["commodity"] == COMMODITIES.index(name)
    return matches


def _new_shipper(columns: Columns) -> BoolArray:
    return columns["laden"] & (columns["shipper_age_days"] < YEAR_DAYS)


def _short_lead(columns: Columns) -> BoolArray:
    due = np.where(columns["fast"], SHORT_LEAD * MIN_LEAD_FAST_H, SHORT_LEAD * MIN_LEAD_H)
    short: BoolArray = columns["lead_time_h"] < due
    return short


def _thin_history(columns: Columns) -> BoolArray:
    driver = columns["driver_crossings_12m"] < THIN_HISTORY_CROSSINGS
    thin: BoolArray = driver | (columns["plate_crossings_12m"] < THIN_HISTORY_CROSSINGS)
    return thin


def _weight_odd(columns: Columns) -> BoolArray:
    ratio = columns["weight_ratio"]
    odd: BoolArray = (ratio > WEIGHT_ODD_RATIO) | (ratio < 1.0 / WEIGHT_ODD_RATIO)
    return odd


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


def visible_ln(threat: Threat, columns: Columns) -> FloatArray:
    """Return the sum of trait_ln_odds x trait, shape (n,): what a perfect outsider could know."""
    total = np.zeros(columns["laden"].size)
    for name, ln_odds in threat.trait_ln_odds.items():
        total += ln_odds * TRAITS[name](columns)
    return total


def firms_ln(threat: Threat, population: Population, columns: Columns) -> FloatArray:
    """Return the hidden part that is the carrier's and the shipper's, shape (n,).

    A firm that is not of the population has none.
    """
    carrier = look_up(population.carriers.past.latent, columns["carrier"])
    shipper = look_up(population.shippers.past.latent, columns["shipper"])
    total: FloatArray = carrier + columns["laden"] * shipper
    return threat.hidden_ln_sd * math.sqrt(threat.hidden_firm_share) * total


def own_ln_sd(threat: Threat, laden: BoolArray) -> FloatArray:
    """Return the standard deviation of the truck's own hidden part, shape (n,).

    Without a shipper, an empty truck has the shipper's part too.
    """
    firm_share = threat.hidden_firm_share
    own_share = np.where(laden, 1.0 - 2.0 * firm_share, 1.0 - firm_share)
    return threat.hidden_ln_sd * np.sqrt(own_share)


def probability(ln: FloatArray, base: float) -> FloatArray:
    """Return P(carrying) = min(P_MAX, exp(base + ln)), shape (n,)."""
    return np.minimum(np.exp(ln + base), P_MAX)


def _mean_probability(ln: FloatArray, ln_sd: FloatArray, base: float) -> float:
    """Return the mean of min(P_MAX, exp(base + ln + ln_sd x z)) over trucks and over z."""
    a, sd, cap = ln + base, np.maximum(ln_sd, 1e-9), math.log(P_MAX)
    below = np.exp(a + sd * sd / 2.0) * special.ndtr((cap - a) / sd - sd)
    return float(np.mean(below + P_MAX * special.ndtr((a - cap) / sd)))


def solve_base(ln: FloatArray, ln_sd: FloatArray, prevalence: float) -> float:
    """Return the base at which the mean of P(carrying) is the prevalence.

    Parameters
    ----------
    ln : float array, shape (n,)
        The traits and the firms' hidden part of a large sample of trucks.
    ln_sd : float array, shape (n,)
        Standard deviation of the truck's own hidden part, which is integrated out.
    prevalence : float
        Mean of P(carrying); 0 gives a base of minus infinity.

    Examples
    --------
    >>> ln = np.array([0.0, 1.0, 2.0])
    >>> round(float(probability(ln, solve_base(ln, np.zeros(3), 0.3)).mean()), 9)
    0.3
    """
    if prevalence == 0.0:
        return -math.inf
    # From below, each step raises the base by the shortfall: exact at once where nothing is capped.
    base = math.log(prevalence) - float(special.logsumexp(ln + ln_sd**2 / 2.0)) + math.log(ln.size)
    for _ in range(300):
        step = math.log(prevalence / _mean_probability(ln, ln_sd, base))
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


def _shares(share: Mapping[str, float], names: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(share[name] for name in names)


def draw_threat(
    threat: Threat, p: FloatArray, laden: BoolArray, draw: Draw
) -> dict[str, NDArray[Any]]:
    """Draw the hidden truth of trucks whose P(carrying) is known; each would carry something.

    Parameters
    ----------
    threat : Threat
        Shares of types and concealments, load distribution.
    p : float array, shape (n,)
        P(carrying | all traits).
    laden : bool array, shape (n,)
        Whether the truck carries goods; an empty one has no cargo to hide a load in.
    draw : callable
        The trucks' luck.

    Returns
    -------
    dict of arrays, shape (n,)
        The ``true_*`` columns; loads of at most ``small_load_max_lb`` are hidden as a small parcel.
    """
    load_lb = lognormal(draw(Purpose.LOAD), math.exp(threat.load_ln_mean_lb), threat.load_ln_sd)
    u = draw(Purpose.CONCEALMENT)
    concealment = np.where(
        laden,
        _pick(_shares(threat.concealment_share_laden, CONCEALMENTS), u),
        _pick(_shares(threat.concealment_share_empty, CONCEALMENTS), u),
    )
    concealment[load_lb <= threat.small_load_max_lb] = SMALL
    carrying = draw(Purpose.CARRYING) < p
    return {
        "true_p_carrying": p,
        "true_carrying": carrying,
        "true_contraband": _pick(_shares(threat.type_share, CONTRABAND), draw(Purpose.CONTRABAND)),
        "true_concealment": concealment,
        "true_load_kg": np.where(carrying, KG_PER_LB * load_lb, 0.0),
    }


def _small_load(threat: Threat) -> tuple[float, float, float]:
    """Return P(load <= small_load_max_lb) and the mean kg of the loads up to it and above it."""
    ln_mean, sd, limit = threat.load_ln_mean_lb, threat.load_ln_sd, threat.small_load_max_lb
    mean = KG_PER_LB * math.exp(ln_mean + sd * sd / 2.0)
    distance = (math.log(limit) if limit > 0.0 else -math.inf) - ln_mean
    if sd == 0.0:
        return float(distance >= 0.0), mean, mean
    p = float(special.ndtr(distance / sd))
    part = float(special.ndtr(distance / sd - sd))
    below = mean * part / p if p > 0.0 else 0.0
    above = mean * (1.0 - part) / (1.0 - p) if p < 1.0 else 0.0
    return p, below, above


def _concealments(threat: Threat, share: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
    """Return P(concealment) and the mean kg given it, each of shape (3,)."""
    p_small, kg_below, kg_above = _small_load(threat)
    p = (1.0 - p_small) * np.array(_shares(share, CONCEALMENTS))
    kg = p * kg_above
    p[SMALL] += p_small
    kg[SMALL] += p_small * kg_below
    return p, np.divide(kg, p, out=np.zeros_like(kg), where=p > 0.0)


def class_weights(threat: Threat, *, laden: bool) -> FloatArray:
    """Return P(type, concealment | carrying), shape (contraband, concealments), adding up to 1."""
    share = threat.concealment_share_laden if laden else threat.concealment_share_empty
    return np.outer(_shares(threat.type_share, CONTRABAND), _concealments(threat, share)[0])


def class_load_kg(threat: Threat, *, laden: bool) -> FloatArray:
    """Return the mean load in kg given type and concealment, shape (contraband, concealments)."""
    share = threat.concealment_share_laden if laden else threat.concealment_share_empty
    return np.tile(_concealments(threat, share)[1], (len(CONTRABAND), 1))
