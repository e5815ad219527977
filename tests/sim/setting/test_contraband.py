from __future__ import annotations

import pytest

from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, SOUTHBOUND_CONTRABAND, UNIT_FACTOR, amount_column
from sim.tables import METRICS, UNIT_WORDS


def test_every_amount_is_a_column_of_metrics_in_its_unit() -> None:
    units = {column.name: column.unit for column in METRICS}
    for measure in ("seized", "leaked", "seized_expected", "presented_expected"):
        for name in CONTRABAND:
            assert units[amount_column(measure, name)] == UNIT_WORDS[CONTRABAND_UNIT[name]]


def test_pounds_become_kilograms_and_nothing_else_changes() -> None:
    changed = {name for name, factor in UNIT_FACTOR.items() if factor != 1.0}
    assert changed == {"drugs_lb"}
    assert UNIT_FACTOR["drugs_lb"] * 2204.62262185 == pytest.approx(1000.0)


def test_southbound_types_are_types() -> None:
    assert set(SOUTHBOUND_CONTRABAND) < set(CONTRABAND)
