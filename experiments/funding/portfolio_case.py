"""Several ports, each a funding case of its own, and the best set of options over all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments import screen
from experiments.compare import train
from experiments.compose import parse
from experiments.economics.appraisal import appraise
from experiments.economics.life_cycle import KINDS
from experiments.funding.allocation import Limits, Option
from experiments.funding.case import Case
from experiments.funding.money import priced
from experiments.funding.portfolio import Portfolio, portfolio
from experiments.funding.request import case
from experiments.funding.response import Response
from experiments.funding.simulation import simulate_case
from experiments.funding.terms import Plan
from experiments.load import default_out
from experiments.output import Output
from sim.errors import ConfigError

BOUGHT: Final = ("equipment", "civil_works", "integration")
"""What counts against the total budget."""
SPENT: Final = tuple(kind for kind in KINDS if kind != "residual")
"""What a year's budget has to pay; residual values are nobody's cash."""


def carry_out(plan: Plan, overrides: Sequence[str]) -> int:
    """Simulate every port of a plan, choose the best set and write what was found."""
    terminal = screen.console()
    cases = {name: case(port.overrides) for name, port in plan.ports.items()}
    _alike(cases)
    options: list[Option] = []
    for name, asked in cases.items():
        scorers = train(asked.study, terminal)
        with screen.progress(terminal, asked.study.replications, f"replications, {name}") as tell:
            found = simulate_case(asked, scorers, tell)
        options += options_of(name, asked, found, plan)
    chosen = portfolio(options, limits(plan), plan.objective, plan.usd_per_load)
    for line in chosen.why:
        terminal.print(line)
    for path in write(chosen, _out(overrides)):
        terminal.print(f"wrote {path}")
    return 0


def limits(plan: Plan) -> Limits:
    """Return what a set of options may not exceed."""
    ceilings = {
        name: port.ceiling_min for name, port in plan.ports.items() if port.ceiling_min is not None
    }
    return Limits(plan.budget_usd, plan.yearly_usd, ceilings, plan.units)


def options_of(port: str, asked: Case, found: Response, plan: Plan) -> Iterator[Option]:
    """Yield what can be chosen at one port: its baseline, and every alternative by start.

    Orders that are put off so far that they are not in service by the last year are left out.
    """
    for name in found.alternatives:
        waits = found.mean("wait_mean_min", name)
        for start in (0,) if name == asked.study.baseline else plan.start_y:
            moved = _put_off(asked, start)
            if _last_service(moved, name) > asked.appraisal.years:
                continue
            alternatives = priced(moved, found)
            rate = asked.appraisal.discount_rate
            worth = appraise(alternatives, asked.study.baseline, rate)[name]
            cost = alternatives[name].cost
            units: dict[str, float] = {}
            for bought in moved.purchases[name]:
                units[bought.measure] = units.get(bought.measure, 0.0) + bought.units
            yield Option(
                port=port,
                name=name,
                start_y=start,
                spend_usd=cost.total(plan.payer, SPENT),
                initial_usd=float(np.sum(cost.total(plan.payer, BOUGHT))),
                cost_usd=worth.cost,
                npv0_usd=worth.npv0,
                loads=worth.loads,
                wait_min=max(waits.values()),
                units=units,
            )


def write(found: Portfolio, folder: Path) -> list[Path]:
    """Write the tables of a portfolio as CSV and the whole as JSON."""
    output = Output(folder)
    tables = found.tables()
    record: dict[str, Any] = {
        "format": "throughgate-portfolio/1",
        "objective": found.objective,
        "usd_per_load": found.usd_per_load,
        "value": found.value,
        "runner_up_value": found.runner_up_value,
        "why": list(found.why),
        "tables": {name: _rows(table) for name, table in tables.items()},
    }
    return [
        *(
            output.write_text(f"portfolio_{name}.csv", table.to_csv(index=False))
            for name, table in tables.items()
        ),
        output.write_json("portfolio.json", record),
    ]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    known = table.astype(object).where(table.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in known.to_dict(orient="records")]


def _put_off(asked: Case, years: int) -> Case:
    purchases = {
        name: tuple(dataclasses.replace(one, order_y=one.order_y + years) for one in bought)
        for name, bought in asked.purchases.items()
    }
    return dataclasses.replace(asked, purchases=purchases)


def _last_service(asked: Case, name: str) -> int:
    served = [one.first_service_y(asked.catalogue[one.measure]) for one in asked.purchases[name]]
    return max(served, default=1)


def _alike(cases: Mapping[str, Case]) -> None:
    """Refuse ports whose dollars, years, rates or views differ: they would not add up."""
    first = next(iter(cases.values()))
    for name, one in cases.items():
        if (one.appraisal, one.benefit.view) != (first.appraisal, first.benefit.view):
            problem = "appraised otherwise than the first port; values would not add up"
            raise ConfigError(f"portfolio.ports.{name}", problem)


def _out(overrides: Sequence[str]) -> Path:
    asked = [str(o.value()) for o in parse(overrides) if o.key_or_group == "out"]
    return Path(asked[-1]) if asked else default_out("fund", "portfolio")
