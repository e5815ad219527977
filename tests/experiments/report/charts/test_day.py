"""The third chart: the wait over the day."""

from __future__ import annotations

import numpy as np

from experiments.page_templates import Chart
from experiments.report.charts.day import SHARES, best_alternative, day_chart
from sim.results.profiles import wait_percentiles
from tests import all_pages, replications


def test_the_target_and_the_best_alternative_stand_in_it() -> None:
    found = all_pages.compared()
    chart = day_chart(found, 30.0)
    assert isinstance(chart, Chart)
    assert "target for the average: 30 min" in chart.svg
    assert f"{found.label(best_alternative(found))}: median" in chart.svg
    assert "closed" in chart.svg
    plain = day_chart(found)
    assert isinstance(plain, Chart)
    assert "target" not in plain.svg


def test_the_title_gives_the_numbers_of_the_ribbon() -> None:
    found = replications.findings()
    chart = day_chart(found)
    assert isinstance(chart, Chart)
    shares = wait_percentiles(found.profiles["todays_practice"], SHARES)
    assert f"pass {np.nanmax(shares[1]):.0f} minutes" in chart.title
    assert f"more than {np.nanmax(shares[-1]):.0f}" in chart.title


def test_an_overloaded_port_has_no_day_like_another() -> None:
    words = day_chart(replications.findings(over={"todays_practice": ("dock",)}))
    assert isinstance(words, str)
    assert "cannot carry its load" in words
