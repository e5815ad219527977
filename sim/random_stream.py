"""The random stream: trucks inspected by luck alone, among those that targeting let pass.

An agency that opens whom it suspects never learns what the others carry; a random sample of those
whom targeting let pass is the only way to infer it. A truck of the sample is *inspected* when the
portal served it: imaged, and opened if the image alarmed. Those opened are no sample of their own,
because an alarm chose them.

Source: random compliance examinations and what follows from them, GAO-02-215R.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.order import SERVED
from sim.policy import Past, floor_top_up, select
from sim.scenario import Scenario

Bools = npt.NDArray[np.bool_]


def targeted(
    scenario: Scenario,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    past: Past,
    ledger: pd.DataFrame | None = None,
) -> Bools:
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
            floor = manifest["u_floor"].to_numpy() < floor_top_up(policy)
            aimed |= ledger["selected"].to_numpy(bool) & ~floor
        return aimed
    unlucky = manifest.copy(deep=False)
    unlucky["u_select"] = unlucky["u_floor"] = 1.0
    return select(scenario, unlucky, scores, past)


def stream(aimed_at: Bools, manifest: pd.DataFrame, ledger: pd.DataFrame) -> dict[str, float]:
    """Return the counts of the random stream, of trucks that have left the port.

    Parameters
    ----------
    aimed_at : bool[n]
        From `targeted`.

    Returns
    -------
    dict
        ``n_passed``, ``n_passed_carrying``: trucks that targeting let pass, and the truth about
        them; ``n_random_inspected``, ``n_random_opened``, ``n_random_seized``: those that luck sent
        to the portal.
    """
    passed = ~aimed_at & np.isfinite(ledger["exit_min"].to_numpy())
    imaged = ledger["portal_done"].to_numpy() == SERVED
    drawn = passed & ledger["selected"].to_numpy(bool) & imaged
    opened, seized = (ledger[name].to_numpy(bool) for name in ("opened", "seized"))
    return {
        "n_passed": float(passed.sum()),
        "n_passed_carrying": float((passed & manifest["true_carrying"].to_numpy(bool)).sum()),
        "n_random_inspected": float(drawn.sum()),
        "n_random_opened": float((drawn & opened).sum()),
        "n_random_seized": float((drawn & seized).sum()),
    }
