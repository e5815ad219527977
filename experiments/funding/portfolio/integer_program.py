"""The best set of options under limits, as an integer program that HiGHS solves.

One binary number an option, exactly one option a port; limits are linear. The solver works with
tolerances, so its answer is checked against every limit as written; a set that breaks one by less
than the tolerance is cut off and the program solved again. Of sets worth the same, the cheapest
over its life is taken. Where no set keeps the limits, `why_infeasible` names the one that fails.

Source: Huangfu and Hall (2018) for HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
from scipy import optimize

from sim.arrays import FloatArray
from sim.errors import ConfigError

SPREAD: Final = 1e4
"""Largest value as the solver sees it: its absolute gap, 1e-6, is then 1e-10 of it."""
TIE: Final = 1e-9
"""Share of the largest value by which two sets may differ and still be worth the same."""
SLACK: Final = 1e-9
"""Share of a limit by which rounding may exceed it."""
RULE: Final = "rule"
"""Unit of what is no amount but a condition between options."""
TOTAL_BUDGET: Final = "total budget"
WAIT_LIMIT: Final = "wait limit"
"""How the names of wait limits begin."""
OPTIMAL, INFEASIBLE = 0, 2
"""Status of `scipy.optimize.milp`."""


@dataclass(frozen=True, slots=True)
class PortfolioOption:
    """One simulated way to equip one port, begun in one year."""

    port: str
    name: str
    start_y: int
    spend_usd: FloatArray
    """[fiscal year] what the budget's payer pays, undiscounted, residual values left out."""
    initial_usd: float
    """What counts against the total: buying and joining, undiscounted."""
    cost_usd: float
    npv0_usd: float
    loads: float
    wait_min: float
    """Highest mean wait of a year."""
    units: Mapping[str, float]
    """Units that it buys, by measure."""
    wait_counted: float = 0.0
    """What counts against the port's wait limit, in the limit's unit."""
    by_appropriation: Mapping[str, FloatArray] = field(default_factory=dict)
    """[fiscal year] what each appropriation pays, undiscounted."""
    first_phase: str = ""
    """Alternative that stands until ``name`` does; empty: all is ordered at once."""
    final_y: int = 0
    """Year in which a second phase is ordered."""
    as_it_is: bool = False
    """Whether it is the port as it stands."""
    members: tuple[str, ...] = ()
    """Alternatives of which a package is made."""
    by_formula: bool = False
    """Whether it is a package that was not simulated itself."""

    @property
    def key(self) -> str:
        """How rules name it: the port and the option, whenever it begins."""
        return f"{self.port}.{self.name}"

    @property
    def words(self) -> str:
        """Option, port and begin."""
        return f"{self.name} at {self.port}{self.begin_words}"

    @property
    def begin_words(self) -> str:
        """When it begins, in words; nothing if that is year 0."""
        if self.first_phase:
            return f" in two phases ({self.first_phase} from year {self.start_y}, the rest from year {self.final_y})"
        return f" from year {self.start_y}" if self.start_y else ""

    def begin_y(self, key: str) -> int | None:
        """Return the year from which the option holds what a rule names; None: it does not."""
        if key == f"{self.port}.{self.first_phase}":
            return self.start_y
        if key == self.key or key in (f"{self.port}.{member}" for member in self.members):
            return self.final_y if self.first_phase else self.start_y
        return None


class WaitBound(NamedTuple):
    """A limit of the wait at one port."""

    most: float
    unit: str
    """``min``, or ``%`` of trips."""


class Grants(NamedTuple):
    """New money of an appropriation by fiscal year, and for how many years what is left may still be spent."""

    usd: Sequence[float]
    carry_over_y: int | None
    """None: it never lapses."""


