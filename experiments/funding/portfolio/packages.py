"""Packages of a port's alternatives, from what each does alone and what every two do to each other.

A package sets and buys what its members do. Each amount of a year (hours, trips, loads, waits) is the baseline's,
changed by what each member changes alone, and by a correction that was measured where members were simulated together.
Amounts that are above zero wherever they were simulated multiply, so that none of them falls below zero; the others add
up. The correction of a pair is its interaction; of three and more it is that of all their pairs until the package
itself is simulated, when it is its own. So a package by formula has no interaction of third or higher order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np

from experiments.economics.benefits import interpolate_years
from experiments.economics.costs import Purchase
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase
from experiments.study.compose import parse_overrides
from experiments.study.display_names import DisplayName
from sim.arrays import FloatArray

JOIN: Final = "_with_"
"""Between the ids of members."""
Members = tuple[str, ...]
Correction = Mapping[str, FloatArray]
"""Amount -> [year] factor, or amount to add."""


@dataclass(frozen=True, slots=True)
class PackageModel:
    """What is known of the packages of one port."""

    base: str = ""
    """The baseline."""
    members: Mapping[str, Members] = field(default_factory=dict)
    """Of every package that may be chosen, by its name."""
    factors: frozenset[str] = frozenset()
    """Amounts that multiply."""
    pairs: Mapping[Members, Correction] = field(default_factory=dict)
    """Interactions of two; a pair that is missing has none."""
    whole: Mapping[str, Correction] = field(default_factory=dict)
    """Corrections of packages of three and more that were simulated themselves."""

    corrections: Mapping[str, FloatArray] = field(default_factory=dict)
    """Amount -> [package, year], what brings the plain amount to the one that is taken."""

    def correction(self, name: str, amount: str, years: int) -> FloatArray:
        """Return the correction [year] of one amount of a package."""
        if name in self.whole:
            return self.whole[name][amount]
        found = [self.pairs[pair][amount] for pair in combinations(self.members[name], 2) if pair in self.pairs]
        if amount in self.factors:
            return np.asarray(np.prod([np.ones(years), *found], axis=0))
        return np.asarray(np.sum([np.zeros(years), *found], axis=0))

    def plain(self, response: Response, amount: str, names: Sequence[str]) -> FloatArray:
        """Return an amount of packages [package, year, replication] as if their members left each other alone."""
        values = response.amounts[amount]
        base = values[response.alternatives.index(self.base)]
        held = np.array([[float(one in self.members[name]) for one in response.alternatives] for name in names])
        changes = np.log(values / base) if amount in self.factors else values - base
        if np.isfinite(changes).all():
            added = np.tensordot(held, changes, axes=1)
        else:  # what a member lacks is unknown of its packages alone
            added = np.array([changes[held[place] > 0.0].sum(axis=0) for place in range(len(names))])
        return np.asarray(base * np.exp(added) if amount in self.factors else base + added)

    def extended(self, response: Response) -> Response:
        """Return the response of a port's own alternatives with its packages behind them."""
        if not self.members:
            return response
        amounts = {}
        for amount, values in response.amounts.items():
            plain, correction = self.plain(response, amount, list(self.members)), self.corrections[amount][:, :, None]
            made = plain * correction if amount in self.factors else plain + correction
            amounts[amount] = np.concatenate([values, np.maximum(made, 0.0) if (values >= 0.0).all() else made])
        return Response((*response.alternatives, *self.members), response.years, amounts)

    def by_formula(self) -> tuple[str, ...]:
        """Return the packages that were not simulated themselves: those of three and more, but for those checked."""
        return tuple(name for name, members in self.members.items() if len(members) > 2 and name not in self.whole)

    def measured(self, response: Response, simulated: Response) -> PackageModel:
        """Return the model with what packages that were simulated say of themselves.

        ``simulated`` may have fewer replications, the first of ``response``, and fewer years, between which corrections
        lie straight.
        """
        part = _part(response, simulated.replications, simulated.years)
        model = self if self.factors else dataclasses.replace(self, factors=_positive(response, simulated))
        pairs, whole = dict(self.pairs), dict(self.whole)
        for place, name in enumerate(simulated.alternatives):
            found = {
                amount: _over_years(model._gap(part, name, amount, values[place]), simulated.years, response.years)
                for amount, values in simulated.amounts.items()
            }
            if len(members := self.members[name]) == 2:
                pairs[members] = found
            else:
                whole[name] = found
        return dataclasses.replace(model, pairs=pairs, whole=whole)._corrected(
            list(response.amounts), len(response.years)
        )

    def _gap(self, part: Response, name: str, amount: str, simulated: FloatArray) -> FloatArray:
        """Return what brings the mean of replications [year] from the plain amount to the simulated one."""
        plain, found = self.plain(part, amount, [name])[0].mean(axis=1), simulated.mean(axis=1)
        return np.asarray(found / plain if amount in self.factors else found - plain)

    def _corrected(self, amounts: Sequence[str], years: int) -> PackageModel:
        known = {a: np.array([self.correction(name, a, years) for name in self.members]) for a in amounts}
        return dataclasses.replace(self, corrections=known)

    def only(self, names: Sequence[str]) -> PackageModel:
        """Return the model of some packages."""
        places = [list(self.members).index(name) for name in names]
        return dataclasses.replace(
            self,
            members={name: self.members[name] for name in names},
            corrections={amount: values[places] for amount, values in self.corrections.items()},
        )


