"""What more of each limit would bring: as a dual, by solving again, and up to where it holds.

Three answers, because options are whole. *Dual*: of the linear relaxation, in which a port may
take shares of options; it is a slope, and holds between two ends that are worked out beside it.
*Step*: the integer programme solved again with the limit wider and narrower; often nothing, until
a whole option fits. *Range of the choice*: the least limit at which the same set is still the
best, and the least at which another one is worth more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from experiments.funding.allocation import TIE, Limit, Programme, Solution

Floats = npt.NDArray[np.float64]
STEPS: Final = {"USD": 1e6, "min": 1.0}
"""Step by unit; one unit of anything else."""
MOST_STEPS: Final = 60
"""Most budgets at which the best set changes that are looked for."""


class Price(NamedTuple):
    """A dual of the relaxation, and the limits between which it is the slope."""

    dual: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """The linear relaxation in numbers of a solver's size, one limit set free."""

    values: Floats
    rows: Floats
    bounds: Floats
    ports: Floats

    def optimum(self) -> tuple[float, Floats] | None:
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

    def end(self, place: int, at: float, slope: float, sign: float) -> float:
        """Return how far one bound can go before the optimum leaves its tangent; may be infinite.

        The optimum is concave in the bound b, so that the points where a set reaches
        ``at + slope (b - bound)`` are those where it still has this slope.
        """
        n = len(self.values)
        rows = np.hstack([self.rows, np.zeros((len(self.rows), 1))])
        rows[place, n] = -1.0
        bounds = self.bounds.copy()
        bounds[place] = 0.0
        tangent = np.append(-self.values, slope)
        reach = -(at - slope * self.bounds[place]) + TANGENT
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


TANGENT: Final = 1e-9
"""How far below its tangent an optimum of size 1 counts as on it."""


def relaxed_prices(programme: Programme) -> dict[str, Price]:
    """Return by limit what a unit more gains if options could be split; NaN: no such point."""
    if not programme.limits:
        return {}
    scales = np.array([one.scale for one in programme.limits])
    size = max(float(np.abs(programme.values).max()), 1e-300)
    relaxed = _Relaxed(
        programme.values / size,  # noqa: PD011
        np.array([one.row for one in programme.limits]) / scales[:, None],
        np.array([one.bound for one in programme.limits]) / scales,
        programme.ports(),
    )
    found = relaxed.optimum()
    if found is None:
        return {one.name: Price(np.nan, np.nan, np.nan) for one in programme.limits}
    value, duals = found
    prices = {}
    for place, one in enumerate(programme.limits):
        slope = float(duals[place]) + 0.0
        low, high = (relaxed.end(place, value, slope, sign) for sign in (-1.0, 1.0))
        own = scales[place]
        prices[one.name] = Price(slope * size / own, low * own, high * own)
    return prices


def shadow_table(programme: Programme, best: Solution) -> pd.DataFrame:
    """Return what every limit is worth; see `experiments.funding.portfolio.Portfolio`."""
    prices, value = relaxed_prices(programme), programme.value(best.chosen)
    columns = [
        "constraint",
        "limit",
        "used",
        "left",
        "relaxed_price",
        "relaxed_low",
        "relaxed_high",
        "step",
        "gain_of_step",
        "loss_of_step",
        "holds_from",
        "next_better_at",
        "gain_there",
        "unit",
    ]
    rows = [_row(programme, best, value, one, prices[one.name]) for one in programme.amounts]
    return pd.DataFrame(rows, columns=columns)


def _row(
    programme: Programme, best: Solution, value: float, one: Limit, price: Price
) -> dict[str, object]:
    step = STEPS.get(one.unit, 1.0)
    wider, narrower = (programme.widened(one.name, sign * step).best() for sign in (1.0, -1.0))
    used = float(one.row[list(best.chosen)].sum())
    better = next_better(programme, value, one)
    return {
        "constraint": one.name,
        "limit": one.bound,
        "used": used,
        "left": one.bound - used,
        "relaxed_price": price.dual,
        "relaxed_low": price.low,
        "relaxed_high": price.high,
        "step": step,
        "gain_of_step": programme.value(wider or best.chosen) - value,
        "loss_of_step": np.nan if narrower is None else value - programme.value(narrower),
        "holds_from": used,
        "next_better_at": np.nan if better is None else float(one.row[list(better)].sum()),
        "gain_there": np.nan if better is None else programme.value(better) - value,
        "unit": one.unit,
    }


def next_better(programme: Programme, value: float, one: Limit) -> tuple[int, ...] | None:
    """Return the set worth more that needs least of a limit, all others kept; None: there is none.

    Of sets that need the same the one worth most.
    """
    rest = replace(programme, limits=tuple(o for o in programme.limits if o.name != one.name))
    size = float(np.abs(programme.values).max())
    least = rest.cheapest(one.row, value + 2.0 * TIE * size) if size > 0.0 else None
    if least is None:
        return None
    used = float(one.row[list(least)].sum())
    return programme.widened(one.name, used - one.bound).best() or least


def frontier_steps(programme: Programme, name: str) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield (least limit, best set) for every set that is the best at some size of a limit.

    From the least limit that can be kept at all upwards, all other limits as they are; at most
    `MOST_STEPS` of them.
    """
    one = next(limit for limit in programme.limits if limit.name == name)
    rest = replace(programme, limits=tuple(o for o in programme.limits if o.name != name))
    least = rest.cheapest(one.row, -np.inf)
    for _ in range(MOST_STEPS):
        if least is None:
            return
        used = float(one.row[list(least)].sum())
        best = programme.widened(name, used - one.bound).best() or least
        yield float(one.row[list(best)].sum()), best
        least = next_better(programme, programme.value(best), one)
