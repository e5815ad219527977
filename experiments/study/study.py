"""Overrides -> a whole study: its settings, and one frozen scenario for each alternative.

The order is: the experiment, then the user's overrides, then each alternative's own. A user's
override of what an alternative sets is refused, because it would vanish or blur the comparison.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from experiments.files import check_writable
from experiments.study.alternatives import (
    check_alternatives,
    check_override_clashes,
    compose_alternative,
    cross_alternatives,
    named_alternative,
)
from experiments.study.compose import (
    FUNDING,
    PARTS,
    WEEKLY,
    ComposedConfig,
    compose_config,
    overrides_of_parts,
    parse_overrides,
    search_override,
)
from experiments.study.display_names import DisplayNames, study_names
from experiments.study.first_look import with_first_look
from experiments.study.manifest_file import check_trucks_can_be_served, read_manifest_file
from experiments.study.settings import (
    DEFAULT_MARGINS,
    DEFAULT_PRECISION,
    LOKY,
    NO_REDRAWS,
    AlikeMargins,
    BackendSettings,
    RandomStreamPrecision,
    RobustnessSettings,
    StudySettings,
)
from experiments.study.sources import SourcedInput, input_sources
from models import baselines
from sim.errors import ConfigError
from sim.scenario import Scenario, build_scenario
from sim.setting.spec import build_spec
from sim.setting.window import EVALUATION, Window

MONTHS = 12
"""Strata of a year's replications: replication r is a week of month r modulo 12."""


DEFAULT_EXPERIMENT = {"compare": "strategies", "fund": "portals", "campaign": "adaptation", "collusion": "collusion"}
"""Experiment of a verb whose overrides name none."""
DEFAULT_STORE = Path("results/store")
"""Store of all runs that name neither a store nor a folder of their own."""
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
    crossed_with: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """What the alternatives of the experiment were crossed with, by name."""
    names: DisplayNames = dataclasses.field(default_factory=DisplayNames)
    """What readers meet in place of the ids of alternatives, and of what they were crossed with."""
    separate: bool = False
    """Whether every station has people of its own, whatever the roster says."""
    equal_levels: bool = True
    """Whether alternatives are also run at the baseline's level of each yardstick."""
    quick: bool = False
    """Whether this is a first look."""
    csv: bool = False
    """Whether tables are written as CSV too."""
    bottleneck: bool = False
    """Whether one more of every resource is run beside the study."""
    spread: int = 0
    explain: int = 0
    backend: BackendSettings = LOKY
    robustness: RobustnessSettings = NO_REDRAWS
    random_stream: RandomStreamPrecision = DEFAULT_PRECISION
    alike: AlikeMargins = DEFAULT_MARGINS
    store: Path | None = None
    """Folder of the store that the run is added to; None: to none."""

    def window(self, replication: int) -> Window:
        """Return the stretch of calendar of one replication.

        With ``calendar=year``, replication r is in month r mod 12 + 1 of the year of
        ``start_date``, from its second Monday: a week that lies in that month whole.
        """
        start = self.start_date
        if self.calendar == "year":
            month = dt.date.fromisoformat(start).replace(month=replication % 12 + 1, day=14)
            start = (month - dt.timedelta(days=month.weekday())).isoformat()
        return Window(seed=self.seed, epoch=EVALUATION, replication=replication, start_date=start, days=self.days)

    def user_trucks(self) -> pd.DataFrame | None:
        """Return the user's own trucks (``manifest=FILE``); None: trucks are simulated."""
        return None if self.manifest is None else read_manifest_file(self.manifest, self.days, self.start_date)

    def overrides_of(self, alternative: str) -> tuple[str, ...]:
        """Return what decides the scenario of one alternative, in the order in which it applies."""
        asked = overrides_with_experiment(self.overrides, self.verb)
        return overrides_of_parts((*asked, *self.own_overrides[alternative]))

    def mapping(self, alternative: str) -> dict[str, Any]:
        """Return one alternative's scenario as plain values, as the files and overrides give it."""
        found = self._composed(alternative).mapping
        return {part: found[part] for part in PARTS}

    def choices(self, alternative: str) -> dict[str, str | None]:
        """Return the option that one alternative chooses of each config group."""
        return self._composed(alternative).choices

    def inputs(self, alternative: str) -> list[SourcedInput]:
        """Return one alternative's numbers with their sources."""
        return input_sources(self._composed(alternative), self.overrides, self.own_overrides[alternative])

    def _composed(self, alternative: str) -> ComposedConfig:
        asked = overrides_with_experiment(self.overrides, self.verb)
        return compose_alternative(asked, self.own_overrides[alternative], self.crossed_with)


