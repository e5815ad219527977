"""Inspection policies by name: who is selected for the portal, and what is expected of it.

To add one: a class with ``@register("name")`` in one of `MODULES`, a file in ``configs/policy/``,
a test. `sim.policies.base.Policy` says what a policy may do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.policies import lists, portal_policies, published_lists, sensor_tree, slow_scans
from sim.policies.base import POLICIES, Chances, PastTraffic, Policy, PolicyExpectation
from sim.trucks.counterfactual import scores_if_carrying

if TYPE_CHECKING:
    from sim.setting.setting import Setting

__all__ = ["POLICIES", "Policy", "floor_top_up", "policy_expectation", "select_trucks"]

MODULES = (lists, published_lists, portal_policies, sensor_tree, slow_scans)
"""Modules whose policies are registered as they are imported."""


def select_trucks(policy: Policy, manifest: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
    """Return bool[n], who is selected for the portal before arrival under a policy.

    The random floor adds trucks by ``u_floor`` alone, so that with those that the policy itself
    takes at random, whatever their score, ``random_floor_share`` of all trucks are reached (more
    where the policy's luck differs between trucks, as by class or by risk).

    Parameters
    ----------
    manifest, scores : DataFrame
        MANIFEST and SCORES of the same trucks in the same order.

    Raises
    ------
    PolicyError
        The policy needs a quantile of past days, and no truck came on them.
    """
    chosen = policy.choose(manifest, scores, past)
    return chosen | (manifest["u_floor"].to_numpy() < floor_top_up(policy))


def floor_top_up(policy: Policy) -> float:
    """Return r such that 1 - (1 - a)(1 - r) is the random floor, a being at random already.

    >>> policy = lists.RandomShare(name="r", random_floor_share=0.5, officer_referral=True, share=0.2)
    >>> round(floor_top_up(policy), 3)
    0.375
    """
    already = policy.random_share()
    if already >= policy.random_floor_share:
        return 0.0
    return (policy.random_floor_share - already) / (1.0 - already)


def expected_scan_share(
    policy: Policy, setting: Setting, manifest: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic
) -> float:
    """Return the share of trucks of a MANIFEST that the policy means to scan, before any of them comes."""
    return _mean_of_scans(setting, _chances_with_floor(policy, setting, manifest, scores, past)[0])


def _mean_of_scans(setting: Setting, clean: FloatArray) -> float:
    scans = setting.servers("portal") > 0 or setting.servers("secondary") > 0
    return float(clean.mean()) if scans and len(clean) else 0.0


def _chances_with_floor(
    policy: Policy, setting: Setting, manifest: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic
) -> Chances:
    """Return the chances of a scan before the run, the random floor included."""
    clean, carrying = policy.ex_ante(setting, manifest, scores, past)
    floored = manifest["u_floor"].to_numpy() < floor_top_up(policy)
    return np.where(floored, 1.0, clean), np.where(floored, 1.0, carrying)


def policy_expectation(
    policy: Policy, setting: Setting, past_manifest: pd.DataFrame, past_scores: pd.DataFrame, past: PastTraffic
) -> PolicyExpectation:
    """Return what the policy would have done on past days: the run's own trucks have no say.

    The threat-image share is (images a day x mean P(carrying) of the scanned + test images a day)
    / (images a day + test images a day); with no image at all it is the analysts' reference.
    """
    clean, carrying = _chances_with_floor(policy, setting, past_manifest, past_scores, past)
    with_load = scores_if_carrying(past_scores)
    if with_load is not None:
        _, carrying = _chances_with_floor(policy, setting, past_manifest, with_load, past)
    scan_share = _mean_of_scans(setting, clean)
    tested = policy.tested(setting, past)
    p_threat = float((past.p_carrying * carrying).sum() / clean.sum()) if scan_share > 0.0 else 0.0
    share = threat_image_share(setting, past.trucks_per_day * scan_share, p_threat)
    return PolicyExpectation(scan_share, share, tested)


def threat_image_share(setting: Setting, scans_per_day: float, p_threat: float) -> float:
    """Return the expected share of analysts' images that hold a threat, test images included.

    ``scans_per_day`` are the portal's, were there one, and ``p_threat`` is the mean P(carrying) of the scanned.
    """
    analyst = setting.scanner.analyst
    images = scans_per_day * (setting.servers("portal") > 0) * (1.0 - analyst.auto_clear_share)
    total = images + analyst.test_images_per_day
    if total == 0.0:
        return analyst.reference_threat_image_share
    return (images * p_threat + analyst.test_images_per_day) / total
