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
end of the run. `sim.probe_bound` counts how often trucks met these, which bounds the error.

Policies that choose at the port (`sim.gates`) are probed with the choices that they made. Queues
and budgets do not know what a truck carries; skip-lot plans learn from finds, but what the run's
own loads teach them is in the choices that the probes read, and a truck's own load comes too late
for its own choice. Policies that test before primary are walked from the approach on by
`sim.probe_early`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chances import NODE_WEIGHTS, Chances, chances_of
from sim.contraband import CONTRABAND
from sim.distinct import distinct_rows
from sim.errors import PolicyError
from sim.flow import Flow
from sim.insider import NO_HELP, Help, before_docks
from sim.instruments import CONCEALMENTS, DENSITIES
from sim.order import (
    APPROACH,
    CANINE,
    DOCK,
    EXIT,
    LOW_ENERGY,
    ORIGIN,
    PORTAL,
    PRIMARY,
    SECONDARY,
    STATIONS,
)
from sim.paths import Path, path_flags
from sim.probe_bound import doubt
from sim.probe_early import early_paths
from sim.route import N_COLUMNS, ORDERED, REFERRED, SCANNED_LATER, WAVED, Route
from sim.scenario import Scenario
from sim.screening import Screened, presented_weight, screened
from sim.sensor import OperatingPoints
from sim.threat import class_load, class_weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BEFORE: Final = 1 << ORIGIN | 1 << APPROACH | 1 << LOW_ENERGY | 1 << PORTAL
"""Bit mask of the stations before primary: a truck that has left primary never returns to them."""
SENSING: Final = {SECONDARY: "secondary", CANINE: "canine"}
"""Stations beyond primary that raise alarms, by their field of `Chances`."""
_NO_QUEUE: Final = np.zeros(len(STATIONS), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Detection:
    """Sums over the trucks that have left primary; arrays are by type of contraband, float64[8].

    ``caught / weight`` is the expected detection rate; ratios over replications are ratios of sums.
    """

    weight: float
    """Expected loads: sum of P(carrying)."""
    caught: float
    """Expected seizures: sum of P(carrying) x P(seized | carrying, the truck's path)."""
    weight_helped: float
    """Expected loads that have help inside the port (`sim.insider`), and their seizures."""
    caught_helped: float
    weight_by_type: Floats
    caught_by_type: Floats
    amount_presented_by_type: Floats
    """In the unit of each type (`sim.contraband.UNIT`), as `amount_caught_by_type`."""
    amount_caught_by_type: Floats
    screened: Screened
    """What the portal alone is expected to alarm on."""
    doubt: float
    """Expected seizures by which ``caught`` may be out, either way."""


def expected_detection(
    scenario: Scenario,
    points: OperatingPoints,
    manifest: pd.DataFrame,
    ledger: pd.DataFrame,
    full: Ints | None = None,
    flow: Flow | None = None,
) -> Detection:
    """Sum the expected loads and the expected seizures of one replication.

    Parameters
    ----------
    manifest, ledger : DataFrame
        MANIFEST and LEDGER of the same ``n`` trucks in the same order.
    full : int64[n], optional
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
    paths, unhelped, helped = _tables(scenario, points, ledger, full, flow)
    p_seized = unhelped if share == 0.0 else (1.0 - share) * unhelped + share * helped
    weights, amounts = _classes(scenario)
    weight = presented_weight(manifest, ledger)
    loads = _loads_by_cell(manifest, weight, paths, len(p_seized))
    presented = np.einsum("pld,ltc->tc", loads, weights)
    caught = np.einsum("pld,pldtc,ltc->tc", loads, p_seized, weights)
    amount_presented = np.einsum("pld,ltc,ltc->t", loads, weights, amounts)
    amount_caught = np.einsum("pld,pldtc,ltc,ltc->t", loads, p_seized, weights, amounts)
    return Detection(
        weight=float(presented.sum()),
        caught=float(caught.sum()),
        weight_helped=share * float(presented.sum()),
        caught_helped=share * float(np.einsum("pld,pldtc,ltc->", loads, helped, weights)),
        weight_by_type=presented.sum(axis=1),
        caught_by_type=caught.sum(axis=1),
        amount_presented_by_type=amount_presented,
        amount_caught_by_type=amount_caught,
        screened=screened(scenario, points, manifest, ledger),
        doubt=doubt(scenario, ledger, full, weight, float(caught.sum())),
    )


def _loads_by_cell(manifest: pd.DataFrame, weight: Floats, paths: Ints, n_paths: int) -> Floats:
    """Return the expected loads in trucks that left primary, float64[path, laden, density]."""
    laden = manifest["laden"].to_numpy(dtype=bool)
    density = np.where(laden, manifest["density"].to_numpy(dtype=np.int64), 0)
    cell = (paths * 2 + laden) * len(DENSITIES) + density
    loads = np.bincount(cell, weights=weight, minlength=n_paths * 2 * len(DENSITIES))
    return np.asarray(loads.reshape(n_paths, 2, len(DENSITIES)), dtype=np.float64)


def _tables(
    scenario: Scenario,
    points: OperatingPoints,
    ledger: pd.DataFrame,
    full: Ints | None,
    flow: Flow | None,
) -> tuple[Ints, Floats, Floats]:
    """Return each truck's kind of path, and P(seized | path) of loads without and with help."""
    if scenario.policy.tests_before_primary and flow is not None:
        early = functools.partial(early_paths, scenario, points, ledger, flow, full)
        paths, unhelped = early()
        return paths, unhelped, over_help(scenario, unhelped, lambda help_: early(help_)[1])
    flags, paths = distinct_rows(path_flags(scenario, ledger, full))
    kinds = [Path(*row) for row in zip(*(flag.tolist() for flag in flags), strict=True)]
    of_help = functools.partial(seized_table, scenario, points, kinds)
    unhelped = of_help()
    return paths, unhelped, over_help(scenario, unhelped, of_help)


def _classes(scenario: Scenario) -> tuple[Floats, Floats]:
    """Return P(type, concealment) and mean load, each [empty or laden, type, concealment]."""
    threat = scenario.threat
    weights = [class_weights(threat, laden=laden) for laden in (False, True)]
    amounts = [class_load(threat, laden=laden) for laden in (False, True)]
    return np.stack(weights), np.stack(amounts)


def over_help(scenario: Scenario, unhelped: Floats, table_of: Callable[[Help], Floats]) -> Floats:
    """Return P(seized | helped load), averaged over what compromised officers do; 0 where none."""
    total = np.zeros_like(unhelped)
    if scenario.insider.helped_load_share > 0.0:
        for chance, help_ in before_docks(scenario):
            total += chance * table_of(help_)
    return total


def seized_table(
    scenario: Scenario, points: OperatingPoints, paths: Sequence[Path], help_: Help = NO_HELP
) -> Floats:
    """Return P(seized | carrying, path, what is carried), averaged over the concealment factor.

    Returns
    -------
    float64[path, laden, density, contraband, concealment]
        An empty truck's cargo has low density, whatever its row says.
    """
    chances = chances_of(scenario, points)
    table = np.empty((len(paths), len(DENSITIES), len(CONTRABAND), len(CONCEALMENTS)))
    for row, path in enumerate(paths):
        seized = _seized(scenario, path, chances, help_) @ NODE_WEIGHTS
        table[row] = np.moveaxis(seized, 2, 0)
    empty = np.broadcast_to(table[:, :1], table.shape)
    return np.stack([empty, table], axis=1)


def _seized(scenario: Scenario, path: Path, chances: Chances, help_: Help) -> Floats:
    """Return P(seized | carrying, path, class, concealment factor)."""
    p_refer = (
        scenario.port.officer_referral_carrying_share if scenario.policy.officer_referral else 0.0
    )
    columns = np.zeros((1, N_COLUMNS))
    columns[0, [ORDERED, SCANNED_LATER, WAVED]] = path.ordered, path.scanned_later, help_.booth
    image = chances.portal_slow if path.slow else chances.portal
    total = np.zeros_like(chances.exam)
    alarms = [(LOW_ENERGY, chances.low_energy, path.side_scanned)]
    for bits, chance in _raised([*alarms, (PORTAL, image, path.imaged and not help_.image)]):
        for referred, p_referred in ((0.0, 1.0 - p_refer), (1.0, p_refer)):
            columns[0, REFERRED] = referred
            at = (PRIMARY, BEFORE | 1 << PRIMARY | _absent(scenario), bits)
            walked = _walk(scenario.policy.route, columns, at, path.lost, chances)
            total += chance * p_referred * walked
    return chances.origin + (1.0 - chances.origin) * total if path.checked else total


def _raised(sensors: list[tuple[int, Floats, bool]]) -> Iterator[tuple[int, Floats]]:
    """Return every set of alarms that sensors before primary may raise, with its probability."""
    met = [(station, chance) for station, chance, served in sensors if served]
    for raised in itertools.product((False, True), repeat=len(met)):
        bits, total = 0, np.ones_like(sensors[0][1])
        for (station, chance), alarm in zip(met, raised, strict=True):
            bits |= alarm << station
            total = total * (chance if alarm else 1.0 - chance)
        yield bits, total


def _absent(scenario: Scenario) -> int:
    beyond = (SECONDARY, CANINE, DOCK)
    return sum(1 << k for k in beyond if scenario.servers(STATIONS[k]) == 0)


def _walk(
    route: Route, columns: Floats, at: tuple[int, int, int], lost: int, chances: Chances
) -> Floats:
    """Return P(seized) from primary on; ``at`` is (here, seen, alarmed) of the hook."""
    here, seen, alarmed = at
    station = route(0, here, seen, alarmed, columns, _NO_QUEUE, _NO_QUEUE, 0.0, np.zeros(1))
    if station == EXIT:
        return np.zeros_like(chances.exam)
    seen |= 1 << station
    if lost >> station & 1 and (here == PRIMARY or station == CANINE):
        return _walk(route, columns, (here, seen, alarmed), lost, chances)
    if station == DOCK:
        return chances.exam_other if columns[0, ORDERED] > 0.0 else chances.exam
    if station not in SENSING:
        raise PolicyError(f"policy: the probe cannot follow a truck from primary to {station}")
    missed = _walk(route, columns, (station, seen, alarmed), lost, chances)
    found = _walk(route, columns, (station, seen, alarmed | 1 << station), lost, chances)
    p_alarm: Floats = getattr(chances, SENSING[station])
    return p_alarm * found + (1.0 - p_alarm) * missed
