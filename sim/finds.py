"""LEDGER -> METRICS of inspection: what was scanned, alarmed on, opened and seized, and how much.

``left`` [n] says which trucks have left the port; the others count nowhere.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.contraband import CONTRABAND, amount
from sim.order import SERVED, STATIONS, WITHDRAWN
from sim.usage import Bools

SCANNERS = ("low_energy", "portal", "secondary")


def inspections(manifest: pd.DataFrame, ledger: pd.DataFrame, left: Bools) -> dict[str, float]:
    """Return the counts of METRICS that tell of scans, alarms, exams and seizures."""
    done = {s: ledger[f"{s}_done"].to_numpy() for s in STATIONS}
    scanned = np.any([done[s] == SERVED for s in SCANNERS], axis=0) & left
    alarmed = np.any([ledger[f"{s}_alarm"].to_numpy(bool) for s in SCANNERS], axis=0)
    on_leaving = (done["origin"] == SERVED) & left
    clean = ~manifest["true_carrying"].to_numpy(bool)
    stops = sum(
        (((done[s] == SERVED) | (done[s] == WITHDRAWN)) & left).sum()
        for s in STATIONS
        if s != "analyst"
    )
    return {
        "n_scanned": float(scanned.sum()),
        "n_opened": float((ledger["opened"].to_numpy(bool) & left).sum()),
        "n_clean_scanned": float((scanned & clean).sum()),
        "n_false_alarms": float((scanned & clean & alarmed).sum()),
        "n_opened_on_leaving": float(on_leaving.sum()),
        "n_cleared": float(ledger["cleared"].to_numpy(bool).sum()),
        "n_seized_on_leaving": float((ledger["seized"].to_numpy(bool) & on_leaving).sum()),
        "n_seized": float(ledger["seized"].to_numpy(bool).sum()),
        "n_carrying": float((~clean & left).sum()),
        "n_stops": float(stops),
    }


def amounts(manifest: pd.DataFrame, ledger: pd.DataFrame, left: Bools) -> dict[str, float]:
    """Return what was seized and what leaked of each type of contraband, in its unit."""
    carrying = np.flatnonzero(manifest["true_carrying"].to_numpy(bool) & left)
    kind = manifest["true_contraband"].to_numpy()[carrying]
    load = manifest["true_load"].to_numpy()[carrying]
    seized = ledger["seized"].to_numpy(bool)[carrying]
    found = {}
    for code, name in enumerate(CONTRABAND):
        found[amount("seized", name)] = float(load[seized & (kind == code)].sum())
        found[amount("leaked", name)] = float(load[~seized & (kind == code)].sum())
    return found
