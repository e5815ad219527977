"""Every truck as a probe, against brute force at a raised prevalence."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim.engine.capacity import draw_capacity
from sim.engine.kernel import loop
from sim.engine.ledger import build_ledger
from sim.engine.prepare import officer_referrals, prepare_flow
from sim.frames import LazyColumns
from sim.results.expected_detection import ExpectedDetection, TruckPath, expected_detection, p_seized_table
from sim.results.expected_detection_error import STATIONS_BEFORE_PRIMARY, STATIONS_BEYOND_PRIMARY
from sim.scenario import Scenario
from sim.sensors import NODE_WEIGHTS, NODES, NOISE, OperatingPoints, operating_points, sensor_alarms
from sim.setting.contraband import CONTRABAND
from sim.setting.window import EVALUATION, Window
from sim.stations import DOCK, NOT_VISITED, SECONDARY, SERVED, STATIONS, WAIVED
from sim.trucks.manifest import draw_manifest
from sim.trucks.streams import Purpose
from sim.trucks.threat import add_threat

Make = Callable[..., Scenario]
Bools = npt.NDArray[np.bool_]
N = 150_000
PREVALENCE = 0.2
OFTEN = ("port.officer_referral_carrying_share=0.4", "port.dock.when_full=suspend", "port.secondary.when_full=suspend")
"""Referrals often enough, and full yards that waive them, for brute force to see every branch."""


BUSY = (
    "threat.prevalence_per_truck=0.2",
    "port.officer_referral_carrying_share=0.2",
    "port.secondary.servers=1",
    "port.secondary.room_trucks=1",
    "port.secondary.when_full=suspend",
    "scanner.secondary.outages.availability_share=1",
    "scanner.exam.service.mean_min=2",
    "port.dock.servers=40",
    "port.dock.extra_h=6",
    "port.primary.room_trucks=null",
    "staffing.extra_lanes=4",
    "scanner.analyst.service.mean_min=0.5",
)
"""A week with a fifth of the trucks carrying, and docks that keep up with them."""


def points_of(scenario: Scenario) -> OperatingPoints:
    return operating_points(scenario, scenario.scanner.analyst.reference_threat_image_share)


def trucks(scenario: Scenario, seed: int, n: int = N) -> pd.DataFrame:
    """Return the manifest columns that detection reads, a fifth of the trucks carrying."""
    rng = np.random.default_rng(seed)
    noise = (*NOISE.values(), "z_machine", "z_concealment")
    laden = rng.random(n) < 0.7
    truth = LazyColumns({"true_p_carrying": np.full(n, PREVALENCE), "laden": laden})
    # a purpose has one stream, however often it is asked for
    luck = {
        purpose: rng.random(n) for purpose in (Purpose.CARRYING, Purpose.CONTRABAND, Purpose.CONCEALMENT, Purpose.LOAD)
    }
    add_threat(truth, scenario.threat, luck.__getitem__)
    return pd.DataFrame(
        {name: rng.standard_normal(n) for name in noise}
        | {"u_officer": rng.random(n), "density": rng.integers(0, 3, n)}
        | dict(truth)
    )


def paths(seed: int, n: int = N) -> pd.DataFrame:
    """Return the ledger columns that the probe reads, every kind of path among them."""
    rng = np.random.default_rng(seed)
    portal = rng.choice([NOT_VISITED, SERVED, WAIVED], n, p=[0.4, 0.5, 0.1])
    return pd.DataFrame(
        {
            "ordered": rng.random(n) < 0.2,
            "selected": portal != NOT_VISITED,
            "diverted": False,
            "portal_done": portal,
            "portal_slow": (portal == SERVED) & (rng.random(n) < 0.3),
            "primary_leave_min": 1.0,
            "exit_min": 2.0,
        }
        | {f"{name}_done": 0 for name in ("origin", "low_energy", "secondary", "canine", "dock")}
        | {f"{STATIONS[k]}_enter_min": np.nan for k in (*STATIONS_BEFORE_PRIMARY, *STATIONS_BEYOND_PRIMARY)}
    )


def every(kinds: tuple[str, ...]) -> list[TruckPath]:
    """Return the paths on which each of these things happened or not, the last one fastest."""
    cases = product((0, 1), repeat=len(kinds))
    return [path(**dict(zip(kinds, flags, strict=True))) for flags in cases]


def path(**flags: int) -> TruckPath:
    """Return a path on which nothing happened but what is given."""
    full = (flags.pop("dock_full", 0) << DOCK) | (flags.pop("secondary_full", 0) << SECONDARY)
    return TruckPath(**(dict.fromkeys(TruckPath._fields, False) | flags | {"full": full}))


def full_rooms(seed: int, n: int = N) -> npt.NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    dock, secondary = rng.random(n) < 0.2, rng.random(n) < 0.3
    return (dock.astype(np.int64) << DOCK) | (secondary.astype(np.int64) << SECONDARY)


def by_brute_force(
    scenario: Scenario, manifest: pd.DataFrame, ledger: pd.DataFrame, full: npt.NDArray[np.int64]
) -> Bools:
    """Return who is seized when each truck's own alarms and referral are simply followed."""
    found = sensor_alarms(scenario, points_of(scenario), manifest)
    waives = scenario.port.dock.when_full == "suspend"
    dock = (scenario.servers("dock") > 0) & ~(waives & (full >> DOCK & 1 == 1))
    scanned = np.full(len(manifest), scenario.servers("secondary") > 0)
    if scenario.port.secondary.when_full == "suspend":
        scanned &= full >> SECONDARY & 1 == 0
    raised = np.where(ledger["portal_slow"], found["portal_slow"], found["portal"])
    alarm = raised & (ledger["portal_done"] == SERVED).to_numpy()
    refers = officer_referrals(scenario, manifest) & scenario.policy.officer_referral
    after_scan = found["secondary"] & found["exam_find"] & (scenario.servers("dock") > 0)
    on_referral = refers & np.where(scanned, after_scan, dock & found["exam_find"])
    alarm_path = np.where(alarm, dock & found["exam_find"], on_referral)
    ordered = ledger["ordered"].to_numpy()
    seized = np.where(ordered, dock & found["exam_find_other"], alarm_path)
    return np.asarray(seized & manifest["true_carrying"].to_numpy())


