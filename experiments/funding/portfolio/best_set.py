"""The best set of investments over several ports under budgets and wait limits.

Exactly one simulated option is chosen at each port, its no-build option among them: what several
measures do together at one port is simulated together, never added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.funding.portfolio.integer_program import (
    SLACK,
    TOTAL_BUDGET,
    IntegerProgram,
    LinearLimit,
    PortfolioLimits,
    PortfolioOption,
    Solution,
    broken_limits,
    build_integer_program,
    why_infeasible,
)
from experiments.funding.portfolio.shadow_prices import frontier_steps, shadow_price_table
from sim.errors import ConfigError

OPTION_COLUMNS: Final = {
    "port": "port", "option": "name", "start_y": "start_y", "spend_usd": "initial_usd", "cost_usd": "cost_usd",
    "npv0_usd": "npv0_usd", "loads": "loads", "wait_min": "wait_min", "wait_counted": "wait_counted",
    "first_phase": "first_phase", "final_y": "final_y",
}  # fmt: skip
"""Column of the table of options -> field of an option."""
DO_NOTHING: Final = "do nothing, every port as it is"
MOST_SETS: Final = 5
"""Best sets that are ranked beside the choice."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The choice, its binding constraints, and what came second."""

    options: pd.DataFrame
    """Every option: ``port``, ``option``, ``start_y`` (year of the first order), ``spend_usd``
    (initial, undiscounted, of the payer whose budget it is), ``cost_usd`` (present value),
    ``npv0_usd``, ``loads`` (discounted, above the port's baseline), ``wait_min`` (highest yearly
    mean), ``wait_counted`` (against the port's limit, in its unit), ``first_phase`` and ``final_y`` (of an option in
    two phases), ``wait_limit``, ``allowed`` (False: its wait breaks the limit), ``chosen``, ``runner_up``."""
    spending: pd.DataFrame
    """``year`` (number of the fiscal year, from 0), ``port``, ``option``, ``usd`` of the chosen set, undiscounted."""
    shadow: pd.DataFrame
    """``constraint`` (total budget, budget of a year, wait limit of a port, units of a measure),
    ``limit``, ``used``, ``left``; ``relaxed_price`` (dual of the linear relaxation, a unit) and
    the limits ``relaxed_low`` and ``relaxed_high`` between which it holds; ``step``,
    ``gain_of_step`` and ``loss_of_step`` (of the integer optimum, solved again with the limit so
    much wider and narrower; NaN: nothing keeps it); ``holds_from`` (least limit at which the same
    set is best), ``next_better_at`` (least limit at which another is worth more; NaN: never) and
    ``gain_there``; ``unit``."""
    budgets: pd.DataFrame
    """Every total at which the best set changes, all other limits as they are: ``budget_usd``
    (least that pays for the set), ``objective``, ``npv0_usd``, ``loads``, ``spend_usd``,
    ``chosen`` (words), ``now`` (whether it is the choice)."""
    sets: pd.DataFrame
    """The choice and the next best sets that keep all limits, and last to do nothing, whatever it keeps: ``rank``
    (NaN for that), ``chosen`` (words), ``objective``, ``npv0_usd``, ``loads``, ``spend_usd``, ``cost_usd``,
    ``break_even_usd_per_load``, ``cost_usd_per_load`` (NaN: there is none), ``behind`` (objective short of the
    choice's), ``within`` (whether it keeps all limits), ``differs`` (where, in words)."""
    objective: str
    """``npv`` or ``loads``."""
    usd_per_load: float | None
    value: float
    """Objective of the choice."""
    runner_up_value: float | None
    """Objective of the second best set; None if there is no other."""
    solved: Solution
    """The choice as places of ``options``, and how far the solver proved it."""
    second: tuple[int, ...] | None
    why: tuple[str, ...]
    """Sentences: what was chosen, the binding constraints, the runner-up and why it lost."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name."""
        return {name: getattr(self, name) for name in ("options", "spending", "shadow", "budgets", "sets")}


