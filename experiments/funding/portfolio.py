"""The best set of investments over several ports under budgets and wait ceilings.

Exactly one simulated option is chosen at each port, its no-build option among them: what several
measures do together at one port is simulated together, never added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

import pandas as pd

from experiments.funding.allocation import (
    Limits,
    Option,
    Programme,
    broken,
    programme,
    why_infeasible,
)
from sim.errors import ConfigError

STEP: Final = 0.1
"""Share of a limit by which it is widened to see what that gains."""
BUDGETS: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Totals, as shares of the total asked for, at which the choice is made again."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The choice, what binds it, and what came second."""

    options: pd.DataFrame
    """Every option: ``port``, ``option``, ``start_y`` (year of the first order), ``spend_usd``
    (initial, undiscounted, of the payer whose budget it is), ``cost_usd`` (present value),
    ``npv0_usd``, ``loads`` (discounted, above the port's baseline), ``wait_min`` (highest yearly
    mean), ``ceiling_min``, ``allowed`` (False: its wait breaks the ceiling), ``chosen``,
    ``runner_up``."""
    spending: pd.DataFrame
    """``year``, ``port``, ``option``, ``usd`` of the chosen set, undiscounted."""
    shadow: pd.DataFrame
    """``constraint`` (total budget, budget of a year, wait ceiling of a port, units of a measure),
    ``limit``, ``used``, ``relaxed_price`` (dual of the linear relaxation, a unit), ``step``,
    ``gain_of_step`` (what the integer optimum gains when the limit is ``step`` wider, re-solved),
    ``unit``."""
    budgets: pd.DataFrame
    """The same choice at other totals: ``budget_usd``, ``objective``, ``npv0_usd``, ``loads``,
    ``spend_usd``, ``chosen`` (words)."""
    objective: str
    """``npv`` or ``loads``."""
    usd_per_load: float | None
    value: float
    """Objective of the choice."""
    runner_up_value: float | None
    """Objective of the second best set; None if there is no other."""
    why: tuple[str, ...]
    """Sentences: what was chosen, what binds, the runner-up and why it lost."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name."""
        names = ("options", "spending", "shadow", "budgets")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in names}


def portfolio(
    options: Sequence[Option], limits: Limits, objective: str, usd_per_load: float | None
) -> Portfolio:
    """Return the best set, the runner-up, and what more of each limit would bring.

    Raises
    ------
    ConfigError
        No set keeps the limits: the limit that no set can keep, and the least that would do.
    """
    whole = programme(options, limits, objective, usd_per_load)
    best = whole.best()
    if best is None:
        name, why = why_infeasible(whole)
        raise ConfigError(f"portfolio: {name}", why)
    second = whole.without(best).best()
    return Portfolio(
        options=_options_table(whole, limits, best, second),
        spending=_spending_table(whole, best),
        shadow=_shadow_table(whole, best),
        budgets=_budgets_table(whole, limits, best),
        objective=objective,
        usd_per_load=usd_per_load,
        value=whole.value(best),
        runner_up_value=None if second is None else whole.value(second),
        why=tuple(_why(whole, best, second)),
    )


