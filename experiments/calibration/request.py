"""The arguments of ``throughgate calibrate``: its own keys, and those of the study that is simulated."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from experiments.calibration.clock import refuse
from experiments.calibration.likelihood import FEWEST_FREE_DAYS, WORKDAYS, day_spread
from experiments.calibration.observed import Observed, read_observed
from experiments.study.compose import out_override, parse_overrides
from experiments.study.study import Study, build_study, default_folder
from sim.errors import ConfigError
from sim.setting.port import Port

KEYS: Final[dict[str, str]] = {
    "observed": "CSV of observed waits: month,dow,hour,wait_min or date,hour,wait_min[,lanes_open][,class]",
    "daily_sd_min": "standard deviation of daily average waits within a month, where known; null: a range is assumed",
    "daily_correlation": "correlation of daily average waits from one day to the next, where known",
    "single_days": "file date,hour,wait_min of days, of which these two are computed; of any months",
    "forecast": "[YYYY-MM, ...] months to predict beside the fit",
    "volume": "[TRUCKS, ...] of these months; the port's count of the month by default",
    "weeks": "weeks simulated of each month, in sample, left out and to come",
}
"""Every key of its own with a line about it."""
QUIET: Final = ("bottleneck=false", "robustness.draws=0", "calibration=none")
"""Settings of the study that is simulated, unless the user says otherwise."""
WEEKS: Final = 48
"""Twelve leave a month's mean 1.5 minutes of luck at Ysleta, and the spread of its days a fifth either way."""
MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """A month to predict."""

    year: int
    month: int
    trucks: float

    @property
    def text(self) -> str:
        """The month as YYYY-MM."""
        return f"{self.year}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What a calibration is asked for; nothing is written yet."""

    study: Study
    observed: Observed
    daily_sd_min: float | None
    daily_correlation: float | None
    single_days: Observed | None
    forecast: tuple[ForecastMonth, ...]
    weeks: int
    overrides: tuple[str, ...]
    """All that the user asked for."""

    def configuration(self) -> dict[str, Any]:
        """Return every key that decides results, with its plain value."""
        own: dict[str, Any] = {
            "daily_sd_min": self.daily_sd_min,
            "daily_correlation": self.daily_correlation,
            "single_days": None if self.single_days is None else self.single_days.sha256,
            "weeks": self.weeks,
            "forecast": [f"{month.text}:{month.trucks:g}" for month in self.forecast],
        }
        flat = {
            f"{part}.{key}": repr(value)
            for part, values in self.study.mapping(self.study.baseline).items()
            for key, value in values.items()
        }
        return {"observed": self.observed.sha256, "seed": self.study.seed, **own, **flat}


def build_calibration(overrides: Sequence[str], verb: str) -> CalibrationRequest:
    """Build the question of ``throughgate calibrate``; writes nothing.

    Raises
    ------
    ConfigError
        A key that is missing or makes no sense; a file of waits that is refused.
    """
    own: dict[str, Any] = {}
    rest = []
    for override in parse_overrides(overrides):
        if override.key_or_group in KEYS:
            own[override.key_or_group] = override.value()
        else:
            rest.append(str(override.input_line))
    if own.get("observed") is None:
        raise ConfigError(
            "observed", "missing; expected observed=FILE, a CSV of waits (docs/explanation/calibration.md)"
        )
    path = Path(_text("observed", own["observed"])).expanduser()
    named = {override.key_or_group for override in parse_overrides(rest)}
    quiet = [word for word in QUIET if word.partition("=")[0] not in named]
    study = build_study([*quiet, *rest], "run")
    port = study.alternatives[study.baseline].port
    if "out" not in named:
        folder = default_folder(verb, port.name)
        study = dataclasses.replace(study, out=folder, overrides=(*study.overrides, out_override(str(folder))))
    study = dataclasses.replace(study, verb=verb, store=None)
    observed = read_observed(path, port.hours, port.primary.lanes)
    if len(observed.months) == 1 and own.get("forecast") is not None:
        words = "a single month; its bands are the errors of months left out, so that two or more are needed"
        raise ConfigError("forecast", f"{path.name} holds {words}")
    _check_volumes(observed, study)
    return CalibrationRequest(
        study,
        observed,
        _number("daily_sd_min", own.get("daily_sd_min"), 0.5, 200.0),
        _number("daily_correlation", own.get("daily_correlation"), -0.5, 0.95),
        _single_days(own, port, observed),
        _forecast(own.get("forecast"), own.get("volume"), port.volume.trucks_per_month),
        _weeks(own.get("weeks", WEEKS)),
        tuple(overrides),
    )


