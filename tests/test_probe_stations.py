"""Probes of the further stations, against brute force at a raised prevalence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from clear_port import clear_port
from ports import TruthScorer, window_of

from experiments.study.study import compose_scenario
from sim.engine.prepare import officer_referrals
from sim.replication import Outcome, Replication, make_plan, past_window
from sim.replication import draw_window_trucks as drawn
from sim.results.expected_detection import expected_detection
from sim.results.expected_detection_error import STATIONS_BEFORE_PRIMARY, STATIONS_BEYOND_PRIMARY
from sim.scenario import Scenario
from sim.sensors import sensor_alarms
from sim.stations import CANINE, DOCK, NOT_VISITED, SECONDARY, SERVED, STATIONS, WAIVED
from tests.sim.results.test_expected_detection_probe import N, assert_agree, assert_whole, points_of, trucks

Make = Callable[..., Scenario]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

OFTEN = (
    "port.officer_referral_carrying_share=0.4",
    "port.dock.when_full=suspend",
    "port.secondary.when_full=suspend",
    "port.canine.when_full=suspend",
    "port.low_energy.servers=2",
    "port.canine.servers=3",
    "port.origin.servers=2",
)
PORTS = {
    "every station": (),
    "every station, sensors independent": ("scanner.rho=0",),
    "low-energy portal alone": ("port.secondary.servers=0", "port.canine.servers=0"),
    "dogs alone": ("port.secondary.servers=0",),
    "scanned later": ("port.portal.servers=0", "port.analyst.servers=0"),
    "scanned later, with a machine that reads nothing": (
        "scanner=ai_review",
        "port.portal.servers=0",
        "port.analyst.servers=0",
    ),
    "machine clears": ("scanner=ai_review",),
    "machine clears the slow scan too": ("scanner=two_speeds", "scanner.analyst.auto_clear_share=0.5"),
    "rooms that block": ("port.dock.when_full=block", "port.secondary.when_full=block", "port.canine.when_full=block"),
}


def paths(seed: int, *, portal: bool) -> pd.DataFrame:
    """Return the ledger columns that the probe reads, the further stations among them."""
    rng = np.random.default_rng(seed)
    done = {
        name: rng.choice([NOT_VISITED, SERVED, WAIVED], N, p=[0.4, 0.5, 0.1])
        for name in ("origin", "low_energy", "portal")
    }
    selected = done["portal"] != NOT_VISITED
    if not portal:
        done["portal"][:] = np.where(selected, WAIVED, NOT_VISITED)
    return pd.DataFrame(
        {f"{name}_done": values for name, values in done.items()}
        | {
            "selected": selected,
            "ordered": rng.random(N) < 0.15,
            "diverted": False,
            "portal_slow": (done["portal"] == SERVED) & (rng.random(N) < 0.3),
            "primary_leave_min": 1.0,
            "exit_min": 2.0,
        }
        | {f"{name}_done": 0 for name in ("secondary", "canine", "dock")}
        | {f"{STATIONS[k]}_enter_min": np.nan for k in (*STATIONS_BEFORE_PRIMARY, *STATIONS_BEYOND_PRIMARY)}
    )


def full_rooms(seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    masks = [(rng.random(N) < 0.25).astype(np.int64) << k for k in (SECONDARY, CANINE, DOCK)]
    return masks[0] | masks[1] | masks[2]


def by_brute_force(scenario: Scenario, manifest: pd.DataFrame, ledger: pd.DataFrame, full: Ints) -> Bools:
    """Return who is seized when each truck's own alarms and referral are simply followed."""
    found = sensor_alarms(scenario, points_of(scenario), manifest)

    def stands(name: str, station: int) -> Bools:
        waives = getattr(scenario.port, name).when_full == "suspend"
        has = np.full(N, scenario.servers(name) > 0)
        return np.asarray(has & ~(waives & (full >> station & 1 == 1)))

    secondary, canine = stands("secondary", SECONDARY), stands("canine", CANINE)
    dock, find = stands("dock", DOCK), found["exam_find"]
    image = np.where(ledger["portal_slow"], found["portal_slow"], found["portal"])
    image &= (ledger["portal_done"] == SERVED).to_numpy() & ~found["auto_clear"]
    doubt = officer_referrals(scenario, manifest)
    doubt |= found["low_energy"] & (ledger["low_energy_done"] == SERVED).to_numpy()
    later = ledger["selected"].to_numpy() & (scenario.servers("portal") == 0)
    scanned = secondary & (doubt | later)
    sniffed = canine & doubt & ~(scanned & found["secondary"])
    unresolved = doubt & ~scanned & ~sniffed & dock
    to_dock = (scanned & found["secondary"]) | (sniffed & found["canine"]) | unresolved
    after_primary = np.where(image, dock & find, to_dock & find)
    ordered = ledger["ordered"].to_numpy()
    after_primary = np.where(ordered, dock & found["exam_find_other"], after_primary)
    on_leaving = found["origin_find"] & (ledger["origin_done"] == SERVED).to_numpy()
    carrying = manifest["true_carrying"].to_numpy()
    return np.asarray((on_leaving | after_primary) & carrying)