def assert_agree(expected: float, counted: npt.NDArray[np.float64]) -> None:
    """Hold a sum over probes to a sum over what happened, within the latter's interval."""
    half_width = 3.5 * counted.std() * np.sqrt(len(counted))
    assert abs(expected - counted.sum()) <= half_width


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7])
def test_unbiased_on_every_kind_of_path(make_scenario: Make, rho: float) -> None:
    port = make_scenario("scanner=two_speeds", f"scanner.rho={rho}", *OFTEN)
    manifest, ledger, full = trucks(port, 1), paths(2), full_rooms(3)
    seized = by_brute_force(port, manifest, ledger, full)
    scan = 1 + (ledger["portal_done"] == SERVED) + ledger["portal_slow"]
    kind = np.where(ledger["ordered"], 0, scan)
    for code in range(4):
        for rooms in np.unique(full):
            rows = (kind == code) & (full == rooms)
            part = expected_detection(port, points_of(port), manifest[rows], ledger[rows], full[rows])
            assert part.weight == pytest.approx(PREVALENCE * rows.sum())
            assert_agree(part.caught, seized[rows].astype(float))
    found = expected_detection(port, points_of(port), manifest, ledger, full)
    assert_whole(port, manifest, found, seized)
    assert_screened(port, manifest, ledger, found)


