"""Drawn numbers in the place of a case's own."""

from __future__ import annotations

import dataclasses
import functools

import pytest
from small_case import SMALL

from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.cash_flows import alternative_costs
from experiments.funding.request import build_case, read_economic_option
from experiments.funding.sets.input_distributions import LOADS_SCALE, NOT_REPLACED, uncertain_economic_inputs
from experiments.funding.uncertainty.valuation import drawn_changes, redrawn_case


@functools.cache
def small() -> FundingCase:
    return build_case(SMALL)


def test_central_numbers_change_nothing() -> None:
    beliefs = uncertain_economic_inputs(small(), read_economic_option(UncertaintySettings, "uncertainty", "standard"))
    found = redrawn_case(small(), drawn_changes(beliefs, [one.value for one in beliefs]))
    assert dataclasses.asdict(found.harm) == dataclasses.asdict(small().harm)
    assert found.value == small().value
    assert found.benefit == small().benefit
    for name, measure in small().catalogue.items():
        assert found.catalogue[name] == measure


def test_a_price_and_an_overrun_multiply() -> None:
    before = alternative_costs(small())["more"].total(kinds=["equipment"]).sum()
    price = {"cost.portal.assets.scanner.price_usd": (7e6, 3.5e6)}
    doubled = redrawn_case(small(), price)
    assert alternative_costs(doubled)["more"].total(kinds=["equipment"]).sum() == pytest.approx(2.0 * before)
    both = redrawn_case(small(), {**price, "overrun.equipment": (1.5, 1.0)})
    assert alternative_costs(both)["more"].total(kinds=["equipment"]).sum() == pytest.approx(3.0 * before)
    works = alternative_costs(both)["more"].total(kinds=["civil_works"]).sum()
    assert works == alternative_costs(small())["more"].total(kinds=["civil_works"]).sum()


def test_years_persons_and_first_years_are_set() -> None:
    found = redrawn_case(
        small(),
        {
            "cost.portal.assets.scanner.life_y": (12.0, 10.0),
            "cost.portal.construction_y": (2.0, 1.0),
            "cost.portal.staff.analyst": (3.3, 2.2),
            "cost.portal.ramp_up_share": (0.25, 0.5),
            "cost.data_sharing.ramp_up_share": (0.65, 0.3),
            "harm.pure_kg_per_load": (1.5, 0.1),
            "value.diesel_usd_per_gal": (5.0, 4.2),
            NOT_REPLACED: (0.1, 0.03),
            LOADS_SCALE: (1.2, 1.0),
        },
    )
    portal = found.catalogue["portal"]
    assert portal.assets["scanner"].life_y == 12
    assert portal.construction_y == 2
    assert portal.staff["analyst"] == pytest.approx(3.3)
    assert portal.ramp_up_share == (0.25,)
    assert found.catalogue["data_sharing"].ramp_up_share == pytest.approx((0.65, 0.85))
    assert found.harm.pure_kg_per_load == 1.5
    assert found.value.diesel_usd_per_gal == 5.0
    assert found.appraisal == small().appraisal
