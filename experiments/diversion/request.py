"""What ``throughgate corridor`` is asked: a corridor, a scenario of each port as usual and changed, and its days."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

from experiments.adaptation.adversary import REACTIONS, AdversaryName
from experiments.adaptation.attempts import AttemptSettings
from experiments.adaptation.request import AdversarySettings
from experiments.diversion.normal_months import NormalMonth, normal_month, read_counts
from experiments.diversion.settings import CorridorSettings, Measure
from experiments.diversion.stretches import Stretch, stretches_between, stretches_of_months
from experiments.execution.run_folder import configuration_of
from experiments.study.compose import CORRIDOR, SEARCH_PATH, compose_config, parse_overrides, search_folders
from experiments.study.sources import CONFIGS, source_notes
from experiments.study.study import Study, build_study, default_folder
from sim.errors import ConfigError
from sim.policies.base import PolicyExpectation
from sim.scenario import Scenario
from sim.setting.spec import Spec, bounded_field, build_spec
from sim.setting.window import EVALUATION, Window
from sim.suggestions import unknown_name
from sim.trucks.arrivals import rates_per_h
from sim.workload import weekly_load

KEYS: Final = ("weeks", "adversaries", "most_steps")
"""Keys of ``configs/corridor.yaml``, beside its groups."""
ROOTS: Final = (*KEYS, "corridor", "adversary")
ASKED: Final = "asked"
"""Name of the measure that the command line gives one port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKeys(Spec):
    """The keys of ``configs/corridor.yaml``."""

    weeks: int = bounded_field(1, 520)
    adversaries: tuple[str, ...]
    most_steps: int = bounded_field(1, 1000)

    def check(self) -> None:
        """Refuse adversaries that are not known, or named twice."""
        known = list(REACTIONS)
        for name in self.adversaries:
            if name not in known:
                raise ConfigError("adversaries", unknown_name(name, known, "adversary"))
        if not self.adversaries or len(set(self.adversaries)) != len(self.adversaries):
            raise ConfigError(
                "adversaries", f"expected one or more of {known}, each once, got {list(self.adversaries)}"
            )


@dataclass(frozen=True)
class Corridor:
    """A corridor, ready to run: nothing is written yet."""

    study: Study
    """Its alternatives are the ports as usual, under their names, and changed, under `changed_name`."""
    settings: CorridorSettings
    keys: RunKeys
    adversary: AdversarySettings
    overrides: tuple[str, ...]

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The days that are run."""
        return _stretches(self.settings, self.study.start_date, self.study.days)

    @cached_property
    def normal(self) -> dict[str, dict[str, NormalMonth]]:
        """Of each counted month what ``inner`` and ``outer`` ports would have had."""
        return normal_months_of(self.settings)

    @cached_property
    def months_trucks(self) -> dict[str, dict[str, float]]:
        """Of each counted month the trucks of each port in use, as they would have come."""
        return {month: dict(_ports_trucks(self.settings, month, groups)) for month, groups in self.normal.items()}

    @property
    def used(self) -> tuple[str, ...]:
        """Ports that are in use as usual."""
        return tuple(name for name, port in self.settings.ports.items() if port.latent_share is None)

    def configuration(self) -> dict[str, Any]:
        """Return every key that decides the results, with its plain value, so that a resumed run can be checked."""
        return configuration_of(self.study, self.study.verb) | {"corridor": plain_keys(self)}

    def attempt_settings(self) -> dict[AdversaryName, AttemptSettings]:
        """Return how each adversary meets the corridor."""
        of_all = self.adversary
        return {
            name: AttemptSettings(
                name=name,
                reaction=of_all.reaction(),
                knowledge_share=of_all.knowledge_share,
                feedback=of_all.feedback,
                sees_this_week=of_all.sees_this_week,
            )
            for name in cast("tuple[AdversaryName, ...]", self.keys.adversaries)
        }

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the range of each key that sets of assumptions draw; ConfigError: it has none.

        Where another corridor's fit decides what sets count, they are that one's sets.
        """
        counted = self.settings.counted
        if counted is None or counted.weights_of is None:
            return varied_ranges(self.settings, self.overrides)
        found = varied_ranges(corridor_settings([f"corridor={counted.weights_of}"]))
        for place, key in enumerate(self.settings.varied):
            if key not in found:
                raise ConfigError(f"corridor.varied[{place}]", f"{key!r} does not vary in {counted.weights_of}")
        return found


def changed_name(port: str, measures: Sequence[str]) -> str:
    """Return the alternative of a port under some measures of its own; without one it is the port as usual."""
    return "_".join((port, *measures))


def plain_keys(corridor: Corridor) -> dict[str, Any]:
    """Return the corridor's keys as plain values, for its record."""
    parts = {"settings": corridor.settings, "keys": corridor.keys, "adversary": corridor.adversary}
    plain: dict[str, Any] = json.loads(json.dumps({name: dataclasses.asdict(part) for name, part in parts.items()}))
    return plain


