"""Surfaces: their intervals hold the truth, and nothing averages over points that cannot carry their load."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sweeping.report.levers import find_levers
from experiments.sweeping.report.readings import WAIT, read_points, reading_of
from experiments.sweeping.report.surface import Surface, cell_means, half_widths, response_surface
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from tests import made_sweep

BASE = ["policy=top_share", "days=1", "replications=6", f"measures=[{WAIT}]"]
GRID = [*BASE, "port.portal.servers=2,4,8", "staffing.extra_lanes=-1,0,1", "policy.share=0.1,0.3"]
OVER = "over={port.portal.servers: [2,8], policy.share: [0.1,0.5], port.primary.service.mean_min: [1.6,2.2]}"
SEEDS = range(25)


def wait(values: made_sweep.Values, place: int = 0) -> float:
    return 40.0 - 4.0 * values["staffing.extra_lanes"] - values["port.portal.servers"] + 5.0 * values["policy.share"]


def quadratic(values: made_sweep.Values, place: int = 0) -> float:
    share, service = values["policy.share"], values["port.primary.service.mean_min"]
    return 20.0 + 60.0 * share**2 + 8.0 * share * service + 3.0 * service + 0.1 * values["port.portal.servers"]


def found(values: made_sweep.Values, place: int) -> float:
    return 0.2


def surface_of(sweep: Sweep, outcomes: list[PointResult]) -> tuple[Surface | None, str]:
    name = sweep.baseline_study.baseline
    reading = reading_of(sweep, outcomes, read_points(sweep, outcomes), WAIT, (name, ""))
    return response_surface(sweep, find_levers(sweep, reading))


def test_intervals_of_cells_hold_the_truth() -> None:
    sweep = made_sweep.sweep_of(*GRID)
    held = []
    for seed in SEEDS:
        surface, _ = surface_of(sweep, made_sweep.outcomes(sweep, wait, found, seed=seed))
        assert surface is not None
        x, y = surface.x.axis, surface.y.axis
        assert {x.key, y.key} == {"staffing.extra_lanes", "port.portal.servers"}
        for row, up in zip(surface.cells, y.values, strict=True):
            for cell, across in zip(row, x.values, strict=True):
                truth = np.mean([wait({x.key: across, y.key: up, "policy.share": share}) for share in (0.1, 0.3)])
                assert cell is not None
                held.append(cell.low < truth < cell.high)
    # cells of one seed share their luck: 25 seeds, of which 95% should hold
    assert 0.84 <= np.mean(held) <= 1.0


def test_intervals_of_a_fitted_surface_hold_the_truth() -> None:
    sweep = made_sweep.sweep_of(*BASE, "design=lhs", "points=40", OVER)
    portals = [float(str(point.values[0])) for point in sweep.points]
    held = []
    for seed in SEEDS[:12]:
        surface, _ = surface_of(sweep, made_sweep.outcomes(sweep, quadratic, found, seed=seed))
        assert surface is not None
        assert surface.fitted
        keys = [surface.x.axis.key, surface.y.axis.key]
        assert keys[0] == "policy.share"
        for row, up in list(zip(surface.cells, surface.y_values, strict=True))[::5]:
            for cell, across in list(zip(row, surface.x_values, strict=True))[::5]:
                at = {keys[0]: across, keys[1]: up, "port.portal.servers": float(np.mean(portals))}
                assert cell is not None
                held.append(cell.low < quadratic(at) < cell.high)
    assert 0.84 <= np.mean(held) <= 1.0


def test_a_fit_bends_along_no_axis_of_two_values() -> None:
    sweep = made_sweep.sweep_of(*BASE, "design=lhs", "points=40", OVER, "staffing.extra_lanes=0,2")

    def lanes(values: made_sweep.Values, place: int) -> float:
        return 10.0 + quadratic(values) - 9.0 * values["staffing.extra_lanes"]

    name = sweep.baseline_study.baseline
    outcomes = made_sweep.outcomes(sweep, lanes, found)
    levers = find_levers(sweep, reading_of(sweep, outcomes, read_points(sweep, outcomes), WAIT, (name, "")))
    assert levers.fit is not None
    ends, middle = (
        np.mean([levers.fit.read_off(levers.fit.mean_terms({0: lane})).mean for lane in lanes_open])
        for lanes_open in ([0.0, 2.0], [1.0])
    )
    assert middle == pytest.approx(ends)
    surface, _ = response_surface(sweep, levers)
    assert surface is not None
    assert "staffing.extra_lanes" not in (surface.x.axis.key, surface.y.axis.key)


def test_a_fit_that_foretells_nothing_is_not_shown() -> None:
    sweep = made_sweep.sweep_of(*BASE, "design=lhs", "points=40", OVER)
    surface, why = surface_of(sweep, made_sweep.outcomes(sweep, lambda values, place: 30.0, found))
    assert surface is None
    assert "held-out R2" in why
    assert "not shown" in why


def test_cells_are_means_over_the_same_combinations() -> None:
    sweep = made_sweep.sweep_of(*GRID)

    def heavy(values: made_sweep.Values) -> bool:
        return values["staffing.extra_lanes"] == -1 and (
            values["policy.share"] > 0.2 or values["port.portal.servers"] == 2
        )

    surface, _ = surface_of(sweep, made_sweep.outcomes(sweep, wait, found, heavy))
    assert surface is not None
    lanes = surface.x if surface.x.axis.key == "staffing.extra_lanes" else surface.y
    means = np.array(cell_means(surface))
    missing = np.array(surface.missing)
    if lanes is surface.y:
        means, missing = means.T, missing.T
    # 12 points in the six cells of 0 and 1 against 8 in eight cells at the lower share alone
    assert np.isfinite(means).tolist() == [[False, True, True]] * 3
    assert missing[:, 0].tolist() == ["2 of 2", "1 of 2", "1 of 2"]
    assert "says how many of its points are unstable" in surface.note
    assert np.isnan(half_widths(surface)).sum() == 3


def test_no_stable_point_no_surface() -> None:
    sweep = made_sweep.sweep_of(*GRID)
    assert surface_of(sweep, made_sweep.outcomes(sweep, wait, found, lambda values: True))[0] is None


@pytest.mark.parametrize("axes", [["policy.share=0.1,0.2"], ["policy.share=0.1,0.2", "seed=1,2"]])
def test_one_lever_has_no_surface(axes: list[str]) -> None:
    sweep = made_sweep.sweep_of(*BASE, *axes)

    def rising(values: made_sweep.Values, place: int) -> float:
        return float(30.0 + values["policy.share"])

    surface, why = surface_of(sweep, made_sweep.outcomes(sweep, rising, found))
    assert surface is None
    assert "no two levers" in why
