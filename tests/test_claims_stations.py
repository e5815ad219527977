"""Which way each further station moves the port: claims held by the product's own steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_probe_stations import run

from experiments.study.study import compose_scenario
from sim.replication import Outcome

DAYS = 3
DOUBT = ("port.officer_referral_share=0.03", "port.officer_referral_carrying_share=0.3")
DETECTION = "detection_expected"


def port(*overrides: str, days: int = DAYS) -> Outcome:
    """Run World Trade Bridge under today's practice, on the same trucks whatever else is asked."""
    return run(compose_scenario(["policy=todays_practice", *overrides]), days=days)


def image_wait(found: Outcome) -> float:
    """Return the mean minutes that an image waits for an analyst."""
    ledger = found.ledger
    return float((ledger["analyst_start_min"] - ledger["analyst_enter_min"]).mean())


def test_a_machine_that_reads_first_unloads_analysts_and_finds_more() -> None:
    few = "port.analyst.servers=3"
    today, machine = port(few), port("scanner=ai_review", few)
    # half of the images, each in three fifths of the time
    ratio = machine.metrics["load_analyst"] / today.metrics["load_analyst"]
    assert ratio == pytest.approx(0.5 * 0.9 / 1.5, rel=0.1)
    assert image_wait(machine) < 0.1 * image_wait(today)
    assert machine.metrics["wait_mean_min"] < today.metrics["wait_mean_min"]
    assert machine.metrics[DETECTION] > today.metrics[DETECTION] + 0.03
    assert machine.metrics["n_opened"] < today.metrics["n_opened"]


def test_a_machine_that_clears_alone_finds_less_but_for_the_analysts_criterion() -> None:
    """What it clears unseen is lost; but those who see fewer clean images call more threats."""
    clears, fixed = "scanner.analyst.auto_clear_share=0.5", "scanner.analyst.criterion_slope_z=0"
    analysts, alone = port(fixed, days=1).metrics, port(fixed, clears, days=1).metrics
    assert alone["busy_analyst_min"] < 0.6 * analysts["busy_analyst_min"]
    assert alone[DETECTION] < analysts[DETECTION] - 0.005
    assert alone["n_opened"] < analysts["n_opened"]
    moved = [port(*more, days=1).metrics[DETECTION] for more in ((), (clears,))]
    assert moved[1] - moved[0] > alone[DETECTION] - analysts[DETECTION] + 0.005


def test_more_dogs_find_more_of_what_is_referred() -> None:
    """One dog turns many away from its small yard; three see nearly all."""
    small = ("port.canine.room_trucks=2",)
    found = [port(*DOUBT, *small, f"port.canine.servers={n}").metrics for n in (0, 1, 3)]
    assert (np.diff([each[DETECTION] for each in found]) > 0.01).all()
    assert found[2]["load_canine"] < found[1]["load_canine"]
    assert found[2]["busy_canine_min"] > found[1]["busy_canine_min"]
    unreferred = [port(*small, "policy.officer_referral=false", f"port.canine.servers={n}").metrics for n in (0, 3)]
    assert unreferred[0][DETECTION] == unreferred[1][DETECTION]
    assert unreferred[1]["busy_canine_min"] == 0.0


def test_radiation_alarms_delay_and_never_find() -> None:
    quiet, alarms = port("port.radiation.share=0"), port("port.radiation.share=0.05")
    stopped = alarms.ledger["radiation_start_min"].notna().to_numpy()
    assert stopped.sum() > 300
    later = (alarms.ledger["exit_min"] - quiet.ledger["exit_min"])[stopped].dropna()
    # fifteen minutes of work at the least busy of hours; behind docks it hardly shows
    assert later.mean() > 14.0
    assert alarms.metrics["crossing_mean_min"] > quiet.metrics["crossing_mean_min"]
    assert alarms.metrics["wait_mean_min"] == quiet.metrics["wait_mean_min"]
    assert alarms.metrics[DETECTION] == pytest.approx(quiet.metrics[DETECTION], rel=1e-3)
    gone = quiet.ledger["exit_min"].notna() & alarms.ledger["exit_min"].notna()
    pd.testing.assert_series_equal(quiet.ledger["opened"][gone], alarms.ledger["opened"][gone])


def hidden(where: str) -> tuple[str, ...]:
    """Return overrides by which all loads are hidden in one way, every truck being laden."""
    places = ("in_cargo", "structure", "small")
    drugs = ("methamphetamine", "cocaine", "heroin", "fentanyl")
    load = [f"threat.loads.{drug}_kg.concealment_share_laden.{k}={float(k == where)}" for drug in drugs for k in places]
    return (*load, *(f"threat.loads.{drug}_kg.small_max=0" for drug in drugs), "port.mix.empty_share=0")


def test_a_low_energy_portal_adds_detection_of_loads_in_the_structure() -> None:
    portal = ("port.low_energy.servers=6", "port.low_energy.room_trucks=60")
    gain = {}
    for where in ("structure", "in_cargo"):
        without, with_portal = (port(*hidden(where), *more, days=1) for more in ((), portal))
        gain[where] = with_portal.metrics[DETECTION] - without.metrics[DETECTION]
        # and it asks for time at the end of the queue and for exams of the clean
        assert with_portal.metrics["crossing_mean_min"] > without.metrics["crossing_mean_min"]
        assert with_portal.metrics["n_opened"] > without.metrics["n_opened"]
    assert gain["structure"] > 0.03
    assert gain["structure"] > 2.0 * gain["in_cargo"] > 0.0


def test_a_check_by_the_country_they_leave_finds_before_the_queue() -> None:
    check = ("port.origin.servers=60", "port.origin.share=0.1")
    without, with_check = port(days=1), port(*check, days=1)
    assert with_check.metrics[DETECTION] > without.metrics[DETECTION] + 0.02
    assert with_check.metrics["officer_h"] == pytest.approx(without.metrics["officer_h"], rel=1e-3)
    checked = with_check.ledger["origin_end_min"].notna()
    longer = with_check.metrics["crossing_mean_min"] - without.metrics["crossing_mean_min"]
    assert checked.mean() == pytest.approx(0.1, abs=0.02)
    assert longer > 0.0


def test_safety_checks_beyond_the_exit_cost_time_and_find_nothing() -> None:
    without, checks = port(days=1), port("port.safety.servers=20", days=1)
    assert checks.metrics["crossing_mean_min"] > without.metrics["crossing_mean_min"] + 0.5
    assert checks.metrics["wait_mean_min"] == without.metrics["wait_mean_min"]
    assert checks.metrics[DETECTION] == pytest.approx(without.metrics[DETECTION], rel=1e-3)
