"""What ``throughgate collusion`` is asked: a study whose alternatives assign officers, and how its logs are tested."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.collusion.settings import CollusionSettings
from experiments.execution.run_folder import configuration_of
from experiments.study.alternatives import split_overrides
from experiments.study.compose import COLLUSION, compose_config
from experiments.study.study import Study, build_study
from sim.errors import ConfigError
from sim.setting.spec import build_spec

KEYS = tuple(field.name for field in dataclasses.fields(CollusionSettings))


@dataclass(frozen=True, slots=True)
class CollusionRequest:
    """A study of collusion, ready to run: nothing is written yet."""

    study: Study
    settings: CollusionSettings
    overrides: tuple[str, ...]

    def configuration(self) -> dict[str, Any]:
        """Return every key that decides the results, with its plain value, so that a resumed run can be checked."""
        return configuration_of(self.study, self.study.verb) | self.plain_settings()

    def plain_settings(self) -> dict[str, Any]:
        """Return the keys of ``configs/collusion.yaml`` as plain values."""
        own = dataclasses.asdict(self.settings)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in own.items()}


def build_collusion(overrides: Sequence[str], verb: str) -> CollusionRequest:
    """Build the study of collusion that a command line asks for; writes nothing.

    Raises
    ------
    ConfigError
        A key that is unknown or out of range; a study of a year or of given trucks; an alternative without insiders.

    Examples
    --------
    >>> build_collusion(["port=pharr", "test_weeks=[2]"], "collusion").settings.test_weeks
    (2,)
    """
    own, rest = split_overrides(overrides, KEYS)
    mapping = compose_config(own, COLLUSION).mapping
    settings = build_spec(CollusionSettings, {key: mapping[key] for key in KEYS})
    study = build_study(rest, verb)
    _check(study, settings)
    return CollusionRequest(study, settings, tuple(overrides))


def _check(study: Study, settings: CollusionSettings) -> None:
    if study.calendar == "year":
        raise ConfigError("calendar", "logs are tested week after week; expected week, got year")
    if study.manifest is not None:
        raise ConfigError("manifest", "logs of many weeks are drawn; a file holds one stretch of days")
    if study.days > 7:
        raise ConfigError("days", f"expected 1 to 7 days of each week, got {study.days}")
    try:
        dt.date.fromisoformat(study.start_date) + dt.timedelta(weeks=settings.test_weeks[-1])
    except OverflowError:
        problem = f"{settings.test_weeks[-1]} weeks from {study.start_date} go beyond 9999-12-31"
        raise ConfigError("test_weeks", problem) from None
    for key in ("shuffles", "runs"):
        asked = getattr(settings, key)
        if asked < study.replications:
            raise ConfigError(key, f"expected at least one for each of {study.replications} replications, got {asked}")
    _check_insiders(study)


def _check_insiders(study: Study) -> None:
    for name, scenario in study.alternatives.items():
        if scenario.insider.booth_share == 0.0 or scenario.insider.steering_share == 0.0:
            raise ConfigError(
                "insider", f"{name}: no officer at a booth helps anybody; expected insider=baseline or alike"
            )
