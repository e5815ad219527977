"""Risks by break-even and loads: nothing that is bad may look like a gain."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from experiments.funding.chapters.delivery import risk_register_chapter
from experiments.funding.exhibits.evidence import Evidence
from experiments.page_templates import Cell, Table
from tests import funded


def register(evidence: Evidence) -> dict[str, tuple[Cell, ...]]:
    table = next(part for part in risk_register_chapter(evidence).parts if isinstance(part, Table))
    assert [column.key for column in table.columns][1:3] == ["break_even_usd_per_load", "loads"]
    return dict(table.rows)


def with_scenarios(rows: list[dict[str, object]]) -> Evidence:
    made = dataclasses.replace(funded.uncertainty(), scenarios=pd.DataFrame(rows))
    return Evidence(funded.appraised(), made)


def row(kind: str, npv0: float, loads: float) -> dict[str, object]:
    even = -npv0 / loads if loads > 0.0 else float("nan")
    shared = {"scenario": kind, "kind": kind, "alternative": "A4", "best": False}
    return {**shared, "npv0_usd": npv0, "loads": loads, "break_even_usd": even}


def test_late_delivery_shows_what_it_costs_a_load_and_how_many_are_lost() -> None:
    """Its net present value rises, because what comes late costs less: the register called that a risk."""
    evidence = with_scenarios([row("late", -11e6, 200.0), row("late", -10e6, 150.0)])
    late = register(evidence)["late delivery"]
    assert (late[1].low, late[1].high) == (pytest.approx(55_000.0), pytest.approx(66_666.67, rel=1e-6))
    assert (late[2].low, late[2].high) == (150.0, 200.0)
    assert evidence.break_even("A4").usd_per_load < late[1].low  # type: ignore[operator]


def test_smugglers_elsewhere_move_break_even_though_no_dollar_moves() -> None:
    central = Evidence(funded.appraised(), funded.uncertainty())
    worth = central.worths["A4"]
    evidence = with_scenarios([row("displaced", worth.npv0, 0.5 * worth.loads)])
    cell = register(evidence)["smugglers go elsewhere"][1]
    assert cell.value == pytest.approx(2.0 * (central.break_even("A4").usd_per_load or 0.0))


def test_what_no_value_of_a_load_would_pay_is_said() -> None:
    assert register(with_scenarios([row("late", -11e6, 0.0)]))["late delivery"][1].text == "none"


def test_prices_above_the_estimate_never_show_less_than_the_plan() -> None:
    """Cheaper ends of drawn prices stood in the range of a risk that prices rise."""
    evidence = Evidence(funded.appraised(), funded.uncertainty())
    found, planned = register(evidence), evidence.break_even("A4").usd_per_load or 0.0
    capital = found["prices above the estimate"][1]
    assert capital.low is not None
    assert planned < capital.low <= capital.high  # type: ignore[operator]
    assert found["posts stay vacant"][1].text == "not known"
    bare = register(Evidence(funded.appraised()))
    assert {cells[1].text for cells in bare.values()} == {"not known"}