def assert_whole(port: Scenario, manifest: pd.DataFrame, found: ExpectedDetection, seized: Bools) -> None:
    """Hold totals, types and amounts to what was counted."""
    carrying = manifest["true_carrying"].to_numpy()
    load = manifest["true_load"].to_numpy()
    assert_agree(found.weight, carrying.astype(float))
    assert_agree(found.caught, seized.astype(float))
    assert found.weight_by_type.sum() == pytest.approx(found.weight)
    assert found.caught_by_type.sum() == pytest.approx(found.caught)
    for code in range(len(CONTRABAND)):
        of_type = (manifest["true_contraband"] == code).to_numpy()
        assert_agree(found.weight_by_type[code], (of_type & carrying).astype(float))
        assert_agree(found.caught_by_type[code], (of_type & seized).astype(float))
        assert_agree(found.amount_presented_by_type[code], load * of_type)
        assert_agree(found.amount_caught_by_type[code], load * (of_type & seized))


def assert_screened(port: Scenario, manifest: pd.DataFrame, ledger: pd.DataFrame, found: ExpectedDetection) -> None:
    """Hold what the portal alone is expected to alarm on to its alarms, by the scan each got."""
    raised = sensor_alarms(port, points_of(port), manifest)
    scanned = (ledger["portal_done"] == SERVED).to_numpy()
    alarm = np.where(ledger["portal_slow"], raised["portal_slow"], raised["portal"]) & scanned
    carrying = manifest["true_carrying"].to_numpy()
    assert found.screened.weight == pytest.approx(found.weight)
    assert_agree(found.screened.scanned, (carrying & scanned).astype(float))
    assert_agree(found.screened.caught, (carrying & alarm).astype(float))


