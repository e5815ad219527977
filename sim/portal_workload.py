"""Scans of two speeds: the share planned slow, the work they make, and the load of lanes that are slow for good."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.arrays import FloatArray
from sim.frames import column
from sim.policies.base import PastTraffic
from sim.scenario import Scenario
from sim.screening import profile_detection
from sim.sensors import OperatingPoints


def planned_slow_share(
    scenario: Scenario, points: OperatingPoints, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic
) -> float:
    """Return the share of scans that the policy means to make slowly, from past days.

    Parameters
    ----------
    trucks, scores : DataFrame
        Past trucks (`sim.policies.base.PAST_COLUMNS`) and their SCORES; ``past`` is their summary.

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


def portal_work(manifest: pd.DataFrame, ledger: pd.DataFrame) -> FloatArray:
    """Return the work that each truck asks of the portal, in minutes [n], by the profile it got.

    A truck whose scan has not begun counts with both works, in the proportion chosen so far.
    """
    fast, chosen = column(manifest, "service_portal_min"), column(ledger, "portal_slow").astype(bool)
    begun = np.isfinite(column(ledger, "portal_start_min"))
    share = chosen[begun].mean() if begun.any() else 0.0
    if not chosen.any():
        return np.asarray(fast, dtype=np.float64)
    slow = column(manifest, "service_portal_slow_min")
    return np.asarray(np.where(begun, np.where(chosen, slow, fast), fast + share * (slow - fast)))


def portal_load(scenario: Scenario, manifest: pd.DataFrame, ledger: pd.DataFrame, available_min: float) -> float | None:
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
    came = np.isfinite(column(ledger, "portal_enter_min"))
    to_slow = column(manifest, "u_lane") * lanes < slow_lanes
    loads = []
    for goes, work, n in (
        (to_slow, "service_portal_slow_min", slow_lanes),
        (~to_slow, "service_portal_min", lanes - slow_lanes),
    ):
        asked = column(manifest, work)[came & goes].sum()
        loads.append(asked / (available_min * n / lanes))
    return float(max(loads))


def splits_lanes(scenario: Scenario) -> bool:
    """Tell whether some lanes always scan slowly, some never, and trucks cannot choose."""
    portal, slow_lanes = scenario.port.portal, scenario.policy.always_slow()
    held = portal.queue == "per_lane" and portal.lane_choice == "random"
    return scenario.has_slow_scan() and held and 0 < slow_lanes < scenario.servers("portal")
