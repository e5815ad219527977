"""V1 and V2 of the published checks: queueing theory through the product's own traffic and engines.

Tolerances are four standard errors of independent replications; each half-width is itself held
below a few per cent of the theoretical value, so that a check cannot pass by being vague.
"""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from ports import flow_and_ledger, ledger_of, mean_and_half_width, window_of
from theory_formulas import fluid_rush, jackson_sojourn_min, mg1_wait_min

from experiments.study.study import compose_scenario
from sim.algorithms import queueing
from sim.stations import PRIMARY

BARE = ("port=bare", "traffic=flat", "policy=no_referral")


def bare(trucks_per_h: float, lanes: int, mean_min: float, *more: str, dist: str = "exponential"):  # noqa: ANN201
    cv = {"exponential": 1.0, "deterministic": 0.0}.get(dist, 0.5)
    return compose_scenario(
        [
            *BARE,
            f"traffic.trucks_per_h={trucks_per_h}",
            f"port.primary.lanes={lanes}",
            f"port.primary.service.dist={dist}",
            f"port.primary.service.mean_min={mean_min}",
            f"port.primary.service.cv={cv}",
            f"port.primary.fast_service.mean_min={mean_min}",
            *more,
        ]
    )


def waits(ledger, lane_class: int | None = None):  # noqa: ANN001, ANN201
    wait = (ledger["primary_start_min"] - ledger["arrive_min"]).to_numpy()
    keep = ~np.isnan(wait)
    if lane_class is not None:
        keep &= ledger["lane_class"].to_numpy() == lane_class
    return wait[keep]


@pytest.mark.parametrize(
    ("per_h", "served_per_h", "lanes", "published"),
    [(100, 30, 4, 1.97316), (140, 30, 5, 5.03147), (210, 30, 8, 1.27063), (25, 60, 1, None)],
)
def test_wait_of_mmc(per_h: float, served_per_h: float, lanes: int, published: float | None) -> None:
    expected = queueing.mmc_wait_min(per_h, served_per_h, lanes)
    if published is not None:
        assert expected == pytest.approx(published, abs=5e-5)
    scenario = bare(per_h, lanes, 60.0 / served_per_h)
    means = [waits(ledger_of(scenario, window_of(60, r))).mean() for r in range(12)]
    mean, half_width = mean_and_half_width(means)
    assert half_width < 0.15 * expected
    assert abs(mean - expected) < half_width


@pytest.mark.parametrize(("cv", "dist"), [(0.0, "deterministic"), (0.5, "gamma"), (0.5, "lognormal")])
def test_wait_of_mg1_at_high_load(cv: float, dist: str) -> None:
    """Pollaczek-Khinchine at rho 0.9: times are continuous, nothing is rounded."""
    expected = mg1_wait_min(27.0, 2.0, cv)
    scenario = bare(27.0, 1, 2.0, dist=dist)
    means = [waits(ledger_of(scenario, window_of(300, r))).mean() for r in range(12)]
    mean, half_width = mean_and_half_width(means)
    assert half_width < 0.15 * expected
    assert abs(mean - expected) < half_width


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
@pytest.mark.parametrize("lanes", [1, 3, 7])
def test_departures_are_those_of_the_heap_recursion(engine: str, lanes: int) -> None:
    """Pathwise: t = pop min, D = max(A, t) + S, push D; difference 0.0."""
    scenario = bare(25.0 * lanes, lanes, 2.0, dist="lognormal")
    flow, ledger = flow_and_ledger(scenario, window_of(2), engine)
    free = [0.0] * lanes
    departures = []
    for arrive, work in zip(flow.arrive_min, flow.service_min[PRIMARY], strict=True):
        departure = max(arrive, heapq.heappop(free)) + work
        departures.append(departure)
        heapq.heappush(free, departure)
    inside = np.array(departures) <= flow.horizon_min
    assert np.array_equal(ledger["exit_min"].to_numpy()[inside], np.array(departures)[inside])
    assert ledger["exit_min"].isna().sum() == (~inside).sum()


def test_more_lanes_never_lengthen_any_wait_of_the_same_trucks() -> None:
    before = None
    for lanes in (2, 3, 4, 6, 9):
        scenario = bare(55.0, lanes, 2.0, dist="lognormal")
        wait = waits(ledger_of(scenario, window_of(3)))
        if before is not None:
            assert (wait[: len(before)] <= before).all()
            assert (wait[: len(before)] < before).any()
        before = wait


