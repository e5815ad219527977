"""What a funding page says of simulated measures: nothing impossible, and the kind of each interval."""

from __future__ import annotations

import dataclasses

import funded
import numpy as np
import pytest

from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.noise import amounts_table
from experiments.funding.report.summary import case_report
from experiments.intervals import KIND_WORDS, Sample, estimate_interval

FEW = {"wait_mean_min": [0.1, 0.2, 0.1, 40.0], "scan_rate": [1.0, 1.0, 1.0, 0.2], "elsewhere": [0.0, 0.0, 0.0, 9e3]}
"""Four replications whose plain intervals leave what is possible."""


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    appraised = funded.appraised()
    whole = appraised.response
    shape = (len(whole.alternatives), len(whole.years), 4)
    amounts = {name: np.broadcast_to(values, shape) for name, values in FEW.items()}
    return Evidence(dataclasses.replace(appraised, response=dataclasses.replace(whole, amounts=amounts)))


def test_the_plain_intervals_of_these_replications_are_impossible() -> None:
    ends = {name: estimate_interval(Sample.of(values)) for name, values in FEW.items()}
    assert ends["wait_mean_min"].low < 0.0
    assert ends["elsewhere"].low < 0.0
    assert ends["scan_rate"].high > 1.0


def test_no_level_of_a_funding_page_or_of_its_table_leaves_what_is_possible(evidence: Evidence) -> None:
    table = amounts_table(evidence.appraised.case, evidence.appraised.response).set_index("amount")
    for name in FEW:
        level = evidence.level("A4", name)
        assert level is not None
        assert level.low >= 0.0
        assert (table.loc[name, "low"] >= 0.0).all()
    assert evidence.level("A4", "scan_rate").high == 1.0  # type: ignore[union-attr]
    assert (table.loc["scan_rate", "high"] == 1.0).all()


def test_the_change_of_the_wait_on_the_first_sheet_says_that_it_is_over_replications() -> None:
    """The note beside it speaks of draws; this interval is of chance alone and must not pass for one of them."""
    overview = case_report(Evidence(funded.appraised(), funded.uncertainty()), []).overview
    place = [column.key for column in overview.columns].index("wait_change_min")
    rivals = [cells for name, cells in overview.rows if name != overview.rows[0][0]]
    assert len(rivals) == len(funded.appraised().alternatives) - 1
    for cells in rivals:
        assert cells[place].below.endswith(KIND_WORDS["replications"])
        assert not any(KIND_WORDS["replications"] in cell.below for cell in cells if cell is not cells[place])
