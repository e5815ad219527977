"""V5 of the published checks through the product: configurations in, METRICS out."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from ports import FlatScorer, mean_and_half_width, window_of
from theory_formulas import mg1_wait_min

from experiments.cli import main
from experiments.intervals import FEWEST_FREEDOM
from experiments.study.study import build_study
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.workload import weekly_load

DAY_S = 86_400.0


def alternatives(*overrides: str) -> dict[str, Scenario]:
    return build_study(["experiment=screening_lanes", *overrides], "compare").alternatives


def days_of(scenario: Scenario, replications: int = 4) -> tuple[list[dict[str, float]], float]:
    """Return METRICS of some days, and the largest load of a station, stated before them."""
    one_day = dataclasses.replace(past_window(window_of(1)), days=1)
    past = draw_window_trucks(scenario, one_day)
    plan = make_plan(scenario, past, FlatScorer().score(past))
    found = []
    for replication in range(replications):
        window = window_of(1, replication)
        manifest = draw_window_trucks(scenario, window)
        scores = FlatScorer().score(manifest)
        found.append(Replication(scenario, window, manifest, scores, plan).run().metrics)
    return found, float(weekly_load(scenario, plan.expected, window_of(1))["load_share"].max())


def wait_s(days: list[dict[str, float]]) -> tuple[float, float]:
    return mean_and_half_width([60.0 * day["screening_wait_mean_min"] for day in days])


def test_tickets_halve_the_wait_at_the_same_detection() -> None:
    days, load = days_of(alternatives()["ticketed"], 6)
    wait, half_width = wait_s(days)
    assert half_width < 0.3
    assert abs(wait - 8.07) < half_width + 0.03
    # a box is 100 trucks: what the last one holds is all that can be missing
    for day in days:
        assert abs(day["screening_detection"] - 0.40) < 100.0 * 0.5 / day["n_screened"]
    assert load == pytest.approx(0.72, abs=1e-9)


FEWER = ("port.portal.servers=6", "traffic.trucks_per_h=1728", "scanner.portal.service.values_min=[0.03,0.05,0.13]")
"""Six lanes, 0.08/s in each, and a fast scan of 1.8, 3, 7.8 s."""


@pytest.mark.parametrize(("overrides", "per_lane_h", "fast_s"), [((), 360.0, (2, 4, 6)), (FEWER, 288.0, (1.8, 3, 7.8))])
def test_a_random_mix_in_every_lane_is_mg1(
    overrides: tuple[str, ...], per_lane_h: float, fast_s: tuple[float, float, float]
) -> None:
    both = np.array([fast_s, (10.0, 20.0, 30.0)])
    means = both.mean(axis=1)
    a, b, c = both.T
    squares = means**2 + (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0
    mean, square = np.array([0.8, 0.2]) @ means, np.array([0.8, 0.2]) @ squares
    cv = np.sqrt(square - mean**2) / mean
    expected = 60.0 * mg1_wait_min(per_lane_h, mean / 60.0, cv)
    if not overrides:
        assert expected == pytest.approx(17.26, abs=0.01)
    days, load = days_of(alternatives(*overrides)["random_slow"])
    wait, half_width = wait_s(days)
    assert half_width < 0.15 * expected
    assert abs(wait - expected) < half_width
    assert load == pytest.approx(per_lane_h * mean / 3600.0)


def test_lanes_of_their_own_are_unstable_and_said_to_be_so() -> None:
    days, load = days_of(alternatives()["dedicated_slow"])
    assert load == pytest.approx(2.0)
    backlog, half_width = mean_and_half_width([day["still_inside"] / DAY_S for day in days])
    assert half_width < 0.01
    assert abs(backlog - 0.10) < half_width
    assert not any(day["stable"] for day in days)
    assert all(day["load_portal"] > 1.9 for day in days)


def test_the_terminal_says_wait_slow_scans_and_detection(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # as few replications as give an interval
    small = ("traffic.trucks_per_h=60", "port.portal.servers=2", f"replications={FEWEST_FREEDOM + 1}", "processes=1")
    overrides = ["experiment=screening_lanes", *small, f"out={tmp_path / 'found'}"]
    assert main(["compare", "details=true", *overrides]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "At the portal: under slow scans at random a wait of" in said
    ticketed = r"under slow scans by ticket a wait of \d+\.\d s \[.*?\], (19|20)\.\d% of scans slow"
    assert re.search(ticketed, said)
