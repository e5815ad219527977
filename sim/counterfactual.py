"""What would have become of a truck had it carried, where selection hangs on the truth.

What others share (`sim.partner`) is an observation of the truth, so that a truck with a load is
scored, and selected, otherwise than the same truck without one. A probe asks of every truck what
would have become of a load; so it must follow the path of the truck *as if carrying*:

1. `as_if_carrying` puts the readings that a load would have had into the manifest;
2. the risk model scores that manifest too, into the columns `IF_CARRYING` of SCORES;
3. the policy selects a second time, on those scores;
4. `paths_of_loads` changes the ledger of the trucks whose selection differs, for the probe alone.

See ``docs/decisions/009-detection-where-information-knows-the-truth.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.insider import helped
from sim.order import NOT_VISITED, SERVED, WAIVED
from sim.sharing import IF, SHARED

if TYPE_CHECKING:
    from sim.scenario import Scenario

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
IF_CARRYING = {"p_hit": "p_hit_if_carrying", "risk_score": "risk_score_if_carrying"}
"""Columns that SCORES have besides where a model reads what others share: the probe's alone."""


def as_if_carrying(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest with every shared item as it would read were each truck carrying."""
    return manifest.assign(**{name: manifest[IF + name] for name, *_ in SHARED})


def with_loads(scenario: Scenario, manifest: pd.DataFrame, chosen: Ints) -> pd.DataFrame:
    """Return the manifest with a load on board of the chosen trucks, and all else as it was.

    What they carry, and where, is what they would have carried; of its size nothing is known. Whom
    the run then seizes says by brute force what the probes say by arithmetic.

    Parameters
    ----------
    chosen : int64[m]
        Rows of MANIFEST.
    """
    carrying = manifest["true_carrying"].to_numpy(dtype=bool).copy()
    carrying[chosen] = True
    by_load = {name: manifest[name].to_numpy().copy() for name, *_ in SHARED}
    for name, values in by_load.items():
        values[chosen] = manifest[IF + name].to_numpy()[chosen]
    with_help = helped(scenario.insider, carrying, manifest["u_help"].to_numpy())
    return manifest.assign(true_carrying=carrying, true_insider_help=with_help, **by_load)


def with_both(scores: pd.DataFrame, if_carrying: pd.DataFrame) -> pd.DataFrame:
    """Return SCORES with those of the same trucks as if carrying beside them."""
    return scores.assign(**{then: if_carrying[now] for now, then in IF_CARRYING.items()})


def scores_if_carrying(scores: pd.DataFrame) -> pd.DataFrame | None:
    """Return SCORES as if every truck carried; None: no score hangs on the truth."""
    if not set(IF_CARRYING.values()) <= set(scores.columns):
        return None
    return pd.DataFrame({"truck": scores["truck"]}).assign(
        **{now: scores[then] for now, then in IF_CARRYING.items()}
    )


def paths_of_loads(
    scenario: Scenario, ledger: pd.DataFrame, selected: Bools, if_carrying: Bools
) -> pd.DataFrame:
    """Return the ledger with the portal as loads would have met it.

    A truck that a load would have sent to the portal is served there unless the portal's yard was
    full, and waives trucks, when the truck came off the approach; one that only a clean truck's
    readings sent there was not imaged. All else is left as it was.

    Parameters
    ----------
    selected, if_carrying : bool[n]
        Whom the policy selected, and whom it would have selected with a load.
    """
    if scenario.servers("portal") == 0:
        return ledger
    done = ledger["portal_done"].to_numpy().copy()
    done[selected & ~if_carrying] = NOT_VISITED
    more = if_carrying & ~selected
    done[more] = np.where(_turned_away(scenario, ledger)[more], WAIVED, SERVED)
    return ledger.assign(portal_done=done)


def _turned_away(scenario: Scenario, ledger: pd.DataFrame) -> Bools:
    """Return where the portal's yard was full as each truck came off the approach."""
    room = scenario.port.portal.room_trucks
    if room is None or scenario.port.portal.when_full != "suspend":
        return np.zeros(len(ledger), dtype=bool)
    now = ledger["approach_end_min"].to_numpy()
    waiting = _count(ledger["portal_enter_min"], now) - _count(ledger["portal_start_min"], now)
    free = _servers_free(scenario, ledger, now)
    return np.asarray((waiting >= room) & ~free)


def _servers_free(scenario: Scenario, ledger: pd.DataFrame, now: Floats) -> Bools:
    """Return where a portal stood free; one that is broken down counts as free, which is rare.

    With a room for at least one truck this plays no part, because nobody waits beside a free one.
    """
    if scenario.port.portal.room_trucks != 0:
        return np.zeros(len(now), dtype=bool)
    inside = _count(ledger["portal_start_min"], now) - _count(ledger["portal_leave_min"], now)
    return np.asarray(inside < scenario.servers("portal"))


def _count(moments: pd.Series, now: Floats) -> npt.NDArray[np.int64]:
    """Return how many of these moments lie before each of ``now``."""
    known = np.sort(moments.dropna().to_numpy(dtype=np.float64))
    return np.asarray(np.searchsorted(known, now, side="left"), dtype=np.int64)