def _single_days(keys: Mapping[str, Any], port: Port, observed: Observed) -> Observed | None:
    """Read the days of which the spread from day to day is computed; None: none are given."""
    key = "single_days"
    if keys.get(key) is None:
        return None
    for other in ("daily_sd_min", "daily_correlation"):
        if keys.get(other) is not None:
            raise ConfigError(key, f"{other} is given as well; expected one of the two")
    if observed.days is not None:
        raise ConfigError(key, "the observed file holds single days itself; leave this out")
    path = Path(_text(key, keys[key])).expanduser()
    try:
        found = read_observed(path, port.hours, port.primary.lanes)
    except ConfigError as error:
        raise ConfigError(key, error.problem) from None
    hours = tuple(sorted(set(observed.cells.loc[observed.cells["weekday"] < WORKDAYS, "hour"].tolist())))
    if found.days is None:
        raise ConfigError(key, f"{path.name}: missing column 'date'; expected date,hour,wait_min")
    if day_spread(found, hours) is None:
        words = f"has too few whole weekdays; expected {FEWEST_FREE_DAYS} beyond one a month"
        raise ConfigError(key, f"{path.name}: {words}")
    return found


def _check_volumes(observed: Observed, study: Study) -> None:
    """Refuse waits that no lanes could give: of more trucks than all booths serve, or longer than all their work."""
    port = study.alternatives[study.baseline].port
    general = 1.0 - port.mix.fast_share
    spans = [port.hours[kind] for kind in ("weekday",) * 5 + ("saturday", "sunday") if kind in port.hours]
    open_min = 60.0 * sum(span.close_h - span.open_h for span in spans) * 365.0 / 84.0
    least_min = 0.6 * port.primary.service.mean_min
    for month in observed.months:
        trucks = general * port.volume.trucks_per_month[month - 1]
        served = port.primary.lanes * open_min / least_min
        if trucks > served:
            refuse(
                f"month {month}: {trucks:,.0f} general trucks (port.volume.trucks_per_month) are more than "
                f"{port.primary.lanes} lanes serve at {least_min:.2g} min each, {served:,.0f}: "
                "no lanes could give these waits"
            )
        longest = float(observed.cells.loc[observed.cells["month"] == month, "wait_min"].max())
        work = trucks / 21.0 * 2.0 * port.primary.service.mean_min
        if longest > work:
            refuse(
                f"month {month}: a wait of {longest:g} min is more work than two days' trucks are for one lane, "
                f"{work:.0f} min (port.volume.trucks_per_month): no lanes could give it"
            )


def _forecast(months: object, volumes: object, counts: Sequence[float]) -> tuple[ForecastMonth, ...]:
    if months is None:
        if volumes is not None:
            raise ConfigError("volume", "needs forecast=YYYY-MM, the month whose trucks these are")
        return ()
    listed = months if isinstance(months, list) else [months]
    trucks = volumes if isinstance(volumes, list) else [volumes] * (1 if volumes is not None else len(listed))
    if len(trucks) != len(listed):
        raise ConfigError("volume", f"expected one number a month of forecast, {len(listed)}; got {len(trucks)}")
    if twice := next((text for text in listed if listed.count(text) > 1), None):
        raise ConfigError("forecast", f"expected each month once, got {twice} twice")
    found = []
    for text, given in zip(listed, trucks, strict=True):
        match = MONTH.fullmatch(str(text))
        if match is None:
            raise ConfigError("forecast", f"expected YYYY-MM, got {text!r}")
        month = int(match[2])
        number = counts[month - 1] if given is None else _number("volume", given, 1.0, 1e7)
        found.append(ForecastMonth(int(match[1]), month, float(number or 0.0)))
    return tuple(found)


def _weeks(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 2 <= value <= 1000:
        raise ConfigError("weeks", f"expected a whole number from 2 to 1000, got {value!r}")
    return value


def _number(key: str, value: object, low: float, high: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(key, f"expected a number from {low:g} to {high:g}, got {value!r}")
    return float(value)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(key, f"expected a file, got {value!r}")
    return value
