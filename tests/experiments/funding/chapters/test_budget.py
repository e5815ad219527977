"""The chapters on the budget: what is stated at a confidence, what is open, and whose value it is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from experiments.funding.chapters.budget import budget_chapter, governments_chapter
from experiments.funding.exhibits.elements import Prose, Section
from experiments.funding.exhibits.evidence import Evidence
from experiments.page_templates import Cell
from tests import funded


def cells(section: Section, table: str) -> dict[str, dict[str, Cell]]:
    found = next(one for one in section.tables() if one.name == table)
    keys = [column.key for column in found.columns]
    return {name: dict(zip(keys, row, strict=True)) for name, row in found.rows}


def with_asks(evidence: Evidence) -> Evidence:
    """Return the evidence whose draws of A4 ask for 31 to 40 million then-year dollars."""
    assert evidence.uncertainty is not None
    draws = evidence.uncertainty.draws
    asks = np.where(draws["alternative"] == "A4", 31e6 + 1e6 * (draws["draw"] % 10), 0.0)
    columns = dict.fromkeys(("ask_usd", "ask_then_year_usd", "life_cycle_usd", "life_cycle_then_year_usd"), asks)
    return dataclasses.replace(
        evidence, uncertainty=dataclasses.replace(evidence.uncertainty, draws=draws.assign(**columns))
    )


def test_the_ask_is_stated_at_its_percentiles() -> None:
    chapter = budget_chapter(with_asks(Evidence(funded.appraised(), funded.uncertainty())))
    row = cells(chapter, "stated_budget")["A4"]
    assert (row["ask_p50_usd"].value, row["ask_p80_usd"].value) == (35e6, 38e6)
    assert isinstance(chapter.parts[0], Prose)
    assert "$35.0 million is enough in 50% and $38.0 million in 80%" in chapter.parts[0].text


def test_without_draws_it_says_so_and_shows_the_planner_s_figures() -> None:
    chapter = budget_chapter(Evidence(funded.appraised()))
    assert any(isinstance(part, Prose) and "uncertain inputs were not redrawn" in part.text for part in chapter.parts)
    row = cells(chapter, "stated_budget")["A4"]
    assert row["ask_usd"].value == 30e6
    assert row["ask_p80_usd"].text == "none"
    low, high = row["ask_then_year_usd"].low, row["ask_then_year_usd"].high
    assert low is not None
    assert high is not None
    assert low < float(row["ask_then_year_usd"].value or 0.0) < high


def test_what_the_model_does_not_price_is_open_on_the_page() -> None:
    lines = cells(budget_chapter(Evidence(funded.appraised())), "life_cycle_cost")
    assert {name for name, row in lines.items() if row["usd"].text == "open"} == {
        "1.1 program office",
        "1.2 design, land, permits",
    }


def test_one_line_leads_from_the_stated_life_cycle_cost_to_the_one_with_contingency() -> None:
    chapter = budget_chapter(Evidence(funded.appraised()))
    found = next(one for one in chapter.tables() if one.name == "life_cycle_cost")
    lines = cells(chapter, "life_cycle_cost")
    total, spare = (
        float(lines[name]["then_year_usd"].value or 0.0) for name in ("all that is priced", "1.7 contingency")
    )
    assert spare > 0.0
    said = [f"{usd / 1e6:,.2f}" for usd in (total - spare, spare, total)]
    assert f"${said[0]} million stated above" in found.note
    assert f"+ {said[1]} contingency = {said[2]} million" in found.note


def test_countries_and_mexican_indicators_stand_side_by_side() -> None:
    chapter = governments_chapter(Evidence(funded.appraised()))
    values = cells(chapter, "governments")["A4"]
    known = [values[key].value for key in ("npv_united_states", "npv_mexico", "npv_binational")]
    assert known[0] is not None
    assert pd.notna(known).all()
    assert len(next(one for one in chapter.tables() if one.name == "mexican_indicators").rows) == 2 * 4
