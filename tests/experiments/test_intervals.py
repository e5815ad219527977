from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments import intervals
from experiments.intervals import (
    NO_DENOMINATOR,
    NO_SPREAD,
    ONE_REPLICATION,
    UNDEFINED,
    Sample,
    estimate_interval,
    function_interval,
    holm_adjusted,
    paired_difference,
    weighted_sum_interval,
)

COVERAGE_RUNS = 2000
"""A coverage of .95 is then known to +-.01 (two standard errors)."""


def mirrored(values: np.ndarray) -> np.ndarray:
    """Return values without any skewness: each with its mirror image about ten."""
    return np.concatenate([values, 20.0 - values])


def test_the_interval_of_a_mean_without_skewness_is_students() -> None:
    values = mirrored(np.random.default_rng(1).normal(10.0, 2.0, 6))
    found = estimate_interval(Sample.of(values), 0.9)
    low, high = stats.t.interval(0.9, 11, values.mean(), values.std(ddof=1) / np.sqrt(12))
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(), low, high))
    assert (found.n, found.reason) == (12, "")


def test_a_paired_difference_without_skewness_is_students_paired_test() -> None:
    rng = np.random.default_rng(2)
    before = rng.normal(10.0, 2.0, 16)
    after = before + 0.4 + (mirrored(rng.normal(10.0, 0.5, 8)) - 10.0)
    found = paired_difference(Sample.of(after), Sample.of(before))
    known = stats.ttest_rel(after, before)
    assert found.p_value == pytest.approx(known.pvalue)
    span = known.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((span.low, span.high))


def test_skewness_reaches_farther_on_the_long_side_and_never_less_far_than_student() -> None:
    values = np.random.default_rng(3).exponential(1.0, 20)
    found = estimate_interval(Sample.of(values))
    low, high = stats.t.interval(0.95, 19, values.mean(), values.std(ddof=1) / np.sqrt(20))
    assert found.low == pytest.approx(low)
    assert found.high > high
    mirror = estimate_interval(Sample.of(-values))
    assert (mirror.low, mirror.high) == pytest.approx((-found.high, -found.low))


def test_an_interval_excludes_zero_where_p_says_so() -> None:
    rng = np.random.default_rng(4)
    verdicts = []
    for shift in np.linspace(0.0, 1.2, 200):
        values = rng.exponential(1.0, 12) - 1.0 + shift
        found = paired_difference(Sample.of(values), Sample.of(np.zeros(12)))
        verdicts.append((found.p_value <= 0.05) == (found.low > 0.0 or found.high < 0.0))
    assert all(verdicts)


def test_coverage_of_a_skewed_mean() -> None:
    def draw(rng: np.random.Generator) -> intervals.IntervalEstimate:
        return estimate_interval(Sample.of(rng.exponential(1.0, 20)))

    def student(rng: np.random.Generator) -> intervals.IntervalEstimate:
        values = rng.exponential(1.0, 20)
        return intervals.IntervalEstimate(0.0, *stats.ttest_1samp(values, 0.0).confidence_interval(0.95), 20)

    assert coverage_of(draw, 1.0) == pytest.approx(0.95, abs=0.015)
    assert coverage_of(student, 1.0) < 0.935


def test_a_difference_that_is_mostly_zero_has_a_word_in_place_of_an_interval() -> None:
    base = np.arange(20.0)
    few, many = base.copy(), base.copy()
    few[:5] += 1.0
    many[:6] += 1.0
    found = paired_difference(Sample.of(few), Sample.of(base))
    assert (found.mean, found.p_value, found.reason) == (0.25, 1.0, "not zero in 5 of 20 replications")
    assert np.isnan([found.low, found.high]).all()
    assert np.isfinite(paired_difference(Sample.of(many), Sample.of(base)).low)


@pytest.mark.parametrize("n", [2, 3])
def test_below_three_degrees_of_freedom_a_word_stands_in_place_of_an_interval(n: int) -> None:
    found = estimate_interval(Sample.of(np.arange(float(n))))
    assert np.isnan([found.low, found.high]).all()
    assert found.reason == f"too few replications: {n}"
    assert np.isfinite(estimate_interval(Sample.of(np.arange(4.0))).low)


def test_months_take_degrees_of_freedom() -> None:
    found = estimate_interval(Sample.of([1.0, 2.0, 3.0, 5.0], strata=[0, 1, 0, 1]))
    assert (found.reason, found.n) == ("too few replications: 4", 4)


def test_ends_stay_within_what_is_possible() -> None:
    found = estimate_interval(Sample.of([0.0, 0.01, 0.02, 0.99]))
    assert found.low < 0.0
    inside = found.within(0.0, 1.0)
    assert (inside.low, inside.mean) == (0.0, found.mean)
    assert 0.0 < inside.high <= 1.0


