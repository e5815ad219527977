"""V7: skip-lot, random examinations, what was missed, and scans over a shift."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from clear_port import clear_port, sensor
from ports import blind_plan, ledger_of, mean_and_half_width, window_of
from scipy.stats import binom

from experiments.study.study import compose_scenario
from sim.algorithms.sampling import (
    assignment_table,
    assignment_thresholds,
    clopper_pearson,
    confidence_when_clean,
    csp1_fraction,
    interdiction_interval,
    sample_size_for_width,
    sample_size_when_clean,
)
from sim.policies.portal_route import with_actual_portal_visits
from sim.replication import ENGINES, Replication, draw_window_trucks


@pytest.mark.parametrize(("p", "i", "f", "fraction"), [(0.02, 10, 0.10, 0.11971), (0.02, 50, 0.25, 0.47790)])
def test_the_printed_fractions(p: float, i: int, f: float, fraction: float) -> None:
    assert csp1_fraction(p, i, f) == pytest.approx(fraction, abs=5e-6)


@pytest.mark.parametrize(("p", "i", "f"), [(0.02, 10, 0.1), (0.1, 5, 0.2), (0.3, 2, 0.5)])
def test_the_fraction_by_the_plan_itself(p: float, i: int, f: float) -> None:
    """Solve the chain of states 0..i of clean units in a row."""
    q = 1.0 - p
    chain = np.zeros((i + 1, i + 1))
    for state in range(i):
        chain[state, state + 1], chain[state, 0] = q, chain[state, 0] + p
    chain[i, i], chain[i, 0] = 1.0 - f * p, f * p
    long_run = np.linalg.matrix_power(chain, 1 << 14)[0]
    assert csp1_fraction(p, i, f) == pytest.approx(long_run[:i].sum() + f * long_run[i])


def test_extremes_of_skip_lot() -> None:
    assert csp1_fraction(0.0, 10, 0.1) == pytest.approx(0.1)
    assert csp1_fraction(1.0, 10, 0.1) == 1.0
    assert csp1_fraction(0.5, 10, 0.0) == 0.0


def test_six_hundred_clean_examinations() -> None:
    assert confidence_when_clean(600, 0.005) == pytest.approx(0.950586, abs=5e-7)
    for share, confidence in ((0.005, 0.95), (0.01, 0.9), (0.3, 0.99)):
        n = sample_size_when_clean(share, confidence)
        assert confidence_when_clean(n, share) >= confidence > confidence_when_clean(n - 1, share)


@pytest.mark.parametrize(("x", "n"), [(0, 30), (3, 100), (30, 30), (7, 9)])
def test_the_exact_interval_inverts_the_binomial(x: int, n: int) -> None:
    low, estimate, high = clopper_pearson(x, n)
    assert estimate == x / n
    assert low == 0.0 if x == 0 else binom.sf(x - 1, n, low) == pytest.approx(0.025)
    assert high == 1.0 if x == n else binom.cdf(x, n, high) == pytest.approx(0.025)


def test_interdiction_is_estimated_with_the_interval_that_it_deserves() -> None:
    low, estimate, high = interdiction_interval(100, 10, 1000, 20_000)
    assert estimate == pytest.approx(1.0 / 3.0)
    assert (round(low, 2), round(high, 2)) == (0.21, 0.51)
    more = interdiction_interval(100, 100, 10_000, 20_000)
    assert more.high - more.low < 0.4 * (high - low)
    assert interdiction_interval(10, 0, 500, 1000).high == 1.0


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(1)
    share, pool, seized, n = 0.004, 20_000, 60.0, 3000
    truth = seized / (seized + share * pool)
    found = rng.binomial(n, share, 400)
    inside = [(e := interdiction_interval(seized, x, n, pool)).low <= truth <= e.high for x in found]
    assert np.mean(inside) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


@pytest.mark.parametrize(("share", "width"), [(0.02, 0.01), (0.5, 0.1), (0.0005, 0.001)])
def test_the_size_is_the_smallest_that_is_narrow_enough(share: float, width: float) -> None:
    n = sample_size_for_width(share, width)
    widths = [clopper_pearson(share * m, m) for m in (n, n - 1)]
    assert widths[0].high - widths[0].low <= width < widths[1].high - widths[1].low


@pytest.mark.parametrize(("k", "n", "value"), [(1, 10, 0.86110), (2, 10, 1.63600)])
def test_scans_over_a_shift(k: int, n: int, value: float) -> None:
    assert assignment_table(k, n)[k, n] == pytest.approx(value, abs=5e-6)


def test_scans_over_a_shift_are_worth_what_the_table_says() -> None:
    k, n, m = 3, 12, 60_000
    thresholds, rng = assignment_thresholds(k, n), np.random.default_rng(2)
    left, total = np.full(m, k), np.zeros(m)
    for t in range(n, 0, -1):
        score = rng.random(m)
        taken = score > thresholds[left, t]
        total += score * taken
        left -= taken
    half_width = 4.0 * total.std() / np.sqrt(m)
    assert abs(total.mean() - assignment_table(k, n)[k, n]) < half_width
    assert (left == 0).all()


def test_more_scans_than_arrivals_scan_everybody() -> None:
    table, thresholds = assignment_table(5, 3), assignment_thresholds(5, 3)
    assert table[5, 3] == table[3, 3] == pytest.approx(1.5)
    assert (thresholds[3:, 3] == 0.0).all()
    assert (thresholds[0] == 1.0).all()


def test_thresholds_are_the_differences_of_the_table_to_the_bit() -> None:
    table, thresholds = assignment_table(40, 150), assignment_thresholds(40, 150)
    assert np.array_equal(thresholds[1:, 1:], table[1:, :-1] - table[:-1, :-1])
    assert (thresholds[1:, 0] == 0.0).all()


@pytest.mark.parametrize(("p", "clearance", "fraction"), [(0.02, 10, 0.10), (0.02, 50, 0.25), (0.08, 10, 0.20)])
def test_a_port_under_skip_lot_inspects_the_fraction(p: float, clearance: int, fraction: float) -> None:
    """V7 through the port: trucks far apart, so that each result is known before the next comes."""
    options = (f"policy.clearance_trucks={clearance}", f"policy.fraction={fraction}")
    scenario = compose_scenario(
        clear_port(
            "policy=skip_lot",
            "policy.officer_referral=false",
            *options,
            *sensor("portal", 1e-4, 0.9999),
            prevalence=p,
            trucks_per_h=60.0,
        )
    )
    gaps = []
    for replication in range(8):
        ledger = ledger_of(scenario, window_of(14, replication))
        # what was carried by this run's trucks, found or not
        wanted = csp1_fraction(p, clearance, fraction)
        gaps.append(float(ledger["selected"].mean()) - wanted)
    mean, half_width = mean_and_half_width(gaps)
    assert abs(mean) < half_width
    assert half_width < 0.04


@pytest.mark.parametrize(("share", "value"), [(0.1, 0.86110), (0.2, 1.63600)])
def test_a_port_gives_its_scans_to_the_best_of_the_shift(share: float, value: float) -> None:
    """V7 through the port: ten trucks an hour, one or two scans, scores uniform."""
    scenario = compose_scenario(
        clear_port("policy=scan_budget", "policy.shift_h=1", f"policy.share={share}", trucks_per_h=10.0)
    )
    window, rng = window_of(150), np.random.default_rng(4)
    manifest = draw_window_trucks(scenario, window).iloc[: 24 * 10 * 140].copy()
    manifest["arrive_min"] = 6.0 * np.arange(len(manifest)) + 1.0
    score = rng.random(len(manifest))
    scores = manifest[["truck"]].assign(p_hit=score, risk_score=score)
    plan = blind_plan(scenario)
    past = dataclasses.replace(plan.past, risk_score=np.linspace(0.0, 1.0, 100_001))
    flow, _ = Replication(scenario, window, manifest, scores, dataclasses.replace(plan, past=past)).flow()
    record = ENGINES["compiled"](flow, scenario.policy.route, scenario.policy.profile)
    scanned = with_actual_portal_visits(flow, record).columns[:, 0] > 0.0
    per_shift = (score * scanned).reshape(-1, 10).sum(axis=1)
    half_width = 4.0 * per_shift.std() / np.sqrt(len(per_shift))
    assert abs(per_shift.mean() - value) < half_width
    assert (scanned.reshape(-1, 10).sum(axis=1) == round(10 * share)).all()
