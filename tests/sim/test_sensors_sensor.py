"""Alarms: operating points, the analysts' criterion, correlation between layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from sim.scenario import Scenario
from sim.sensors import (
    NOISE,
    HiddenLoad,
    OperatingPoints,
    d_prime,
    operating_points,
    p_alarm,
    p_false_alarm,
    sensor_alarms,
)
from sim.setting.contraband import CONCEALMENTS, CONTRABAND

Make = Callable[..., Scenario]
N = 200_000
Z = np.linspace(-8.0, 8.0, 1601)
WEIGHT = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()


def load(concealment: str = "in_cargo", density: int = 1, contraband: int = 0) -> HiddenLoad:
    return HiddenLoad(np.int64(contraband), np.int64(CONCEALMENTS.index(concealment)), np.int64(density))


def reference(scenario: Scenario) -> OperatingPoints:
    return operating_points(scenario, scenario.scanner.analyst.reference_threat_image_share)


def marginal(scenario: Scenario, sensor: str, case: HiddenLoad, points: OperatingPoints) -> float:
    return float((WEIGHT * p_alarm(scenario, points, sensor, case, Z)).sum())


def trucks(seed: int = 1, *, carrying: bool, n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    noise = (*NOISE.values(), "z_machine", "z_concealment")
    return pd.DataFrame(
        {name: rng.standard_normal(n) for name in noise}
        | {
            "true_carrying": np.full(n, carrying),
            "true_contraband": rng.integers(0, len(CONTRABAND), n),
            "true_concealment": rng.integers(0, 3, n),
            "laden": rng.random(n) < 0.7,
            "density": rng.integers(0, 3, n),
        }
    )


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7])
@pytest.mark.parametrize(
    ("sensor", "concealment", "quoted"),
    [
        ("portal", "in_cargo", 0.65),
        ("portal", "structure", 0.45),
        ("portal", "small", 0.25),
        ("secondary", "in_cargo", 0.55),
        ("exam", "in_cargo", 0.95),
        ("exam", "structure", 0.80),
        ("exam", "small", 0.80),
    ],
)
def test_configured_d_prime_give_the_quoted_detection(
    make_scenario: Make, rho: float, sensor: str, concealment: str, quoted: float
) -> None:
    port = make_scenario(f"scanner.rho={rho}")
    found = marginal(port, sensor, load(concealment), reference(port))
    assert found == pytest.approx(quoted, abs=0.001)


@pytest.mark.parametrize(("sensor", "quoted"), [("portal", 0.04), ("secondary", 0.05), ("exam", 0.001)])
def test_configured_thresholds_give_the_quoted_false_alarms(scenario: Scenario, sensor: str, quoted: float) -> None:
    assert p_false_alarm(reference(scenario), sensor) == pytest.approx(quoted, rel=0.01)


def test_analysts_miss_as_wolfe_found(make_scenario: Make) -> None:
    port = make_scenario(
        "scanner.analyst.reference_threat_image_share=0.5",
        f"scanner.portal.sensing.d_prime.in_cargo={1.751 - ndtri(0.07)}",
    )
    for prevalence, miss in ((0.5, 0.07), (0.1, 0.16), (0.01, 0.30)):
        hit = marginal(port, "portal", load(), operating_points(port, prevalence))
        assert 1.0 - hit == pytest.approx(miss, abs=0.015)


def test_hits_and_false_alarms_fall_together_as_threats_thin_out(scenario: Scenario) -> None:
    points = [operating_points(scenario, share) for share in (0.5, 0.05, 0.0183, 0.001, 0.0)]
    hits = [marginal(scenario, "portal", load(), p) for p in points]
    false = [p_false_alarm(p, "portal") for p in points]
    assert hits == sorted(hits, reverse=True)
    assert false == sorted(false, reverse=True)
    assert len(set(hits)) == len(hits)
    assert np.isfinite([p.threshold("portal") for p in points]).all()
    assert len({(p.threshold("secondary"), p.threshold("exam")) for p in points}) == 1


def test_detection_falls_as_the_scanned_share_rises_to_one(scenario: Scenario) -> None:
    test_images, trucks_per_day, p_carrying = 40.0, 6260.0, 1e-4  # an average day
    hits = []
    for share in (0.27, 0.5, 0.75, 1.0):
        images = share * trucks_per_day
        threats = (images * p_carrying + test_images) / (images + test_images)
        hits.append(marginal(scenario, "portal", load(), operating_points(scenario, threats)))
    assert (np.diff(hits) < 0).all()
    assert hits[0] == pytest.approx(0.65, abs=0.01)
    assert hits[-1] < 0.60


@pytest.mark.parametrize(
    "overrides", [("port.analyst.servers=0",), ("port.analyst.servers=0", "port.portal.servers=0")]
)
def test_without_analysts_or_portal_no_criterion_moves(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    port = make_scenario(*overrides)
    assert operating_points(port, 0.9).threshold("portal") == port.scanner.portal.sensing.threshold_z


@pytest.mark.parametrize("sensor", ["portal", "secondary"])
def test_clean_trucks_alarm_at_the_false_alarm_share(scenario: Scenario, sensor: str) -> None:
    points = reference(scenario)
    found, p = (sensor_alarms(scenario, points, trucks(carrying=False))[sensor], p_false_alarm(points, sensor))
    assert abs(found.mean() - p) < 3.3 * np.sqrt(p * (1 - p) / N)


def test_false_alarms_of_different_sensors_are_independent(make_scenario: Make) -> None:
    port = make_scenario("scanner.rho=0.7")
    points = reference(port)
    found = sensor_alarms(port, points, trucks(carrying=False))
    p = p_false_alarm(points, "portal") * p_false_alarm(points, "secondary")
    both = (found["portal"] & found["secondary"]).mean()
    assert abs(both - p) < 3.3 * np.sqrt(p * (1 - p) / N)


def test_exams_never_find_what_is_not_there(scenario: Scenario) -> None:
    found = sensor_alarms(scenario, reference(scenario), trucks(carrying=False))
    assert not found["exam_find"].any()
    assert not found["exam_find_other"].any()


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7])
def test_alarms_happen_as_often_as_p_alarm_says(make_scenario: Make, rho: float) -> None:
    port = make_scenario(f"scanner.rho={rho}")
    points, frame = reference(port), trucks(carrying=True)
    found = sensor_alarms(port, points, frame)
    density = np.where(frame["laden"], frame["density"], 0)
    case = HiddenLoad(frame["true_contraband"].to_numpy(), frame["true_concealment"].to_numpy(), density)
    z = frame["z_concealment"].to_numpy()
    for sensor, name in (
        ("portal", "portal"),
        ("secondary", "secondary"),
        ("exam", "exam_find"),
        ("exam_other", "exam_find_other"),
    ):
        excess = found[name] - p_alarm(port, points, sensor, case, z)
        assert abs(excess.mean()) < 3.3 * excess.std() / np.sqrt(N)


def test_layers_overlap_more_as_rho_rises(make_scenario: Make) -> None:
    frame, both = trucks(carrying=True), []
    for rho in (0.0, 0.3, 0.7):
        port = make_scenario(f"scanner.rho={rho}")
        found = sensor_alarms(port, reference(port), frame)
        missed_by_all = ~found["portal"] & ~found["secondary"]
        both.append(missed_by_all.mean())
    assert (np.diff(both) > 0.02).all()


def test_d_prime_is_a_floored_sum_of_its_shifts(make_scenario: Make) -> None:
    port = make_scenario("scanner.portal.sensing.density_shift.high=-1.5")
    table = d_prime(port, "portal")
    assert table.shape == (len(CONTRABAND), 3, 3)
    assert table[3, 0, 0] == pytest.approx(2.136 + 0.2 - 0.2)
    assert table[0, 1, 2] == pytest.approx(0.125)
    assert table[0, 2, 2] == 0.0
    assert (d_prime(port, "exam_other") < d_prime(port, "exam")).all()


def test_an_empty_truck_hides_a_load_behind_nothing(scenario: Scenario) -> None:
    frame = trucks(carrying=True).assign(laden=False)
    dense, light = (sensor_alarms(scenario, reference(scenario), frame.assign(density=d)) for d in (2, 0))
    assert all((dense[name] == light[name]).all() for name in dense)
