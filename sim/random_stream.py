"""The trucks that are inspected at random, whatever their score: the only fair sample there is.

A truck belongs to the stream when the policy's own random draw or its random floor reaches it, also
if its score would have selected it anyway. It is *inspected* when the portal served it: imaged, and
opened if the image alarmed. Those opened are no sample of their own, because the alarm chose them.

Source: random compliance examinations and what follows from them, GAO-02-215R.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.order import SERVED
from sim.policy import Policy, floor_top_up

Bools = npt.NDArray[np.bool_]


def drawn_at_random(policy: Policy, manifest: pd.DataFrame) -> Bools:
    """Return who is reached by luck alone [n]."""
    by_policy = manifest["u_select"].to_numpy() < policy.random_share()
    by_floor = manifest["u_floor"].to_numpy() < floor_top_up(policy)
    return np.asarray(by_policy | by_floor)


def stream(policy: Policy, manifest: pd.DataFrame, ledger: pd.DataFrame) -> dict[str, float]:
    """Return the counts of the random stream, of trucks that have left the port.

    Returns
    -------
    dict
        ``n_random_inspected``, ``n_random_opened``, ``n_random_seized`` and ``n_uninspected``:
        trucks that were neither imaged nor opened.
    """
    left = np.isfinite(ledger["exit_min"].to_numpy())
    imaged = ledger["portal_done"].to_numpy() == SERVED
    opened, seized = (ledger[name].to_numpy(bool) for name in ("opened", "seized"))
    chosen = drawn_at_random(policy, manifest) & ledger["selected"].to_numpy(bool) & imaged & left
    second = ledger["secondary_done"].to_numpy() == SERVED
    return {
        "n_random_inspected": float(chosen.sum()),
        "n_random_opened": float((chosen & opened).sum()),
        "n_random_seized": float((chosen & seized).sum()),
        "n_uninspected": float((left & ~imaged & ~second & ~opened).sum()),
    }
