"""The arguments of ``throughgate capacity``: growth and its range, and the port, rule and staffing of any run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from experiments.command_line.verbs import VERBS
from experiments.study.compose import FUND, compose_config, out_override, parse_overrides
from experiments.study.sources import CONFIGS, source_notes
from experiments.study.study import Study, build_study, default_folder
from sim.errors import ConfigError

KEYS: Final = tuple(VERBS["capacity"].keys)
"""Keys of its own."""
YEARS: Final = 50
MOST_GROWTH: Final = 0.5
"""Growth of demand a year that is accepted at most, either way."""


@dataclass(frozen=True, slots=True)
class CapacityRequest:
    """What ``throughgate capacity`` is asked; nothing is written yet."""

    study: Study
    growth_share_per_y: float
    growth_range: tuple[float, float] | None
    counted_year: int
    """Year of the month counts that growth starts from."""
    last_year: int

    def growths(self) -> dict[str, float]:
        """Return growth by name: ``central``, and where there is a range its ends, ``low`` and ``high``."""
        low, high = self.growth_range or (self.growth_share_per_y, self.growth_share_per_y)
        return {"central": self.growth_share_per_y, "low": low, "high": high}


def build_capacity(overrides: Sequence[str], verb: str) -> CapacityRequest:
    """Build the question of ``throughgate capacity``; writes nothing.

    Raises
    ------
    ConfigError
        A key that is unknown or out of range; a study without month counts.

    Examples
    --------
    >>> build_capacity(["port=pharr", "growth_share_per_y=0.02"], "capacity").growth_range is None
    True
    """
    given, rest = {}, []
    for override in parse_overrides(overrides):
        if override.key_or_group in KEYS:
            given[override.key_or_group] = override.value()
        else:
            rest.append(str(override.input_line))
    study = build_study(rest, "run")
    scenario = study.alternatives[study.baseline]
    if scenario.traffic.name != "profile":
        problem = f"capacity needs the port's month counts: expected profile, got {scenario.traffic.name}"
        raise ConfigError("traffic", problem)
    if study.manifest is not None:
        raise ConfigError("manifest", "capacity needs the port's month counts, not a file of trucks")
    if all(override.key_or_group != "out" for override in parse_overrides(rest)):
        folder = default_folder(verb, scenario.port.name)
        study = dataclasses.replace(study, out=folder, overrides=(*study.overrides, out_override(str(folder))))
    start = int(study.start_date[:4])
    counted = scenario.port.volume.year_of_counts(start) or start
    growth, bounds = _growth(given)
    return CapacityRequest(
        dataclasses.replace(study, verb=verb, store=None), growth, bounds, counted, _last_year(given, counted)
    )


def _growth(given: Mapping[str, object]) -> tuple[float, tuple[float, float] | None]:
    """Return growth and its range; where neither is given, those of a funding case."""
    key = "growth_share_per_y"
    if key not in given and "growth_range" not in given:
        return _growth_of_a_case()
    central = given.get(key)
    bounds = None
    if (value := given.get("growth_range")) is not None:
        if not isinstance(value, list) or len(value) != 2:
            raise ConfigError("growth_range", f"expected [LOW, HIGH], got {value!r}")
        low, high = (_share("growth_range", end) for end in value)
        if low > high:
            raise ConfigError("growth_range", f"expected the lower growth first, got [{low:g}, {high:g}]")
        bounds = (low, high)
    growth = _share(key, central) if central is not None else _growth_of_a_case()[0]
    if bounds is not None and not bounds[0] <= growth <= bounds[1]:
        problem = f"must hold {key}={growth:g}, got [{bounds[0]:g}, {bounds[1]:g}]"
        raise ConfigError("growth_range", problem)
    return growth, bounds


def _growth_of_a_case() -> tuple[float, tuple[float, float]]:
    key = "demand.growth_share_per_y"
    note = source_notes(CONFIGS / f"{FUND}.yaml")[key]
    value = compose_config((), FUND).mapping["demand"]["growth_share_per_y"]
    if note is None or note.low is None or note.high is None:
        raise ConfigError(key, "has no range in configs/fund.yaml")
    return float(value), (note.low, note.high)


def _share(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST_GROWTH:
        raise ConfigError(key, f"expected a share from -{MOST_GROWTH:g} to {MOST_GROWTH:g} a year, got {value!r}")
    return float(value)


def _last_year(given: Mapping[str, object], counted: int) -> int:
    value, most = given.get("last_year", counted + YEARS), counted + 200
    if isinstance(value, bool) or not isinstance(value, int) or not counted <= value <= most:
        problem = f"expected a year from {counted}, that of the port's counts, to {most}, got {value!r}"
        raise ConfigError("last_year", problem)
    return value
