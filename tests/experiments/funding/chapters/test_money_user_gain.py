"""Users' gain taken apart: the parts add up to the whole, and nothing is counted twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import fund
from experiments.funding.annual import CLASSES, Response
from experiments.funding.chapters.money import present_value_by_part, present_values_chapter, undiscounted_amounts
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.request import build_case
from tests import funded

YEARS = (1, 7, 14, 20)


def evidence(tmp_path: Path, *more: str) -> Evidence:
    asked = build_case(["experiment=portals", f"out={tmp_path / 'run'}", *more])
    names = tuple(asked.study.alternatives)
    shape = (len(names), len(YEARS), 1)
    found = {"loads": np.arange(len(names), dtype=float)[:, None, None] + np.zeros(shape)}
    for place, kind in enumerate(CLASSES):
        found[f"trips_{kind}"] = np.full(shape, 1e5 * (place + 1))
        saved = np.arange(len(names), dtype=float)[:, None, None] * 0.05
        found[f"deviation_h_{kind}"] = np.full(shape, 0.2)
        found[f"truck_h_{kind}"] = found[f"trips_{kind}"] * (1.0 - saved)
    return Evidence(fund.appraise_case(asked, Response(names, YEARS, found), pd.DataFrame()))


@pytest.mark.parametrize("more", [(), ("benefit=carrier_2024",), ("benefit=dot_2023_cargo",)])
def test_the_parts_add_up_to_the_gain(tmp_path: Path, more: tuple[str, ...]) -> None:
    found = evidence(tmp_path, *more, "benefit.reliability_ratio=null")
    for name in found.rivals:
        parts = present_value_by_part(found, name)
        assert sum(parts.values()) == pytest.approx(found.worths[name].user_benefit)
        assert "damage of emissions" not in parts  # no table at hand
        assert ("time of the cargo" in parts) == ("cargo" in "".join(more))


@pytest.mark.parametrize("more", [(), ("benefit.reliability_ratio=1",)])
def test_the_parts_add_up_where_trips_move_and_waits_are_steadier(tmp_path: Path, more: tuple[str, ...]) -> None:
    asked = evidence(tmp_path, *more).appraised
    amounts = dict(asked.response.amounts)
    for kind in CLASSES:
        moved = amounts[f"trips_{kind}"].copy()
        moved[1:] *= 1.02
        amounts |= {f"trips_{kind}": moved, f"deviation_h_{kind}": 1e-6 * moved}
    response = Response(asked.response.alternatives, YEARS, amounts)
    found = Evidence(fund.appraise_case(asked.case, response, pd.DataFrame()))
    for name in found.rivals:
        parts = present_value_by_part(found, name)
        assert parts["trips that need not go by the other bridge"] > 0.0
        assert ("steadier waits" in parts) == bool(more)
        assert sum(parts.values()) == pytest.approx(found.worths[name].user_benefit)


def test_what_no_table_is_at_hand_for_is_shown_empty(tmp_path: Path) -> None:
    found = evidence(tmp_path)
    category, _ = present_values_chapter(found).tables()
    empty = {name: cells for name, cells in category.rows if "damage" in name or "crashes" in name}
    assert len(empty) == 5
    for cells in empty.values():
        assert {cell.text for cell in cells} == {"not counted"}
        assert all("no table at hand: benefit." in cell.below for cell in cells)


def test_fuel_and_carbon_follow_the_hours(tmp_path: Path) -> None:
    found = evidence(tmp_path)
    name = found.rivals[0]
    own, case_ = undiscounted_amounts(found, name), found.appraised.case
    assert own["truck_h"] > 0.0
    cooled = 0.4 * own["truck_h"]  # four tenths of the trips of this response are perishable loads
    idled = own["truck_h"] * case_.value.idle_fuel_gal_per_h + cooled * case_.benefit.reefer_fuel_gal_per_h
    assert own["fuel_gal"] == pytest.approx(idled)
    assert own["co2_t"] == pytest.approx(own["fuel_gal"] * 10.15 / 1000.0)


def test_hours_that_are_not_by_class_are_not_taken_apart() -> None:
    found = Evidence(funded.appraised())
    assert present_value_by_part(found, "A4") == {}
    assert undiscounted_amounts(found, "A4") == {}
