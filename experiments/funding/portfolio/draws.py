"""How often each option is in the best set: over draws of uncertain inputs, and over replications.

Economic inputs that two ports share are one draw for both; simulation inputs are drawn port by port. Limits stay as
they are, and what counts against them is the draw's: a set may cost more than there is, and where sets of assumptions
were simulated its trucks may wait for longer.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.funding.case import UncertaintySettings
from experiments.funding.portfolio.integer_program import (
    WAIT_LIMIT,
    PortfolioLimits,
    PortfolioOption,
    broken_limits,
    build_integer_program,
)
from experiments.funding.portfolio.options import SimulatedPort, price_options
from experiments.funding.portfolio_plan import PortfolioPlan
from experiments.funding.sets.input_distributions import UncertainInput, uncertain_economic_inputs
from experiments.funding.sets.simulated_sets import SimulatedSets
from experiments.funding.uncertainty.valuation import Valuation, mean_response
from sim.arrays import FloatArray

OptionsByDraw = list[list[PortfolioOption]]
"""The same options in the same order, by draw."""
AMOUNTS: Final = {"npv0_usd": "npv0_usd", "loads": "loads", "cost_usd": "cost_usd", "spend_usd": "initial_usd"}
"""Column -> field of an option."""
PORTFOLIO_KEY: Final = 2_100_002
"""Stream key of the draws of a portfolio."""


@dataclass(frozen=True, slots=True)
class PortfolioRobustness:
    """What other draws of the inputs would have chosen."""

    options: pd.DataFrame
    """Every option in the order of the portfolio's: ``port``, ``option``, ``start_y``,
    ``first_phase``, ``final_y``, ``share_best`` (of draws, in whose best set it is), and 5th and 95th percentile of
    ``npv0_usd``, ``loads``, ``cost_usd``, ``spend_usd`` as ``.._p5`` and ``.._p95``."""
    sets: pd.DataFrame
    """Every set that is best in some draw: ``chosen`` (places), ``share``."""
    totals: pd.DataFrame
    """``draw``, and of the chosen set ``npv0_usd``, ``loads``, ``cost_usd``, ``spend_usd``,
    ``objective``, ``lead`` (its objective above the runner-up's; NaN: none), ``within`` (whether
    it keeps every limit), ``within_waits`` and ``within_others`` (its wait limits, and all other limits), ``best``
    (whether it is the draw's best set)."""
    none_share: float
    """Share of draws in which no set keeps the limits."""
    draws: int
    worlds: int
    """Draws whose simulation inputs were simulated, of each port."""


def options_by_draw(
    port: SimulatedPort, plan: PortfolioPlan, settings: UncertaintySettings, sets: SimulatedSets | None
) -> tuple[OptionsByDraw, tuple[UncertainInput, ...]]:
    """Return the port's options in every draw, and what was drawn."""
    beliefs, seed = tuple(uncertain_economic_inputs(port.asked, settings)), port.asked.study.seed
    valuation, choices = Valuation(port.asked, mean_response(port.simulated), beliefs, sets), port.choices(plan)
    responses = valuation.responses_of(settings.draws)
    uniforms = [_uniforms(one, settings.draws, seed) for one in beliefs]
    worlds = [
        list(price_options(port.moved(draw.case, draw.response), choices, plan, draw.scale))
        for draw in valuation.drawn_cases(uniforms, responses, settings.draws)
    ]
    return worlds, (*beliefs, *(sets.inputs if sets else ()))


def _uniforms(uncertain_input: UncertainInput, draws: int, seed: int) -> FloatArray:
    """Return a stratified sample that hangs on the number's own name, whatever else is drawn."""
    key = (PORTFOLIO_KEY, zlib.crc32(uncertain_input.keys[0].encode()))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
    return np.asarray((rng.permutation(draws) + rng.random(draws)) / draws)


def portfolio_robustness(
    worlds: OptionsByDraw,
    plan: tuple[PortfolioLimits, str, float | None],
    best_set: Sequence[int],
    runner_up: Sequence[int] | None,
    simulated: int,
) -> PortfolioRobustness:
    """Return how often what is best, and what the chosen set comes to in every draw.

    ``worlds`` are all ports' options by draw; ``plan`` the limits, objective and value of a load.
    """
    chosen, rows = [], []
    for draw, options in enumerate(worlds):
        whole = build_integer_program(options, *plan)
        winner = whole.best()
        chosen.append(winner)
        own = [options[place] for place in best_set]
        value = whole.value(best_set)
        broken = [limit.name.startswith(WAIT_LIMIT) for limit, _ in broken_limits(whole, best_set)]
        rows.append(
            {
                "draw": draw,
                **{column: sum(getattr(o, field) for o in own) for column, field in AMOUNTS.items()},
                "objective": value,
                "lead": np.nan if runner_up is None else value - whole.value(runner_up),
                "within": not broken,
                "within_waits": True not in broken,
                "within_others": False not in broken,
                "best": winner is not None and set(winner) == set(best_set),
            }
        )
    known = [one for one in chosen if one is not None]
    return PortfolioRobustness(
        options=_options_table(worlds, known),
        sets=_sets_table(known, len(worlds)),
        totals=pd.DataFrame(rows),
        none_share=1.0 - len(known) / len(worlds),
        draws=len(worlds),
        worlds=simulated,
    )


def _options_table(worlds: OptionsByDraw, chosen_sets: Sequence[Sequence[int]]) -> pd.DataFrame:
    rows = []
    for place, one in enumerate(worlds[0]):
        row: dict[str, object] = {
            "port": one.port,
            "option": one.name,
            "start_y": one.start_y,
            "first_phase": one.first_phase,
            "final_y": one.final_y,
            "share_best": sum(place in winner for winner in chosen_sets) / len(worlds),
        }
        for key, field in AMOUNTS.items():
            values = [getattr(options[place], field) for options in worlds]
            row[f"{key}_p5"], row[f"{key}_p95"] = np.percentile(values, [5.0, 95.0]).tolist()
        rows.append(row)
    return pd.DataFrame(rows)


def _sets_table(chosen_sets: Sequence[tuple[int, ...]], draws: int) -> pd.DataFrame:
    ranked = sorted(Counter(chosen_sets).items(), key=lambda pair: (-pair[1], pair[0]))
    return pd.DataFrame([(one, number / draws) for one, number in ranked], columns=["chosen", "share"])