def build_corridor(overrides: Sequence[str], verb: str) -> Corridor:
    """Build the corridor that a command line asks for; writes nothing.

    ``experiment=NAME`` is ``corridor=NAME``; ``port.NAME.KEY=VALUE`` changes one port.

    Raises
    ------
    ConfigError
        A key that is unknown or out of range; fewer than two ports, base shares that do not add up; a port that cannot
        carry its trucks as usual while nobody gives up.

    Examples
    --------
    >>> corridor = build_corridor(["port.colombia.primary.lanes=8", "days=1"], "corridor")
    >>> sorted(corridor.study.alternatives)
    ['colombia', 'colombia_asked', 'world_trade_bridge']
    """
    asked = _sorted_out(overrides)
    mapping = compose_config(asked.own, CORRIDOR).mapping
    settings = corridor_settings(asked.own)
    keys = build_spec(RunKeys, {key: mapping[key] for key in KEYS})
    adversary = build_spec(AdversarySettings, mapping["adversary"], "adversary")
    settings, rest = _with_asked(settings, asked.of_port), asked.rest
    given = {override.key_or_group for override in parse_overrides(rest)}
    if settings.replications is not None and "replications" not in given:
        rest = [*rest, f"replications={settings.replications}"]
    study = _build_ports(settings, asked.of_policy, rest, verb)
    if "out" not in given:
        study = replace(study, out=default_folder(verb, settings.name))
    corridor = Corridor(replace(study, experiment=settings.name), settings, keys, adversary, tuple(overrides))
    corridor.ranges()
    _check(corridor)
    return corridor


def corridor_settings(overrides: Sequence[str]) -> CorridorSettings:
    """Return the corridor that some overrides of its group name; ConfigError: a key that is unknown or out of range."""
    return build_spec(CorridorSettings, compose_config(overrides, CORRIDOR).mapping["corridor"], "corridor")


@dataclass(slots=True)
class _Asked:
    """The overrides of a command line: of the corridor, of single ports, of the policy, and of every port's study."""

    own: list[str] = dataclasses.field(default_factory=list)
    of_port: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    of_policy: list[str] = dataclasses.field(default_factory=list)
    rest: list[str] = dataclasses.field(default_factory=list)


def _sorted_out(overrides: Sequence[str]) -> _Asked:
    asked = _Asked()
    for override in parse_overrides(overrides):
        root, *below = override.key_or_group.split(".")
        line = str(override.input_line)
        if root == SEARCH_PATH.split(".")[0]:
            asked.own.append(line)
            asked.rest.append(line)
        elif root in ("experiment", *ROOTS):
            asked.own.append(line if root != "experiment" else "corridor=" + line.partition("=")[2])
        elif root == "port":
            name, changed = _port_override(override.key_or_group, below, line)
            asked.of_port.setdefault(name, []).append(changed)
        elif root in ("alternatives", "crossed_with", "baseline"):
            raise ConfigError(root, "the alternatives of a corridor are its ports, as usual and changed; leave it out")
        else:
            (asked.of_policy if root == "policy" else asked.rest).append(line)
    return asked


def _port_override(key: str, below: Sequence[str], line: str) -> tuple[str, str]:
    """Return the port that an override names, and the override for that port alone."""
    if len(below) < 2:
        raise ConfigError(key, "a corridor has several ports; expected port.NAME.KEY=VALUE")
    name, *rest = below
    return name, f"port.{'.'.join(rest)}={line.partition('=')[2]}"


def _with_asked(settings: CorridorSettings, of_port: Mapping[str, Sequence[str]]) -> CorridorSettings:
    """Return the settings with what the command line changes at single ports as measures."""
    measures = dict(settings.measures)
    for name, lines in of_port.items():
        if name not in settings.ports:
            raise ConfigError(f"port.{name}", unknown_name(name, list(settings.ports), "port of the corridor"))
        measures[ASKED if len(of_port) == 1 else f"{ASKED}_{name}"] = Measure(port=name, overrides=tuple(lines))
    return replace(settings, measures=measures)


def _build_ports(settings: CorridorSettings, of_policy: Sequence[str], rest: Sequence[str], verb: str) -> Study:
    """Return the study whose alternatives are the ports as usual, and each under the measures that meet on some day."""
    policy = (
        list(of_policy)
        if any(line.startswith("policy=") for line in of_policy)
        else ["policy=todays_practice", *of_policy]
    )
    usual = {name: [f"port={port.option or name}", *policy, *port.overrides] for name, port in settings.ports.items()}
    first, days = _study_days(rest)
    lines = dict(usual)
    for stretch in _stretches(settings, first, days):
        for name in settings.ports:
            own = measures_of(settings, stretch, name)
            more = [line for measure in own for line in settings.measures[measure].overrides]
            lines[changed_name(name, own)] = [*usual[name], *more]
    listed = [f"+alternatives.{name}={json.dumps(one)}" for name, one in lines.items()]
    return build_study([*rest, *listed], verb)


def measures_of(settings: CorridorSettings, stretch: Stretch, port: str) -> tuple[str, ...]:
    """Return the measures that hold at a port in a stretch and change what it is; a closed one has none."""
    own = [name for name in stretch.measures if settings.measures[name].port == port]
    changing = [name for name in own if settings.measures[name].inspected or settings.measures[name].overrides]
    return tuple(changing)