def best_portfolio(
    options: Sequence[PortfolioOption], limits: PortfolioLimits, objective: str, usd_per_load: float | None
) -> Portfolio:
    """Return the best set, the runner-up, and what more of each limit would bring.

    Raises
    ------
    ConfigError
        No set keeps the limits: the limit that no set can keep, and the least that would do.
    """
    program = build_integer_program(options, limits, objective, usd_per_load)
    solution = program.solved()
    if solution is None:
        name, why = why_infeasible(program)
        raise ConfigError(f"portfolio: {name}", why)
    best = solution.chosen
    ranked = list(_ranked(program, best))
    second = ranked[1] if len(ranked) > 1 else None
    return Portfolio(
        options=_options_table(program, limits, best, second),
        spending=_spending_table(program, best),
        shadow=shadow_price_table(program, solution),
        budgets=_budgets_table(program, best),
        sets=_sets_table(program, ranked),
        objective=objective,
        usd_per_load=usd_per_load,
        value=program.value(best),
        runner_up_value=None if second is None else program.value(second),
        solved=solution,
        second=second,
        why=tuple(_why(program, best, second)),
    )


def _ranked(program: IntegerProgram, best_set: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    yield best_set
    for _ in range(MOST_SETS):
        program = program.without(best_set)
        if (next_set := program.best()) is None:
            return
        yield (best_set := next_set)


def _options_table(
    program: IntegerProgram, limits: PortfolioLimits, best_set: Sequence[int], runner_up: Sequence[int] | None
) -> pd.DataFrame:
    rows = [
        {column: getattr(one, name) for column, name in OPTION_COLUMNS.items()}
        | {
            "wait_limit": None if (bound := limits.waits.get(one.port)) is None else bound.most,
            "allowed": bound is None or one.wait_counted <= bound.most + SLACK * abs(bound.most),
            "chosen": place in best_set,
            "runner_up": runner_up is not None and place in runner_up,
        }
        for place, one in enumerate(program.options)
    ]
    return pd.DataFrame(rows)


def _spending_table(program: IntegerProgram, best_set: Sequence[int]) -> pd.DataFrame:
    rows = [
        (year, option.port, option.name, float(usd))
        for option in (program.options[place] for place in best_set)
        for year, usd in enumerate(option.spend_usd)
        if usd != 0.0
    ]
    return pd.DataFrame(rows, columns=["year", "port", "option", "usd"])


def _sums(program: IntegerProgram, chosen_set: Sequence[int]) -> dict[str, Any]:
    own = [program.options[place] for place in chosen_set]
    return {
        "chosen": DO_NOTHING if all(one.as_it_is for one in own) else set_words(own),
        "objective": program.value(chosen_set),
        "npv0_usd": sum(one.npv0_usd for one in own),
        "loads": sum(one.loads for one in own),
        "spend_usd": sum(one.initial_usd for one in own),
        "cost_usd": sum(one.cost_usd for one in own),
    }


def break_even_usd(npv0_usd: float, loads: float) -> float:
    """Return what a load must be worth for a set to pay; NaN: it pays without, or no value would do.

    Examples
    --------
    >>> break_even_usd(-30.0, 10.0), break_even_usd(5.0, 10.0)
    (3.0, nan)
    """
    return -npv0_usd / loads if npv0_usd < 0.0 < loads else float("nan")


def cost_per_load_usd(cost_usd: float, loads: float) -> float:
    """Return the life-cycle cost of one more load; NaN: there is no further load."""
    return cost_usd / loads if loads > 0.0 else float("nan")


def _budgets_table(program: IntegerProgram, best_set: Sequence[int]) -> pd.DataFrame:
    with_budget = program
    if all(one.name != TOTAL_BUDGET for one in program.limits):
        row = np.array([option.initial_usd for option in program.options])
        enough = LinearLimit(TOTAL_BUDGET, "USD", row, max(float(np.abs(row).sum()), 1.0))
        with_budget = replace(program, limits=(*program.limits, enough))
    rows = [
        {"budget_usd": least, **_sums(program, chosen), "now": set(chosen) == set(best_set)}
        for least, chosen in frontier_steps(with_budget, TOTAL_BUDGET)
    ]
    columns = ["budget_usd", "objective", "npv0_usd", "loads", "spend_usd", "chosen", "now"]
    return pd.DataFrame(rows, columns=columns)


def _sets_table(program: IntegerProgram, ranked: Sequence[tuple[int, ...]]) -> pd.DataFrame:
    best = ranked[0]
    nothing = tuple(place for place, one in enumerate(program.options) if one.as_it_is)
    known = {frozenset(chosen) for chosen in ranked}
    listed_sets: list[tuple[float, tuple[int, ...]]] = [*enumerate(ranked, 1)]
    if nothing and frozenset(nothing) not in known:
        listed_sets.append((np.nan, nothing))
    rows = []
    for rank, chosen in listed_sets:
        sums = _sums(program, chosen)
        rows.append(
            {
                "rank": rank,
                **sums,
                "break_even_usd_per_load": break_even_usd(sums["npv0_usd"], sums["loads"]),
                "cost_usd_per_load": cost_per_load_usd(sums["cost_usd"], sums["loads"]),
                "behind": program.value(best) - program.value(chosen),
                "within": not broken_limits(program, chosen),
                "differs": "; ".join(set_differences(program.options, best, chosen)),
            }
        )
    return pd.DataFrame(rows)


def set_differences(
    options: Sequence[PortfolioOption], best_set: Sequence[int], other_set: Sequence[int]
) -> Iterator[str]:
    """Yield in words where another set differs from the best."""
    own = {options[place].port: options[place] for place in best_set}
    for new in (options[place] for place in other_set):
        if new is not (old := own[new.port]):
            yield f"{new.name}{new.begin_words} instead of {old.name}{old.begin_words} at {new.port}"


def _why(program: IntegerProgram, best_set: Sequence[int], runner_up: Sequence[int] | None) -> Iterator[str]:
    sums = _sums(program, best_set)
    yield (
        f"Chosen: {sums['chosen']}: {sums['loads']:,.1f} more loads, net present value without them "
        f"{sums['npv0_usd'] / 1e6:,.1f} m USD, initial spending {sums['spend_usd'] / 1e6:,.1f} m USD."
    )
    free = program.unlimited().best()
    if free is not None and set(free) != set(best_set):
        over = "; ".join(f"{one.name} by {_amount(by, one.unit)}" for one, by in broken_limits(program, free))
        yield f"Without limits it would be {_sums(program, free)['chosen']}, which exceeds the limits: {over}."
    elif free is not None:
        yield "No limit is binding: without any the choice is the same."
    if runner_up is None:
        yield "No other set keeps the limits."
        return
    yield _lost(program, best_set, runner_up)


def _lost(program: IntegerProgram, best_set: Sequence[int], runner_up: Sequence[int]) -> str:
    best, other = (_sums(program, chosen) for chosen in (best_set, runner_up))
    loss = best["objective"] - other["objective"]
    if loss <= 1e-9 * float(np.abs(program.values).max()):
        return (
            f"Runner-up: {other['chosen']}; it keeps all limits and is worth the same, but costs "
            f"{(other['cost_usd'] - best['cost_usd']) / 1e6:,.1f} m USD more over its life."
        )
    in_loads = all(value == option.loads for value, option in zip(program.values, program.options, strict=True))
    lost = f"{loss:,.1f} loads" if in_loads else f"{loss:,.0f} USD of net present value"
    return f"Runner-up: {other['chosen']}; it keeps all limits and is worth {lost} less."


def set_words(options: Sequence[PortfolioOption]) -> str:
    """Return a set in words, port by port."""
    return ", ".join(one.words for one in options)


def _amount(number: float, unit: str) -> str:
    if unit == "%":
        return f"{number:,.1f} points"
    return f"{number / 1e6:,.1f} m USD" if unit == "USD" else f"{number:,.1f} {unit}"
