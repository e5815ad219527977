"""V7 for other parameters, through ports: skip-lot, scans of a shift, what random exams infer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from clear_port import clear_port, sensor
from ports import TruthScorer, blind_plan, ledger_of, mean_and_half_width, window_of
from scipy.stats import binom

from experiments.report.agency_estimate import COUNTS, agency_estimate
from experiments.study.settings import RandomStreamPrecision
from experiments.study.study import compose_scenario
from sim.algorithms.sampling import (
    assignment_table,
    clopper_pearson,
    confidence_when_clean,
    csp1_fraction,
    sample_size_for_width,
    sample_size_when_clean,
)
from sim.policies.portal_route import with_actual_portal_visits
from sim.replication import ENGINES, Replication, draw_window_trucks, make_plan, past_window

WANTED = RandomStreamPrecision(relative_half_width=0.5, below_share=0.005)


@pytest.mark.parametrize(
    ("p", "clearance", "fraction", "hits"),
    [(0.05, 5, 0.5, 0.9999), (0.10, 8, 0.05, 0.6), (0.01, 40, 0.02, 0.9999), (0.2, 3, 0.3, 0.3)],
)
def test_skip_lot_inspects_its_fraction_also_where_scans_miss(
    p: float, clearance: int, fraction: float, hits: float
) -> None:
    """V7: q = 1 - p d, d the detection of a scan."""
    scenario = compose_scenario(
        clear_port(
            "policy=skip_lot",
            "policy.officer_referral=false",
            f"policy.fraction={fraction}",
            f"policy.clearance_trucks={clearance}",
            *sensor("portal", 1e-4, hits),
            prevalence=p,
            trucks_per_h=60.0,
        )
    )
    wanted = csp1_fraction(p * hits, clearance, fraction)
    gaps = [float(ledger_of(scenario, window_of(14, r))["selected"].mean()) - wanted for r in range(8)]
    mean, half_width = mean_and_half_width(gaps)
    assert abs(mean) < half_width
    assert half_width < 0.05


@pytest.mark.parametrize(("arrivals", "scans"), [(5, 1), (20, 3), (12, 6), (8, 7), (30, 2)])
def test_a_port_scans_the_best_of_any_shift(arrivals: int, scans: int) -> None:
    """V7: the mean sum of scores is that of the table, and no scan is left."""
    scenario = compose_scenario(
        clear_port(
            "policy=scan_budget", "policy.shift_h=1", f"policy.share={scans / arrivals}", trucks_per_h=float(arrivals)
        )
    )
    days = 3000 // (24 * arrivals) + 40
    window, rng = window_of(days), np.random.default_rng(arrivals)
    n = 24 * arrivals * (days - 10)
    manifest = draw_window_trucks(scenario, window).iloc[:n].copy()
    manifest["arrive_min"] = 60.0 / arrivals * (np.arange(n) + 0.5)
    score = rng.random(n)
    scores = manifest[["truck"]].assign(p_hit=score, risk_score=score)
    plan = blind_plan(scenario)
    past = dataclasses.replace(plan.past, risk_score=np.linspace(0.0, 1.0, 100_001))
    flow, _ = Replication(scenario, window, manifest, scores, dataclasses.replace(plan, past=past)).flow()
    record = ENGINES["compiled"](flow, scenario.policy.route)
    scanned = with_actual_portal_visits(flow, record).columns[:, 0] > 0.0
    per_shift = (score * scanned).reshape(-1, arrivals).sum(axis=1)
    half_width = 4.0 * per_shift.std() / np.sqrt(len(per_shift))
    assert abs(per_shift.mean() - assignment_table(scans, arrivals)[scans, arrivals]) < half_width
    assert (scanned.reshape(-1, arrivals).sum(axis=1) == scans).all()


@pytest.mark.parametrize("seed", range(12))
def test_every_sample_is_the_smallest_that_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    share, confidence = float(10.0 ** rng.uniform(-5, -0.5)), float(rng.uniform(0.5, 0.999))
    n = sample_size_when_clean(share, confidence)
    assert confidence_when_clean(n, share) >= confidence > confidence_when_clean(n - 1, share)
    width = share * float(rng.uniform(0.1, 1.5))
    n = sample_size_for_width(share, width, confidence)
    low, _, high = clopper_pearson(share * n, n, confidence)
    assert high - low <= width
    # 1.2 times as precise takes more
    assert sample_size_for_width(share, width / 1.2, confidence) > n


@pytest.mark.parametrize(("floor", "share", "hits"), [(0.2, 0.1, 0.9999), (0.5, 0.02, 0.9999), (0.3, 0.1, 0.6)])
def test_the_estimate_of_an_agency_covers_what_its_inspections_could_find(
    floor: float, share: float, hits: float
) -> None:
    """V7: E = F / (F + (x/n) M) of forty runs; what sensors miss stays out of the estimate."""
    scenario = compose_scenario(
        clear_port(
            "policy=top_share",
            f"policy.share={share}",
            f"policy.random_floor_share={floor}",
            "policy.officer_referral=false",
            *sensor("portal", 0.01, hits),
            trucks_per_h=60.0,
            prevalence=0.02,
        )
    )
    scorer, covered, runs, below = TruthScorer(), 0, 40, 0
    before = draw_window_trucks(scenario, past_window(window_of(1)))
    plan = make_plan(scenario, before, scorer.score(before))
    for replication in range(runs):
        window = window_of(1, replication)
        manifest = draw_window_trucks(scenario, window)
        metrics = Replication(scenario, window, manifest, scorer.score(manifest), plan).run().metrics
        found = agency_estimate("a", {name: metrics[name] for name in COUNTS}, WANTED)
        findable = found.targeted + hits * metrics["n_passed_carrying"]
        truth = found.targeted / findable if findable else np.nan
        low, _, high = found.interdicted
        covered += bool(low <= truth <= high) or not findable
        below += found.truth <= truth
    assert covered >= binom.ppf(1e-4, runs, 0.95)
    assert below == runs