def _study_days(rest: Sequence[str]) -> tuple[str, int]:
    """Return first day and days of a study under these overrides."""
    asked = [line for line in rest if line.partition("=")[0] in ("start_date", "days")]
    mapping = compose_config(asked).mapping
    return str(mapping["start_date"]), int(mapping["days"])


def _stretches(settings: CorridorSettings, start_date: str, days: int) -> tuple[Stretch, ...]:
    if settings.counted is not None:
        return stretches_of_months(settings.counted.months(), settings.measures)
    return stretches_between(dt.date.fromisoformat(start_date), days, settings.measures, None)


def normal_months_of(settings: CorridorSettings) -> dict[str, dict[str, NormalMonth]]:
    """Return of each counted month what the ports that are hit and those around them would have had."""
    counted = settings.counted
    if counted is None:
        return {}
    counts, found = read_counts(counted.counts), {}
    for month in counted.months():
        found[month] = {
            group: normal_month(
                counts, counted_names(settings, ports), month, neighbors=counted.neighbors, controls=counted.controls
            )
            for group, ports in (("inner", counted.inner), ("outer", counted.outer))
        }
    return found


def counted_names(settings: CorridorSettings, ports: Sequence[str], *, all_ports: bool = False) -> list[str]:
    """Return the names of some ports in the file of counts; those that are not in use as usual only if asked."""
    chosen = [(name, settings.ports[name]) for name in ports]
    return [port.counted_as or name for name, port in chosen if all_ports or port.latent_share is None]


def _ports_trucks(
    settings: CorridorSettings, month: str, groups: Mapping[str, NormalMonth]
) -> Iterator[tuple[str, float]]:
    """Yield the trucks of each port in use, a group's shared out as in the neighboring months."""
    counted = settings.counted
    if counted is None:
        return
    counts = read_counts(counted.counts)
    for group, ports in (("inner", counted.inner), ("outer", counted.outer)):
        used = [name for name in ports if settings.ports[name].latent_share is None]
        around = {
            name: sum(
                counts[f"{month[:4]}-{number:02}", settings.ports[name].counted_as or name]
                for number in counted.neighbors
            )
            for name in used
        }
        for name in used:
            yield name, groups[group].trucks * around[name] / sum(around.values())


def varied_ranges(settings: CorridorSettings, overrides: Sequence[str] = ()) -> dict[str, tuple[float, float]]:
    """Return the range of each varied key, from the comments of the corridor's file; ConfigError: one has none."""
    path = corridor_file(settings.name, overrides)
    notes = {} if path is None else source_notes(path)
    found = {}
    for place, key in enumerate(settings.varied):
        note = notes.get(key)
        if note is None or note.low is None or note.high is None:
            raise ConfigError(f"corridor.varied[{place}]", f"no range stands beside {key!r} in configs/corridor")
        found[key] = (note.low, note.high)
    return found


def corridor_file(name: str, overrides: Sequence[str]) -> Path | None:
    """Return the file of a corridor, in a private folder first; None: it stands in no file of its name."""
    folders = (*search_folders(overrides), CONFIGS)
    paths = (folder / "corridor" / f"{name}.yaml" for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def _check(corridor: Corridor) -> None:
    study, settings = corridor.study, corridor.settings
    if study.manifest is not None:
        raise ConfigError("manifest", "a corridor draws the trucks of every port; a file holds those of one")
    if study.calendar == "year":
        raise ConfigError("calendar", "a corridor runs the days from start_date, or its counted months; expected week")
    if study.days > 7 and settings.counted is None:
        raise ConfigError("days", f"expected 1 to 7 days, got {study.days}")
    for name in corridor.used:
        scenario, window = study.alternatives[name], _first_window(corridor)
        if settings.counted is None and not rates_per_h(scenario, window).any():
            raise ConfigError("start_date", f"{name}: no truck comes from {study.start_date}, {study.days} days")
        if scenario.policy.learns_from_finds:
            raise ConfigError("policy", f"{name}: choices read finds, so that loads cannot be priced")
        if settings.demand_lost_after_min is None:
            _check_stable(name, scenario, window)


def _check_stable(name: str, scenario: Scenario, window: Window) -> None:
    """Refuse a port whose booths cannot carry its trucks as usual, where nobody gives up."""
    expected = PolicyExpectation(0.0, scenario.scanner.analyst.reference_threat_image_share)
    load = weekly_load(scenario, expected, window).set_index("station")["load_share"]
    booths = float(load[[station for station in load.index if str(station).startswith("primary")]].max())
    if booths >= 1.0:
        problem = f"port {name} is unstable at base shares (load {booths:.2f})"
        raise ConfigError("corridor", f"{problem}: raise lanes or set demand_lost_after_min")


def _first_window(corridor: Corridor) -> Window:
    study = corridor.study
    return Window(
        seed=study.seed, epoch=EVALUATION, replication=0, start_date=study.start_date, days=min(study.days, 7)
    )
