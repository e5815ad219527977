"""Inspection policies by name: who is selected for the portal, and what is expected of it.

To add one: a class in one of the ``sim/policies_*.py``, its row in `POLICIES`, a file in
``configs/policy/``, a test. `sim.inspection.Policy` says what a policy may do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.counterfactual import scores_if_carrying
from sim.inspection import Policy
from sim.past import Expected, Past, past_quantile, riskiest
from sim.policies_gated import AllOf, AnyOf, QueueAware, ScanBudget, SkipLot
from sim.policies_listed import Asycuda, Exploration, Minimax, SquareRoot, TrustedTrader
from sim.policies_plain import (
    NoReferral,
    RandomShare,
    ScanEverything,
    Threshold,
    TodaysPractice,
    TopShare,
)
from sim.policies_ticketed import DedicatedSlow, RandomSlow, Ticketed
from sim.policies_tree import SensorTree

if TYPE_CHECKING:
    from sim.scenario import Scenario

__all__ = [
    "POLICIES",
    "Expected",
    "Past",
    "Policy",
    "expected",
    "floor_top_up",
    "past_quantile",
    "riskiest",
    "select",
]

Bools = npt.NDArray[np.bool_]

POLICIES: dict[str, type[Policy]] = {
    "no_referral": NoReferral,
    "todays_practice": TodaysPractice,
    "random_share": RandomShare,
    "threshold": Threshold,
    "top_share": TopShare,
    "scan_everything": ScanEverything,
    "square_root": SquareRoot,
    "trusted_trader": TrustedTrader,
    "asycuda": Asycuda,
    "minimax": Minimax,
    "exploration": Exploration,
    "queue_aware": QueueAware,
    "skip_lot": SkipLot,
    "scan_budget": ScanBudget,
    "any_of": AnyOf,
    "all_of": AllOf,
    "sensor_tree": SensorTree,
    "ticketed": Ticketed,
    "random_slow": RandomSlow,
    "dedicated_slow": DedicatedSlow,
}
"""Every policy that a configuration may name."""


def select(scenario: Scenario, manifest: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
    """Return bool[n], who is selected for the portal before arrival under the scenario's policy.

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
    policy = scenario.policy
    chosen = policy.choose(manifest, scores, past)
    return chosen | (manifest["u_floor"].to_numpy() < floor_top_up(policy))


def floor_top_up(policy: Policy) -> float:
    """Return r such that 1 - (1 - a)(1 - r) is the random floor, a being at random already.

    >>> policy = RandomShare(name="r", random_floor_share=0.5, officer_referral=True, share=0.2)
    >>> round(floor_top_up(policy), 3)
    0.375
    """
    already = policy.random_share()
    if already >= policy.random_floor_share:
        return 0.0
    return (policy.random_floor_share - already) / (1.0 - already)


def expected(
    scenario: Scenario, past_manifest: pd.DataFrame, past_scores: pd.DataFrame, past: Past
) -> Expected:
    """Return what the policy would have done on past days: the run's own trucks have no say.

    The threat-image share is (images a day x mean P(carrying) of the scanned + test images a day)
    / (images a day + test images a day); with no image at all it is the analysts' reference.
    """
    policy = scenario.policy
    clean, carrying = policy.ex_ante(scenario, past_manifest, past_scores, past)
    with_load = scores_if_carrying(past_scores)
    if with_load is not None:
        _, carrying = policy.ex_ante(scenario, past_manifest, with_load, past)
    floored = past_manifest["u_floor"].to_numpy() < floor_top_up(policy)
    clean, carrying = np.where(floored, 1.0, clean), np.where(floored, 1.0, carrying)
    scans = scenario.servers("portal") > 0 or scenario.servers("secondary") > 0
    scan_share = float(clean.mean()) if scans and len(clean) else 0.0
    analyst = scenario.scanner.analyst
    has_portal = scenario.servers("portal") > 0
    images = past.trucks_per_day * scan_share * has_portal * (1.0 - analyst.auto_clear_share)
    total = images + analyst.test_images_per_day
    tested = policy.tested(scenario, past)
    if total == 0.0:
        return Expected(scan_share, analyst.reference_threat_image_share, tested)
    p_threat = float((past.p_carrying * carrying).sum() / clean.sum()) if images > 0.0 else 0.0
    share = (images * p_threat + analyst.test_images_per_day) / total
    return Expected(scan_share, share, tested)
