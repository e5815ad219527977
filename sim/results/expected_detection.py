"""Every truck as a probe: the detection to be expected, without waiting for rare loads to come.

A week at a busy port holds about four loads, so a count of seizures is nearly all noise. Here each
truck counts with weight P(carrying | traits) and is asked: on the path that this truck took, with
the rooms full that were full when it left primary, how likely would a load have been seized? The
probes occupy nothing and change nothing.

What the truck did up to its primary exit does not depend on what it carries, because lists are made
from the manifest and service times are its own (but for the few whose load the country they leave
found: what they would have met further on is not known). From there on, the policy's own hook is
walked along every alarm and referral that a load could cause, and the branches are averaged over
what is carried, how it is hidden, and the concealment factor that all sensors share. Left out: a
breakdown during a load's own secondary scan or exam, a yard that fills on its way there, and the
end of the run. `sim.results.expected_detection_error` counts how often trucks met these, which bounds the error.

Policies that choose at the port (`sim.policies.portal_route`) are probed with the choices that they made. Queues
and budgets do not know what a truck carries; skip-lot plans learn from finds, but what the run's
own loads teach them is in the choices that the probes read, and a truck's own load comes too late
for its own choice. Policies that test before primary are walked from the approach on by
`sim.results.expected_detection_trees`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.caching.kept_results import KeptResults
from sim.compiling import Route
from sim.engine.flow import Flow
from sim.engine.routes import N_COLUMNS, ORDERED, REFERRED, SCANNED_LATER, WAVED
from sim.errors import PolicyError
from sim.frames import column, distinct_rows, with_columns
from sim.results.expected_detection_error import detection_error_bound, reckoned_away
from sim.results.expected_detection_trees import paths_before_primary
from sim.scenario import Scenario
from sim.screening import p_alarm_by_truck
from sim.sensors import NODE_WEIGHTS, AlarmChances, OperatingPoints, alarm_chances, auto_clear_z
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, DENSITIES
from sim.stations import (
    DOCK,
    EXIT,
    LOW_ENERGY,
    NOT_VISITED,
    PORTAL,
    PRIMARY,
    REFERRAL_SENSORS,
    SERVED,
    STATIONS,
    WAIVED,
)
from sim.trucks.insider import NO_HELP, InsiderHelp, help_before_docks
from sim.trucks.threat import load_class_means, load_class_weights


class TruckPath(NamedTuple):
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
    full: int
    """Bit mask of the stations whose yard is full, so that a referral to them is waived."""


LOSABLE: Final = (DOCK, *REFERRAL_SENSORS)
"""Stations beyond primary that trucks are referred to."""


def path_flags(scenario: Scenario, ledger: pd.DataFrame, rooms_full: IntArray | None) -> list[BoolArray]:
    """Return the fields of `TruckPath` of every truck, each bool[n]; in place of the last one each of `LOSABLE`."""
    later = column(ledger, "selected") & (scenario.servers("portal") == 0)
    columns = {
        "checked": column(ledger, "origin_done") == SERVED,
        "slow": column(ledger, "portal_slow"),
        "ordered": column(ledger, "ordered"),
        "side_scanned": column(ledger, "low_energy_done") == SERVED,
        "imaged": column(ledger, "portal_done") == SERVED,
        "scanned_later": later,
    }
    full = [reckoned_away(scenario, ledger, rooms_full, station) for station in LOSABLE]
    return [columns[name] for name in TruckPath._fields[:-1]] + full


def _path(*flags: bool) -> TruckPath:
    """Return the path of a row of `path_flags`."""
    plain = len(TruckPath._fields) - 1
    full = sum(flag << station for flag, station in zip(flags[plain:], LOSABLE, strict=True))
    return TruckPath._make((*flags[:plain], full))


BEFORE_PRIMARY_MASK: Final = (1 << PRIMARY) - 1
"""Bit mask of the stations before primary: a truck that has left primary never returns to them."""
_NO_QUEUE: Final = np.zeros(len(STATIONS), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ExpectedDetection:
    """Sums over the trucks that have left primary; arrays are by type of contraband, float64[8].

    ``caught / weight`` is the expected detection rate; ratios over replications are ratios of sums.
    """

    weight: float
    """Expected loads: sum of P(carrying)."""
    caught: float
    """Expected seizures: sum of P(carrying) x P(seized | carrying, the truck's path)."""
    weight_helped: float
    """Expected loads that have help inside the port (`sim.trucks.insider`), and their seizures."""
    caught_helped: float
    weight_by_type: FloatArray
    caught_by_type: FloatArray
    amount_presented_by_type: FloatArray
    """In the unit of each type (`sim.setting.contraband.CONTRABAND_UNIT`), as `amount_caught_by_type`."""
    amount_caught_by_type: FloatArray
    screened: ScreeningTotals
    """What the portal alone is expected to alarm on."""
    doubt: float
    """Expected seizures by which ``caught`` may be out, either way."""


def expected_detection(
    scenario: Scenario,
    points: OperatingPoints,
    manifest: pd.DataFrame,
    ledger: pd.DataFrame,
    rooms_full: IntArray | None = None,
    flow: Flow | None = None,
) -> ExpectedDetection:
    """Sum the expected loads and the expected seizures of one replication.

    Parameters
    ----------
    manifest, ledger : DataFrame
        MANIFEST and LEDGER of the same ``n`` trucks in the same order.
    rooms_full : int64[n], optional
        Bit mask of the stations whose waiting rooms were full at the truck's primary exit
        (``Record.full``). It matters where a full station suspends referral; without it only the
        referrals that were waived in fact are known.
    flow : Flow, optional
        What the run began from; a policy that tests before primary cannot be probed without it.

    Returns
    -------
    Detection
        Trucks still inside primary at the end, or before it, or turned away in line, count neither
        as load nor as seizure.
    """
    share = scenario.insider.helped_load_share
    paths, unhelped, helped = seizure_tables(scenario, points, ledger, rooms_full, flow)
    p_seized = unhelped if share == 0.0 else (1.0 - share) * unhelped + share * helped
    weights, amounts = load_classes(scenario)
    weight = carrying_weight(manifest, ledger)
    loads = _loads_by_cell(manifest, weight, paths, len(p_seized))
    presented = np.einsum("pld,ltc->tc", loads, weights)
    caught = np.einsum("pld,pldtc,ltc->tc", loads, p_seized, weights)
    amount_presented = np.einsum("pld,ltc,ltc->t", loads, weights, amounts)
    amount_caught = np.einsum("pld,pldtc,ltc,ltc->t", loads, p_seized, weights, amounts)
    return ExpectedDetection(
        weight=float(presented.sum()),
        caught=float(caught.sum()),
        weight_helped=share * float(presented.sum()),
        caught_helped=share * float(np.einsum("pld,pldtc,ltc->", loads, helped, weights)),
        weight_by_type=presented.sum(axis=1),
        caught_by_type=caught.sum(axis=1),
        amount_presented_by_type=amount_presented,
        amount_caught_by_type=amount_caught,
        screened=expected_screening(scenario, points, manifest, ledger, weight),
        doubt=detection_error_bound(scenario, ledger, rooms_full, weight, float(caught.sum())),
    )


def _loads_by_cell(manifest: pd.DataFrame, weight: FloatArray, paths: IntArray, n_paths: int) -> FloatArray:
    """Return the expected loads in trucks that left primary, float64[path, laden, density]."""
    laden = column(manifest, "laden")
    density = np.where(laden, column(manifest, "density"), 0)
    cell = (paths * 2 + laden) * len(DENSITIES) + density
    loads = np.bincount(cell, weights=weight, minlength=n_paths * 2 * len(DENSITIES))
    return np.asarray(loads.reshape(n_paths, 2, len(DENSITIES)), dtype=np.float64)


def seizure_tables(
    scenario: Scenario, points: OperatingPoints, ledger: pd.DataFrame, rooms_full: IntArray | None, flow: Flow | None
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return each truck's kind of path, and P(seized | path) of loads without and with help.

    Returns
    -------
    int64[n], float64[path, laden, density, contraband, concealment] twice
    """
    if scenario.policy.tests_before_primary and flow is not None:
        early = functools.partial(paths_before_primary, scenario, points, ledger, flow, rooms_full)
        paths, unhelped = early()
        return paths, unhelped, average_over_help(scenario, unhelped, lambda help_: early(help_)[1])
    flags, paths = distinct_rows(path_flags(scenario, ledger, rooms_full))
    kinds = [_path(*row) for row in zip(*(flag.tolist() for flag in flags), strict=True)]
    of_help = functools.partial(p_seized_table, scenario, points, kinds)
    unhelped = of_help()
    return paths, unhelped, average_over_help(scenario, unhelped, of_help)


def load_classes(scenario: Scenario) -> tuple[FloatArray, FloatArray]:
    """Return P(type, concealment) and mean load, each float64[empty or laden, type, concealment]."""
    threat = scenario.threat
    weights = [load_class_weights(threat, laden=laden) for laden in (False, True)]
    amounts = [load_class_means(threat, laden=laden) for laden in (False, True)]
    return np.stack(weights), np.stack(amounts)


def average_over_help(
    scenario: Scenario, unhelped: FloatArray, table_of: Callable[[InsiderHelp], FloatArray]
) -> FloatArray:
    """Return P(seized | helped load), averaged over what compromised officers do; 0 where none."""
    total = np.zeros_like(unhelped)
    if scenario.insider.helped_load_share > 0.0:
        for chance, help_ in help_before_docks(scenario):
            total += chance * table_of(help_)
    return total


def p_seized_table(
    scenario: Scenario, points: OperatingPoints, paths: Sequence[TruckPath], insider_help: InsiderHelp = NO_HELP
) -> FloatArray:
    """Return P(seized | carrying, path, what is carried), averaged over the concealment factor.

    Returns
    -------
    float64[path, laden, density, contraband, concealment]
        An empty truck's cargo has low density, whatever its row says.
    """
    table = np.empty((len(paths), len(DENSITIES), len(CONTRABAND), len(CONCEALMENTS)))
    for row, path in enumerate(paths):
        table[row] = _path_row(scenario, points, path, insider_help)
    empty = np.broadcast_to(table[:, :1], table.shape)
    return np.stack([empty, table], axis=1)


def _path_row(scenario: Scenario, points: OperatingPoints, path: TruckPath, insider_help: InsiderHelp) -> FloatArray:
    """Return P(seized) of one path, float64[density, contraband, concealment]; replications have the same few."""

    def make() -> FloatArray:
        seized = _seized(scenario, path, alarm_chances(scenario, points), insider_help) @ NODE_WEIGHTS
        # laid out row by row, because the order of the sums over it hangs on that
        return np.ascontiguousarray(np.moveaxis(seized, 2, 0))

    key = (tuple(points.z.items()), auto_clear_z(scenario), _p_refer(scenario), _absent(scenario), path, insider_help)
    return _ROWS.once((scenario.scanner, scenario.policy.route), key, make)


_ROWS = KeptResults[FloatArray](most=4096)
"""About a kilobyte each."""


def _p_refer(scenario: Scenario) -> float:
    """Return P(the officer refers | carrying)."""
    return scenario.port.officer_referral_carrying_share if scenario.policy.officer_referral else 0.0


def _seized(scenario: Scenario, path: TruckPath, chances: AlarmChances, insider_help: InsiderHelp) -> FloatArray:
    """Return P(seized | carrying, path, class, concealment factor)."""
    p_refer = _p_refer(scenario)
    columns = np.zeros((1, N_COLUMNS))
    columns[0, [ORDERED, SCANNED_LATER, WAVED]] = path.ordered, path.scanned_later, insider_help.booth
    image = chances["portal_slow"] if path.slow else chances["portal"]
    total = np.zeros_like(chances["exam"])
    alarms = [(LOW_ENERGY, chances["low_energy"], path.side_scanned)]
    for bits, chance in _raised([*alarms, (PORTAL, image, path.imaged and not insider_help.image)]):
        for referred, p_referred in ((0.0, 1.0 - p_refer), (1.0, p_refer)):
            columns[0, REFERRED] = referred
            at = (PRIMARY, BEFORE_PRIMARY_MASK | 1 << PRIMARY | _absent(scenario), bits)
            walked = _walk(scenario.policy.route, columns, at, path.full, chances)
            total += chance * p_referred * walked
    return chances["origin"] + (1.0 - chances["origin"]) * total if path.checked else total


def _raised(sensors: list[tuple[int, FloatArray, bool]]) -> Iterator[tuple[int, FloatArray]]:
    """Return every set of alarms that sensors before primary may raise, with its probability."""
    met = [(station, chance) for station, chance, served in sensors if served]
    for raised in itertools.product((False, True), repeat=len(met)):
        bits, total = 0, np.ones_like(sensors[0][1])
        for (station, chance), alarm in zip(met, raised, strict=True):
            bits |= alarm << station
            total = total * (chance if alarm else 1.0 - chance)
        yield bits, total


def _absent(scenario: Scenario) -> int:
    return sum(1 << k for k in LOSABLE if scenario.servers(STATIONS[k]) == 0)


def _walk(
    route: Route, columns: FloatArray, hook_position: tuple[int, int, int], lost: int, chances: AlarmChances
) -> FloatArray:
    """Return P(seized) from primary on; ``hook_position`` is (here, seen, alarmed) of the hook."""
    here, seen, alarmed = hook_position
    station = route(0, here, seen, alarmed, columns, _NO_QUEUE, _NO_QUEUE, 0.0, np.zeros(1))
    if station == EXIT:
        return np.zeros_like(chances["exam"])
    seen |= 1 << station
    if lost >> station & 1 and (here == PRIMARY or station in REFERRAL_SENSORS):
        return _walk(route, columns, (here, seen, alarmed), lost, chances)
    if station == DOCK:
        return chances["exam_other"] if columns[0, ORDERED] > 0.0 else chances["exam"]
    if station not in REFERRAL_SENSORS:
        raise PolicyError(f"policy: the probe cannot follow a truck from primary to {station}")
    missed = _walk(route, columns, (station, seen, alarmed), lost, chances)
    found = _walk(route, columns, (station, seen, alarmed | 1 << station), lost, chances)
    p_alarm = chances[STATIONS[station]]
    return p_alarm * found + (1.0 - p_alarm) * missed


class ScreeningTotals(NamedTuple):
    """What the portal is expected to alarm on, of the trucks that have left primary."""

    weight: float
    """Expected loads: sum of P(carrying)."""
    scanned: float
    """Those in trucks that the portal scanned."""
    caught: float
    """Sum of P(carrying) x P(portal alarm | carrying, the profile used); 0 where unscanned."""


def screening_measures(ledger: pd.DataFrame, totals: ScreeningTotals) -> dict[str, float]:
    """Return the counts and sums of METRICS that tell of the portal's screening."""
    wait = column(ledger, "portal_start_min") - column(ledger, "portal_enter_min")
    done = column(ledger, "portal_done") == SERVED
    return {
        "n_screened": float(done.sum()),
        "n_screened_slow": float((done & column(ledger, "portal_slow")).sum()),
        "n_screening_waits": float(np.count_nonzero(np.isfinite(wait))),
        "screening_wait_sum_min": float(np.nansum(wait)),
        "screening_weight": totals.weight,
        "screened_weight": totals.scanned,
        "screening_caught": totals.caught,
    }


def carrying_weight(manifest: pd.DataFrame, ledger: pd.DataFrame) -> FloatArray:
    """Return P(carrying) of each truck that has left primary, 0 of the others, float64[n].

    A truck turned away in line has not left primary: it comes back another day, or elsewhere.
    """
    left = ~(np.isnan(column(ledger, "primary_leave_min")) & np.isnan(column(ledger, "exit_min")))
    left &= ~column(ledger, "diverted").astype(bool)
    return np.where(left, column(manifest, "true_p_carrying"), 0.0)


def expected_screening(
    scenario: Scenario, points: OperatingPoints, manifest: pd.DataFrame, ledger: pd.DataFrame, weight: FloatArray
) -> ScreeningTotals:
    """Sum what the portal is expected to alarm on, summed over all trucks.

    Parameters
    ----------
    manifest, ledger : DataFrame
        MANIFEST and LEDGER of the same ``n`` trucks in the same order.
    weight : float64[n]
        From `carrying_weight`.
    """
    scanned = np.flatnonzero(column(ledger, "portal_done") == SERVED)
    cargo = {name: column(manifest, name)[scanned] for name in ("laden", "density")}
    hit, slow = p_alarm_by_truck(scenario, points, "portal", cargo), column(ledger, "portal_slow")[scanned]
    if slow.any():
        hit = np.where(slow, p_alarm_by_truck(scenario, points, "portal_slow", cargo), hit)
    seen, found = np.zeros(len(weight)), np.zeros(len(weight))
    seen[scanned] = weight[scanned]
    # a matrix product's last bit depends on the number of threads, and they quarrel over cores
    found[scanned] = seen[scanned] * hit
    return ScreeningTotals(float(weight.sum()), float(seen.sum()), float(found.sum()))


def ledger_if_carrying(
    scenario: Scenario, ledger: pd.DataFrame, selected: BoolArray, if_carrying: BoolArray
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
    done = column(ledger, "portal_done").copy()
    done[selected & ~if_carrying] = NOT_VISITED
    more = if_carrying & ~selected
    done[more] = np.where(_turned_away(scenario, ledger)[more], WAIVED, SERVED)
    return with_columns(ledger, {"portal_done": lambda: done})


def _turned_away(scenario: Scenario, ledger: pd.DataFrame) -> BoolArray:
    """Return where the portal's yard was full as each truck came off the approach."""
    room = scenario.port.portal.room_trucks
    if room is None or scenario.port.portal.when_full != "suspend":
        return np.zeros(len(ledger), dtype=bool)
    now = column(ledger, "approach_end_min")
    waiting = _count(column(ledger, "portal_enter_min"), now) - _count(column(ledger, "portal_start_min"), now)
    free = _servers_free(scenario, ledger, now)
    return np.asarray((waiting >= room) & ~free)


def _servers_free(scenario: Scenario, ledger: pd.DataFrame, now: FloatArray) -> BoolArray:
    """Return where a portal stood free; one that is broken down counts as free, which is rare.

    With a room for at least one truck this plays no part, because nobody waits beside a free one.
    """
    if scenario.port.portal.room_trucks != 0:
        return np.zeros(len(now), dtype=bool)
    inside = _count(column(ledger, "portal_start_min"), now) - _count(column(ledger, "portal_leave_min"), now)
    return np.asarray(inside < scenario.servers("portal"))


def _count(moments: FloatArray, now: FloatArray) -> npt.NDArray[np.int64]:
    """Return how many of these moments lie before each of ``now``."""
    known = np.sort(moments[~np.isnan(moments)])
    return np.asarray(np.searchsorted(known, now, side="left"), dtype=np.int64)