NO_PACKAGES: Final = PackageModel()


def _part(response: Response, replications: int, years: Sequence[int]) -> Response:
    places = [response.years.index(year) for year in years]
    amounts = {name: values[:, places, :replications] for name, values in response.amounts.items()}
    return Response(response.alternatives, tuple(years), amounts)


def _positive(response: Response, simulated: Response) -> frozenset[str]:
    return frozenset(n for n, v in response.amounts.items() if (v > 0.0).all() and (simulated.amounts[n] > 0.0).all())


def _over_years(values: FloatArray, from_years: Sequence[int], to_years: Sequence[int]) -> FloatArray:
    line = interpolate_years(dict(zip(from_years, values.tolist(), strict=True)), to_years[-1])
    return line[list(to_years)]


def package_name(members: Members) -> str:
    """Return the id of a package.

    Examples
    --------
    >>> package_name(("booths", "portals"))
    'booths_with_portals'
    """
    return JOIN.join(members)


def clash(case: FundingCase, members: Members) -> str:
    """Return a key that two members set apart; empty: they can be had together."""
    seen: dict[str, str] = {}
    for member in members:
        for override in parse_overrides(case.study.own_overrides[member]):
            key, line = override.key_or_group, str(override.input_line)
            if seen.setdefault(key, line) != line:
                return key
    return ""


def package_overrides(case: FundingCase, members: Members) -> tuple[str, ...]:
    """Return what members set, each line once: groups before keys within them."""
    lines = dict.fromkeys(line for member in members for line in case.study.own_overrides[member])
    return tuple(sorted(lines, key=lambda line: "." in line.partition("=")[0]))


def package_purchases(case: FundingCase, members: Members) -> tuple[Purchase, ...]:
    """Return what members buy, all of it."""
    return tuple(bought for member in members for bought in case.purchases[member])


def with_packages(case: FundingCase, members: Mapping[str, Members]) -> FundingCase:
    """Return the case that knows what packages buy and are called; its own alternatives stay those of the study."""
    study = case.study
    entries = dict(study.names.entries)
    for name, parts in members.items():
        entries[name] = DisplayName(name, " + ".join(study.names.label(part) for part in parts))
    names = dataclasses.replace(study.names, entries=entries)
    bought = {name: package_purchases(case, parts) for name, parts in members.items()}
    return dataclasses.replace(
        case, study=dataclasses.replace(study, names=names), purchases={**case.purchases, **bought}
    )


def possible_packages(
    case: FundingCase, singles: Sequence[str], pairs: Sequence[Members], most_measures: int
) -> Iterator[Members]:
    """Yield every package of three and more whose pairs are all possible."""
    known = set(pairs)
    for size in range(3, most_measures + 1):
        for members in combinations(singles, size):
            if known.issuperset(combinations(members, 2)):
                yield members