def test_rush_hour_is_the_fluid_one_in_the_limit() -> None:
    """150/h for 3 h then 80/h against 120/h: 90 waiting at most, clear at 5.25 h, 236.25 truck-h.

    One lane at 0.5 min stands for the server of 120/h; the port begins empty, and chance adds to
    the fluid queue, so the comparison is with a port hundred times as large.
    """
    scale = 100
    rates = [150.0 * scale] * 3 + [80.0 * scale] * 21
    fluid = fluid_rush([150.0] * 3 + [80.0] * 9, 120.0)
    assert (fluid.queue_max, fluid.clears_h, fluid.delay_truck_h) == pytest.approx((90, 5.25, 236.25))
    scenario = compose_scenario(
        [
            *BARE,
            "traffic=hourly",
            f"traffic.trucks_per_h_by_hour={rates}",
            "port.primary.lanes=100",
            "port.primary.service.dist=deterministic",
            "port.primary.service.mean_min=0.5",
            "port.primary.service.cv=0",
        ]
    )
    delays, peaks = [], []
    for replication in range(8):
        ledger = ledger_of(scenario, window_of(1, replication))
        wait = waits(ledger)
        delays.append(wait.sum() / 60.0 / scale)
        at = np.arange(0.0, 480.0, 1.0)
        queue = np.searchsorted(ledger["arrive_min"], at) - np.searchsorted(
            np.sort(ledger["primary_start_min"].dropna()), at
        )
        peaks.append(queue.max() / scale)
    for found, expected in ((delays, 236.25), (peaks, 90.0)):
        mean, half_width = mean_and_half_width(found)
        assert half_width < 0.08 * expected
        assert abs(mean - expected) < half_width + 0.02 * expected


def test_scanner_then_analysts_is_the_jackson_network() -> None:
    """60/h, scanner M/M/1 at 80/h, three analysts of mean 2.5 min: 9.0112 min in all."""
    expected = jackson_sojourn_min(60.0, [(80.0, 1), (24.0, 3)])
    assert expected == pytest.approx(9.0112, abs=5e-5)
    scenario = compose_scenario(
        [
            "port=bare",
            "traffic=flat",
            "policy=scan_everything",
            "traffic.trucks_per_h=60",
            "port.portal.servers=1",
            "port.analyst.servers=3",
            "port.primary.lanes=400",
            "port.primary.service.dist=deterministic",
            "port.primary.service.mean_min=0",
            "port.primary.service.cv=0",
            "scanner.portal.service.dist=exponential",
            "scanner.portal.service.mean_min=0.75",
            "scanner.portal.service.cv=1",
            "scanner.analyst.service.dist=exponential",
            "scanner.analyst.service.mean_min=2.5",
            "scanner.analyst.service.cv=1",
            "scanner.portal.outages.availability_share=1",
        ]
    )
    means = []
    for replication in range(12):
        ledger = ledger_of(scenario, window_of(90, replication))
        means.append((ledger["exit_min"] - ledger["arrive_min"]).mean())
    mean, half_width = mean_and_half_width(means)
    assert half_width < 0.1 * expected
    assert abs(mean - expected) < half_width


PACIFIC_HIGHWAY = ("port.mix.fast_share=0.225", "port.primary.fast_service.dist=exponential")


@pytest.mark.parametrize(
    ("layout", "fast_min", "general_min"),
    [
        (("port.primary.lanes=2", "port.primary.fast_lanes=1", "port.primary.lanes_serve=general"), 1.6364, 3.0078),
        (("port.primary.lanes=3", "port.primary.discipline=fast_priority"), 0.3486, 1.0458),
        (("port.primary.lanes=3", "port.primary.discipline=fcfs"), 0.8889, 0.8889),
    ],
)
def test_pacific_highway_lanes(layout: tuple[str, ...], fast_min: float, general_min: float) -> None:
    """V2: one FAST and two general booths against three pooled ones; 60/h, 30/h a booth."""
    scenario = compose_scenario([*BARE, "traffic.trucks_per_h=60", *PACIFIC_HIGHWAY, *layout])
    ledgers = [ledger_of(scenario, window_of(120, replication)) for replication in range(12)]
    for lane_class, expected in ((1, fast_min), (0, general_min)):
        mean, half_width = mean_and_half_width([waits(x, lane_class).mean() for x in ledgers])
        assert half_width < 0.1 * expected
        assert abs(mean - expected) < half_width
