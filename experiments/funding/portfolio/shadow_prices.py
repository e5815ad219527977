"""Shadow prices: what more of each limit would bring.

Three answers, because options are whole. *Dual*: of the linear relaxation, a slope that holds
between two ends given beside it. *Step*: the integer program solved again with the limit wider and
narrower. *Range of the choice*: the least limit at which the same set is still the best, and the
least at which another one is worth more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize

from experiments.funding.portfolio.integer_program import TIE, IntegerProgram, LinearLimit, Solution
from sim.arrays import FloatArray

LIMIT_STEPS: Final = {"USD": 1e6, "min": 1.0}
"""Step by unit; one unit of anything else."""
COLUMNS: Final = (
    "constraint", "limit", "used", "left", "relaxed_price", "relaxed_low", "relaxed_high", "step",
    "gain_of_step", "loss_of_step", "holds_from", "next_better_at", "gain_there", "unit",
)  # fmt: skip
TANGENT: Final = 1e-9
"""How far below its tangent an optimum of size 1 counts as on it."""
MOST_STEPS: Final = 60
"""Most budgets at which the best set changes that are looked for."""


class DualPrice(NamedTuple):
    """A dual of the relaxation, and the limits between which it is the slope."""

    dual: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """The linear relaxation in numbers of a solver's size, one limit set free."""

    values: FloatArray
    rows: FloatArray
    bounds: FloatArray
    ports: FloatArray

    def optimum(self) -> tuple[float, FloatArray] | None:
        """Return the best value and the duals; None if there is no point at all."""
        found = optimize.linprog(
            -self.values,
            self.rows if len(self.rows) else None,
            self.bounds if len(self.rows) else None,
            self.ports,
            np.ones(len(self.ports)),
            (0.0, 1.0),
            method="highs",
        )
        if found.status != 0:
            return None
        duals = -np.asarray(found.ineqlin.marginals) if len(self.rows) else np.array([])
        return -float(found.fun or 0.0), duals

    def end(self, index: int, bound: float, slope: float, sign: float) -> float:
        """Return how far one bound can go before the optimum leaves its tangent; may be infinite.

        The optimum is concave in the bound b, so that the points where a set reaches
        ``at + slope (b - bound)`` are those where it still has this slope.
        """
        n = len(self.values)
        rows = np.hstack([self.rows, np.zeros((len(self.rows), 1))])
        rows[index, n] = -1.0
        bounds = self.bounds.copy()
        bounds[index] = 0.0
        tangent = np.append(-self.values, slope)
        reach = -(bound - slope * self.bounds[index]) + TANGENT
        found = optimize.linprog(
            np.append(np.zeros(n), -sign),
            np.vstack([rows, tangent]),
            np.append(bounds, reach),
            np.hstack([self.ports, np.zeros((len(self.ports), 1))]),
            np.ones(len(self.ports)),
            [*((0.0, 1.0) for _ in range(n)), (None, None)],
            method="highs",
        )
        return sign * np.inf if found.x is None else float(found.x[n])


def relaxed_prices(program: IntegerProgram, wanted_limits: Collection[str] | None = None) -> dict[str, DualPrice]:
    """Return by limit (of some, or of all) what a unit more gains if options could be split; NaN: no such point."""
    if not program.limits:
        return {}
    scales = np.array([one.scale for one in program.limits])
    size = max(float(np.abs(program.values).max()), 1e-300)
    relaxed = _Relaxed(
        program.values / size,  # noqa: PD011
        np.array([one.row for one in program.limits]) / scales[:, None],
        np.array([one.bound for one in program.limits]) / scales,
        program.ports(),
    )
    found = relaxed.optimum()
    if found is None:
        return {one.name: DualPrice(np.nan, np.nan, np.nan) for one in program.limits}
    value, duals = found
    prices = {}
    for place, (one, scale) in enumerate(zip(program.limits, scales, strict=True)):
        if wanted_limits is not None and one.name not in wanted_limits:
            continue
        slope = float(duals[place]) + 0.0
        low, high = (scale * relaxed.end(place, value, slope, sign) for sign in (-1.0, 1.0))
        prices[one.name] = DualPrice(slope * size / scale, low, high)
    return prices


def shadow_price_table(program: IntegerProgram, solution: Solution) -> pd.DataFrame:
    """Return what every limit is worth; see `experiments.funding.portfolio.best_set.Portfolio`."""
    limits, value = program.felt(solution.chosen, LIMIT_STEPS["USD"]), program.value(solution.chosen)
    prices = relaxed_prices(program, {one.name for one in limits})
    rows = [_row(program, solution, value, one, prices[one.name]) for one in limits]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    program: IntegerProgram, solution: Solution, value: float, limit: LinearLimit, price: DualPrice
) -> dict[str, object]:
    step = LIMIT_STEPS.get(limit.unit, 1.0)
    wider, narrower = (program.widened(limit.name, sign * step).best() for sign in (1.0, -1.0))
    used = float(limit.row[list(solution.chosen)].sum())
    better = next_better_set(program, value, limit)
    return {
        "constraint": limit.name,
        "limit": limit.bound,
        "used": used,
        "left": limit.bound - used,
        "relaxed_price": price.dual,
        "relaxed_low": price.low,
        "relaxed_high": price.high,
        "step": step,
        "gain_of_step": program.value(wider or solution.chosen) - value,
        "loss_of_step": np.nan if narrower is None else value - program.value(narrower),
        "holds_from": used,
        "next_better_at": np.nan if better is None else float(limit.row[list(better)].sum()),
        "gain_there": np.nan if better is None else program.value(better) - value,
        "unit": limit.unit,
    }


def next_better_set(program: IntegerProgram, value: float, limit: LinearLimit) -> tuple[int, ...] | None:
    """Return the set worth more that needs least of a limit, all others kept; None: there is none.

    Of sets that need the same the one worth most.
    """
    rest = replace(program, limits=tuple(o for o in program.limits if o.name != limit.name))
    size = float(np.abs(program.values).max())
    least = rest.cheapest(limit.row, value + 2.0 * TIE * size) if size > 0.0 else None
    if least is None:
        return None
    used = float(limit.row[list(least)].sum())
    return program.widened(limit.name, used - limit.bound).best() or least


def frontier_steps(program: IntegerProgram, name: str) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield (least limit, best set) for every set that is the best at some size of a limit.

    From the least limit that can be kept at all upwards, all other limits as they are; at most
    `MOST_STEPS` of them.
    """
    one = next(limit for limit in program.limits if limit.name == name)
    rest = replace(program, limits=tuple(o for o in program.limits if o.name != name))
    least = rest.cheapest(one.row, -np.inf)
    for _ in range(MOST_STEPS):
        if least is None:
            return
        used = float(one.row[list(least)].sum())
        best = program.widened(name, used - one.bound).best() or least
        yield float(one.row[list(best)].sum()), best
        least = next_better_set(program, program.value(best), one)
