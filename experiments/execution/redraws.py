"""Every assumed input of a study redrawn within its range, all of them together.

What is redrawn is what ``configs/`` marks ``[A low..high]`` and the baseline uses. A range that
holds the number is the range of that number; one that holds 1 and none of a list's numbers is a
factor on the whole list (on its shape where the numbers add up to 1). Shares that add up to 1 are
brought back to that. Held fixed: the settings of risk models, the policies that are being
compared, and what neither a wait nor a find depends on (prices, costs, crews).

Source: McKay, Beckman and Conover 1979, Technometrics 21:239 (Latin hypercube sampling).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from experiments.study.compose import copy_plain_values, value_at
from experiments.study.sources import SourcedInput
from sim.arrays import FloatArray
from sim.errors import ConfigError

if TYPE_CHECKING:
    from experiments.study.settings import WideTraits
    from experiments.study.study import Study
REDRAW_KEY: Final = 2_000_000
"""Stream key of the redraws."""
DECADE: Final = 10.0
"""A range that spans more than this is redrawn on a log scale, but for log odds, which are on one already."""
HELD_PARTS: Final = ("risk", "policy", "value")
HELD_WORDS: Final = ("cost", "crew_officers")
SCALED: Final = ("lanes", "officers")
"""Ends of the names of counts of a shift, which a factor scales."""
TRAIT_KEYS: Final = "threat.trait_ln_odds"
NEIGHBOURS: Final = ("cv", "extra_h")
"""Numbers that stand on another number's line: a range that happens to hold them is not theirs."""


@dataclass(frozen=True, slots=True)
class AssumedInput:
    """One assumed input: its range, and its value in the baseline."""

    key: str
    value: Any
    low: float
    high: float
    factor: bool = False

    @property
    def on_log_scale(self) -> bool:
        """Whether it is redrawn on a log scale, which log odds are on already."""
        whole = isinstance(self.value, int) and not self.factor
        return not whole and "ln_odds" not in self.key and self.low > 0.0 and self.high / self.low > DECADE

    def at(self, u: float) -> float:
        """Return the number (or the factor) at a uniform ``u`` in [0, 1).

        Examples
        --------
        >>> AssumedInput("a", 1e-4, 1e-5, 1e-3).at(0.5)  # more than a decade: on a log scale
        0.0001
        >>> AssumedInput("lanes", 4, 2.0, 6.0).at(0.99), AssumedInput("b", 0.3, 0.0, 0.8).at(0.5)
        (6, 0.4)
        """
        if isinstance(self.value, int) and not self.factor:
            return math.floor(self.low + u * (self.high - self.low + 1.0))
        if self.on_log_scale:
            return round(self.low * math.exp(u * math.log(self.high / self.low)), 15)
        return self.low + u * (self.high - self.low)


def assumed_inputs(inputs: Iterable[SourcedInput]) -> list[AssumedInput]:
    """Return the assumed inputs that are redrawn, in the order of the configs."""
    return [
        AssumedInput(row.key, row.value, row.low, row.high, row.factor)
        for row in inputs
        if row.kind == "assumption" and row.low is not None and row.high is not None and not _held(row.key)
    ]


def with_wide_traits(inputs: Iterable[AssumedInput], wide: WideTraits) -> list[AssumedInput]:
    """Return the inputs with one range for the odds of all traits, whatever sign each is expected to have."""
    return [
        dataclasses.replace(row, low=wide.low, high=wide.high) if row.key.startswith(TRAIT_KEYS) else row
        for row in inputs
    ]


def _held(key: str) -> bool:
    words = key.split(".")
    return words[0] in HELD_PARTS or any(word in HELD_WORDS for word in words) or words[-1] in NEIGHBOURS


def latin_hypercube(seed: int, draws: int, inputs: int) -> FloatArray:
    """Return uniforms [draws, inputs]: each input meets each of ``redraw_inputs`` equal parts once."""
    # Late, because it takes longer to import than a small run can spare.
    from scipy.stats import qmc

    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(REDRAW_KEY,)))
    return np.asarray(qmc.LatinHypercube(d=inputs, rng=rng).random(draws))


def mapping_with_redraws(
    mapping: Mapping[str, Any], baseline_mapping: Mapping[str, Any], drawn: Sequence[tuple[AssumedInput, float]]
) -> dict[str, Any]:
    """Return one alternative's plain values with the redrawn inputs in place.

    Where the alternative's values and the baseline's differ, the alternative keeps its own, which is what is being
    compared. ConfigError: shares that were redrawn add up to nothing.
    """
    found: dict[str, Any] = copy_plain_values(dict(mapping))
    groups = set()
    for assumption, number in drawn:
        path = assumption.key.split(".")
        if value_at(mapping, path) != value_at(baseline_mapping, path):
            continue
        parent = value_at(found, path[:-1])
        parent[path[-1]] = _scaled(parent[path[-1]], number) if assumption.factor else number
        if _adds_up(value_at(mapping, path[:-1])):
            groups.add(tuple(path[:-1]))
    for group in sorted(groups):
        _renormalise(value_at(found, group), ".".join(group))
    return found


def mappings_with_redraws(
    mappings: Mapping[str, Mapping[str, Any]], baseline: str, drawn: Sequence[tuple[AssumedInput, float]]
) -> dict[str, dict[str, Any]]:
    """Return `mapping_with_redraws` of every alternative; parts that equal the baseline's are redrawn once for all."""
    base = mappings[baseline]
    whole = mapping_with_redraws(base, base, drawn)
    found = {}
    for name, mapping in mappings.items():
        differ = {part: values for part, values in mapping.items() if values != base.get(part)}
        theirs = [(one, number) for one, number in drawn if one.key.partition(".")[0] in differ]
        found[name] = {part: whole[part] for part in mapping if part not in differ}
        found[name] |= mapping_with_redraws(differ, base, theirs)
    return found


def _adds_up(node: object) -> bool:
    numbers = list(node.values()) if isinstance(node, dict) else []
    plain = len(numbers) > 1 and all(isinstance(n, int | float) for n in numbers)
    return plain and abs(sum(numbers) - 1.0) <= 1e-6


def _renormalise(group: dict[str, float], key: str) -> None:
    total = sum(group.values())
    if total <= 0.0:
        raise ConfigError(key, "shares that were redrawn add up to nothing")
    for name in group:
        group[name] /= total


def _scaled(value: Any, factor: float) -> Any:  # noqa: ANN401
    """Return a list times a factor: counts of shifts rounded, shares by their shape."""
    if any(isinstance(item, Mapping) for item in value):
        return [_shift(item, factor) for item in value]
    if abs(sum(value) - 1.0) <= 1e-6:
        powers = [number**factor if number > 0.0 else 0.0 for number in value]
        return [power / sum(powers) for power in powers]
    return [number * factor for number in value]


def _shift(shift: Mapping[str, Any], factor: float) -> dict[str, Any]:
    return {
        name: max(round(number * factor), min(number, 1)) if name.endswith(SCALED) else number
        for name, number in shift.items()
    }


def redraw_inputs(study: Study, inputs: Sequence[AssumedInput]) -> Iterator[list[tuple[AssumedInput, float]]]:
    """Yield the redrawn numbers of each draw."""
    for row in latin_hypercube(study.seed, study.robustness.draws, len(inputs)):
        yield [(one, one.at(float(u))) for one, u in zip(inputs, row, strict=True)]