def _options_table(
    whole: Programme, limits: Limits, best: Sequence[int], second: Sequence[int] | None
) -> pd.DataFrame:
    rows = []
    for place, one in enumerate(whole.options):
        ceiling = limits.ceiling_min.get(one.port)
        rows.append(
            {
                "port": one.port, "option": one.name, "start_y": one.start_y,
                "spend_usd": one.initial_usd, "cost_usd": one.cost_usd,
                "npv0_usd": one.npv0_usd, "loads": one.loads, "wait_min": one.wait_min,
                "ceiling_min": ceiling, "allowed": ceiling is None or one.wait_min <= ceiling,
                "chosen": place in best, "runner_up": second is not None and place in second,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _spending_table(whole: Programme, best: Sequence[int]) -> pd.DataFrame:
    rows = [
        (year, whole.options[place].port, whole.options[place].name, float(usd))
        for place in best
        for year, usd in enumerate(whole.options[place].spend_usd)
        if usd != 0.0
    ]
    return pd.DataFrame(rows, columns=["year", "port", "option", "usd"])


def _shadow_table(whole: Programme, best: Sequence[int]) -> pd.DataFrame:
    """Return what each limit's dual says, and what a step of it gains for whole options."""
    prices, value = whole.relaxed_prices(), whole.value(best)
    rows = []
    for one in whole.limits:
        step = STEP * abs(one.bound) or 1.0
        wider = whole.widened(one.name, step).best()
        rows.append(
            {
                "constraint": one.name, "limit": one.bound,
                "used": float(one.row[list(best)].sum()), "relaxed_price": prices[one.name],
                "step": step, "gain_of_step": whole.value(wider or best) - value,
                "unit": one.unit,
            }
        )  # fmt: skip
    columns = ["constraint", "limit", "used", "relaxed_price", "step", "gain_of_step", "unit"]
    return pd.DataFrame(rows, columns=columns)


def _budgets_table(whole: Programme, limits: Limits, best: Sequence[int]) -> pd.DataFrame:
    total = limits.total_usd
    rows = []
    for share in BUDGETS if total else ():
        budget = share * (total or 0.0)
        chosen = whole.widened("total budget", budget - (total or 0.0)).best()
        if chosen is None:
            continue
        own = [whole.options[place] for place in chosen]
        rows.append(
            {
                "budget_usd": budget, "objective": whole.value(chosen),
                "npv0_usd": sum(one.npv0_usd for one in own),
                "loads": sum(one.loads for one in own),
                "spend_usd": sum(one.initial_usd for one in own),
                "chosen": _words(whole, chosen),
            }
        )  # fmt: skip
    columns = ["budget_usd", "objective", "npv0_usd", "loads", "spend_usd", "chosen"]
    return pd.DataFrame(rows, columns=columns)


def _why(whole: Programme, best: Sequence[int], second: Sequence[int] | None) -> Iterator[str]:
    own = [whole.options[place] for place in best]
    loads, npv0 = sum(one.loads for one in own), sum(one.npv0_usd for one in own)
    spent = sum(one.initial_usd for one in own)
    yield (
        f"Chosen: {_words(whole, best)}: {loads:,.1f} more loads, net present value without them "
        f"{npv0 / 1e6:,.1f} m USD, initial spending {spent / 1e6:,.1f} m USD."
    )
    free = whole.unlimited().best()
    if free is not None and set(free) != set(best):
        over = "; ".join(
            f"{one.name} by {_amount(by, one.unit)}" for one, by in broken(whole, free)
        )
        yield f"Without limits it would be {_words(whole, free)}, which exceeds {over}."
    elif free is not None:
        yield "No limit binds: without any the choice is the same."
    if second is None:
        yield "No other set keeps the limits."
        return
    loss = whole.value(best) - whole.value(second)
    unit = "loads" if _in_loads(whole) else "USD of net present value"
    shown = f"{loss:,.1f}" if _in_loads(whole) else f"{loss:,.0f}"
    words = _words(whole, second)
    yield f"Runner-up: {words}; it keeps all limits and is worth {shown} {unit} less."


def _in_loads(whole: Programme) -> bool:
    return all(
        value == option.loads for value, option in zip(whole.values, whole.options, strict=True)
    )


def _words(whole: Programme, chosen: Sequence[int]) -> str:
    own = [whole.options[place] for place in chosen]
    return ", ".join(
        f"{one.name} at {one.port}" + (f" from year {one.start_y}" if one.start_y else "")
        for one in own
    )


def _amount(number: float, unit: str) -> str:
    return f"{number / 1e6:,.1f} m USD" if unit == "USD" else f"{number:,.1f} {unit}"
