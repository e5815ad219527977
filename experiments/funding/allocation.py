"""The best set of options under limits, as an integer programme that HiGHS solves.

One binary number an option, exactly one option a port; limits are linear. The solver's answer is
exact (gap 0). Prices of limits come two ways: the dual of the linear relaxation, which lets ports
take shares of options, is what the *next* dollar would be worth if options could be split; and
the same programme solved again with a wider limit says what a real step gains, which is often
nothing until a whole option fits.

Source: Huangfu and Hall (2018) for HiGHS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Option:
    """One simulated way to equip one port, begun in one year."""

    port: str
    name: str
    start_y: int
    spend_usd: Floats
    """[0..T] what the budget's payer pays, undiscounted, residual values left out."""
    initial_usd: float
    """What counts against the total: buying and joining, undiscounted."""
    cost_usd: float
    npv0_usd: float
    loads: float
    wait_min: float
    units: Mapping[str, float]
    """Units that it buys, by measure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a set may not exceed; None: no limit."""

    total_usd: float | None
    yearly_usd: float | None
    """In every year 0..T."""
    ceiling_min: Mapping[str, float]
    """Highest yearly mean wait, by port."""
    units: Mapping[str, float]
    """Units that can be had in all, by measure."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One linear limit over all options."""

    name: str
    unit: str
    row: Floats
    bound: float


@dataclass(frozen=True, slots=True)
class Programme:
    """Values and limits over options, ready for the solver; values are maximised."""

    options: tuple[Option, ...]
    values: Floats
    limits: tuple[Limit, ...]
    cuts: tuple[frozenset[int], ...] = ()
    """Sets that are not to be chosen again."""

    def best(self) -> tuple[int, ...] | None:
        """Return the options of the best set; None if no set keeps the limits."""
        scale = max(float(np.abs(self.values).max()), 1e-300)
        found = optimize.milp(
            -self.values / scale, integrality=np.ones(len(self.options), dtype=np.int64),
            bounds=optimize.Bounds(0.0, 1.0), constraints=self._constraints(),
            options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        if found.x is None:
            return None
        return tuple(np.flatnonzero(np.asarray(found.x) > 0.5).tolist())

    def value(self, chosen: Sequence[int]) -> float:
        """Return what a set is worth."""
        return float(self.values[list(chosen)].sum())

    def without(self, chosen: Sequence[int]) -> Programme:
        """Return the programme in which a set cannot be chosen (a no-good cut)."""
        return replace(self, cuts=(*self.cuts, frozenset(chosen)))

    def widened(self, name: str, step: float) -> Programme:
        """Return the programme with one limit wider by a step."""
        limits = tuple(
            replace(one, bound=one.bound + step) if one.name == name else one for one in self.limits
        )
        return replace(self, limits=limits)

    def unlimited(self) -> Programme:
        """Return the programme without any limit but one option a port."""
        return replace(self, limits=())

    def relaxed_prices(self) -> dict[str, float]:
        """Return by limit what one more unit of it gains if options could be split; NaN: none."""
        if not self.limits:
            return {}
        scales = np.array([_scale(one) for one in self.limits])
        scale = max(float(np.abs(self.values).max()), 1e-300)
        rows = np.array([one.row for one in self.limits]) / scales[:, None]
        found = optimize.linprog(
            -self.values / scale, rows, np.array([one.bound for one in self.limits]) / scales,
            self._ports(), np.ones(len(self._ports())), (0.0, 1.0), method="highs",
        )  # fmt: skip
        if found.status != 0:
            return {one.name: float("nan") for one in self.limits}
        duals = -np.asarray(found.ineqlin.marginals) * scale / scales
        return {one.name: float(dual) + 0.0 for one, dual in zip(self.limits, duals, strict=True)}

    def _ports(self) -> Floats:
        ports = list(dict.fromkeys(option.port for option in self.options))
        return np.array([[float(o.port == port) for o in self.options] for port in ports])

    def _constraints(self) -> list[optimize.LinearConstraint]:
        found = [optimize.LinearConstraint(self._ports(), 1.0, 1.0)]
        for one in self.limits:
            scale = _scale(one)
            slack = 1e-9 * abs(one.bound) / scale
            found.append(
                optimize.LinearConstraint(one.row / scale, -np.inf, one.bound / scale + slack)
            )
        for cut in self.cuts:
            row = np.array([float(place in cut) for place in range(len(self.options))])
            found.append(optimize.LinearConstraint(row, -np.inf, len(cut) - 1.0))
        return found


def _scale(limit: Limit) -> float:
    return max(float(np.abs(limit.row).max()), abs(limit.bound), 1e-300)


def programme(
    options: Sequence[Option], limits: Limits, objective: str, usd_per_load: float | None
) -> Programme:
    """Return the programme of a catalogue of options.

    Parameters
    ----------
    objective : str
        ``npv``: net present value, loads priced only if a value is given; ``loads``: loads alone,
        the most for the budget.
    """
    npv0 = np.array([option.npv0_usd for option in options])
    loads = np.array([option.loads for option in options])
    values = loads if objective == "loads" else npv0 + (usd_per_load or 0.0) * loads
    return Programme(tuple(options), values, tuple(_limits(options, limits)))


def _limits(options: Sequence[Option], limits: Limits) -> list[Limit]:
    found = []
    if limits.total_usd is not None:
        row = np.array([option.initial_usd for option in options])
        found.append(Limit("total budget", "USD", row, limits.total_usd))
    if limits.yearly_usd is not None:
        spend = np.array([option.spend_usd for option in options])
        found += [
            Limit(f"budget of year {year}", "USD", spend[:, year], limits.yearly_usd)
            for year in range(spend.shape[1])
            if spend[:, year].max() > 0.0
        ]
    for port, ceiling in limits.ceiling_min.items():
        row = np.array([o.wait_min if o.port == port else 0.0 for o in options])
        found.append(Limit(f"wait ceiling of {port}", "min", row, ceiling))
    for measure, most in limits.units.items():
        row = np.array([option.units.get(measure, 0.0) for option in options])
        found.append(Limit(f"units of {measure}", measure, row, most))
    return found


def broken(programme: Programme, chosen: Sequence[int]) -> list[tuple[Limit, float]]:
    """Return the limits that a set breaks, each with by how much."""
    used = [(one, float(one.row[list(chosen)].sum())) for one in programme.limits]
    return [(one, use - one.bound) for one, use in used if use > one.bound * (1.0 + 1e-9)]


def why_infeasible(programme: Programme) -> tuple[str, str]:
    """Return the limit that no set can keep, alone or last of all, and why, for one line.

    First ceilings that no option of a port meets; then the first limit, in their order, that
    cannot be kept beside those before it, with the least that would do.
    """
    kept: tuple[Limit, ...] = ()
    order = sorted(programme.limits, key=lambda one: not one.name.startswith("wait ceiling"))
    for one in order:
        trial = replace(programme, limits=(*kept, one))
        if trial.best() is None:
            least = replace(programme, limits=kept, values=-one.row)
            chosen = least.best() or ()
            use = float(one.row[list(chosen)].sum())
            names = [programme.options[place] for place in chosen if one.row[place] > 0.0]
            words = ", ".join(f"{option.name} at {option.port}" for option in names)
            beside = " beside the limits before it" if kept and one.unit != "min" else ""
            problem = f"{one.bound:,.0f} {one.unit} cannot be kept{beside}"
            return one.name, f"{problem}: the least is {use:,.0f} ({words})"
        kept = (*kept, one)
    return "portfolio", "no set keeps all limits"
