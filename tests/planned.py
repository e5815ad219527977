"""A plan of two ports from made responses: nothing is simulated, all the rest is as in a run."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import pandas as pd
from made_response import response, small, standard

from experiments.funding.portfolio.best_set import best_portfolio
from experiments.funding.portfolio.draws import options_by_draw, portfolio_robustness
from experiments.funding.portfolio.options import SimulatedPort, portfolio_limits
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio_plan import PortfolioPlan, PortPlan, WaitLimit
from experiments.funding.request import read_portfolio_plan

DRAWS = 12
LIMIT = WaitLimit(measure="wait_mean_min", at_most=40.0, rise_at_most=None, from_y=1)
PORT = PortPlan(overrides=("port=bota",), wait_limit=LIMIT)
YEARS = 4


def asked(**changes: Any) -> PortfolioPlan:
    """Return the shipped plan for the two ports here and there."""
    found = read_portfolio_plan(["experiment=portfolio"])
    assert found is not None
    ports = {"here": PORT, "there": PORT}
    plain = {"start_y": (0, 1), "phase_after_y": (), "appropriations": {}, "yearly_usd": 25e6}
    every: dict[str, Any] = {"ports": ports} | plain | changes
    return dataclasses.replace(found, **every)


def port(name: str, hours: float = 1.0) -> SimulatedPort:
    """Return a port whose trucks wait for so many times the made response's hours."""
    made = response()
    amounts = {key: values * (hours if key.startswith("truck_h") else 1.0) for key, values in made.amounts.items()}
    amounts["wait_mean_min"] = amounts["truck_h_loaded"] / 1000.0
    amounts["elsewhere"] = 0.0 * amounts["truck_h_loaded"] + 100.0
    return SimulatedPort(name, small(), dataclasses.replace(made, amounts=amounts), LIMIT)


@functools.cache
def found(budget_usd: float | None = 8e6, objective: str = "loads") -> PortfolioResults:
    """Return a whole portfolio; the port there has half the hours."""
    own = asked(budget_usd=budget_usd, objective=objective, units={})
    ports = (port("here"), port("there", 0.5))
    doubt = dataclasses.replace(standard(), draws=DRAWS)
    options = [one for each in ports for one in each.options(own)]
    chosen = best_portfolio(options, portfolio_limits(own, YEARS), own.objective, own.usd_per_load)
    drawn = {each.name: options_by_draw(each, own, doubt, None) for each in ports}
    luck = [[each.only(r).options(own) for r in range(each.found.replications)] for each in ports]
    how = (portfolio_limits(own, YEARS), own.objective, own.usd_per_load)
    return PortfolioResults(
        plan=own,
        overrides=("experiment=portfolio",),
        ports=ports,
        options=tuple(options),
        chosen=chosen,
        draws=portfolio_robustness(
            joined([worlds for worlds, _ in drawn.values()]), how, chosen.solved.chosen, chosen.second, 0
        ),
        luck=portfolio_robustness(joined(luck), how, chosen.solved.chosen, chosen.second, 0),
        beliefs={name: beliefs for name, (_, beliefs) in drawn.items()},
        refused=pd.DataFrame(),
        packages=pd.DataFrame(),
        interactions=pd.DataFrame(),
    )


def joined(by_port: list) -> list:  # type: ignore[type-arg]
    """Return the ports' options together, draw by draw."""
    return [[one for own in same for one in own] for same in zip(*by_port, strict=True)]