@dataclass(frozen=True, slots=True)
class PortfolioLimits:
    """What a set may not exceed; None: no limit."""

    total_usd: float | None
    yearly_usd: float | None
    """In every fiscal year."""
    waits: Mapping[str, WaitBound]
    """By port."""
    units: Mapping[str, float]
    """Units that can be had in all, by measure."""
    needs: Sequence[Sequence[str]]
    """Pairs of port.option: the first not without the second, which begins no later."""
    excludes: Sequence[Sequence[str]]
    """Groups of port.option of which at most one may be."""
    appropriations: Mapping[str, Grants] = field(default_factory=dict)
    """By name, as in `PortfolioOption.by_appropriation`."""


@dataclass(frozen=True, slots=True)
class LinearLimit:
    """One linear limit over all options."""

    name: str
    unit: str
    row: FloatArray
    bound: float
    window: bool = False
    """Whether it is one of many that keep an appropriation: its years against the money that may reach them."""

    @property
    def scale(self) -> float:
        """Largest number of the limit, by which a solver divides it."""
        return max(float(np.abs(self.row).max()), abs(self.bound), 1e-300)


@dataclass(frozen=True, slots=True)
class Solution:
    """A best set, and how far the solver proved it."""

    chosen: tuple[int, ...]
    gap: float
    """Between the set and the bound that the solver proved, as a share."""
    nodes: int
    """Of the search tree."""
    proven: bool
    """Whether the solver closed the gap."""


@dataclass(frozen=True, slots=True)
class IntegerProgram:
    """Values and limits over options, ready for the solver; values are maximised."""

    options: tuple[PortfolioOption, ...]
    values: FloatArray
    limits: tuple[LinearLimit, ...]
    cuts: tuple[frozenset[int], ...] = ()
    """Sets that are not to be chosen again."""

    def best(self) -> tuple[int, ...] | None:
        """Return the options of the best set; None if no set keeps the limits."""
        solution = self.solved()
        return None if solution is None else solution.chosen

    def solved(self) -> Solution | None:
        """Return the best set and what the solver said of it; None if no set keeps the limits."""
        scale = _largest(self.values)
        first = self._proven(self.values / scale, self.limits, -np.inf)
        if first is None:
            return None
        least = self.value(first.chosen) - TIE * scale
        costs = np.array([option.cost_usd for option in self.options])
        cheapest = self._proven(-costs / _largest(costs), self.limits, least)
        return first if cheapest is None else replace(first, chosen=cheapest.chosen)

    def cheapest(self, row: FloatArray, least_value: float) -> tuple[int, ...] | None:
        """Return the set that uses least of a row and is worth at least so much; None: no set."""
        found = self._proven(-row / _largest(row), self.limits, least_value)
        return None if found is None else found.chosen

    def _proven(self, values: FloatArray, limits: Sequence[LinearLimit], least_value: float) -> Solution | None:
        """Solve, and solve again without what keeps a limit only by the solver's tolerance."""
        cuts = list(self.cuts)
        while True:
            rows = list(self._constraints(limits, cuts, least_value))
            found = optimize.milp(
                -SPREAD * values,
                integrality=np.ones(len(self.options), dtype=np.int64),
                bounds=optimize.Bounds(0.0, 1.0),
                constraints=rows,
                options={"mip_rel_gap": 0.0},
            )
            if found.x is None:
                if found.status == INFEASIBLE:
                    return None
                raise ConfigError("portfolio", f"the solver stopped without a set: {found.message}")
            chosen = tuple(np.flatnonzero(np.asarray(found.x) > 0.5).tolist())
            kept = not broken_limits(replace(self, limits=tuple(limits)), chosen)
            if kept and self.value(chosen) >= least_value:
                nodes, gap = int(found.mip_node_count or 0), float(found.mip_gap or 0.0)
                return Solution(chosen, gap, nodes, found.status == OPTIMAL)
            cuts.append(frozenset(chosen))

    def value(self, chosen_set: Sequence[int]) -> float:
        """Return what a set is worth."""
        return float(self.values[list(chosen_set)].sum())

    def without(self, chosen_set: Sequence[int]) -> IntegerProgram:
        """Return the program in which a set cannot be chosen (a no-good cut)."""
        return replace(self, cuts=(*self.cuts, frozenset(chosen_set)))

    def widened(self, name: str, step: float) -> IntegerProgram:
        """Return the program with one limit wider by a step."""
        limits = tuple(replace(one, bound=one.bound + step) if one.name == name else one for one in self.limits)
        return replace(self, limits=limits)

    def unlimited(self) -> IntegerProgram:
        """Return the program without any limit but the rules between options."""
        return replace(self, limits=tuple(one for one in self.limits if one.unit == RULE))

    @property
    def amounts(self) -> tuple[LinearLimit, ...]:
        """The limits that are amounts: all but the rules between options."""
        return tuple(one for one in self.limits if one.unit != RULE)

    def felt(self, chosen_set: Sequence[int], step: float) -> tuple[LinearLimit, ...]:
        """Return the amounts, of an appropriation's many windows only those that a set leaves less than a step of."""
        places = list(chosen_set)
        return tuple(o for o in self.amounts if not o.window or o.bound - float(o.row[places].sum()) < step)

    def ports(self) -> FloatArray:
        """Return which options are of which port [port, option], zeros and ones."""
        ports = list(dict.fromkeys(option.port for option in self.options))
        return np.array([[float(o.port == port) for o in self.options] for port in ports])

    def _constraints(
        self, limits: Sequence[LinearLimit], cuts: Sequence[frozenset[int]], least_value: float
    ) -> Iterator[optimize.LinearConstraint]:
        yield optimize.LinearConstraint(self.ports(), 1.0, 1.0)
        for one in limits:
            slack = SLACK * abs(one.bound) / one.scale
            yield optimize.LinearConstraint(one.row / one.scale, -np.inf, one.bound / one.scale + slack)
        for cut in cuts:
            row = np.array([float(place in cut) for place in range(len(self.options))])
            yield optimize.LinearConstraint(row, -np.inf, len(cut) - 1.0)
        if np.isfinite(least_value):
            scale = _largest(self.values)
            yield optimize.LinearConstraint(self.values / scale, least_value / scale, np.inf)