@pytest.mark.parametrize("overrides", PORTS.values(), ids=PORTS)
def test_unbiased_at_every_station(make_scenario: Make, overrides: tuple[str, ...]) -> None:
    port = make_scenario(*OFTEN, "scanner.rho=0.6", *overrides)
    has_portal = port.servers("portal") > 0
    manifest, ledger, full = trucks(port, 21), paths(22, portal=has_portal), full_rooms(23)
    seized = by_brute_force(port, manifest, ledger, full)
    found = expected_detection(port, points_of(port), manifest, ledger, full)
    assert_whole(port, manifest, found, seized)
    kinds = [ledger[f"{name}_done"] == SERVED for name in ("origin", "low_energy", "portal")]
    for rows in kinds:
        some = rows.to_numpy()
        if not some.any():  # no portal at this port
            continue
        part = expected_detection(port, points_of(port), manifest[some], ledger[some], full[some])
        assert_agree(part.caught, seized[some].astype(float))


ROOMY = (
    "port.officer_referral_carrying_share=0.3",
    "port.mix.compliance_exam_share=0.05",
    "scanner.low_energy.service.mean_min=0.001",
    "scanner.canine.service.mean_min=0.001",
    "scanner.low_energy.outages.availability_share=1",
    "scanner.canine.outages.availability_share=1",
    "port.low_energy.room_trucks=null",
    "port.canine.room_trucks=null",
)
THROUGH = {
    "low-energy portal": ("port.low_energy.servers=50",),
    "dogs": ("port.canine.servers=50",),
    "both": ("port.low_energy.servers=50", "port.canine.servers=50"),
    "both, no scanner": ("port.low_energy.servers=50", "port.canine.servers=50", "port.secondary.servers=0"),
    "scanned later": ("port.canine.servers=50", "port.portal.servers=0", "port.analyst.servers=0"),
    "machine clears": ("scanner.analyst.auto_clear_share=0.5",),
    "joint inspection": ("port.joint_inspection=true", "port.origin.share=0.3"),
}


def run(scenario: Scenario, days: int = 2) -> Outcome:
    window, scorer = window_of(days), TruthScorer()
    before = drawn(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = drawn(scenario, window)
    return Replication(scenario, window, manifest, scorer.score(manifest), plan).run()


def roomy(*overrides: str, prevalence: float = 0.3) -> Scenario:
    """Return a port with room for all, whose sensors miss as the real ones do."""
    real = [
        line
        for line in clear_port(trucks_per_h=400.0, prevalence=prevalence)
        if ".sensing." not in line and "rho" not in line
    ]
    chosen = ("policy=random_share", "policy.share=0.5")
    return compose_scenario([*real, *ROOMY, *chosen, *overrides])


@pytest.mark.parametrize("stations", THROUGH.values(), ids=THROUGH)
def test_unbiased_through_a_port(stations: tuple[str, ...]) -> None:
    found = run(roomy(*stations))
    assert found.ledger["exit_min"].notna().mean() > 0.999
    caught = float(found.ledger["seized"].sum())
    assert caught > 500
    assert abs(caught - found.metrics["expected_caught"]) < 4.0 * np.sqrt(caught)


def test_the_check_of_origin_counts_what_it_finds_itself() -> None:
    """Loads so rare that hardly a truck is missed whose further path is not known."""
    checks = (
        "port.origin.servers=200",
        "port.origin.share=0.5",
        "port.origin.service.dist=deterministic",
        "port.origin.service.mean_min=0",
    )
    found, without = (run(roomy(*more, prevalence=0.02), days=7) for more in (checks, ()))
    assert (found.ledger["origin_done"] == SERVED).mean() == pytest.approx(0.5, abs=0.02)
    caught = float(found.ledger["seized"].sum())
    assert abs(caught - found.metrics["expected_caught"]) < 4.0 * np.sqrt(caught)
    assert found.metrics["n_seized_on_leaving"] > 100
    assert found.metrics["detection_expected"] > without.metrics["detection_expected"] + 0.1
