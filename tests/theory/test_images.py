"""V10: eyes on images. Rare threats are missed more often, the more so the more is scanned."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from ports import TruthScorer, window_of
from scipy.special import logit, ndtr, ndtri

from experiments.study.study import compose_scenario
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.sensors import HiddenLoad, operating_points, p_alarm, p_false_alarm
from sim.setting.contraband import CONCEALMENTS, CONTRABAND

LOAD = HiddenLoad(np.array([0]), np.array([0]), np.array([0]))


@cache
def port(*overrides: str) -> Scenario:
    return compose_scenario([*overrides])


def misses_and_false_alarms(scenario: Scenario, prevalence: float) -> tuple[float, float]:
    points = operating_points(scenario, prevalence)
    z = ndtri((np.arange(20_000) + 0.5) / 20_000)
    hits = p_alarm(scenario, points, "portal", LOAD, z).mean()
    return 1.0 - float(hits), p_false_alarm(points, "portal")


def watched(d_prime: float, misses: float) -> Scenario:
    """Return a port whose analysts miss a given share where every second image holds a threat."""
    threshold = d_prime + float(ndtri(misses))
    assert CONTRABAND[0] == "methamphetamine"
    sensing = [f"scanner.portal.sensing.d_prime.{name}={d_prime}" for name in CONCEALMENTS]
    return port(
        *sensing,
        f"scanner.portal.sensing.threshold_z={threshold}",
        "scanner.portal.sensing.density_shift.low=0",
        "scanner.portal.sensing.contraband_shift.methamphetamine=0",
        "scanner.analyst.reference_threat_image_share=0.5",
    )


def test_misses_at_the_published_prevalences() -> None:
    """Wolfe 2005: 7, 16, 30% at 50, 10, 1%; one slope, so the middle one within 3 points."""
    scenario = watched(2.5, 0.07)
    found = {p: misses_and_false_alarms(scenario, p) for p in (0.5, 0.1, 0.01)}
    assert found[0.5][0] == pytest.approx(0.07, abs=1e-3)
    assert found[0.1][0] == pytest.approx(0.16, abs=0.03)
    assert found[0.01][0] == pytest.approx(0.30, abs=0.005)
    assert found[0.5][1] > found[0.1][1] > found[0.01][1]


@pytest.mark.parametrize(("d_prime", "misses"), [(1.0, 0.2), (2.0, 0.05), (3.5, 0.01)])
@pytest.mark.parametrize("prevalence", [0.9, 0.3, 0.02, 0.0015, 1e-5])
def test_the_criterion_moves_and_what_eyes_can_tell_does_not(d_prime: float, misses: float, prevalence: float) -> None:
    """The miss rate moves by the slope times the log odds, and d' stays, at any prevalence."""
    scenario = watched(d_prime, misses)
    slope = scenario.scanner.analyst.criterion_slope_z
    missed, alarmed = misses_and_false_alarms(scenario, prevalence)
    wanted = ndtr(ndtri(misses) - slope * logit(prevalence))
    assert missed == pytest.approx(wanted, abs=1e-3)
    assert ndtri(1.0 - missed) - ndtri(alarmed) == pytest.approx(d_prime, abs=0.02)


@pytest.mark.parametrize("test_images", [0, 40, 400])
def test_analysts_find_less_the_more_is_scanned(test_images: int) -> None:
    """Through the product: loads found for each truck scanned fall as scanning goes to 100 %."""
    window, scorer, found = window_of(1), TruthScorer(), {}
    for share in (0.05, 0.25, 0.5, 1.0):
        scenario = port(
            "policy=random_share",
            f"policy.share={share}",
            "policy.officer_referral=false",
            "port.portal.servers=40",
            "port.portal.room_trucks=null",
            "port.analyst.servers=99",
            "port.dock.servers=99",
            f"scanner.analyst.test_images_per_day={test_images}",
        )
        before = draw_window_trucks(scenario, past_window(window))
        plan = make_plan(scenario, before, scorer.score(before))
        manifest = draw_window_trucks(scenario, window)
        metrics = Replication(scenario, window, manifest, scorer.score(manifest), plan).run().metrics
        found[share] = (plan.points.threshold("portal"), metrics["detection_expected"] / metrics["scan_rate"])
    thresholds, per_scan = np.array(list(found.values())).T
    if test_images == 0:
        # of trucks drawn by luck, the same share carries, however many are drawn
        assert np.ptp(thresholds) < 0.1
        return
    assert (np.diff(thresholds) > 0.0).all()
    assert per_scan[-1] < per_scan[0] - 0.02
    assert per_scan[-1] == per_scan.min()


def test_without_a_slope_prevalence_changes_nothing() -> None:
    scenario = watched(2.0, 0.1)
    analyst = dataclasses.replace(scenario.scanner.analyst, criterion_slope_z=0.0)
    scanner = dataclasses.replace(scenario.scanner, analyst=analyst)
    flat = dataclasses.replace(scenario, scanner=scanner)
    assert misses_and_false_alarms(flat, 0.5) == misses_and_false_alarms(flat, 1e-4)