def test_a_ratio_is_a_ratio_of_sums_with_its_jackknife() -> None:
    top, bottom = np.array([1.0, 0.0, 4.0, 1.0]), np.array([2.0, 1.0, 5.0, 2.0])
    found = estimate_interval(Sample.of(top, bottom))
    without = np.array([5 / 8, 6 / 9, 2 / 5, 5 / 8])
    error = np.sqrt(3 / 4 * ((without - without.mean()) ** 2).sum())
    assert found.mean == pytest.approx(6 / 10)
    # the long side reaches farther than Student's, the other exactly as far
    assert found.mean - found.low == pytest.approx(error * stats.t.ppf(0.975, 3))
    assert found.high - found.mean > error * stats.t.ppf(0.975, 3)


def test_a_ratio_over_ones_is_the_mean() -> None:
    values = np.random.default_rng(3).exponential(1.0, 9)
    assert estimate_interval(Sample.of(values, np.ones(9))) == estimate_interval(Sample.of(values))


def test_the_difference_of_ratios_leaves_the_same_replication_out_of_both() -> None:
    top, bottom = np.array([3.0, 4.0, 9.0, 7.0]), np.array([10.0, 11.0, 19.0, 15.0])
    other = np.array([2.0, 3.0, 7.0, 5.0])
    found = paired_difference(Sample.of(top, bottom), Sample.of(other, bottom))
    keep = ~np.eye(4, dtype=bool)
    without = np.array([(top[k] - other[k]).sum() / bottom[k].sum() for k in keep])
    error = np.sqrt(3 / 4 * ((without - without.mean()) ** 2).sum())
    nearest = min(found.mean - found.low, found.high - found.mean)
    assert found.mean == pytest.approx(6 / 55)
    assert nearest == pytest.approx(error * stats.t.ppf(0.975, 3))


def coverage_of(draw: object, truth: float) -> float:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(COVERAGE_RUNS):
        found = draw(rng)  # type: ignore[operator]
        held += found.low <= truth <= found.high
    return held / COVERAGE_RUNS


def test_coverage_of_the_mean() -> None:
    share = coverage_of(lambda rng: estimate_interval(Sample.of(rng.normal(5.0, 3.0, 10))), 5.0)
    assert share == pytest.approx(0.95, abs=0.015)


def test_coverage_of_a_ratio_of_rare_counts() -> None:
    def draw(rng: np.random.Generator) -> intervals.IntervalEstimate:
        trucks = rng.integers(900, 1100, 30)
        return estimate_interval(Sample.of(rng.binomial(trucks, 0.01), trucks))

    assert coverage_of(draw, 0.01) == pytest.approx(0.95, abs=0.025)


def test_coverage_of_a_paired_difference_of_ratios() -> None:
    def draw(rng: np.random.Generator) -> intervals.Difference:
        weight = rng.gamma(20.0, 1.0, 20)
        share = rng.normal(0.2, 0.02, 20)
        found = weight * (share + rng.normal(0.05, 0.01, 20))
        return paired_difference(Sample.of(found, weight), Sample.of(weight * share, weight))

    assert coverage_of(draw, 0.05) == pytest.approx(0.95, abs=0.025)


def test_strata_take_out_what_the_months_differ_by() -> None:
    strata = np.repeat(np.arange(12), 3)
    level = 10.0 * strata

    def draw(rng: np.random.Generator) -> intervals.IntervalEstimate:
        return estimate_interval(Sample.of(level + rng.normal(0, 1, 36), strata=strata))

    assert coverage_of(draw, level.mean()) == pytest.approx(0.95, abs=0.015)
    values = level + np.random.default_rng(1).normal(0, 1, 36)
    within, without = estimate_interval(Sample.of(values, strata=strata)), estimate_interval(Sample.of(values))
    assert within.mean == pytest.approx(without.mean)
    assert within.high - within.low < 0.1 * (without.high - without.low)


def test_strata_weigh_the_same_whatever_their_size() -> None:
    found = estimate_interval(Sample.of([1.0, 1.0, 1.0, 5.0, 5.0], strata=[0, 0, 0, 1, 1]))
    assert found.mean == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("sample", "mean", "reason"),
    [
        (Sample.of([3.0]), 3.0, intervals.ONE_REPLICATION),
        (Sample.of([3.0, 4.0], strata=[0, 1]), 3.5, intervals.LONE_STRATUM),
        (Sample.of([0.0, 0.0], [0.0, 0.0]), np.nan, intervals.NO_DENOMINATOR),
        (Sample.of([np.nan, np.nan]), np.nan, intervals.UNDEFINED),
        (Sample.of([1.0, 0.0], [1.0, 0.0]), 1.0, intervals.NO_DENOMINATOR),
        (Sample.of([]), np.nan, intervals.UNDEFINED),
    ],
)
def test_where_there_is_no_interval_the_reason_is_said(sample: Sample, mean: float, reason: str) -> None:
    found = estimate_interval(sample)
    assert found.mean == pytest.approx(mean, nan_ok=True)
    assert np.isnan([found.low, found.high]).all()
    assert found.reason == reason


