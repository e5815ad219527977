from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from experiments.report.findings import Findings
from experiments.report.tables import COMPARISON_TABLES, comparison_cell, measure_tables, table_columns
from sim.tables import METRICS, Metric
from tests import replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings(over={"scan_everything": ("dock",)})


def of(name: str) -> Metric:
    return next(metric for metric in METRICS if metric.name == name)


def test_every_metric_stands_on_the_page_once() -> None:
    names = [metric.name for table in COMPARISON_TABLES for metric, _ in table_columns(table)]
    assert names
    assert len(names) == len(set(names))


def test_the_row_of_a_metric_decides_where_and_how_it_stands() -> None:
    columns = table_columns("Seizures and alarms")
    assert [metric.name for metric, _ in columns][:2] == ["seized_expected_per_100k", "detection_rate"]
    metric, heading = columns[-1]
    assert (heading.words, metric.heading_unit(heading), metric.scale) == ("false alarms", "% of clean scans", 100.0)
    assert metric.shown_unit == "%"


def test_no_table_is_wider_than_a_page() -> None:
    assert max(len(table_columns(table)) for table in COMPARISON_TABLES) <= 7


def test_one_row_an_alternative_by_detection_rate(found: Findings) -> None:
    rates = [found.interval(name, "detection_expected").mean for name in found.names]
    best_first = [found.names[place] for place in np.argsort(rates)[::-1]]
    for table in measure_tables(found):
        assert [name for name, _ in table.rows] == best_first
        assert all(len(cells) == len(table.columns) for _, cells in table.rows)


def test_unstable_alternatives_have_no_wait(found: Findings) -> None:
    assert comparison_cell(found, "scan_everything", of("wait_mean_min")).text == "unstable"
    assert comparison_cell(found, "scan_everything", of("detection_expected")).text.startswith("33.")


def test_hit_and_detection_rate_stand_together() -> None:
    for table in (*COMPARISON_TABLES, "wide terminal"):
        columns = table_columns(table)
        names = [metric.name for metric, _ in columns]
        assert ("hit_rate" in names) == ("detection_rate" in names)
        assert not any("accuracy" in heading.words for _, heading in columns)


def test_a_sure_difference_is_set_apart_only_where_it_can_be_seen(found: Findings) -> None:
    finds = of("detection_expected")
    sure = comparison_cell(found, "boosted_27", finds)
    assert sure.look == "sure"
    assert sure.gap.endswith(" *")
    unseen = comparison_cell(found, "boosted_27", dataclasses.replace(finds, unit="USD"))
    assert (unseen.look, unseen.gap) == ("", "")