def compose_mapping(overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return the composed configuration as plain Python values."""
    return compose_config(overrides).mapping


def compose_scenario(overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario that the default study gives under ``overrides``; risk and policy unchecked."""
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


def checked_scenario(mapping: Mapping[str, Any], changed: Mapping[str, object] | None = None) -> Scenario:
    """Return the scenario of composed values, after risk model and policy, too, have looked at what they need.

    ``changed`` holds the dotted keys that were set since the mapping was last looked at; None: it never was.
    """
    _check_finite(mapping if changed is None else changed, "")
    scenario = build_scenario({part: mapping[part] for part in PARTS if part in mapping})
    if scenario.risk.name in baselines.KNOWN_SETTINGS:
        baselines.check_settings(baselines.KNOWN_SETTINGS[scenario.risk.name], scenario.risk.settings)
    else:
        # Late, because scikit-learn takes a second to import and not every run needs it.
        from models.registry import make_risk_model

        make_risk_model(scenario.risk)
    scenario.policy.check_within(scenario)
    return scenario


def build_study(overrides: Sequence[str], verb: str, config_dir: Path | str | None = None) -> Study:
    """Build the study that a verb's overrides ask for; writes nothing.

    ``overrides`` are Hydra's, e.g. ``["experiment=lanes", "replications=40"]``; ``config_dir`` is a folder of
    private configs. ``compare`` needs two alternatives and two replications, ``run`` exactly one alternative.

    Raises
    ------
    ConfigError
        A key that is unknown, missing, mistyped or out of range, of any alternative; a ``manifest`` that cannot be
        read, with a row that makes no sense, or with trucks that an alternative cannot serve.
    OutputError
        A folder ``out`` that cannot be written.

    Examples
    --------
    >>> build_study(["policy=random_share", "policy.share=0.1"], "run").baseline
    'random_share'
    """
    users = (*(() if config_dir is None else (search_override(config_dir),)), *overrides)
    if verb != "fund":
        users = with_first_look(users, overrides_with_experiment(users, verb), verb)
    asked = overrides_with_experiment(users, verb)
    given = given_alternatives(asked)
    check_alternatives(given)
    check_override_clashes(asked, given)
    base = compose_config(asked)
    settings = _settings(base.mapping)
    checked_scenario(base.mapping)
    own = given or {str(base.choices["policy"]): ()}
    _check_counts(settings, own, base, verb)
    out = _out(settings, base, verb)
    policies, scenarios = {}, {}
    for name, more in own.items():
        with named_alternative(name):
            config = compose_alternative(asked, more, settings.crossed_with)
            scenarios[name] = checked_scenario(config.mapping)
        policies[name] = config.names.get("policy", {})
    check_writable(out)
    fields = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)} | {
        "baseline": settings.baseline or next(iter(own)),
        "out": out,
        "store": _store(settings),
        "manifest": None if settings.manifest is None else Path(settings.manifest).expanduser(),
        "alternatives": scenarios,
        "names": study_names(base.names, policies, list(settings.crossed_with), own_policy=not given),
    }
    study = Study(verb=verb, experiment=base.choices["experiment"], overrides=users, own_overrides=own, **fields)
    if study.manifest is not None:
        check_trucks_can_be_served(study.manifest, study.window(0), scenarios)
    return study


def overrides_with_experiment(overrides: Sequence[str], verb: str) -> tuple[str, ...]:
    """Return the overrides with the verb's own experiment, where they name none."""
    named = {override.key_or_group.split(".")[0] for override in parse_overrides(overrides)}
    if verb in DEFAULT_EXPERIMENT and not named & {"experiment", "alternatives"}:
        return (f"experiment={DEFAULT_EXPERIMENT[verb]}", *overrides)
    return tuple(overrides)


def given_alternatives(overrides: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the alternatives of the experiment, before any other override can hide them."""
    roots = {"experiment", "alternatives", "crossed_with", "hydra"}
    deciding = [o for o in parse_overrides(overrides) if o.key_or_group.split(".")[0] in roots]
    settings = _settings(compose_config([str(o.input_line) for o in deciding]).mapping)
    return cross_alternatives(settings.alternatives, settings.crossed_with)


def _settings(mapping: Mapping[str, Any]) -> StudySettings:
    others = (*PARTS, *FUNDING, *WEEKLY)
    return build_spec(StudySettings, {key: value for key, value in mapping.items() if key not in others})


def _check_counts(
    settings: StudySettings, alternatives: Mapping[str, Sequence[str]], config: ComposedConfig, verb: str
) -> None:
    if verb == "run" and len(alternatives) != 1:
        problem = f"run takes one alternative, {config.choices['experiment']!r} has {len(alternatives)}"
        raise ConfigError("experiment", f"{problem}; use compare, or choose a policy")
    if verb == "fund" and settings.baseline is None:
        raise ConfigError("baseline", "missing: every appraisal needs its no-build baseline")
    if verb in COMPARING and len(alternatives) < 2:
        raise ConfigError("alternatives", f"{verb} needs at least 2, got {len(alternatives)}")
    if verb in COMPARING and settings.replications < 2:
        raise ConfigError("replications", f"must be at least 2 to compare, got {settings.replications}")
    if settings.calendar == "year" and settings.replications % MONTHS:
        problem = "calendar=year takes whole multiples of 12, a week of each month"
        raise ConfigError("replications", f"{problem}; got {settings.replications}")
    if settings.baseline is not None and settings.baseline not in alternatives:
        raise ConfigError("baseline", f"no alternative {settings.baseline!r}; known {list(alternatives)}")


def _out(settings: StudySettings, config: ComposedConfig, verb: str) -> Path:
    if settings.out is not None:
        return Path(settings.out).expanduser()
    return default_folder(verb, str(config.choices["experiment"] or config.choices["policy"]))


def _store(settings: StudySettings) -> Path | None:
    """Return the store: the default one is for runs whose folder is a default too."""
    if settings.store == "auto":
        return DEFAULT_STORE if settings.out is None else None
    return None if settings.store is None else Path(settings.store).expanduser()


def default_folder(verb: str, subject: str) -> Path:
    """Return the folder of a run that names none: by verb, subject and time, below ``results``."""
    return Path("results") / f"{verb}-{subject}-{dt.datetime.now():%Y%m%d-%H%M%S}"