def _largest(values: FloatArray) -> float:
    return max(float(np.abs(values).max()), 1e-300)


def build_integer_program(
    options: Sequence[PortfolioOption], limits: PortfolioLimits, objective: str, usd_per_load: float | None
) -> IntegerProgram:
    """Return the program; ``objective`` is ``npv`` (loads priced only if a value is given) or ``loads`` alone."""
    npv0, loads = np.array([(option.npv0_usd, option.loads) for option in options]).T.copy()
    values = loads if objective == "loads" else npv0 + (usd_per_load or 0.0) * loads
    return IntegerProgram(tuple(options), values, tuple(_limits(options, limits)))


def _limits(options: Sequence[PortfolioOption], limits: PortfolioLimits) -> Iterator[LinearLimit]:
    if limits.total_usd is not None:
        yield LinearLimit(TOTAL_BUDGET, "USD", np.array([o.initial_usd for o in options]), limits.total_usd)
    if limits.yearly_usd is not None:
        for year, spend in enumerate(np.array([o.spend_usd for o in options]).T):
            if spend.max() > 0.0:
                yield LinearLimit(f"budget of year {year}", "USD", spend, limits.yearly_usd)
    for port, bound in limits.waits.items():
        row = np.array([o.wait_counted if o.port == port else 0.0 for o in options])
        yield LinearLimit(f"{WAIT_LIMIT} of {port}", bound.unit, row, bound.most)
    for name, grants in limits.appropriations.items():
        yield from _windows(options, name, grants)
    for measure, most in limits.units.items():
        yield LinearLimit(f"units of {measure}", measure, np.array([o.units.get(measure, 0.0) for o in options]), most)
    yield from _rules(options, limits)


