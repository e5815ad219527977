from __future__ import annotations

import numpy as np
import pytest
from ports import flow_and_ledger, window_of

from experiments.study.study import compose_scenario
from sim.engine.capacity import server_classes
from sim.engine.prepare import exams_ordered, officer_referrals, policy_columns
from sim.engine.routes import REFERRED
from sim.replication import draw_window_trucks
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
