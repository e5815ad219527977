"""Why each truck went to a station, in words: what the ledger records of targeting, luck, officers and alarms.

Nothing of the hidden truth is read: these are the reasons that a port itself would know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from sim.arrays import BoolArray
from sim.frames import column
from sim.results.indices import rows_with
from sim.stations import STATIONS, WAIVED

Reasons = Sequence[tuple[str, BoolArray]]
"""Words, and the trucks of which they hold [n]."""
BY_POLICY: Final = "sent by the policy at the port"
"""Where nothing that was decided before says why."""
ON_THE_WAY: Final = ("approach", "primary", "analyst")
"""Stations that need no reason: all trucks pass them, or every image goes there."""
WAIVED_WORDS: Final = "waived: no room, or shut"


def station_reasons(ledger: pd.DataFrame, is_targeted: BoolArray) -> dict[str, list[str]]:
    """Return for each station that needs a reason why each truck went there [n], empty where it did not.

    Parameters
    ----------
    ledger : DataFrame
        LEDGER of ``n`` trucks.
    is_targeted : bool[n]
        Whom the policy would have selected without luck: `sim.results.groups.targeted_trucks`.
    """
    known = _decided(ledger, is_targeted)
    return {name: _texts(ledger, name, known[name]) for name in STATIONS if name not in ON_THE_WAY}


def _decided(ledger: pd.DataFrame, is_targeted: BoolArray) -> dict[str, list[Reasons]]:
    """Return the reasons for each station; later lists count only where none of the earlier ones holds."""
    selected, referred, ordered = (column(ledger, name).astype(bool) for name in ("selected", "referred", "ordered"))
    alarmed = {
        name: column(ledger, f"{name}_alarm").astype(bool) for name in ("low_energy", "portal", "secondary", "canine")
    }
    everybody = np.ones(len(ledger), dtype=bool)
    selection = [("selected by targeting", selected & is_targeted), ("selected at random", selected & ~is_targeted)]
    doubt = [("referred by the primary officer", referred), ("low-energy portal alarmed", alarmed["low_energy"])]
    exam = [
        ("agriculture or trade-compliance exam ordered", ordered),
        ("portal alarmed", alarmed["portal"]),
        ("secondary scan alarmed", alarmed["secondary"]),
        ("dogs alarmed", alarmed["canine"]),
    ]
    return {
        "origin": [[("picked by the country that it leaves", everybody)]],
        "low_energy": [[("led through the low-energy portal", everybody)]],
        "portal": [selection],
        "radiation": [[("radiation portal alarmed", everybody)]],
        "secondary": [doubt, selection],
        "canine": [doubt, selection],
        "dock": [exam, doubt],
        "safety": [[("picked for the state's safety check", everybody)]],
    }


def _texts(ledger: pd.DataFrame, station: str, lists: list[Reasons]) -> list[str]:
    texts = [""] * len(ledger)
    for truck in rows_with(ledger, station, "enter").tolist():
        told = [[words for words, holds in reasons if holds[truck]] for reasons in lists]
        texts[truck] = " and ".join(next((words for words in told if words), [BY_POLICY]))
    for truck in np.flatnonzero(column(ledger, f"{station}_done") == WAIVED).tolist():
        texts[truck] = WAIVED_WORDS
    return texts
