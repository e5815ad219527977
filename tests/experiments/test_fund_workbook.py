"""``case.xlsx`` of a run: recalculated at other inputs it gives what the product gives at these inputs, to the cent."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from office import OFFICE, REQUIRED, recalculated, summary_of, values_of, with_inputs
from small_case import SMALL

from experiments.cli import main

FEW = ("uncertainty.draws=10", "store=null")
CHANGED = {"appraisal.discount_rate": 0.045, "cost.portal.assets.scanner.price_usd": 4_400_000.0}
HALF_A_CENT = 0.005


def run(folder: Path, *overrides: str) -> pd.Series:
    """Make the small case and return the measures of its alternative at the headline's rate."""
    assert main(["fund", *SMALL, *FEW, f"out={folder}", *overrides]) == 0
    measures = pd.read_csv(folder / "data" / "measures.csv")
    return measures.loc[measures["rate"] == (CHANGED["appraisal.discount_rate"] if overrides else 0.07)].iloc[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fund")


@pytest.fixture(scope="module")
def before(folder: Path) -> pd.Series:
    return run(folder / "before")


def test_the_run_s_workbook_says_what_the_run_says(folder: Path, before: pd.Series) -> None:
    found = summary_of(values_of(folder / "before" / "case.xlsx"), "More")
    assert found["net present value"] == pytest.approx(before["npv0_usd"], abs=HALF_A_CENT)
    assert found["difference from the page"] == pytest.approx(0.0, abs=HALF_A_CENT)
    assert 'href="case.xlsx"' in (folder / "before" / "report.html").read_text(encoding="utf-8")


def test_percentiles_on_the_page_are_those_of_the_draws(folder: Path, before: pd.Series) -> None:
    draws = pd.read_csv(folder / "before" / "data" / "draws.csv")
    mine = draws.loc[draws["alternative"] == before["alternative"]]
    stated = pd.read_csv(folder / "before" / "tables" / "stated_budget.csv").iloc[0]
    for column, drawn in (("ask", "ask_then_year_usd"), ("life_cycle", "life_cycle_then_year_usd")):
        ranked = sorted(mine[drawn])
        assert stated[f"{column}_p50_usd"] == pytest.approx(ranked[4], abs=HALF_A_CENT)
        assert stated[f"{column}_p80_usd"] == pytest.approx(ranked[7], abs=HALF_A_CENT)
    page = (folder / "before" / "report.html").read_text(encoding="utf-8")
    share = (mine["ask_then_year_usd"] <= stated["ask_then_year_usd"]).mean()
    assert re.search(rf"In {100.0 * share:.0f}% \[[\d.]+, [\d.]+\] of the draws that is enough", page)


@pytest.mark.office
@pytest.mark.skipif(OFFICE is None and not REQUIRED, reason="no LibreOffice is installed on this machine")
def test_two_inputs_changed_in_the_workbook_are_two_inputs_changed_in_a_run(folder: Path, before: pd.Series) -> None:
    copy = with_inputs(folder / "before" / "case.xlsx", CHANGED, folder / "changed.xlsx")
    found = summary_of(recalculated(copy, folder), "More")
    after = run(folder / "after", *(f"{key}={value}" for key, value in CHANGED.items()))
    assert abs(after["npv0_usd"] - before["npv0_usd"]) > 1e5
    assert found["net present value"] == pytest.approx(after["npv0_usd"], abs=HALF_A_CENT)
    assert found["break-even value of a load"] == pytest.approx(after["break_even_usd_per_load"], abs=HALF_A_CENT)
    assert found["benefit-cost ratio, DOT"] == pytest.approx(after["dot_ratio"], abs=1e-9)
    assert found["benefit-cost ratio, life cycle"] == pytest.approx(after["life_cycle_ratio"], abs=1e-9)
    assert found["net present value on the page"] == pytest.approx(before["npv0_usd"], abs=HALF_A_CENT)
