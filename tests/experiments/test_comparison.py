from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments import comparison
from experiments.comparison import COLUMNS, compare_to_baseline, comparison_row
from experiments.intervals import ONE_REPLICATION, Sample, estimate_interval
from sim.tables import METRICS, check_table
from tests import replications


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return replications.metrics()


@pytest.fixture(scope="module")
def table(frame: pd.DataFrame) -> pd.DataFrame:
    return compare_to_baseline(frame, "todays_practice", fitted=("todays_practice",))


def test_the_table_holds_every_number_of_every_alternative(table: pd.DataFrame) -> None:
    assert check_table(table, COLUMNS, "comparison") is table
    floats = [column.name for column in METRICS if column.kind == "float"]
    assert len(table) == len(floats) * len(replications.STRATEGIES)
    assert set(table["metric"]) == set(floats)


def test_pairing_makes_small_differences_visible(table: pd.DataFrame) -> None:
    row = comparison_row(table, "scan_everything", "wait_mean_min")
    assert row["high"] - row["low"] > 5 * (row["diff_high"] - row["diff_low"])
    assert row["diff_low"] < 27.0 < row["diff_high"]
    assert row["holm_verdict"] == "higher"


def test_a_ratio_is_taken_of_sums(frame: pd.DataFrame, table: pd.DataFrame) -> None:
    own = frame[frame["alternative"] == "boosted_27"]
    expected = own["expected_caught"].sum() / own["expected_weight"].sum()
    row = comparison_row(table, "boosted_27", "detection_expected")
    assert row["mean"] == pytest.approx(expected)
    known = estimate_interval(Sample.of(own["expected_caught"], own["expected_weight"]))
    assert (row["low"], row["high"]) == pytest.approx((known.low, known.high))


def test_verdicts(table: pd.DataFrame) -> None:
    assert comparison_row(table, "todays_practice", "wait_mean_min")["holm_verdict"] == "baseline"
    assert comparison_row(table, "random_27", "wait_mean_min")["holm_verdict"] == "not distinguishable"
    assert comparison_row(table, "boosted_27", "detection_expected")["holm_verdict"] == "higher"
    assert comparison_row(table, "random_27", "detection_expected")["holm_verdict"] == "lower"
    assert comparison_row(table, "boosted_27", "open_h")["holm_verdict"] == "not distinguishable"


def test_holm_never_shrinks_a_p_value(table: pd.DataFrame) -> None:
    known = table.dropna(subset=["p_value", "p_holm"])
    assert len(known)
    assert (known["p_holm"] >= known["p_value"]).all()


def test_badges(table: pd.DataFrame) -> None:
    assert comparison_row(table, "todays_practice", "wait_mean_min")["badge"] == "fitted"
    assert comparison_row(table, "boosted_27", "wait_mean_min")["badge"] == "predicted"
    assert comparison_row(table, "todays_practice", "detection_expected")["badge"] == "assumed"
    assert comparison_row(table, "todays_practice", "hit_rate")["badge"] == "assumed"
    assert comparison_row(table, "todays_practice", "scan_rate")["badge"] == "predicted"


def test_an_unstable_alternative_has_no_wait(frame: pd.DataFrame) -> None:
    table = compare_to_baseline(frame, "todays_practice", unstable={"scan_everything": "portal, load 1.30"})
    for metric in ("wait_mean_min", "crossing_p95_min", "delay_truck_h", "queue_max"):
        row = comparison_row(table, "scan_everything", metric)
        assert np.isnan(row[["mean", "low", "high", "difference"]].astype(float)).all()
        assert row["note"] == "unstable: portal, load 1.30"
        assert row["holm_verdict"] == "unknown"
    assert np.isfinite(comparison_row(table, "scan_everything", "throughput_per_h")["mean"])
    assert np.isfinite(comparison_row(table, "rules_27", "wait_mean_min")["difference"])


def test_an_unstable_baseline_leaves_no_difference(frame: pd.DataFrame) -> None:
    table = compare_to_baseline(frame, "todays_practice", unstable={"todays_practice": "primary, load 1.10"})
    row = comparison_row(table, "rules_27", "wait_mean_min")
    assert np.isfinite(row["mean"])
    assert np.isnan(row["difference"])
    assert row["note"] == "the baseline is unstable: primary, load 1.10"


def test_one_replication_gives_numbers_without_intervals() -> None:
    table = compare_to_baseline(replications.metrics(n=1), "todays_practice")
    row = comparison_row(table, "boosted_27", "wait_mean_min")
    assert np.isfinite(row["mean"])
    assert np.isnan(row["low"])
    assert row["note"] == ONE_REPLICATION
    assert row["holm_verdict"] == "unknown"


def test_months_are_strata(frame: pd.DataFrame) -> None:
    frame = replications.metrics(n=24)
    month = frame["replication"] % 12
    for name in ("wait_sum_min", "wait_bound_sum_min"):
        frame[name] += 20.0 * month * frame["trucks"]
    plain = comparison_row(compare_to_baseline(frame, "todays_practice"), "rules_27", "wait_mean_min")
    strata = comparison_row(compare_to_baseline(frame, "todays_practice", strata=12), "rules_27", "wait_mean_min")
    assert strata["mean"] == pytest.approx(plain["mean"])
    assert strata["high"] - strata["low"] < 0.3 * (plain["high"] - plain["low"])


def test_a_missing_row_is_an_error(table: pd.DataFrame) -> None:
    with pytest.raises(KeyError):
        comparison_row(table, "nobody", "wait_mean_min")


def test_what_grows_with_the_run_rests_on_no_assumed_prevalence() -> None:
    assert comparison.GROWING
    assert not {metric.name for metric in METRICS if metric.badge == "assumed"} & comparison.GROWING
