"""Screening at the portal in two profiles, fast and slow: what it asks of lanes, what it detects.

A policy chooses the profile as each scan begins (``Policy.profile``). The slow scan takes another
time (``scanner.portal.slow``) and has an operating point of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from sim.arrays import FloatArray
from sim.sensors import OperatingPoints, SensorName, d_prime, p_false_alarm
from sim.setting.contraband import DENSITIES
from sim.setting.setting import Setting
from sim.trucks.insider import p_help_patterns
from sim.trucks.service_times import service_mean_min
from sim.trucks.threat import load_class_weights


def p_alarm_by_cargo(setting: Setting, points: OperatingPoints, sensor: SensorName) -> npt.NDArray[np.float64]:
    """Return P(alarm | carrying), over types and concealments, float64[empty or laden, density].

    Averaged over the concealment factor that is Phi(d' - threshold), whatever rho; images that a
    compromised analyst clears raise no alarm.
    """
    loads = np.stack([load_class_weights(setting.threat, laden=laden) for laden in (False, True)])
    hit = ndtr(d_prime(setting, sensor) - points.threshold(sensor))
    judged = 1.0 - setting.insider.helped_load_share * p_help_patterns(setting)[:, :, 1].sum()
    return np.asarray(judged * np.einsum("ltc,tcd->ld", loads, hit), dtype=np.float64)


def p_alarm_by_truck(
    setting: Setting, points: OperatingPoints, sensor: SensorName, trucks: pd.DataFrame | Mapping[str, npt.NDArray[Any]]
) -> FloatArray:
    """Return P(alarm | carrying) of each truck, float64[n], by its cargo.

    Parameters
    ----------
    trucks : DataFrame or mapping of arrays [n]
        ``laden`` and ``density`` of MANIFEST.
    """
    laden, density = (np.asarray(trucks[name], dtype=np.int64) for name in ("laden", "density"))
    # nothing stands before a load in an empty trailer
    density = np.where(laden == 1, density, 0)
    return np.asarray(p_alarm_by_cargo(setting, points, sensor)[laden, density])


def profile_detection(
    setting: Setting, points: OperatingPoints, trucks: pd.DataFrame, weights: FloatArray
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
        fast, slow = (float(p_alarm_by_cargo(setting, points, name).mean()) for name in both)
        return fast, slow
    each = (p_alarm_by_truck(setting, points, name, trucks) for name in both)
    fast, slow = (float((hit * weights).sum() / weights.sum()) for hit in each)
    return fast, slow


def reachable_detection(setting: Setting, points: OperatingPoints) -> tuple[float, float]:
    """Return the least fast and the greatest slow P(alarm | carrying) of any cargo."""
    fast = p_alarm_by_cargo(setting, points, "portal")
    slow = p_alarm_by_cargo(setting, points, "portal_slow")
    return float(fast.min()), float(slow.max())


def portal_mean_min(setting: Setting, slow_share: float) -> float:
    """Return the mean work of a portal scan when ``slow_share`` of scans are slow, in minutes."""
    portal = setting.scanner.portal
    fast = service_mean_min(portal.service)
    if portal.slow is None:
        return fast
    return fast + slow_share * (service_mean_min(portal.slow.service) - fast)


def portal_false_alarm(points: OperatingPoints, slow_share: float) -> float:
    """Return P(portal alarm | clean) when ``slow_share`` of scans are slow."""
    fast, slow = p_false_alarm(points, "portal"), p_false_alarm(points, "portal_slow")
    return fast + slow_share * (slow - fast)


assert DENSITIES[0] == "low"  # noqa: S101  (an empty trailer hides as little as light cargo)
