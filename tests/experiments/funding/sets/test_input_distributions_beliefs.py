"""Which numbers of a case are uncertain, by which law, and which of them are one."""

from __future__ import annotations

import functools

import pytest
from small_case import SMALL

from experiments.execution.redraws import AssumedInput
from experiments.funding.case import UncertaintySettings
from experiments.funding.request import build_case, read_economic_option
from experiments.funding.sets.accepted_draws import drawn_simulation_inputs
from experiments.funding.sets.input_distributions import (
    Distribution,
    UncertainInput,
    pert_over_range,
    uncertain_economic_inputs,
    uncertain_simulation_input,
)


@functools.cache
def beliefs() -> dict[str, UncertainInput]:
    found = uncertain_economic_inputs(
        build_case(SMALL), read_economic_option(UncertaintySettings, "uncertainty", "standard")
    )
    return {key: one for one in found for key in one.keys}


@functools.cache
def inputs() -> dict[str, UncertainInput]:
    return {one.name: one for one in drawn_simulation_inputs(build_case(SMALL))}


KINDS = {
    "overrun.equipment": "overrun",
    "overrun.civil_works": "overrun",
    "loads.scale": "pert",
    "harm.not_replaced_share": "log_uniform",
    "harm.pure_kg_per_load": "log_uniform",
    "cost.portal.assets.scanner.price_usd": "pert",
    "cost.portal.assets.scanner.life_y": "pert",
    "cost.portal.yearly.upkeep.cost_usd_per_y": "uniform",
    "cost.portal.staff.analyst": "pert",
    "cost.analyst.yearly.salary.cost_usd_per_y": "pert",
    "value.value_of_time_usd_per_truck_h": "gamma",
    "value.diesel_usd_per_gal": "triangular",
}


@pytest.mark.parametrize("key", KINDS)
def test_a_number_has_the_law_of_its_kind(key: str) -> None:
    assert beliefs()[key].law.kind == KINDS[key]


def test_rates_years_and_prices_without_a_range_are_never_drawn() -> None:
    assert not [key for key in beliefs() if key.startswith(("appraisal", "deflator"))]
    assert "cost.portal.assets.site.price_usd" not in beliefs()
    assert "cost.analyst.construction_y" not in beliefs()
    assert "cost.booth.assets.lane.life_y" not in beliefs(), "nobody buys a booth"


def test_one_number_written_twice_is_drawn_once() -> None:
    bought = "purchases.more=[{measure: portal, units: 1, order_y: 0, late_y: 0}, {measure: analyst"
    bought += ", units: 1, order_y: 0, late_y: 0}, {measure: secondary_scanner, units: 1, order_y: 0, "
    bought += "late_y: 0}]"
    found = uncertain_economic_inputs(
        build_case([*SMALL[:-1], f"+{bought}"]), read_economic_option(UncertaintySettings, "uncertainty", "standard")
    )
    (paid,) = [one for one in found if "cost.portal.once.courses.cost_usd" in one.keys]
    assert set(paid.keys) == {"cost.portal.once.courses.cost_usd", "cost.secondary_scanner.once.courses.cost_usd"}


def test_what_the_user_sets_stays() -> None:
    key = "cost.portal.yearly.upkeep.cost_usd_per_y"
    found = uncertain_economic_inputs(
        build_case([*SMALL, f"{key}=500000"]), read_economic_option(UncertaintySettings, "uncertainty", "standard")
    )
    assert not [one for one in found if key in one.keys]


def test_what_alternatives_set_is_compared_and_not_drawn() -> None:
    assert "port.portal.servers" not in inputs()
    assert "port.analyst.servers" not in inputs(), "the staffing of one of them overrides it"
    assert {"port.secondary.servers", "demand.growth_share_per_y"} <= set(inputs())
    assert not [key for key in inputs() if key.startswith("sharing.")]


def test_the_middle_of_a_simulation_input_is_its_own_value() -> None:
    for one in inputs().values():
        assert one.assumption is not None
        at = one.assumption.at(one.law.b)
        assert at == pytest.approx(one.value), one.name


@pytest.mark.parametrize(
    ("assumption", "mode"),
    [
        (AssumedInput("a", 0.3, 0.0, 0.6), 0.5),
        (AssumedInput("a", 1e-4, 1e-5, 1e-3), 0.5),
        (AssumedInput("a", 4, 2.0, 6.0), 0.5),
        (AssumedInput("a", [1.0, 2.0], 0.5, 2.5, factor=True), 0.25),
    ],
)
def test_positions_are_taken_on_the_scale_of_redraws(assumption: AssumedInput, mode: float) -> None:
    assert uncertain_simulation_input(assumption).law.b == pytest.approx(mode)


def test_points_are_in_the_number_s_own_unit() -> None:
    life = beliefs()["cost.portal.assets.scanner.life_y"]
    assert life.number(0.9) == round(life.number(0.9))
    assert life.unit == "years"
    assert beliefs()["overrun.equipment"].unit == "x"
    growth = inputs()["demand.growth_share_per_y"]
    assert 0.0 < growth.number(0.1) < growth.number(0.9) < 0.03
    assert growth.words.startswith("beta-PERT 0, 0.015, 0.03")


def test_a_law_is_written_with_thousands() -> None:
    assert pert_over_range(10_000.0, 25_000.0, 60_000.0).words.endswith("10,000, 25,000, 60,000")
    assert Distribution("gamma", 25_000.0, 0.2).words == "gamma, mean 25,000, CV 0.2"
