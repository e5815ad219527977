"""How far detection by probes can be out: the trucks that fared otherwise than probes reckon.

What a truck met up to its primary exit does not depend on its own load, and what other loads do to
queues, budgets and clearance numbers happens in the run, at the rate at which loads come. So there
`sim.results.expected_detection` is exact on average, whatever state the policy keeps. What it does not know is what
becomes of a load on the part of its way that its truck did not go: it reckons that a station serves
a load unless its room was full as the truck left primary. How often that is wrong is seen on the
trucks that were sent there in fact, which meet the same yards and the same breakdowns; a load goes
to each station once, so the shares of those not served add up to a bound.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.frames import column
from sim.scenario import Scenario
from sim.stations import DOCK, EARLY_SENSORS, NOT_VISITED, REFERRAL_SENSORS, SECONDARY, SERVED, STATIONS, WAIVED

STATIONS_BEYOND_PRIMARY: Final = (*REFERRAL_SENSORS, DOCK)
"""Where a load is sent after primary."""
STATIONS_BEFORE_PRIMARY: Final = EARLY_SENSORS
"""Where it is sent before, by policies that test there or read what hangs on the truth."""


def detection_error_bound(
    scenario: Scenario, ledger: pd.DataFrame, rooms_full: IntArray | None, weight: FloatArray, expected_seizures: float
) -> float:
    """Return by how many expected seizures the sum of the probes may be out, either way.

    Seizures that do not happen are at most ``expected_seizures`` times the share of trucks that were sent on
    and not served to the end: of those whom primary sent to a dock, or of those on the way over a
    sensor, whichever is more. Seizures that nobody reckons with need a truck that a probe reckons
    turned away by a station that its load would reach later, or on another path.

    Parameters
    ----------
    rooms_full : int64[n], optional
        Bit mask of the stations that were full at the truck's primary exit; without it what was
        waived in fact counts as foreseen, as it does in `sim.results.expected_detection`.
    weight : float64[n]
        P(carrying) of trucks that have left primary, 0 of the others.
    expected_seizures : float
        The sum of the probes.
    """
    away = {k: reckoned_away(scenario, ledger, rooms_full, k) for k in STATIONS_BEYOND_PRIMARY}
    visits = {k: _visits(ledger, k) for k in (*STATIONS_BEFORE_PRIMARY, *STATIONS_BEYOND_PRIMARY)}
    scanned = np.any([visits[k][1] for k in REFERRAL_SENSORS], axis=0)
    to_dock, examined = visits[DOCK]
    # what a dock's yard will be after a scan, nobody knows as the truck leaves primary
    at_once = (to_dock & ~scanned & ~away[DOCK], examined)
    on_the_way = [(to_dock & scanned, examined)]
    on_the_way += [(visits[k][0] & ~away[k], visits[k][1]) for k in REFERRAL_SENSORS]
    turned = np.any([away[k] for k in REFERRAL_SENSORS[1:]], axis=0)
    if scenario.policy.tests_before_primary or scenario.heeds_others:
        on_the_way += [at_once, *(visits[k] for k in STATIONS_BEFORE_PRIMARY)]
        turned = turned | away[SECONDARY] | away[DOCK]
    missed = max(_missed(*at_once), min(1.0, sum(_missed(*group) for group in on_the_way)))
    return missed * expected_seizures + float(weight[turned].sum())


def _visits(ledger: pd.DataFrame, station: int) -> tuple[BoolArray, BoolArray]:
    """Return bool[n], who was sent to a station, and whom it served to the end."""
    done = column(ledger, f"{STATIONS[station]}_done")
    came = np.isfinite(column(ledger, f"{STATIONS[station]}_enter_min"))
    return came | (done != NOT_VISITED), np.asarray(done == SERVED)


def _missed(sent: BoolArray, served: BoolArray) -> float:
    """Return the share of those sent that were not served; 0 where nobody was sent."""
    n = int(np.count_nonzero(sent))
    return np.count_nonzero(sent & ~served) / n if n else 0.0


def reckoned_away(scenario: Scenario, ledger: pd.DataFrame, rooms_full: IntArray | None, station: int) -> BoolArray:
    """Return bool[n], where a probe reckons that the station turns a load away."""
    if getattr(scenario.port, STATIONS[station]).when_full == "block":
        return np.zeros(len(ledger), dtype=bool)
    if rooms_full is None:
        return np.asarray(column(ledger, f"{STATIONS[station]}_done") == WAIVED)
    return np.asarray(rooms_full >> station & 1 == 1)
