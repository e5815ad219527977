"""The random stream (trucks inspected by luck among those that targeting let pass), and high-risk trucks.

An agency that opens whom it suspects never learns what the others carry; a random sample of those
whom targeting let pass is the only way to infer it. A truck of the sample is *inspected* when the
portal served it: imaged, and opened if the image alarmed. Those opened are no sample of their own,
because an alarm chose them.

Source: random compliance examinations and what follows from them, GAO-02-215R.

CBP's measure that all *high-risk* vehicles be inspected leaves the term open (GAO-25-107379). Here it
is a threshold of the risk score: 0.964 is reached by the riskiest 3.6 % of past trucks.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from sim.arrays import BoolArray
from sim.frames import column, with_columns
from sim.policies.base import PastTraffic
from sim.policies.registry import floor_top_up, select_trucks
from sim.results.indices import ratio_or_nan
from sim.scenario import Scenario
from sim.stations import SCANNERS, SERVED


def targeted_trucks(
    scenario: Scenario,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    past: PastTraffic,
    ledger: pd.DataFrame | None = None,
) -> BoolArray:
    """Return bool[n], whom the policy would have selected had luck selected nobody.

    Where the policy's own luck is uneven (by risk, by class, by queue), whom it selects is no fair
    sample: only the random floor is, and all others that were selected count as targeted. For a
    policy that chooses at the port, ``ledger`` says who they were; trucks of the floor that it
    would have chosen anyway are then not known apart.
    """
    policy = scenario.policy
    if not policy.even_luck:
        aimed = policy.choose(manifest, scores, past)
        if ledger is not None:
            floor = column(manifest, "u_floor") < floor_top_up(policy)
            aimed |= column(ledger, "selected") & ~floor
        return aimed
    never = functools.partial(np.ones, len(manifest))
    unlucky = with_columns(manifest, {"u_select": never, "u_floor": never})
    return select_trucks(scenario.policy, unlucky, scores, past)


def random_stream_counts(is_targeted: BoolArray, manifest: pd.DataFrame, ledger: pd.DataFrame) -> dict[str, float]:
    """Return the counts of the random stream, of trucks that have left the port.

    Parameters
    ----------
    is_targeted : bool[n]
        From `targeted_trucks`.

    Returns
    -------
    dict
        ``n_passed``, ``n_passed_carrying``: trucks that targeting let pass, and the truth about
        them; ``n_random_inspected``, ``n_random_opened``, ``n_random_seized``: those that luck sent
        to the portal.
    """
    passed = ~is_targeted & np.isfinite(column(ledger, "exit_min"))
    imaged = column(ledger, "portal_done") == SERVED
    drawn = passed & column(ledger, "selected") & imaged
    opened, seized = (column(ledger, name) for name in ("opened", "seized"))
    return {
        "n_passed": float(passed.sum()),
        "n_passed_carrying": float((passed & column(manifest, "true_carrying")).sum()),
        "n_random_inspected": float(drawn.sum()),
        "n_random_opened": float((drawn & opened).sum()),
        "n_random_seized": float((drawn & seized).sum()),
    }


def high_risk_counts(scores: pd.DataFrame, ledger: pd.DataFrame, threshold: float) -> dict[str, float]:
    """Return the METRICS of high-risk trucks that have left the port.

    Parameters
    ----------
    scores : DataFrame
        SCORES of the ledger's trucks, in the same order.
    threshold : float
        Risk score (0-1) from which on a truck is high-risk.

    Returns
    -------
    dict
        ``n_high_risk``, ``n_high_risk_scanned``, ``n_high_risk_inspected`` (scanned or opened) and
        ``high_risk_inspection_rate``; NaN where no truck is high-risk.

    Examples
    --------
    >>> ledger = pd.DataFrame({"exit_min": [9.0, 9.0, np.nan], "diverted": False, "opened": False,
    ...                        **{f"{s}_done": [1, 0, 1] for s in SCANNERS}})
    >>> scores = pd.DataFrame({"risk_score": [0.99, 0.97, 0.98]})
    >>> high_risk_counts(scores, ledger, 0.9)["high_risk_inspection_rate"]
    0.5
    """
    left = np.isfinite(column(ledger, "exit_min")) & ~column(ledger, "diverted")
    risky = left & (column(scores, "risk_score") >= threshold)
    done = [column(ledger, f"{station}_done") == SERVED for station in SCANNERS]
    scanned = risky & np.any(done, axis=0)
    inspected = scanned | (risky & column(ledger, "opened"))
    n, m = float(risky.sum()), float(inspected.sum())
    return {
        "n_high_risk": n,
        "n_high_risk_scanned": float(scanned.sum()),
        "n_high_risk_inspected": m,
        "high_risk_inspection_rate": ratio_or_nan(m, n),
    }
