from __future__ import annotations

from experiments.report.station_use import station_use_table
from tests import replications


def test_a_row_a_station_and_who_differs_most() -> None:
    found = replications.findings()
    table = station_use_table(found)
    assert len(table.rows) == 6
    rows = dict(table.rows)
    own, low, high = next(iter(rows.values()))
    use = found.interval("todays_practice", "utilisation_approach").mean
    assert own.text.startswith(f"{100.0 * use:.0f}")
    assert low.below == "No referral"
    assert high.below == "Scan everything"


def test_alternatives_that_are_alike_are_not_told_apart() -> None:
    same = {"todays_practice": (31.0, 0.12, 0.277), "other": (31.0, 0.2, 0.277)}
    for _, (_, low, high) in station_use_table(replications.findings(same)).rows:
        assert low.text == high.text == "alike"
