"""Overrides -> a whole study: its settings, and one frozen scenario for each alternative.

The order is: the experiment, then the user's overrides, then each alternative's own. A user's
override of what an alternative sets is refused, because it would vanish or blur the comparison.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.alternatives import check_alternatives, check_clashes
from experiments.compose import (
    FUNDING,
    PARTS,
    Composed,
    composed,
    parse,
    search_override,
)
from experiments.output import check_folder
from experiments.provenance import Input, sources
from experiments.settings import MONTHS, NO_REDRAWS, SIZED, RandomStream, Robustness, Settings
from experiments.trucks_file import read_trucks
from models import plain
from sim.build import build
from sim.build import scenario as build_scenario
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.window import EVALUATION, Window

DEFAULT_EXPERIMENT = {"compare": "strategies", "fund": "portals"}
"""Experiment of a verb whose overrides name none."""
COMPARING = tuple(DEFAULT_EXPERIMENT)
"""Verbs that set alternatives beside a baseline, replication by replication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A question, ready to run: every alternative is built and nothing is written yet."""

    verb: str
    experiment: str | None
    replications: int
    days: int
    start_date: str
    calendar: Literal["week", "year"]
    seed: int
    coverage: float
    baseline: str
    """Name of the alternative that the others are compared with."""
    processes: int
    engine: Literal["compiled", "simpy"]
    out: Path
    ledger: bool
    manifest: Path | None
    alternatives: dict[str, Scenario]
    overrides: tuple[str, ...]
    """What the user asked for."""
    own_overrides: dict[str, tuple[str, ...]]
    """What each alternative sets on top."""
    high_risk_score: float
    """Trucks that score at least this are high-risk."""
    bottleneck: bool = False
    spread: int = 0
    explain: int = 0
    """Whether one more of every resource is run beside the study."""
    robustness: Robustness = NO_REDRAWS
    random_stream: RandomStream = SIZED

    def window(self, replication: int) -> Window:
        """Return the stretch of calendar of one replication.

        With ``calendar=year``, replication r is in month r mod 12 + 1 of the year of
        ``start_date``, from its second Monday: a week that lies in that month whole.
        """
        start = self.start_date
        if self.calendar == "year":
            month = dt.date.fromisoformat(start).replace(month=replication % 12 + 1, day=14)
            start = (month - dt.timedelta(days=month.weekday())).isoformat()
        return Window(
            seed=self.seed,
            epoch=EVALUATION,
            replication=replication,
            start_date=start,
            days=self.days,
        )

    def overrides_of(self, alternative: str) -> tuple[str, ...]:
        """Return every override of one alternative, in the order in which they apply."""
        return (*with_experiment(self.overrides, self.verb), *self.own_overrides[alternative])

    def mapping(self, alternative: str) -> dict[str, Any]:
        """Return one alternative's scenario as plain values, as the files and overrides give it."""
        found = compose_mapping(self.overrides_of(alternative))
        return {part: found[part] for part in PARTS}

    def choices(self, alternative: str) -> dict[str, str | None]:
        """Return the option that one alternative chooses of each config group."""
        return composed(self.overrides_of(alternative)).choices

    def inputs(self, alternative: str) -> list[Input]:
        """Return one alternative's numbers with their sources; see `provenance.sources`."""
        own = self.own_overrides[alternative]
        return sources(composed(self.overrides_of(alternative)), self.overrides, own)


