"""The fourth chart: the inputs that go along with a difference, against what chance reaches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.report.charts.sensitivity import sensitivity, sensitivity_chart, sensitivity_table
from experiments.report.standings import leading_input, noise_floor, ranked_inputs
from tests import all_pages, replications


def test_the_input_that_drives_the_difference_leads_and_is_named() -> None:
    found = all_pages.compared()
    inputs = sensitivity(found)
    assert not isinstance(inputs, str)
    assert inputs.inputs[0].key == "scanner.portal.sensing.d_prime.i0"
    chart = sensitivity_chart(found, inputs)
    assert ", more is gained where this input is higher: Portal: sensitivity to loads in i0" in chart.title
    table = sensitivity_table(inputs)
    assert table.rows[0][1][0].text == "scanner.portal.sensing.d_prime.i0"
    assert len(table.rows) == 8


def test_too_few_sets_are_a_sentence() -> None:
    assert "No other sets of assumptions" in str(sensitivity(replications.findings()))


def test_ranked_inputs_begin_with_the_leading_one_and_p_values_rise() -> None:
    rng = np.random.default_rng(3)
    numbers = pd.DataFrame(rng.random((20, 30)), columns=[f"i{k}" for k in range(30)])
    gap = numbers["i4"] + 0.2 * rng.random(20)
    ranked = ranked_inputs(gap, numbers)
    assert ranked[0] == leading_input(gap, numbers)
    sizes = [abs(row.rho.estimate) for row in ranked]
    assert sizes == sorted(sizes, reverse=True)
    values = [row.p_holm for row in ranked]
    assert values == sorted(values)
    assert len(ranked) == 30


def test_unrelated_inputs_rarely_pass_the_noise_floor() -> None:
    """In 200 trials the largest of 40 unrelated rank correlations passes it about one time in twenty."""
    rng = np.random.default_rng(5)
    floor, passed = noise_floor(30, 40, 0.05), 0
    for _ in range(200):
        numbers, gap = pd.DataFrame(rng.random((30, 40))), pd.Series(rng.random(30))
        passed += abs(ranked_inputs(gap, numbers)[0].rho.estimate) > floor
    assert passed / 200.0 == pytest.approx(0.05, abs=3.0 * np.sqrt(0.05 * 0.95 / 200.0))
