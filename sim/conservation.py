"""Nobody gets lost: every truck of a replication is accounted for exactly once."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.order import STATIONS
from sim.tables import MOMENTS

Bools = npt.NDArray[np.bool_]


def conserved(manifest: pd.DataFrame, ledger: pd.DataFrame) -> bool:
    """Return whether every truck is accounted for exactly once.

    The trucks of the ledger are those of the manifest; nobody is seized unopened or clean; moments
    do not run backwards; a truck that has left stands at no station, and one that has not left is
    where its moments say; one turned away never began primary inspection. Then arrived = released +
    seized + turned away + still inside.
    """
    carrying = manifest["true_carrying"].to_numpy(bool)
    if not np.array_equal(ledger["truck"].to_numpy(), manifest["truck"].to_numpy()):
        if not np.array_equal(np.sort(ledger["truck"]), np.sort(manifest["truck"])):
            return False
        carrying = carrying[_row_of(manifest, ledger)]
    seized, opened = ledger["seized"].to_numpy(bool), ledger["opened"].to_numpy(bool)
    left = np.isfinite(ledger["exit_min"].to_numpy())
    diverted = ledger["diverted"].to_numpy(bool)
    released, inside = left & ~seized & ~diverted, ~left & ~seized
    n_gone = released.sum() + (seized & left).sum() + (diverted & left).sum()
    adds_up = len(manifest) == n_gone + inside.sum()
    begun = np.isfinite(ledger["primary_start_min"].to_numpy())
    lawful = not (seized & ~(opened & carrying)).any() and not (opened & ~left).any()
    lawful &= not (diverted & (begun | seized)).any()
    return bool(adds_up and lawful and _in_order(ledger, left))


def _row_of(manifest: pd.DataFrame, ledger: pd.DataFrame) -> npt.NDArray[np.int64]:
    order = np.argsort(manifest["truck"].to_numpy(), kind="stable")
    return np.asarray(order[np.argsort(np.argsort(ledger["truck"].to_numpy(), kind="stable"))])


def _in_order(ledger: pd.DataFrame, left: Bools) -> bool:
    arrive, exit_min = ledger["arrive_min"].to_numpy(), ledger["exit_min"].to_numpy()
    for station in STATIONS:
        moments = [ledger[f"{station}_{m}_min"].to_numpy() for m in MOMENTS]
        chain = [arrive, *moments, *([] if station == "analyst" else [exit_min])]
        if any((later < earlier).any() for earlier, later in itertools.pairwise(chain)):
            return False
        enter, leave = moments[0], moments[-1]
        if station != "analyst" and (left & np.isfinite(enter) & ~np.isfinite(leave)).any():
            return False
    return True
