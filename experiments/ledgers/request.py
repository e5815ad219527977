"""The arguments of ``throughgate why``: which truck, and those of the study in which it comes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.command_line.verbs import VERBS
from experiments.study.compose import parse_overrides
from experiments.study.study import Study, build_study
from sim.errors import ConfigError

WHY_KEYS: Final = tuple(VERBS["why"].keys)
"""Keys of its own; all others are the study's."""


@dataclass(frozen=True, slots=True)
class WhyRequest:
    """Which truck of which replication; nothing has been run yet."""

    study: Study
    truck: int
    alternative: str
    replication: int


def build_why(overrides: Sequence[str], verb: str) -> WhyRequest:
    """Build the question of ``throughgate why``.

    Raises
    ------
    ConfigError
        ``truck`` is missing or no number; an alternative or replication that the study does not have.
    """
    own: dict[str, Any] = {}
    rest = []
    for override in parse_overrides(overrides):
        if override.key_or_group in WHY_KEYS:
            own[override.key_or_group] = override.value()
        else:
            rest.append(str(override.input_line))
    truck = _count("truck", own.get("truck"), "the number of a truck, as in ledger.csv: 0 or more")
    replication = _count("replication", own.get("replication", 0), "a replication: 0 or more")
    study = build_study(rest, verb)
    alternative = str(own.get("alternative", study.baseline))
    if alternative not in study.alternatives:
        raise ConfigError("alternative", f"no alternative {alternative!r}; known {list(study.alternatives)}")
    if replication >= study.replications:
        raise ConfigError("replication", f"expected 0 to {study.replications - 1}, got {replication}")
    # the other alternatives are not run, and need no model
    needed = {name: study.alternatives[name] for name in (study.baseline, alternative)}
    return WhyRequest(dataclasses.replace(study, alternatives=needed), truck, alternative, replication)


def _count(key: str, value: object, expected: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigError(key, f"expected {expected}, got {value!r}" if value is not None else f"missing; {expected}")
    return value
