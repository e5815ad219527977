"""Screening at the portal in two profiles, fast and slow: what it asks of lanes, what it detects.

A policy chooses the profile as each scan begins (``Policy.profile``). The slow scan takes another
time (``scanner.portal.slow``) and has an operating point of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from sim.insider import patterns
from sim.instruments import DENSITIES
from sim.order import SERVED
from sim.past import Past
from sim.scenario import Scenario
from sim.sensor import OperatingPoints, SensorName, d_prime, p_false_alarm
from sim.service_times import service_mean
from sim.threat import class_weights

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Screened(NamedTuple):
    """What the portal is expected to alarm on, of the trucks that have left primary."""

    weight: float
    """Expected loads: sum of P(carrying)."""
    scanned: float
    """Those in trucks that the portal scanned."""
    caught: float
    """Sum of P(carrying) x P(portal alarm | carrying, the profile used); 0 where unscanned."""


def p_alarm_by_cargo(
    scenario: Scenario, points: OperatingPoints, sensor: SensorName
) -> npt.NDArray[np.float64]:
    """Return P(alarm | carrying), over types and concealments, float64[empty or laden, density].

    Averaged over the concealment factor that is Phi(d' - threshold), whatever rho; images that a
    compromised analyst clears raise no alarm.
    """
    loads = np.stack([class_weights(scenario.threat, laden=laden) for laden in (False, True)])
    hit = ndtr(d_prime(scenario, sensor) - points.threshold(sensor))
    judged = 1.0 - scenario.insider.helped_load_share * patterns(scenario)[:, :, 1].sum()
    return np.asarray(judged * np.einsum("ltc,tcd->ld", loads, hit), dtype=np.float64)


def p_alarm_of(
    scenario: Scenario, points: OperatingPoints, sensor: SensorName, trucks: pd.DataFrame
) -> Floats:
    """Return P(alarm | carrying) of each truck, float64[n], by its cargo.

    Parameters
    ----------
    trucks : DataFrame
        ``laden`` and ``density`` of MANIFEST.
    """
    laden = trucks["laden"].to_numpy(dtype=np.int64)
    # nothing stands before a load in an empty trailer
    density = np.where(laden == 1, trucks["density"].to_numpy(dtype=np.int64), 0)
    return np.asarray(p_alarm_by_cargo(scenario, points, sensor)[laden, density])


def profile_detection(
    scenario: Scenario, points: OperatingPoints, trucks: pd.DataFrame, weights: Floats
) -> tuple[float, float]:
    """Return P(portal alarm | carrying) of the fast and of the slow scan.

    Parameters
    ----------
    trucks : DataFrame
        ``laden`` and ``density`` of past trucks.
    weights : float64[n]
        How much of the loads each of them stands for; where it is 0 of all, loads are spread
        evenly over kinds of cargo.
    """
    both: tuple[SensorName, SensorName] = ("portal", "portal_slow")
    if weights.sum() == 0.0:
        fast, slow = (float(p_alarm_by_cargo(scenario, points, name).mean()) for name in both)
        return fast, slow
    each = (p_alarm_of(scenario, points, name, trucks) for name in both)
    fast, slow = (float((hit * weights).sum() / weights.sum()) for hit in each)
    return fast, slow


def reachable(scenario: Scenario, points: OperatingPoints) -> tuple[float, float]:
    """Return the least fast and the greatest slow P(alarm | carrying) of any cargo."""
    fast = p_alarm_by_cargo(scenario, points, "portal")
    slow = p_alarm_by_cargo(scenario, points, "portal_slow")
    return float(fast.min()), float(slow.max())


def planned_slow_share(
    scenario: Scenario,
    points: OperatingPoints,
    trucks: pd.DataFrame,
    scores: pd.DataFrame,
    past: Past,
) -> float:
    """Return the share of scans that the policy means to make slowly, from past days.

    Parameters
    ----------
    trucks, scores : DataFrame
        Past trucks (`sim.past.PAST_COLUMNS`) and their SCORES; ``past`` is their summary.

    Raises
    ------
    ConfigError
        A target detection that fast and slow scans of these trucks cannot reach.
    """
    if not scenario.has_slow_scan():
        return 0.0
    policy = scenario.policy
    _, scanned = policy.ex_ante(scenario, trucks, scores, past)
    both = profile_detection(scenario, points, trucks, scanned * past.p_carrying)
    return policy.slow_share_of(scenario, *both)


def portal_mean_min(scenario: Scenario, slow_share: float) -> float:
    """Return the mean work of a portal scan when ``slow_share`` of scans are slow, in minutes."""
    portal = scenario.scanner.portal
    fast = service_mean(portal.service)
    if portal.slow is None:
        return fast
    return fast + slow_share * (service_mean(portal.slow.service) - fast)


def portal_false_alarm(points: OperatingPoints, slow_share: float) -> float:
    """Return P(portal alarm | clean) when ``slow_share`` of scans are slow."""
    fast, slow = p_false_alarm(points, "portal"), p_false_alarm(points, "portal_slow")
    return fast + slow_share * (slow - fast)


def portal_work(manifest: pd.DataFrame, ledger: pd.DataFrame) -> Floats:
    """Return the work that each truck asks of the portal, in minutes [n], by the profile it got.

    A truck whose scan has not begun counts with both works, in the proportion chosen so far.
    """
    fast = manifest["service_portal_min"].to_numpy(dtype=np.float64)
    slow = manifest["service_portal_slow_min"].to_numpy(dtype=np.float64)
    chosen = ledger["portal_slow"].to_numpy(dtype=bool)
    begun = np.isfinite(ledger["portal_start_min"].to_numpy())
    share = chosen[begun].mean() if begun.any() else 0.0
    return np.asarray(np.where(begun, np.where(chosen, slow, fast), fast + share * (slow - fast)))


def portal_load(
    scenario: Scenario, manifest: pd.DataFrame, ledger: pd.DataFrame, available_min: float
) -> float | None:
    """Return the load of the busier kind of lane where lanes are fast or slow for good.

    None where a truck of either kind of lane could have gone to the other, so that the whole
    portal's load says it all.

    Parameters
    ----------
    available_min : float
        Server-minutes of the whole portal within the window.
    """
    lanes, slow_lanes = scenario.servers("portal"), scenario.policy.always_slow()
    if not splits_lanes(scenario) or available_min <= 0.0:
        return None
    came = np.isfinite(ledger["portal_enter_min"].to_numpy())
    to_slow = manifest["u_lane"].to_numpy() * lanes < slow_lanes
    loads = []
    for goes, column, n in (
        (to_slow, "service_portal_slow_min", slow_lanes),
        (~to_slow, "service_portal_min", lanes - slow_lanes),
    ):
        asked = manifest[column].to_numpy(dtype=np.float64)[came & goes].sum()
        loads.append(asked / (available_min * n / lanes))
    return float(max(loads))


def splits_lanes(scenario: Scenario) -> bool:
    """Tell whether some lanes always scan slowly, some never, and trucks cannot choose."""
    portal, slow_lanes = scenario.port.portal, scenario.policy.always_slow()
    held = portal.queue == "per_lane" and portal.lane_choice == "random"
    return scenario.has_slow_scan() and held and 0 < slow_lanes < scenario.servers("portal")


def measures(ledger: pd.DataFrame, found: Screened) -> dict[str, float]:
    """Return the counts and sums of METRICS that tell of the portal's screening."""
    wait = (ledger["portal_start_min"] - ledger["portal_enter_min"]).to_numpy()
    done = ledger["portal_done"].to_numpy() == SERVED
    return {
        "n_screened": float(done.sum()),
        "n_screened_slow": float((done & ledger["portal_slow"].to_numpy(dtype=bool)).sum()),
        "n_screening_waits": float(np.isfinite(wait).sum()),
        "screening_wait_sum_min": float(np.nansum(wait)),
        "screening_weight": found.weight,
        "screened_weight": found.scanned,
        "screening_caught": found.caught,
    }


def presented_weight(manifest: pd.DataFrame, ledger: pd.DataFrame) -> Floats:
    """Return P(carrying) of each truck that has left primary, 0 of the others, float64[n].

    A truck turned away in line has not left primary: it comes back another day, or elsewhere.
    """
    left = (ledger["primary_leave_min"].notna() | ledger["exit_min"].notna()).to_numpy()
    left = left & ~ledger["diverted"].to_numpy(dtype=bool)
    return np.where(left, manifest["true_p_carrying"].to_numpy(dtype=np.float64), 0.0)


def screened(
    scenario: Scenario, points: OperatingPoints, manifest: pd.DataFrame, ledger: pd.DataFrame
) -> Screened:
    """Sum what the portal is expected to alarm on, every truck a probe.

    Parameters
    ----------
    manifest, ledger : DataFrame
        MANIFEST and LEDGER of the same ``n`` trucks in the same order.
    """
    weight = presented_weight(manifest, ledger)
    seen = np.where(ledger["portal_done"].to_numpy() == SERVED, weight, 0.0)
    slow = ledger["portal_slow"].to_numpy(dtype=bool)
    hit = p_alarm_of(scenario, points, "portal", manifest)
    if slow.any():
        hit = np.where(slow, p_alarm_of(scenario, points, "portal_slow", manifest), hit)
    # a matrix product's last bit depends on the number of threads, and they quarrel over cores
    return Screened(float(weight.sum()), float(seen.sum()), float((seen * hit).sum()))


assert DENSITIES[0] == "low"  # noqa: S101  (an empty trailer hides as little as light cargo)