def _windows(options: Sequence[PortfolioOption], name: str, grants: Grants) -> Iterator[LinearLimit]:
    """Yield what keeps an appropriation: no run of years may spend more than the grants that may reach it.

    A grant reaches its own year and ``carry_over_y`` more. Each year draws on an unbroken run of grants, and a later
    year on no earlier one, so that by Hall's theorem there is a way to pay for everything exactly if every run of years
    costs no more than the grants that reach it. Runs that begin or end with a year without spending follow from shorter
    ones, and so do those that begin late where money never lapses.
    """
    spent = np.array([option.by_appropriation[name] for option in options])
    years = np.flatnonzero(spent.max(axis=0) > 0.0).tolist()
    granted = np.concatenate([[0.0], np.cumsum(grants.usd)])
    for last in years:
        for first in years:
            if first > last or (grants.carry_over_y is None and first != years[0]):
                continue
            if grants.carry_over_y == 0 and first != last:
                continue
            since = 0 if grants.carry_over_y is None else max(first - grants.carry_over_y, 0)
            bound = float(granted[last + 1] - granted[since])
            when = f"year {last}" if first == last else f"years {first} to {last}"
            row = spent[:, first : last + 1].sum(axis=1)
            yield LinearLimit(f"{name}, {when}", "USD", row, bound, window=True)


def _rules(options: Sequence[PortfolioOption], limits: PortfolioLimits) -> Iterator[LinearLimit]:
    """Yield needs and exclusions: an option by a year takes what it needs by that year."""
    for one, needed in limits.needs:
        begins = {o.begin_y(one) for o in options}
        for year in sorted(begin for begin in begins if begin is not None):
            own, base = (
                np.array([float((at := o.begin_y(key)) is not None and at <= year) for o in options])
                for key in (one, needed)
            )
            yield LinearLimit(f"{one} by year {year} needs {needed}", RULE, own - base, 0.0)
    for group in limits.excludes:
        row = np.array([float(any(option.begin_y(key) is not None for key in group)) for option in options])
        yield LinearLimit(f"at most one of {', '.join(group)}", RULE, row, 1.0)


def broken_limits(program: IntegerProgram, chosen_set: Sequence[int]) -> list[tuple[LinearLimit, float]]:
    """Return the limits that a set breaks, each with by how much."""
    used = [(one, float(one.row[list(chosen_set)].sum())) for one in program.limits]
    return [(one, use - one.bound) for one, use in used if use > one.bound + SLACK * abs(one.bound)]


def why_infeasible(program: IntegerProgram) -> tuple[str, str]:
    """Return the limit that no set can keep, alone or last of all, and why, for one line.

    First wait limits that no option of a port meets; then the first limit, in their order, that
    cannot be kept beside those before it, with the set that needs least of it.
    """
    order = sorted(program.limits, key=lambda one: not one.name.startswith(WAIT_LIMIT))
    for place, one in enumerate(order):
        if replace(program, limits=tuple(order[: place + 1])).best() is None:
            return one.name, _problem(replace(program, limits=tuple(order[:place])), one)
    return "limits", "no set keeps all of them"


def _problem(program: IntegerProgram, tested_limit: LinearLimit) -> str:
    if tested_limit.unit == RULE:
        return "cannot be kept beside the limits before it"
    chosen = program.cheapest(tested_limit.row, -np.inf) or ()
    used = float(tested_limit.row[list(chosen)].sum())
    words = _words(program, [place for place in chosen if tested_limit.row[place] > 0.0])
    if tested_limit.name.startswith(WAIT_LIMIT):
        unit = tested_limit.unit
        return f"no option keeps to {tested_limit.bound:,.1f} {unit}: the least is {used:,.1f} {unit} ({words})"
    waits = any(limit.name.startswith(WAIT_LIMIT) for limit in program.limits)
    beside = ", and the wait limits must be kept" if waits else ""
    bound = f"{tested_limit.bound:,.0f} {tested_limit.unit}"
    return f"{bound} is not enough{beside}: the cheapest set takes {used:,.0f} ({words})"


def _words(program: IntegerProgram, chosen_set: Sequence[int]) -> str:
    prices = {place: program.options[place].initial_usd for place in chosen_set}
    return ", ".join(
        program.options[place].words + (f" for {usd / 1e6:,.1f} m USD" if usd else "") for place, usd in prices.items()
    )
