"""The workbook of a case: the page's figures, every formula with its value, and the same under LibreOffice."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from made_response import response, response_with_trips_that_leave
from office import Values, formulas_of, needs_office, recalculated, values_of, with_inputs
from small_case import SMALL

from experiments.economics.cost_effectiveness import break_even_usd_per_load
from experiments.fund import appraise_case
from experiments.funding.budget.mexican_appraisal import Scope, first_service_year, mexican_indicators
from experiments.funding.budget.spending import budget_totals
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.request import build_case
from experiments.funding.workbook.governments import SCOPES
from experiments.funding.workbook.write import CONTENTS, build_workbook

PHASED = (
    "+purchases.more=[{measure: portal, units: 1, order_y: 0, late_y: 1}, "
    "{measure: portal, units: 0.5, order_y: 1, late_y: 0}, {measure: analyst, units: 1, order_y: 0, late_y: 0}]"
)
CASES = {
    "as small": SMALL,
    "phases, cargo, a value of a load": (
        *SMALL[:-1],
        PHASED,
        "benefit=dot_2023_cargo",
        "appraisal.interdiction_usd_per_load=2e5",
        "budget.first_month=1",
        "budget.mexico.exchange_rate_mxn_per_usd=18.5",
        "cost.portal.assets.scanner.life_y=1",
    ),
    "trips leave, crashes are priced": (
        *SMALL,
        "benefit=dot_2023_cargo",
        "benefit.safety.crash_usd_per_truck_h=1",
        "benefit.safety.crash_usd_per_mile=0.5",
    ),
    "the carrier's view, Mexico pays the works, no discount": (
        *SMALL,
        "benefit=carrier_2024",
        "cost.portal.assets.site.payer=mexico",
        "appraisal.discount_rate=0",
    ),
}
NEARLY = {"rel": 1e-9, "abs": 1e-6}


def alike(held: object, anew: object) -> bool:
    if isinstance(held, str) or not isinstance(anew, int | float):
        return held == anew and held is not None
    return anew == pytest.approx(held, **NEARLY)


def appraised(overrides: tuple[str, ...]) -> AppraisedCase:
    found = response_with_trips_that_leave() if "crash" in overrides[-1] else response()
    return appraise_case(build_case(overrides), found, pd.DataFrame())


@pytest.mark.parametrize("name", CASES)
def test_the_summary_says_what_the_page_says(tmp_path: Path, name: str) -> None:
    case = appraised(CASES[name])
    found = build_workbook(tmp_path / "case.xlsx", case, {})["more"]
    worth = case.worths[case.case.appraisal.discount_rate]["more"]
    price = case.case.appraisal.interdiction_usd_per_load
    assert found.npv.value == pytest.approx(worth.npv(price), rel=1e-12)
    assert found.dot_ratio.value == pytest.approx(worth.dot_ratio(price), rel=1e-12)
    assert found.life_cycle_ratio.value == pytest.approx(worth.life_cycle_ratio(price), rel=1e-12)
    assert found.break_even.value == pytest.approx(break_even_usd_per_load(worth), rel=1e-12)
    totals = budget_totals(case.case, case.alternatives["more"])
    values = [v for (sheet, _), v in values_of(tmp_path / "case.xlsx").items() if sheet == "Then-year spending"]
    assert any(v == pytest.approx(totals["life_cycle_then_year_usd"]) for v in values if isinstance(v, float))


def test_sheets_come_in_the_order_of_the_template_with_units_in_a_row_of_their_own(tmp_path: Path) -> None:
    build_workbook(tmp_path / "case.xlsx", appraised(SMALL), {})
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    titles = ["Contents", *(title for title, _ in CONTENTS if title != "Other gains")]
    assert book.sheetnames == titles
    head = next(row for row in book["Summary"].iter_rows() if row[0].value == "alternative")
    units = [cell.value for cell in book["Summary"][head[0].row + 1]]
    assert units[1:9] == ["$, discounted"] * 4 + ["ratio", "ratio", "loads", "$ a load"]
    assert [row[0].value for row in book["Sources"].iter_rows(min_row=4)]


def mexican_sheet(values: Values) -> dict[str, list[object]]:
    """Return the indicators of each scope in the order of their columns, from "VPN" on."""
    rows = {cell[1:]: value for (sheet, cell), value in values.items() if sheet == "Mexico" and cell[0] == "A"}
    head = next(int(row) for row, value in rows.items() if str(value).startswith("Indicators")) + 3
    return {
        str(values["Mexico", f"B{row}"]): [values["Mexico", f"{column}{row}"] for column in "CDEFGHI"]
        for row in (head, head + 1)
    }


def expected_indicators(case: AppraisedCase, scope: Scope) -> list[object]:
    one, pesos = mexican_indicators(case, "more", scope), case.case.budget.mexico.exchange_rate_mxn_per_usd
    rate = "none" if one.internal_rate.rate is None else one.internal_rate.rate
    tri = "none" if one.first_year_return is None else one.first_year_return
    usd = [one.npv_usd, one.annual_cost_usd]
    in_pesos = ["no exchange rate"] * 2 if pesos is None else [pesos * each for each in usd]
    return [usd[0], rate, tri, usd[1], *in_pesos, first_service_year(case, "more")]


@pytest.mark.parametrize("name", CASES)
def test_the_mexican_sheet_says_what_the_indicators_are(tmp_path: Path, name: str) -> None:
    case = appraised(CASES[name])
    build_workbook(tmp_path / "case.xlsx", case, {})
    found = mexican_sheet(values_of(tmp_path / "case.xlsx"))
    for scope in SCOPES:
        assert all(map(alike, expected_indicators(case, scope), found[scope])), found[scope]


MOVED = {
    "budget.mexico.social_discount_rate": 0.0,
    "budget.mexico.exchange_rate_mxn_per_usd": 20.0,
    "cost.portal.construction_y": 2.0,
    "cost.analyst.construction_y": 2.0,
}


class TestMexicanSheetMoves:
    """A rate of zero, pesos given and works that take a year longer, in the workbook and in the product."""

    pytestmark = needs_office

    def test_changed_inputs_move_the_mexican_sheet_as_they_move_the_product(self, tmp_path: Path) -> None:
        works = (*SMALL, "cost.portal.assets.site.payer=mexico")
        build_workbook(tmp_path / "case.xlsx", appraised(works), {})
        changed = with_inputs(tmp_path / "case.xlsx", MOVED, tmp_path / "changed.xlsx")
        found = mexican_sheet(recalculated(changed, tmp_path))
        moved = appraised((*works, *(f"{key}={value:g}" for key, value in MOVED.items())))
        before = mexican_sheet(values_of(tmp_path / "case.xlsx"))
        for scope in SCOPES:
            assert all(map(alike, expected_indicators(moved, scope), found[scope])), found[scope]
            assert found[scope][-1] == before[scope][-1] + 1  # type: ignore[operator]  # the year of the TRI


@pytest.mark.parametrize("name", CASES)
class TestOffice:
    """LibreOffice calculates what every formula holds."""

    pytestmark = needs_office

    def test_every_formula_recalculates_to_its_value(self, tmp_path: Path, name: str) -> None:
        build_workbook(tmp_path / "case.xlsx", appraised(CASES[name]), {})
        held, anew = values_of(tmp_path / "case.xlsx"), recalculated(tmp_path / "case.xlsx", tmp_path)
        formulas = formulas_of(tmp_path / "case.xlsx")
        assert len(formulas) > 300
        wrong = {
            place: (text, held[place], anew[place])
            for place, text in formulas.items()
            if not alike(held[place], anew[place])
        }
        assert wrong == {}
