"""The arguments of ``throughgate scorecard``: ``key=value``, what is left over goes to a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from experiments.scorecards.card import Edition
from experiments.scorecards.periods import By
from experiments.scorecards.targets import GROUP
from experiments.study.compose import SEARCH_PATH, parse_overrides
from sim.errors import ConfigError

LISTS: Final = ("runs", "southbound", "periods")
KEYS: Final[dict[str, str]] = {
    "runs": "[FOLDER, ...] that run or compare wrote, one a period, in order; none: today's practice is simulated",
    "southbound": "[FOLDER, ...] of the southbound port, one a period, beside or without runs",
    "periods": "[LABEL, ...] of the periods; the folders' names by default",
    "by": "run: a run is a period; month: a run of calendar=year is twelve periods",
    "alternative": "which alternative of each run; its baseline by default",
    "edition": "internal; public withholds thresholds, chances of being found and schedules",
    "scorecard": "the targets, an option of configs/scorecard; scorecard.DIRECTION.KEY=NUMBER sets one",
    "out": "folder of the scorecard; null: results/scorecard-<port>-<time>",
}
"""Every key with a line about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardRequest:
    """What a scorecard is asked for."""

    runs: tuple[str, ...]
    southbound: tuple[str, ...]
    periods: tuple[str, ...]
    by: By
    alternative: str | None
    edition: Edition
    out: str | None
    targets: tuple[str, ...]
    """Overrides that choose or set targets, or add folders of private configs."""
    study: tuple[str, ...]
    """Overrides of the run that is simulated where none is given."""

    @property
    def simulates(self) -> bool:
        """Whether no run is given."""
        return not self.runs and not self.southbound


def read_request(overrides: Sequence[str]) -> ScorecardRequest:
    """Take the arguments apart.

    ConfigError: a value that a key does not take, or a study key beside folders, which are run already.

    Examples
    --------
    >>> read_request(["runs=[results/2024,results/2025]", "periods=[2024,2025]"]).periods
    ('2024', '2025')
    """
    own: dict[str, Any] = {}
    targets, study = [], []
    for override in parse_overrides(overrides):
        key, line = override.key_or_group, str(override.input_line)
        if key.partition(".")[0] == GROUP:
            targets.append(line)
        elif key in KEYS:
            if override.is_sweep_override():
                raise ConfigError(key, f"several values go in brackets: {key}=[{override.get_value_string()}]")
            own[key] = override.value()
        else:
            study.append(line)
            targets += [line] if key == SEARCH_PATH else []
    asked = ScorecardRequest(
        **{key: _texts(key, own.get(key)) for key in LISTS},
        by=_choice("by", own.get("by", "run"), By),
        alternative=_text("alternative", own.get("alternative")),
        edition=_choice("edition", own.get("edition", "internal"), Edition),
        out=_text("out", own.get("out")),
        targets=tuple(targets),
        study=tuple(study),
    )
    if not asked.simulates and (late := [x for x in study if not x.startswith(SEARCH_PATH)]):
        problem = f"the folders are run already; a scorecard of them takes {', '.join(KEYS)}"
        raise ConfigError(late[0].partition("=")[0], problem)
    return asked


def _choice(key: str, value: object, names: object) -> Any:  # noqa: ANN401
    if value not in get_args(names):
        raise ConfigError(key, f"expected one of {', '.join(get_args(names))}, got {value!r}")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, dict | list) or not str(item).strip() for item in items):
        raise ConfigError(key, f"expected [one, two, ...], got {value!r}")
    return tuple(str(item) for item in items)


def _text(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list) or not str(value).strip():
        raise ConfigError(key, f"expected one name, got {value!r}")
    return str(value)
