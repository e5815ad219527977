"""Gains by officer, booth and truck beside what is printed: worked out by hand, and warned of beyond a multiple."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_case import SMALL

from experiments.fund import appraise_case
from experiments.funding.annual import CLASSES, Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.chapters.measure_checks import excess_burden_table, plausibility_parts
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.plausibility import implausible_gains, published_comparisons
from experiments.funding.request import build_case
from sim.arrays import FloatArray

BOOTH = "+purchases.booth=[{measure: booth, units: 1, order_y: 0, late_y: 0}]"
LANE = "+alternatives.booth=['policy=todays_practice', 'port.primary.lanes=6', 'staffing.extra_lanes=1']"


@pytest.fixture(scope="module")
def asked() -> FundingCase:
    return build_case([*SMALL, LANE, BOOTH])


def appraised(case: FundingCase, saved_h: float) -> AppraisedCase:
    """Return the case with so many hours saved a trip by the booth, none by the portal."""
    shape, names = (3, 2, 2), tuple(case.study.alternatives)
    amounts: dict[str, FloatArray] = {}
    for kind in CLASSES:
        hours = np.full(shape, 500e3)
        hours[names.index("booth")] -= 500e3 * saved_h
        amounts |= {f"trips_{kind}": np.full(shape, 500e3), f"wanted_{kind}": np.full(shape, 510e3)}
        amounts[f"truck_h_{kind}"] = hours
    amounts["loads"] = np.full(shape, 10.0)
    return appraise_case(case, Response(names, (1, 4), amounts), pd.DataFrame())


def test_a_booth_is_held_against_the_officers_of_its_post(asked: FundingCase) -> None:
    made = appraised(asked, 0.1)
    worth = made.worths[0.07]["booth"]
    found = {one.unit: one for one in published_comparisons(made, "booth")}
    gdp = 122.272 / 94.786
    assert found["officer"].published_usd == pytest.approx(500_000.0 * gdp)
    assert found["booth"].published_usd == pytest.approx(3.2 * 500_000.0 * gdp)
    assert found["truck"].published_usd == pytest.approx(68.3e6 / 4_470_082 * 122.272 / 103.982, rel=2e-3)
    assert (found["officer"].units, found["booth"].units, found["truck"].units) == (3.2, 1.0, 2040e3)
    yearly = worth.user_benefit * 0.07 / (1.0 - 1.07**-4)
    assert found["officer"].usd_per_unit(worth) == pytest.approx(yearly / 3.2)
    assert found["booth"].multiple(worth) == pytest.approx(yearly / (3.2 * 500_000.0 * gdp))
    assert [one.unit for one in published_comparisons(made, "more")] == ["truck"]


def test_only_what_is_far_above_print_is_warned_of(asked: FundingCase) -> None:
    assert list(implausible_gains(appraised(asked, 0.01))) == []
    huge = appraised(asked, 0.95)
    multiple = max(one.multiple(huge.worths[0.07]["booth"]) for one in published_comparisons(huge, "booth"))
    (warning,) = implausible_gains(huge)
    assert warning.startswith("Check booth: users would gain $")
    assert f"{multiple:.0f} times what is published" in warning
    assert [one.text if hasattr(one, "text") else "" for one in plausibility_parts(Evidence(huge))][1:] == [""]
    patient = dataclasses.replace(asked.terms.published, most_multiple=multiple + 1.0)
    calm = dataclasses.replace(asked, terms=dataclasses.replace(asked.terms, published=patient))
    assert list(implausible_gains(appraised(calm, 0.95))) == []


def test_the_tables_stand_beside_the_measures(asked: FundingCase) -> None:
    made = appraised(asked, 0.1)
    table, *_ = plausibility_parts(Evidence(made))
    assert [name for name, _ in table.rows] == [  # type: ignore[union-attr]
        "more: a truck that crosses",
        "booth: a truck that crosses",
        "booth: an officer more, a year",
        "booth: an open booth more, a year",
    ]
    burden = excess_burden_table(Evidence(made))
    worth = made.worths[0.07]["booth"]
    values = {name: cells[0].value for name, cells in burden.rows}
    assert values["booth"] == pytest.approx(worth.user_benefit - 1.25 * worth.cost)
