from __future__ import annotations

from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, SOUTHBOUND_CONTRABAND, amount_column
from sim.tables import METRICS, UNIT_WORDS


def test_every_amount_is_a_column_of_metrics_in_its_unit() -> None:
    units = {column.name: column.unit for column in METRICS}
    for measure in ("seized", "leaked", "seized_expected", "presented_expected"):
        for name in CONTRABAND:
            assert units[amount_column(measure, name)] == UNIT_WORDS[CONTRABAND_UNIT[name]]


def test_southbound_types_are_types() -> None:
    assert set(SOUTHBOUND_CONTRABAND) < set(CONTRABAND)