def test_undefined_replications_are_left_out_and_counted() -> None:
    found = estimate_interval(Sample.of([1.0, np.nan, 3.0, 4.0, 8.0]))
    assert (found.mean, found.n) == (4.0, 4)
    assert found.reason == "undefined in 1 of 5 replications"


def test_no_spread_is_said() -> None:
    found = estimate_interval(Sample.of([2.0, 2.0, 2.0]))
    assert (found.low, found.high) == pytest.approx((2.0, 2.0), rel=1e-12)  # thirds are rounded
    assert found.low == found.high
    assert found.reason == intervals.NO_SPREAD


def test_identical_alternatives_do_not_differ() -> None:
    values = np.random.default_rng(1).normal(0.0, 1.0, 8)
    found = paired_difference(Sample.of(values), Sample.of(values))
    assert (found.mean, found.p_value, found.reason) == (0.0, 1.0, intervals.IDENTICAL)


def test_a_constant_difference_has_no_p_value() -> None:
    found = paired_difference(Sample.of([1.0, 1.0]), Sample.of([0.0, 0.0]))
    assert found.mean == 1.0
    assert np.isnan(found.p_value)
    assert found.reason == intervals.NO_SPREAD


def test_a_difference_pairs_only_what_both_know() -> None:
    found = paired_difference(
        Sample.of([1.0, np.nan, 4.0, 6.0, 5.0, 4.0]), Sample.of([0.0, 0.0, np.nan, 3.0, 3.0, 2.0])
    )
    assert (found.n, found.mean) == (4, 2.0)
    assert found.reason == "undefined in 2 of 6 replications"


def test_unpaired_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="same replications"):
        paired_difference(Sample.of([1.0]), Sample.of([1.0, 2.0]))


def test_holm_as_published() -> None:
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    found = holm_adjusted([0.2, np.nan, 0.01])
    assert found[[0, 2]] == pytest.approx([0.2, 0.02])
    assert np.isnan(found[1])
    assert holm_adjusted([]).shape == (0,)
    assert holm_adjusted([0.9, 0.8]) == pytest.approx([1.0, 1.0])


def test_holm_keeps_the_chance_of_any_false_verdict() -> None:
    rng = np.random.default_rng(1)
    any_false = [(holm_adjusted(rng.uniform(size=6)) <= 0.05).any() for _ in range(COVERAGE_RUNS)]
    assert np.mean(any_false) == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("strata", [None, [0, 1, 2] * 4])
def test_a_weighted_sum_is_the_function_of_its_ratios(strata: list[int] | None) -> None:
    rng = np.random.default_rng(5)
    samples = [Sample.of(rng.normal(5.0, 1.0, 12), rng.uniform(1.0, 2.0, 12), strata) for _ in range(4)]
    weights = np.array([0.5, -0.5, 2.0, 0.25])
    found = weighted_sum_interval(samples, weights)
    expected = function_interval(samples, lambda *ratios: sum(w * r for w, r in zip(weights, ratios, strict=True)))
    assert (found.reason, found.n) == (expected.reason, expected.n)
    numbers = [(each.mean, each.low, each.high, each.p_value) for each in (found, expected)]
    assert numbers[0] == pytest.approx(numbers[1])


def test_a_weighted_sum_has_the_same_doubts_as_a_function() -> None:
    equal, one = Sample.of([2.0, 2.0, 2.0]), Sample.of([1.0])
    assert weighted_sum_interval([equal, equal], [1.0, -1.0]).reason == NO_SPREAD
    assert weighted_sum_interval([one, one], [1.0, -1.0]).reason == ONE_REPLICATION
    assert weighted_sum_interval([Sample.of([np.nan, np.nan])], [1.0]).reason == UNDEFINED
    assert weighted_sum_interval([Sample.of([1.0, 2.0], [0.0, 0.0])], [1.0]).reason == NO_DENOMINATOR
    assert weighted_sum_interval([Sample.of([1.0, 2.0])], [1.0]).reason == "too few replications: 2"
    some = Sample.of([1.0, 2.0, 2.0, 3.0, np.nan])
    assert weighted_sum_interval([some], [1.0]).reason == "undefined in 1 of 5 replications"
