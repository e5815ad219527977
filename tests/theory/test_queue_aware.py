"""V5 of the published checks: the same detection at half the wait, by choosing whom to look at.

Ten lanes, each Poisson 0.1/s; fast triangular(2, 4, 6) s detecting 0.3, slow
triangular(10, 20, 30) s detecting 0.8; target 0.40, so that one truck in five is looked at slowly.
Times are in seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ports import mean_and_half_width
from theory_formulas import mg1_wait_min

from sim.engine import simpy_port
from sim.engine.flow import Flow, Record, assemble_flow
from sim.engine.kernel import loop
from sim.policies.slow_scans import (
    U_SLOW,
    full_ticket_box,
    profile_lanes,
    profile_mix,
    profile_ticket,
    slow_share_for_detection,
)
from sim.setting.scanner import Service
from sim.stations import EXIT, N_STATIONS, PRIMARY
from sim.trucks.service_times import service_time

P_FAST, P_SLOW = 0.3, 0.8
FAST_MEAN_S, SLOW_MEAN_S = 4.0, 20.0


def route_to_primary(truck, here, seen, alarmed, columns, waiting, busy, now_min, state):  # noqa: ANN001, ANN201
    return PRIMARY if (seen >> PRIMARY) & 1 == 0 else EXIT


def triangular(mean_s: float, half_range_s: float, u: np.ndarray) -> np.ndarray:
    cv = half_range_s / np.sqrt(6.0) / mean_s
    return service_time(Service(dist="triangular", mean_min=mean_s, cv=cv, values_min=()), u)


def lanes_flow(seed: int, state: list[float], *, hours: float = 30.0, per_s: float = 0.1, lanes: int = 10) -> Flow:
    rng = np.random.default_rng(seed)
    horizon = hours * 3600.0
    n = rng.poisson(per_s * lanes * horizon)
    work = np.zeros((N_STATIONS, n))
    work[PRIMARY] = triangular(FAST_MEAN_S, 2.0, rng.random(n))
    columns = np.zeros((n, U_SLOW + 1))
    columns[:, U_SLOW] = rng.random(n)
    none: dict[str, Any] = {
        "doors": ([], []),
        "closing": 0,
        "finishes": np.zeros(N_STATIONS),
        "alarm": np.zeros((N_STATIONS, n)),
        "lane_class": np.zeros(n),
        "fork": -1,
        "judge": -1,
        "fast_first": [0] * N_STATIONS,
        "room": [[-1, -1]] * N_STATIONS,
        "shared_room": [1] * N_STATIONS,
        "suspend": [0] * N_STATIONS,
        "hold_min": [np.inf] * N_STATIONS,
    }
    return assemble_flow(
        horizon_min=horizon,
        arrive_min=np.sort(rng.random(n) * horizon),
        service_min=work,
        columns=columns,
        absent=sum(1 << k for k in range(N_STATIONS) if k != PRIMARY),
        server_first=[0] * (PRIMARY + 1) + [lanes] * (N_STATIONS - PRIMARY),
        serves=[3] * lanes,
        capacity=([PRIMARY] * lanes, range(lanes), [0.0] * lanes, [horizon] * lanes, [1] * lanes),
        per_lane=[int(k == PRIMARY) for k in range(N_STATIONS)],
        lane_random=[1] * N_STATIONS,
        lane_draw=rng.random(n),
        profiled=PRIMARY,
        slow_min=triangular(SLOW_MEAN_S, 10.0, rng.random(n)),
        slow_alarm=np.zeros(n),
        join=PRIMARY,
        state=state,
        **none,
    )


def wait_and_detection(flow: Flow, record: Record) -> tuple[float, float]:
    wait = record.of(PRIMARY)[1] - flow.arrive_min
    slow = record.slow[~np.isnan(wait)]
    return float(np.nanmean(wait)), float(np.where(slow > 0, P_SLOW, P_FAST).mean())


def run(profile: Any, state: list[float], **more: float) -> tuple[np.ndarray, np.ndarray]:
    found = []
    for seed in range(12):
        flow = lanes_flow(seed, state, **more)  # type: ignore[arg-type]
        found.append(wait_and_detection(flow, loop.run(flow, route_to_primary, profile)))
    wait, detection = np.array(found).T
    return wait, detection


@pytest.mark.parametrize(("per_s", "target"), [(0.1, 0.40), (0.08, 0.45)])
def test_a_random_mix_in_every_lane_is_mg1(per_s: float, target: float) -> None:
    share = slow_share_for_detection(target, P_FAST, P_SLOW)
    mean = (1.0 - share) * FAST_MEAN_S + share * SLOW_MEAN_S
    square = (1.0 - share) * (16.0 + 4.0 / 6.0) + share * (400.0 + 100.0 / 6.0)
    cv = np.sqrt(square - mean**2) / mean
    expected = mg1_wait_min(60.0 * per_s, mean, cv)
    if (per_s, target) == (0.1, 0.40):
        assert expected == pytest.approx(17.26, abs=0.01)
    wait, detection = run(profile_mix, [share], per_s=per_s)
    found, half_width = mean_and_half_width(list(wait))
    assert half_width < 0.08 * expected
    assert abs(found - expected) < half_width
    assert abs(detection.mean() - target) < 0.002


def test_tickets_halve_the_wait_at_the_same_detection() -> None:
    wait, detection = run(profile_ticket, full_ticket_box(100, slow_share_for_detection(0.40, P_FAST, P_SLOW)))
    found, half_width = mean_and_half_width(list(wait))
    assert half_width < 0.15
    assert abs(found - 8.07) < half_width + 0.03
    assert np.abs(detection - 0.40).max() < 1e-3


def test_two_slow_lanes_and_eight_fast_ones_are_unstable() -> None:
    """Static: a slow lane is asked for 2 s of work a second; two fall 0.10 trucks/s behind."""
    hours = 20.0
    backlog = []
    for seed in range(6):
        flow = lanes_flow(seed, [2.0], hours=hours)
        record = loop.run(flow, route_to_primary, profile_lanes)
        backlog.append(np.isnan(record.exit_min).sum() / (hours * 3600.0))
    mean, half_width = mean_and_half_width(backlog)
    assert half_width < 0.01
    assert abs(mean - 0.10) < half_width


@pytest.mark.parametrize("profile", [profile_ticket, profile_mix])
def test_both_engines_choose_alike(profile: Any) -> None:
    flow = lanes_flow(3, full_ticket_box(100, 0.2) if profile is profile_ticket else [0.2], hours=0.5)
    one, other = (e.run(flow, route_to_primary, profile) for e in (simpy_port, loop))
    for left, right in zip(one, other, strict=True):
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


@pytest.mark.parametrize("target", [0.29, 0.81])
def test_a_detection_beyond_both_profiles_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match=r"must lie between 0\.3 and 0\.8"):
        slow_share_for_detection(target, P_FAST, P_SLOW)
