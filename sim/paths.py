"""What is known of a truck at its primary exit, as far as it matters to a load in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.order import CANINE, DOCK, SECONDARY, SERVED, STATIONS, WAIVED
from sim.scenario import Scenario
from sim.site import Segment

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Path(NamedTuple):
    """What is known of a truck at its primary exit, as far as it matters to a load."""

    checked: bool
    """Opened by the country that it leaves."""
    slow: bool
    """Scanned slowly at the portal."""
    ordered: bool
    """An exam for another reason than contraband is ordered."""
    side_scanned: bool
    """Served at the low-energy portal."""
    imaged: bool
    """Served at the portal."""
    scanned_later: bool
    """Selected, where the port has no portal before primary."""
    dock_full: bool
    """The dock's yard is full, and a referral to it is waived."""
    secondary_full: bool
    canine_full: bool

    @property
    def lost(self) -> int:
        """Bit mask of the stations to which the truck cannot go."""
        full = (self.dock_full << DOCK, self.secondary_full << SECONDARY)
        return full[0] | full[1] | self.canine_full << CANINE


def path_flags(scenario: Scenario, ledger: pd.DataFrame, full: Ints | None) -> list[Bools]:
    """Return the fields of `Path` of every truck, each bool[n]."""
    later = ledger["selected"].to_numpy(dtype=bool) & (scenario.servers("portal") == 0)
    columns = {
        "checked": ledger["origin_done"].to_numpy() == SERVED,
        "slow": ledger["portal_slow"].to_numpy(dtype=bool),
        "ordered": ledger["ordered"].to_numpy(dtype=bool),
        "side_scanned": ledger["low_energy_done"].to_numpy() == SERVED,
        "imaged": ledger["portal_done"].to_numpy() == SERVED,
        "scanned_later": later,
        "dock_full": _waived(scenario, ledger, full, DOCK),
        "secondary_full": _waived(scenario, ledger, full, SECONDARY),
        "canine_full": _waived(scenario, ledger, full, CANINE),
    }
    return [columns[name] for name in Path._fields]


def _waived(scenario: Scenario, ledger: pd.DataFrame, full: Ints | None, station: int) -> Bools:
    """Return bool[n], where a referral to ``station`` would have been waived at primary exit."""
    segment: Segment = getattr(scenario.port, STATIONS[station])
    if segment.when_full == "block":
        return np.zeros(len(ledger), dtype=bool)
    if full is None:
        return np.asarray(ledger[f"{STATIONS[station]}_done"].to_numpy() == WAIVED)
    return np.asarray(full >> station & 1 == 1)
