from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from experiments.intervals import Sample, estimate_interval, paired_difference
from experiments.scorecards.levels import formula_samples, line_level, line_trend, reason_absent
from experiments.scorecards.lines import ScorecardLine, scorecard_lines
from experiments.scorecards.periods import Period
from sim.results.metrics import RATIOS
from tests import cards


@pytest.fixture(scope="module")
def periods(tmp_path_factory: pytest.TempPathFactory) -> list[Period]:
    """Return two periods, the second waiting six minutes longer."""
    folder = tmp_path_factory.mktemp("runs")
    return cards.series(
        cards.write_run(folder / "2024", wait=30.0, n=12), cards.write_run(folder / "2025", wait=36.0, n=10)
    )


def line(periods: list[Period], key: str) -> ScorecardLine:
    return next(one for one in scorecard_lines(periods[-1].scenario) if one.key == key)


def test_a_line_is_the_ratio_of_sums_with_its_interval(periods: list[Period]) -> None:
    first = periods[0]
    own = estimate_interval(Sample.of(first.metrics["wait_sum_min"], first.metrics["n_waits"]))
    found = line_level(line(periods, "wait_mean"), first, 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((own.mean, own.low, own.high))
    assert found.n == 12


def test_the_range_runs_from_the_smallest_to_the_largest_draw(periods: list[Period]) -> None:
    """Loads found hold in every draw; waits of draws that are overloaded do not count."""
    found = line_level(line(periods, "detection"), periods[0], 0.95)
    assert found.range_low == pytest.approx(0.8 * found.value, rel=1e-3)
    assert found.range_high == pytest.approx(1.3 * found.value, rel=1e-3)
    assert found.range_words == "6 redraws"
    assert line_level(line(periods, "wait_mean"), periods[0], 0.95).range_words.startswith("5 redraws of 6")


def test_without_redraws_no_range_and_nothing_assumed_is_shown(periods: list[Period]) -> None:
    (bare,) = cards.with_periods(periods[:1], redrawn=None)
    found = line_level(line(periods, "detection"), bare, 0.95)
    assert not found.has_range
    assert np.isnan(found.value)
    assert "its range is not computed: the run has no redraws" in found.reason
    assert line_trend(line(periods, "detection"), [bare, bare], 0.95) is None
    wait = line_level(line(periods, "wait_mean"), bare, 0.95)
    assert np.isfinite(wait.value)
    assert wait.range_words == "not computed"


def test_a_few_redraws_make_no_range(periods: list[Period]) -> None:
    draws = cards.redrawn(periods[0].metrics, cards.DRAWS[:4])
    (few,) = cards.with_periods(periods[:1], redrawn=draws)
    found = line_level(line(periods, "detection"), few, 0.95)
    assert not found.has_range
    assert np.isnan(found.value)
    assert "4 of 4 redraws have it, 5 are needed" in found.reason


def test_a_share_stays_between_nothing_and_all(periods: list[Period]) -> None:
    metrics = periods[0].metrics.copy()
    metrics["n_high_risk_inspected"] = metrics["n_high_risk"] * np.where(metrics["replication"] % 2, 1.0, 0.99)
    (one,) = cards.with_periods(periods[:1], metrics=metrics)
    found = line_level(line(periods, "high_risk_inspected"), one, 0.9999)
    assert found.high == 100.0
    assert found.low < 99.5 < found.high


def test_a_wait_is_not_less_than_nothing(periods: list[Period]) -> None:
    metrics = periods[0].metrics.head(4).assign(wait_sum_min=[0.0, 0.0, 0.0, 8e4])
    (one,) = cards.with_periods(periods[:1], metrics=metrics)
    assert line_level(line(periods, "wait_mean"), one, 0.95).low == 0.0


def test_availability_is_the_input_and_no_estimate(periods: list[Period]) -> None:
    found = line_level(line(periods, "availability"), periods[0], 0.95)
    scanner = periods[0].scenario.scanner
    shares = [getattr(scanner, station).outages.availability_share for station in ("portal", "secondary")]
    assert 100.0 * min(shares) <= found.value <= 100.0 * max(shares)
    assert found.low == found.value == found.high
    assert found.reason == "an input, not simulated"
    longer = periods[0].metrics.assign(available_portal_min=1.0)
    (worn,) = cards.with_periods(periods[:1], metrics=longer)
    assert line_level(line(periods, "availability"), worn, 0.95) == found


def test_the_trend_of_two_periods_is_their_paired_difference(periods: list[Period]) -> None:
    wait = line(periods, "wait_mean")
    found = line_trend(wait, periods, 0.95)
    assert found is not None
    samples = [formula_samples(wait, period.metrics.head(10), None)[0] for period in periods]
    own = paired_difference(samples[1], samples[0])
    assert (found.mean, found.low, found.p_value) == pytest.approx((own.mean, own.low, own.p_value))


def test_the_trend_of_three_periods_is_the_least_squares_slope(tmp_path: Path) -> None:
    waits = (30.0, 33.0, 42.0)
    many = cards.series(*(cards.write_run(tmp_path / f"y{k}", wait=wait) for k, wait in enumerate(waits)))
    wait = line(many, "wait_mean")
    found = line_trend(wait, many, 0.95)
    assert found is not None
    means = [line_level(wait, period, 0.95).value for period in many]
    assert found.mean == pytest.approx(np.polyfit([0, 1, 2], means, 1)[0])


def test_one_period_has_no_trend(periods: list[Period]) -> None:
    assert line_trend(line(periods, "wait_mean"), periods[:1], 0.95) is None


def test_insiders_cost_what_helped_loads_lose(periods: list[Period]) -> None:
    loss = line(periods, "insider_loss")
    assert "insider=none" in reason_absent(loss, periods[0])
    insider = dataclasses.replace(periods[0].scenario.insider, helped_load_share=0.2)
    scenario = dataclasses.replace(periods[0].scenario, insider=insider)
    (helped,) = cards.with_periods(periods[:1], scenario=scenario)
    top, bottom, _ = RATIOS["detection_expected"]
    sums = helped.metrics.sum(numeric_only=True)
    whole = sums[top] / sums[bottom]
    unhelped = sums["expected_caught_unhelped"] / sums["expected_weight_unhelped"]
    assert line_level(loss, helped, 0.95).value == pytest.approx(100.0 * (1.0 - whole / unhelped))


def test_waits_of_a_port_that_cannot_carry_its_load_are_left_out(periods: list[Period]) -> None:
    record = periods[0].record | {"unstable": {cards.NAME: "dock is asked for 130%"}}
    (one,) = cards.with_periods(periods[:1], record=record)
    found = line_level(line(periods, "crossing_p95"), one, 0.95)
    assert np.isnan(found.value)
    assert "dock" in found.reason
    assert np.isfinite(line_level(line(periods, "scan_rate"), one, 0.95).value)


def test_what_is_shared_is_a_setting_with_its_range(tmp_path: Path) -> None:
    none, partner = cards.series(
        cards.write_run(tmp_path / "none"),
        cards.write_run(tmp_path / "partner", "sharing=partner", "risk.tier=partner"),
    )
    sharing = line([none], "sharing")
    assert line_level(sharing, none, 0.95).value == 0.0
    found = line_level(sharing, partner, 0.95)
    assert found.value == pytest.approx(100.0 * (0.85 + 0.20 + 0.95 + 0.60) / 4.0)
    assert found.range_low < found.value < found.range_high
    assert "partner" in found.detail


def test_the_agency_knows_what_its_random_inspections_say(periods: list[Period]) -> None:
    found = line_level(line(periods, "agency"), periods[0], 0.95)
    sums = periods[0].metrics.sum(numeric_only=True)
    targeted = sums["n_seized"] - sums["n_random_seized"]
    missed = sums["n_random_seized"] / sums["n_random_inspected"] * sums["n_passed"]
    assert found.value == pytest.approx(100.0 * targeted / (targeted + missed))
    assert found.low < found.value < found.high
    metrics = periods[0].metrics.assign(n_random_inspected=0.0)
    (bare,) = cards.with_periods(periods[:1], metrics=metrics)
    assert np.isnan(line_level(line(periods, "agency"), bare, 0.95).value)


def test_amounts_stand_beside_their_share(periods: list[Period]) -> None:
    found = line_level(line(periods, "flow_heroin"), periods[0], 0.95)
    assert "kg in 7 days" in found.detail
    assert " to " in found.detail
