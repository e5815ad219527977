"""What a study of collusion says: counts by hand, and sentences that read the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from experiments.collusion.power import CAREFUL, LogEvidence
from experiments.collusion.report.page import render_collusion_page, weeks_words
from experiments.collusion.report.results import CollusionResults, collusion_sentences, collusion_table
from experiments.collusion.request import build_collusion
from tests.test_page_words import set_badly, shown_ids, unnamed_intervals, visible


@pytest.fixture(scope="module")
def results() -> CollusionResults:
    request = build_collusion(
        [
            "experiment=collusion",
            "test_weeks=[2,6]",
            "steered_shares=[0.3]",
            "replications=2",
            "runs=10",
            "shuffles=40",
        ],
        "collusion",
    )
    by_chance = np.repeat(np.arange(1.0, 41.0)[:, None], 2, axis=1)
    excess = np.zeros((10, 1, 2, 2))
    excess[:4, 0, 0, 0], excess[:9, 0, 0, 1] = 39.0, 39.0
    evidence = LogEvidence(
        by_chance=by_chance,
        without=np.array([[39.0, 0.0]] + [[0.0, 0.0]] * 9),
        excess=excess,
        steered=np.tile(np.array([[4.0, 1.0]]), (10, 1, 1)),
        met_by_chance=np.ones(10),
        scanned=0.25,
    )
    return CollusionResults(request, dict.fromkeys(request.study.alternatives, evidence))


def test_the_alarm_is_the_quantile_of_shuffled_logs(results: CollusionResults) -> None:
    assert results.alarm("todays_posts").tolist() == [39.0, 39.0]
    assert [share.mean for share in results.false_alarms("todays_posts")] == [0.1, 0.0]


def test_power_and_weeks_are_counts_of_runs(results: CollusionResults) -> None:
    power = results.power("todays_posts", 0)
    assert [share.mean for share in power] == [0.4, 0.9]
    ends = binomtest(9, 10).proportion_ci(0.95, method="wilson")
    assert (power[1].low, power[1].high) == (ends.low, ends.high)
    assert results.weeks_to_name("todays_posts", 0) == 6
    assert results.weeks_to_name("todays_posts", 0, CAREFUL) is None
    assert weeks_words(None, 6) == "over 6"


def test_a_second_look_adds_up_over_loads(results: CollusionResults) -> None:
    audit = results.request.study.alternatives["audit"].insider.audit_share
    p_load = 0.25 * audit * 0.7 * 0.1
    assert [one.mean for one in results.found_by_images("audit", 0)] == pytest.approx(
        [1.0 - (1.0 - p_load) ** n for n in (8.0, 24.0)]
    )
    assert [one.high for one in results.found_by_images("todays_posts", 0)] == [0.0, 0.0]


def test_table_sentences_and_page_hold_the_same_numbers(results: CollusionResults) -> None:
    table = collusion_table(results)
    row = table[(table["alternative"] == "todays_posts") & (table["weeks"] == 6) & (table["steered_share"] == 0.3)]
    assert row["named_share"].tolist() == [0.9, 0.0]
    said = " ".join(collusion_sentences(results))
    assert "name the pair in 90% [60%, 98%] of runs" in said
    assert "1.0 [1.0, 1.0] of the carrier's trucks a week" in said
    assert "90%" in render_collusion_page(results)


def test_the_page_names_no_id_and_every_kind_of_interval(results: CollusionResults) -> None:
    page = render_collusion_page(results)
    assert shown_ids(visible(page)) == []
    assert unnamed_intervals(page) == []
    assert set_badly(visible(page)) == []
