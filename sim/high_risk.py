"""High risk, defined: trucks that score at least a threshold, and what was done with them.

The Customs and Border Protection measure that all *high-risk* commercial vehicles be inspected
leaves the term open (GAO-25-107379). Here it is a threshold of the risk score: 0.964 calls those
trucks high-risk that score as the riskiest 3.6 % of past trucks did.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.finds import SCANNERS
from sim.indices import ratio
from sim.order import SERVED


def high_risk(scores: pd.DataFrame, ledger: pd.DataFrame, at_least: float) -> dict[str, float]:
    """Return the METRICS of high-risk trucks that have left the port.

    Parameters
    ----------
    scores : DataFrame
        SCORES of the ledger's trucks, in the same order.
    at_least : float
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
    >>> high_risk(scores, ledger, 0.9)["high_risk_inspection_rate"]
    0.5
    """
    left = np.isfinite(ledger["exit_min"].to_numpy()) & ~ledger["diverted"].to_numpy(bool)
    risky = left & (scores["risk_score"].to_numpy() >= at_least)
    done = [ledger[f"{station}_done"].to_numpy() == SERVED for station in SCANNERS]
    scanned = risky & np.any(done, axis=0)
    inspected = scanned | (risky & ledger["opened"].to_numpy(bool))
    n, m = float(risky.sum()), float(inspected.sum())
    return {
        "n_high_risk": n,
        "n_high_risk_scanned": float(scanned.sum()),
        "n_high_risk_inspected": m,
        "high_risk_inspection_rate": ratio(m, n),
    }