def compose_mapping(overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return the composed configuration as plain Python values."""
    return composed(overrides).mapping


def compose_scenario(overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario that the default study gives under ``overrides``."""
    mapping = compose_mapping(overrides)
    _check_finite(mapping, "")
    return build_scenario({part: mapping[part] for part in PARTS if part in mapping})


def _check_finite(value: object, key: str) -> None:
    """Refuse infinities and NaN anywhere, which some bounds would let pass."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _check_finite(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_finite(inner, f"{key}[{place}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(key, f"must be a finite number, got {value}")


def _checked(overrides: tuple[str, ...]) -> Scenario:
    """Return the scenario after risk model and policy, too, have looked at what they need."""
    scenario = compose_scenario(overrides)
    if scenario.risk.name in plain.KNOWN:
        plain.check_settings(plain.KNOWN[scenario.risk.name], scenario.risk.settings)
    else:
        # Late, because scikit-learn takes a second to import and not every run needs it.
        from models.risk import make

        make(scenario.risk)
    scenario.policy.check_within(scenario)
    return scenario


def study(overrides: Sequence[str], verb: str, config_dir: Path | str | None = None) -> Study:
    """Build the study that a verb's overrides ask for; writes nothing.

    Parameters
    ----------
    overrides : sequence of str
        Hydra overrides, e.g. ``["experiment=lanes", "replications=40"]``.
    verb : str
        ``compare`` needs two alternatives and two replications, ``run`` exactly one alternative.
    config_dir : path, optional
        A folder of private configs outside the repository.

    Raises
    ------
    ConfigError
        A key that is unknown, missing, mistyped or out of range, of any alternative.
    OutputError
        A folder ``out`` that cannot be written, or a ``manifest`` that cannot be read.
    TableError
        A ``manifest`` with a column or cell that makes no sense.

    Examples
    --------
    >>> study(["policy=random_share", "policy.share=0.1"], "run").baseline
    'random_share'
    """
    users = (*_search(config_dir), *overrides)
    asked = with_experiment(users, verb)
    given = _given(asked)
    check_alternatives(given)
    check_clashes(asked, given)
    base = composed(asked)
    settings = _settings(base.mapping)
    _checked(asked)
    own = given or {str(base.choices["policy"]): ()}
    _check_counts(settings, own, base, verb)
    out = _out(settings, base, verb)
    scenarios = {name: _alternative(name, (*asked, *more)) for name, more in own.items()}
    check_folder(out)
    return Study(
        verb=verb,
        experiment=base.choices["experiment"],
        replications=settings.replications,
        days=settings.days,
        start_date=settings.start_date,
        calendar=settings.calendar,
        seed=settings.seed,
        coverage=settings.coverage,
        baseline=settings.baseline or next(iter(own)),
        processes=settings.processes,
        engine=settings.engine,
        out=out,
        ledger=settings.ledger,
        manifest=_manifest(settings),
        alternatives=scenarios,
        overrides=tuple(users),
        own_overrides=own,
        bottleneck=settings.bottleneck,
        spread=settings.spread,
        explain=settings.explain,
        robustness=settings.robustness,
        random_stream=settings.random_stream,
        high_risk_score=settings.high_risk_score,
    )


def _manifest(settings: Settings) -> Path | None:
    """Return the file of the user's own trucks, once it has been read without complaint."""
    if settings.manifest is None:
        return None
    read_trucks(Path(settings.manifest), settings.days)
    return Path(settings.manifest)


def _search(config_dir: Path | str | None) -> tuple[str, ...]:
    return () if config_dir is None else (search_override(config_dir),)


def with_experiment(overrides: Sequence[str], verb: str) -> tuple[str, ...]:
    """Return the overrides with the verb's own experiment, where they name none."""
    named = {override.key_or_group.split(".")[0] for override in parse(overrides)}
    if verb in DEFAULT_EXPERIMENT and not named & {"experiment", "alternatives"}:
        return (f"experiment={DEFAULT_EXPERIMENT[verb]}", *overrides)
    return tuple(overrides)


def _given(asked: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the alternatives of the experiment, before any other override can hide them."""
    roots = {"experiment", "alternatives", "hydra"}
    deciding = [o for o in parse(asked) if o.key_or_group.split(".")[0] in roots]
    return _settings(composed([str(o.input_line) for o in deciding]).mapping).alternatives


def _settings(mapping: Mapping[str, Any]) -> Settings:
    others = (*PARTS, *FUNDING)
    return build(Settings, {key: value for key, value in mapping.items() if key not in others})


def _alternative(name: str, overrides: tuple[str, ...]) -> Scenario:
    try:
        return _checked(overrides)
    except ConfigError as error:
        raise ConfigError(f"alternatives.{name}", str(error)) from None


def _check_counts(
    settings: Settings, own: Mapping[str, Sequence[str]], base: Composed, verb: str
) -> None:
    if verb == "run" and len(own) != 1:
        problem = f"run takes one alternative, {base.choices['experiment']!r} has {len(own)}"
        raise ConfigError("experiment", f"{problem}; use compare, or choose a policy")
    if verb == "fund" and settings.baseline is None:
        raise ConfigError("baseline", "missing: every appraisal needs its no-build baseline")
    if verb in COMPARING and len(own) < 2:
        raise ConfigError("alternatives", f"{verb} needs at least 2, got {len(own)}")
    if verb in COMPARING and settings.replications < 2:
        problem = f"must be at least 2 to compare, got {settings.replications}"
        raise ConfigError("replications", problem)
    if settings.calendar == "year" and settings.replications % MONTHS:
        problem = "calendar=year takes whole multiples of 12, a week of each month; got "
        problem += str(settings.replications)
        raise ConfigError("replications", problem)
    if settings.baseline is not None and settings.baseline not in own:
        raise ConfigError("baseline", f"no alternative {settings.baseline!r}; known {list(own)}")


def _out(settings: Settings, base: Composed, verb: str) -> Path:
    if settings.out is not None:
        return Path(settings.out).expanduser()
    subject = base.choices["experiment"] or base.choices["policy"]
    return default_out(verb, str(subject))


def default_out(verb: str, subject: str) -> Path:
    """Return the folder of a run that names none: by verb, subject and time, below ``results``."""
    return Path("results") / f"{verb}-{subject}-{dt.datetime.now():%Y%m%d-%H%M%S}"