@pytest.mark.parametrize(
    "overrides",
    [
        ("port.secondary.servers=0",),
        ("policy.officer_referral=false",),
        ("port.dock.when_full=block", "port.secondary.when_full=block"),
        ("threat.loads.methamphetamine_kg.small_max=180", "scanner.portal.sensing.density_shift.high=-2"),
        ("threat=human_smuggling",),
        ("threat=outbound",),
    ],
)
def test_unbiased_at_other_ports(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    port = make_scenario(*OFTEN, *overrides)
    manifest, ledger, full = trucks(port, 4), paths(5), full_rooms(6)
    found = expected_detection(port, points_of(port), manifest, ledger, full)
    assert_whole(port, manifest, found, by_brute_force(port, manifest, ledger, full))


def test_unbiased_through_the_port_itself(make_scenario: Make) -> None:
    port = make_scenario(*BUSY)
    window = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
    manifest = draw_manifest(port, window)
    raised = sensor_alarms(port, points_of(port), manifest)
    selected = manifest["u_select"].to_numpy() < 0.27
    flow = prepare_flow(
        port,
        window,
        manifest,
        selected,
        raised,
        draw_capacity(port, window),
        officer_referral=port.policy.officer_referral,
    )
    record = loop.run(flow)
    ledger = build_ledger(flow, record, manifest)
    assert (ledger["secondary_done"] == WAIVED).sum() > 100
    gone = ledger["exit_min"].notna() == ledger["primary_leave_min"].notna()
    assert gone.mean() > 0.999
    found = expected_detection(port, points_of(port), manifest, ledger, record.full)
    left = ledger["primary_leave_min"].notna().to_numpy()
    assert found.weight == pytest.approx(manifest["true_p_carrying"].to_numpy()[left].sum())
    assert_agree(found.caught, ledger["seized"].to_numpy().astype(float))


def test_trucks_still_inside_do_not_count(make_scenario: Make) -> None:
    port = make_scenario()
    manifest, ledger = trucks(port, 7, 1000), paths(8, 1000)
    inside = np.arange(1000) < 600
    ledger.loc[inside, ["primary_leave_min", "exit_min"]] = np.nan
    found = expected_detection(port, points_of(port), manifest, ledger)
    gone = expected_detection(port, points_of(port), manifest[~inside], ledger[~inside])
    assert found.weight == pytest.approx(PREVALENCE * 400)
    assert found.caught == pytest.approx(gone.caught)


def test_without_docks_nothing_is_seized(make_scenario: Make) -> None:
    port = make_scenario("port.dock.servers=0")
    found = expected_detection(port, points_of(port), trucks(port, 9, 500), paths(10, 500))
    assert found.caught == 0.0
    assert found.amount_caught_by_type.sum() == 0.0
    assert found.weight == pytest.approx(PREVALENCE * 500)


def test_known_waivers_stand_in_for_unknown_full_rooms(make_scenario: Make) -> None:
    port = make_scenario(*OFTEN)
    manifest, ledger = trucks(port, 11, 500), paths(12, 500)
    ledger["dock_done"] = np.where(np.arange(500) % 2, WAIVED, NOT_VISITED)
    full = np.where(np.arange(500) % 2, 1 << DOCK, 0)
    assert expected_detection(port, points_of(port), manifest, ledger).caught == pytest.approx(
        expected_detection(port, points_of(port), manifest, ledger, full).caught
    )


def test_more_eyes_never_see_less(make_scenario: Make) -> None:
    port = make_scenario(*OFTEN)
    kinds = ("slow", "ordered", "imaged", "dock_full", "secondary_full")
    by_scan = p_seized_table(port, points_of(port), every(kinds)).reshape(2, 2, 2, 2, 2, -1)
    # the baseline's portal has one way to scan
    assert (by_scan[1] == by_scan[0]).all()
    table = by_scan[0]
    unordered = table[0]
    assert (unordered[1, 0, 0] > unordered[0, 0, 0]).all()
    assert (unordered[1, 0] >= unordered[1, 1]).all()
    assert np.allclose(table[1, 0, 0, 0], table[1, 1, 0, 0], rtol=1e-12)
    assert (table[1, :, 1] == 0.0).all()
    assert ((table >= 0.0) & (table <= 1.0)).all()


def test_a_scan_that_sees_more_is_never_worse(make_scenario: Make) -> None:
    port = make_scenario("scanner=two_speeds", *OFTEN)
    kinds = ("slow", "ordered", "imaged", "dock_full", "secondary_full")
    fast, slow = p_seized_table(port, points_of(port), every(kinds)).reshape(2, 2, 2, 2, 2, -1)
    # a full dock waives an alarm's exam, but takes those that the secondary scanner sends later
    assert (slow[:, :, 0] >= fast[:, :, 0] - 1e-12).all()
    assert (slow[0, 1, 0, 0] > fast[0, 1, 0, 0]).all()
    assert (slow[:, 0] == fast[:, 0]).all()


def test_the_portal_sees_less_behind_dense_cargo(scenario: Scenario) -> None:
    (seized,) = p_seized_table(scenario, points_of(scenario), [path(imaged=1)])
    imaged_laden, imaged_empty = seized[1], seized[0]
    assert (np.diff(imaged_laden, axis=0) < 0.0).all()
    assert (imaged_empty == imaged_laden[0]).all()


def test_quadrature_has_the_moments_of_a_standard_normal() -> None:
    moments = [float((NODE_WEIGHTS * NODES**k).sum()) for k in (0, 1, 2, 4)]
    assert moments == pytest.approx([1.0, 0.0, 1.0, 3.0], abs=1e-9)


def test_probes_have_far_less_noise_than_counts(make_scenario: Make) -> None:
    port = make_scenario()
    rates: list[tuple[float, float]] = []
    for seed in range(20):
        manifest, ledger = trucks(port, 100 + seed, 4000), paths(200 + seed, 4000)
        full = np.zeros(4000, dtype=np.int64)
        found = expected_detection(port, points_of(port), manifest, ledger, full)
        seized = by_brute_force(port, manifest, ledger, full)
        rates.append((found.caught / found.weight, seized.sum() / manifest["true_carrying"].sum()))
    probes, counts = np.array(rates).T
    assert probes.var() < counts.var() / 10.0
    assert abs(probes.mean() - counts.mean()) < 3.5 * np.hypot(probes.std(), counts.std()) / 20**0.5
