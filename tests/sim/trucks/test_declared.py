"""Declared: what is given stays, what is not goes with it, strangers have no record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.arrays import FloatArray
from sim.frames import LazyColumns
from sim.scenario import Scenario
from sim.setting.port import COMMODITIES
from sim.setting.window import EVALUATION, Window
from sim.tables import visible_columns
from sim.trucks.declared import add_declared_columns
from sim.trucks.firms import look_up_firm
from sim.trucks.streams import Purpose, keyed_uniforms

Make = Callable[..., Scenario]
N = 20_000
DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=1)
TIMES = np.linspace(0.0, 1439.0, N)
STRANGER = 10**9


def _luck(purpose: Purpose) -> FloatArray:
    return keyed_uniforms(1, (8, int(purpose)), N)


def _declare(scenario: Scenario, **given: object) -> dict[str, np.ndarray]:
    columns = {name: np.broadcast_to(np.asarray(value), N) for name, value in given.items()}
    found = LazyColumns(columns)
    add_declared_columns(found, scenario, DAY, TIMES, _luck, columns)
    return dict(found)


@pytest.fixture(scope="module")
def drawn(scenario: Scenario) -> dict[str, np.ndarray]:
    return _declare(scenario)


@pytest.mark.parametrize("name", visible_columns())
def test_what_is_drawn_may_be_given_and_changes_nothing(
    scenario: Scenario, drawn: dict[str, np.ndarray], name: str
) -> None:
    # Who sends and who hauls decide much, so all that follows from them must follow again.
    again = _declare(scenario, **{name: drawn[name]})
    same = [column for column in visible_columns() if not (name == "driver_change" and column.startswith("driver"))]
    for column in same:
        np.testing.assert_allclose(again[column], drawn[column], rtol=1e-12, err_msg=column)


def test_strangers_have_no_record(scenario: Scenario, drawn: dict[str, np.ndarray]) -> None:
    names = ("carrier", "shipper", "driver", "plate")
    found = _declare(scenario, laden=True, **dict.fromkeys(names, STRANGER))
    for name in visible_columns():
        if name.endswith(("_12m", "_5y", "_age_days")):
            assert not found[name].any(), name
    assert not found["ctpat_carrier"].any()
    mix = scenario.port.mix
    for code, name in enumerate(COMMODITIES):
        share = mix.commodity_share[name]
        error = 4.5 * np.sqrt(share * (1.0 - share) / N) + 1e-4
        assert abs((found["commodity"] == code).mean() - share) < error, name


def test_records_that_are_given_stay(scenario: Scenario) -> None:
    found = _declare(scenario, carrier=STRANGER, carrier_age_days=900.0, ctpat_carrier=True)
    assert (found["carrier_age_days"] == 900.0).all()
    assert found["ctpat_carrier"].all()
    assert not found["carrier_crossings_12m"].any()


def test_the_rest_goes_with_what_is_given(scenario: Scenario) -> None:
    empty = _declare(scenario, laden=False)
    for name in ("shipper", "consignee", "commodity"):
        assert (empty[name] == -1).all()
    metals = COMMODITIES.index("metals")
    found = _declare(scenario, laden=True, commodity=metals, weight_kg=32_000.0)
    assert (found["weight_ratio"] == 2.0).all()
    assert (found["density"] == 2).mean() == pytest.approx(0.8, abs=0.02)
    found = _declare(scenario, laden=True, commodity=metals, weight_ratio=0.5)
    assert (found["weight_kg"] == 8_000.0).all()
    fast = _declare(scenario, fast=True)
    assert fast["lead_time_h"].min() >= 0.5
    assert fast["lead_time_h"].min() < 0.9
    assert fast["ctpat_carrier"].all()


def test_a_change_of_driver_that_is_given_changes_the_driver(scenario: Scenario, drawn: dict[str, np.ndarray]) -> None:
    usual = _declare(scenario, driver_change=False)["driver"]
    changed = _declare(scenario, driver_change=True)["driver"]
    assert (usual != changed).mean() > 0.9


def test_look_up_knows_its_own_codes_only() -> None:
    table = np.array([5.0, 7.0])
    codes = np.array([0, 1, 2, -1, -2, STRANGER])
    assert look_up_firm(table, codes).tolist() == [5.0, 7.0, 0.0, 0.0, 0.0, 0.0]
