"""Options of a port from a made response, and a plan that is refused in one line."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from made_response import response, small

from experiments.funding.portfolio import portfolio
from experiments.funding.portfolio_case import limits, options_of, write
from experiments.funding.request import plan
from experiments.funding.response import Response
from experiments.funding.terms import Plan
from sim.errors import ConfigError


def asked() -> Plan:
    found = plan(["experiment=portfolio"])
    assert found is not None
    return found


def waited() -> Response:
    made = response()
    minutes = made.amounts["truck_h_loaded"] / 1000.0
    return dataclasses.replace(made, amounts={**made.amounts, "wait_mean_min": minutes})


def test_the_shipped_plan_is_sound_and_other_cases_have_none() -> None:
    assert set(asked().ports) == {"laredo", "el_paso"}
    assert limits(asked()).ceiling_min == {"laredo": 90.0, "el_paso": 90.0}
    assert plan(["experiment=portals"]) is None


def test_a_plan_without_ports_is_refused() -> None:
    with pytest.raises(ConfigError, match="ports"):
        dataclasses.replace(asked(), ports={})


def test_later_starts_cost_and_find_less() -> None:
    found = list(options_of("here", small(), waited(), asked()))
    assert [(one.name, one.start_y) for one in found] == [("today", 0), ("more", 0), ("more", 2)]
    none, early, late = found
    assert (none.initial_usd, none.npv0_usd, none.loads) == (0.0, 0.0, 0.0)
    assert early.initial_usd == late.initial_usd > 0.0
    assert late.loads < early.loads
    assert late.cost_usd < early.cost_usd
    assert early.spend_usd[0] > 0.0
    assert late.spend_usd[:2].sum() == 0.0
    assert early.units == {"portal": 1.0, "analyst": 1.0}


def test_what_was_chosen_is_written(tmp_path: Path) -> None:
    made = list(options_of("here", small(), waited(), asked()))
    found = portfolio(made, limits(dataclasses.replace(asked(), ports={
        "here": next(iter(asked().ports.values()))
    })), "loads", None)  # fmt: skip
    names = {path.name for path in write(found, tmp_path)}
    assert names == {
        "portfolio_options.csv", "portfolio_spending.csv", "portfolio_shadow.csv",
        "portfolio_budgets.csv", "portfolio.json",
    }  # fmt: skip
    record = json.loads((tmp_path / "portfolio.json").read_text())
    assert record["usd_per_load"] is None
    assert record["why"] == list(found.why)
