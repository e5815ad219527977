"""Users' gain taken apart: the parts add up to the whole, and nothing is counted twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import fund
from experiments.funding.annual import CLASSES, Response
from experiments.funding.chapters.money import present_value_by_part, undiscounted_amounts
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


def test_fuel_and_carbon_follow_the_hours(tmp_path: Path) -> None:
    found = evidence(tmp_path)
    name = found.rivals[0]
    own, case_ = undiscounted_amounts(found, name), found.appraised.case
    assert own["truck_h"] > 0.0
    assert own["fuel_gal"] == pytest.approx(own["truck_h"] * case_.value.idle_fuel_gal_per_h)
    assert own["co2_t"] == pytest.approx(own["fuel_gal"] * 10.15 / 1000.0)


def test_hours_that_are_not_by_class_are_not_taken_apart() -> None:
    found = Evidence(funded.appraised())
    assert present_value_by_part(found, "A4") == {}
    assert undiscounted_amounts(found, "A4") == {}
