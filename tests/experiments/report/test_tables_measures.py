from __future__ import annotations

import pytest

from experiments.report.findings import Findings
from experiments.report.tables import COMPARISON_TABLES, TableMeasure, comparison_cell, measure_tables
from sim.tables import METRICS
from tests import replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings(over={"scan_everything": ("dock",)})


def of(metric: str) -> TableMeasure:
    return next(one for _, measures in COMPARISON_TABLES for one in measures if one.metric == metric)


def test_every_measure_is_a_metric_and_stands_once() -> None:
    metrics = [measure.metric for _, measures in COMPARISON_TABLES for measure in measures]
    assert len(metrics) == len(set(metrics))
    assert set(metrics) <= {column.name for column in METRICS}


def test_no_table_is_wider_than_a_page() -> None:
    assert max(len(measures) for _, measures in COMPARISON_TABLES) <= 7


def test_one_row_an_alternative(found: Findings) -> None:
    for table in measure_tables(found):
        assert [row["name"] for row in table["rows"]] == found.names  # type: ignore[attr-defined]
        assert all(len(row["cells"]) == len(table["heads"]) for row in table["rows"])  # type: ignore[arg-type,attr-defined]


def test_unstable_alternatives_have_no_wait(found: Findings) -> None:
    assert comparison_cell(found, "scan_everything", of("wait_mean_min")).text == "unstable"
    assert comparison_cell(found, "scan_everything", of("detection_expected")).text.startswith("33.")


def test_hit_and_detection_rate_stand_together() -> None:
    for _, measures in COMPARISON_TABLES:
        names = [measure.metric for measure in measures]
        assert ("hit_rate" in names) == ("detection_rate" in names)
        assert not any("accuracy" in measure.words for measure in measures)


def test_a_sure_difference_is_set_apart_only_where_it_can_be_seen(found: Findings) -> None:
    finds = of("detection_expected")
    sure = comparison_cell(found, "boosted_27", finds)
    assert sure.look == "sure"
    assert sure.gap.endswith(" *")
    unseen = comparison_cell(found, "boosted_27", finds._replace(scale=0.1))
    assert (unseen.look, unseen.gap) == ("", "")
