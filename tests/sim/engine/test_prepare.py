from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import flow_and_ledger, window_of

from experiments.study.study import compose_scenario
from sim.engine.capacity import server_classes
from sim.engine.prepare import exams_ordered, officer_referrals, policy_columns
from sim.engine.routes import REFERRED
from sim.replication import draw_window_trucks
from sim.setting.window import EVALUATION, Window
from sim.stations import ANALYST, APPROACH, DOCK, PORTAL, PRIMARY, SECONDARY

DAY = window_of(1)
HEAVY = (
    "threat.prevalence_per_truck=0.3",
    "port.officer_referral_share=0.1",
    "port.officer_referral_carrying_share=0.4",
    "port.mix.compliance_exam_share=0.1",
    "port.mix.agriculture_exam_share=0.3",
)


def share_and_half_width(found: np.ndarray, p: float) -> tuple[float, float]:
    return float(found.mean()), 4.0 * float(np.sqrt(p * (1.0 - p) / len(found)))


def test_officers_refer_clean_and_carrying_trucks_at_their_shares() -> None:
    scenario = compose_scenario(HEAVY)
    manifest = draw_window_trucks(scenario, DAY)
    found = officer_referrals(scenario, manifest)
    carrying = manifest["true_carrying"].to_numpy()
    for rows, p in ((~carrying, 0.1), (carrying, 0.4)):
        share, half_width = share_and_half_width(found[rows], p)
        assert abs(share - p) < half_width
    nobody = np.zeros(len(manifest), dtype=bool)
    for asked in (True, False):
        columns = policy_columns(scenario, manifest, nobody, nobody, officer_referral=asked)
        assert np.array_equal(columns[:, REFERRED] == 1.0, found & asked)


def test_exams_are_ordered_for_laden_trucks_and_more_often_for_produce() -> None:
    scenario = compose_scenario(HEAVY)
    manifest = draw_window_trucks(scenario, DAY)
    found = exams_ordered(scenario, manifest)
    laden = manifest["laden"].to_numpy()
    produce = manifest["commodity"].to_numpy() == 3
    assert not found[~laden].any()
    for rows, p in ((laden & ~produce, 0.1), (laden & produce, 0.4)):
        share, half_width = share_and_half_width(found[rows], p)
        assert abs(share - p) < half_width


def test_booths_take_the_classes_that_the_port_says() -> None:
    masks = server_classes(compose_scenario([]))
    assert masks[PRIMARY] == [1] * 15 + [2] * 4
    assert masks[APPROACH] == [1] * 4 + [2]
    assert [len(masks[k]) for k in (PORTAL, SECONDARY, DOCK, ANALYST)] == [4, 2, 16, 6]
    shared = compose_scenario(
        ["port.approach.fast_lane=shared", "port.primary.lanes_serve=all", "port.primary.fast_lanes_serve=all"]
    )
    assert set(server_classes(shared)[APPROACH]) == {3}
    assert set(server_classes(shared)[PRIMARY]) == {3}


@pytest.mark.parametrize(
    ("override", "station", "servers"),
    [
        ("scanner.portal.units=7", PORTAL, 7),
        ("staffing.docks=3", DOCK, 3),
        ("staffing.analysts=2", ANALYST, 2),
        ("port.secondary.servers=0", SECONDARY, 0),
    ],
)
def test_units_can_be_overridden(override: str, station: int, servers: int) -> None:
    assert len(server_classes(compose_scenario([override]))[station]) == servers


def test_a_port_without_stations_routes_past_them() -> None:
    scenario = compose_scenario(["port=bare", "traffic=flat", "policy=scan_everything"])
    flow, ledger = flow_and_ledger(scenario, DAY)
    assert flow.fork == flow.judge == -1
    for station in ("approach", "portal", "secondary", "dock", "analyst"):
        assert ledger[f"{station}_enter_min"].isna().all()
    assert ledger["primary_enter_min"].notna().all()


SHUT_ON_SUNDAY = (
    *(f"port.hours.{day}={{open_h: 6, close_h: 18}}" for day in ("weekday", "saturday")),
    "port.hours.sunday={open_h: 0, close_h: 0}",
    "port.primary.service={dist: deterministic, mean_min: 2.0, cv: 0.0, values_min: []}",
)


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
@pytest.mark.parametrize("closing", ["divert", "carry_over", "served_late"])
def test_doors_are_the_same_on_the_first_day_as_on_any_other(closing: str, engine: str) -> None:
    """Trucks of a closed day, and of the hours before opening: the same fate wherever the window begins."""
    scenario = compose_scenario(
        ["port=bare", "traffic=flat", "policy=no_referral", f"port.closing={closing}", *SHUT_ON_SUNDAY]
    )
    fates = []
    for start, shift in (("2024-05-12", 0.0), ("2024-05-11", 1440.0)):  # a Sunday, and the Saturday before it
        window = Window(seed=1, epoch=EVALUATION, replication=0, start_date=start, days=3)
        times = pd.DataFrame({"arrive_min": np.array([600.0, 700.0, 1740.0, 2040.0]) + shift})
        ledger = flow_and_ledger(scenario, window, engine, times)[1]
        fates.append((ledger["diverted"].tolist(), ledger["primary_start_min"].to_numpy() - shift))
    assert fates[0][0] == fates[1][0] == [closing == "divert"] * 3 + [False]
    np.testing.assert_allclose(fates[0][1], fates[1][1])
