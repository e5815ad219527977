"""Hydra's side of a study: overrides in, plain values out, and each refusal in one clear line.

Only Hydra's compose function is used, so Hydra writes no file, sets up no logging and changes no folder. A composition
takes a third of a second and is kept, also between processes. It is a function of the overrides, of the project's own
config files, and of the code and libraries that compose them; its file is named by a hash of all of these, so that it
is never stale. What private configs or the environment have a say in is composed anew in each process.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import hydra
import omegaconf
from hydra import compose, initialize_config_module
from hydra._internal.core_plugins.importlib_resources_config_source import ImportlibResourcesConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.errors import HydraException, OverrideParseException
from hydra.plugins.config_source import ConfigResult
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.study.calibration_file import CALIBRATION, check_calibration_file
from experiments.study.display_names import Names, take_display_names
from experiments.study.kept_compositions import are_plain, read_composition, store_composition
from sim.errors import ConfigError
from sim.suggestions import nearest_names, unknown_name

PARTS = ("port", "traffic", "threat", "scanner", "staffing", "sharing", "risk", "policy", "value", "insider")
"""Config groups that fill the scenario, one part each."""
GROUPS = (*PARTS, CALIBRATION, "experiment")
ECONOMIC = ("appraisal", "benefit", "budget", "deflator", "harm", "uncertainty")
"""Config groups of a funding case, beside the catalogue of costs; only ``fund`` composes them."""
EXECUTING = ("backend",)
"""Config groups that say how a study is carried out; no result depends on them."""
ADAPTING = ("adversary", "effort", "retraining", "trust", "knowledge", "vetting")
"""Config groups of a campaign."""
DIVERTING = ("corridor",)
"""Config groups of a corridor, beside those of a campaign."""
WEEKLY = ("weeks", "adversaries", "margins", "rules", *ADAPTING)
"""Keys of a campaign that an experiment may set; other verbs pass them by."""
FUNDING = ("accept", "complete", "demand", "persons_per_post", "portfolio", "published", "purchases", "simulated_years")
"""Keys of a funding case that an experiment may set; other verbs pass them by."""
ROOT, FUND, CAMPAIGN, CORRIDOR, COLLUSION = "config", "fund", "campaign", "corridor", "collusion"
"""The files that compositions begin with: of every verb, and of what the other four verbs add."""
SEARCH_PATH = "hydra.searchpath"
HELP: Final = "throughgate run --help"
"""What lists every study key, every group and its options."""
SEPARATE: Final = "separate"
"""Key of a root file that decides a part of the scenario: true takes the roster away."""


@dataclass(frozen=True, slots=True)
class ComposedConfig:
    """What Hydra makes of some overrides: plain values, the option chosen of each group, and the names for readers."""

    mapping: dict[str, Any]
    choices: dict[str, str | None]
    names: Names = field(default_factory=dict)


def copy_plain_values(node: Any) -> Any:  # noqa: ANN401
    """Return a copy of plain values, in a tenth of the time of ``copy.deepcopy``.

    Examples
    --------
    >>> one = {"a": [1, {"b": 2.0}]}
    >>> two = copy_plain_values(one)
    >>> two == one, two["a"] is one["a"]
    (True, False)
    """
    if isinstance(node, dict):
        return {name: copy_plain_values(inner) for name, inner in node.items()}
    return [copy_plain_values(inner) for inner in node] if isinstance(node, list) else node


def value_at(node: Any, path: Iterable[str]) -> Any:  # noqa: ANN401
    """Return what stands below these keys of nested plain values; None: nothing does."""
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def search_override(config_dir: Path | str) -> str:
    """Return the override that adds a folder of private configs to the search path; ConfigError without one."""
    folder = Path(config_dir).expanduser().resolve()
    if not str(config_dir) or not folder.is_dir():
        raise ConfigError("--config-dir", f"no such folder: {str(config_dir)!r}")
    return f"{SEARCH_PATH}=['file://{_quoted(str(folder))}']"


def out_override(folder: str) -> str:
    """Return the override that names the folder of a run."""
    return f"out='{_quoted(folder)}'"


def _quoted(text: str) -> str:
    return text.replace("'", "\\'")


PATH_KEYS: Final = ("manifest", "observed", "out", "resume", "scope", "store")
"""Keys of a command line that name a file or folder."""


def path_override(text: str, *, lists: bool = False) -> str:
    """Return an override as Hydra reads it: a path that its grammar trips over, or takes for a list, is put in quotes.

    With ``lists``, a list of paths is meant as one.

    Examples
    --------
    >>> path_override("manifest=mañana (1).csv"), path_override("out=results/1"), path_override("seed=~1")
    ("manifest='mañana (1).csv'", 'out=results/1', 'seed=~1')
    """
    key, _, value = text.partition("=")
    if key.lstrip("+") not in PATH_KEYS or not value:
        return text
    try:
        override = OverridesParser.create().parse_override(text)
    except (OverrideParseException, HydraException):
        override = None
    if override is None or (override.is_sweep_override() and not lists):
        return f"{key}='{_quoted(value)}'"
    return text


def search_folders(overrides: Sequence[str]) -> tuple[Path, ...]:
    """Return the folders of private configs that the overrides add, in order."""
    paths = [
        path
        for override in parse_overrides(with_calibration_file(overrides))
        if override.key_or_group == SEARCH_PATH
        for path in cast("list[Any]", override.value() or [])
    ]
    return tuple(Path(str(path).removeprefix("file://")) for path in paths)


def with_calibration_file(overrides: Sequence[str]) -> tuple[str, ...]:
    """Return the overrides with ``calibration=FILE`` as the option of the folder that the file stands in.

    ConfigError: a file that is not there, stands in no folder ``calibration``, bears the name of an option of the
    repository's own, or holds anything but values of the port and its staffing.
    """
    parsed = parse_overrides(overrides)
    asked = [o for o in parsed if o.key_or_group == CALIBRATION and not o.is_delete()]
    name = asked[-1].value() if asked else None
    if not isinstance(name, str) or not name.endswith((".yaml", ".yml")):
        return tuple(overrides)
    file = Path(name).expanduser().resolve()
    check_calibration_file(file)
    folders = [f"'file://{_quoted(str(file.parent.parent))}'"]
    for override in parsed:
        if override.key_or_group == SEARCH_PATH:
            folders += [f"'{_quoted(str(path))}'" for path in cast("list[Any]", override.value() or [])]
    rest = [str(o.input_line) for o in parsed if o.key_or_group not in (CALIBRATION, SEARCH_PATH)]
    return (f"{SEARCH_PATH}=[{','.join(folders)}]", f"{CALIBRATION}={file.stem}", *rest)


def parse_overrides(overrides: Sequence[str]) -> list[Override]:
    """Parse overrides with Hydra's own grammar; ConfigError names the key of one that cannot be read."""
    return [_parse_one(text) for text in overrides]


@lru_cache(maxsize=4096)
def _parse_one(text: str) -> Override:
    """Return one override parsed, once a process; not to be written to."""
    key, equals, value = text.partition("=")
    key = key.lstrip("+")
    if not key.strip() or (not equals and not key.startswith("~")):
        raise ConfigError(key or "override", f"expected key=value, got {text!r}")
    try:
        override = OverridesParser.create().parse_override(text)
    except (OverrideParseException, HydraException) as error:
        raise ConfigError(key, f"cannot read {value or text!r} ({str(error).splitlines()[0]})") from None
    if override.key_or_group.startswith("hydra") and override.key_or_group != SEARCH_PATH:
        raise ConfigError(key, "Hydra's own settings have no effect here; out=DIR names the folder")
    return override


def overrides_of_parts(overrides: Sequence[str]) -> tuple[str, ...]:
    """Return the overrides without those of single keys of a root file, as ``out`` and ``replications``.

    No part of a scenario depends on such a key (but `SEPARATE`), so that one kept composition serves whatever its
    value is. Where another key, or a private config, could refer to one, all overrides stay.
    """
    if not are_plain(overrides):
        return tuple(overrides)
    groups = {*GROUPS, *ECONOMIC, "alternatives", "cost", SEPARATE}
    parsed = parse_overrides(overrides)
    return tuple(str(o.input_line) for o in parsed if re.split(r"[.@:]", o.key_or_group)[0] in groups or o.package)


def sweep_jobs(overrides: Sequence[str], *, multirun: bool) -> list[tuple[str, ...]]:
    """Expand comma lists and ranges into one list of overrides a job, the last key fastest.

    ConfigError: a list of values without ``-m``, or an interval, which has no end of values.

    Examples
    --------
    >>> sweep_jobs(["policy=a,b", "seed=range(1,3)"], multirun=True)[1]
    ('policy=a', 'seed=2')
    """
    parsed = parse_overrides(overrides)
    for override in parsed:
        if override.is_sweep_override() and not (multirun and override.is_discrete_sweep()):
            reason = "an interval cannot be listed" if multirun else "several values need -m"
            hint = "give the values" if multirun else "one run a value; a list is [a,b]"
            raise ConfigError(override.get_key_element(), f"{reason} ({hint}), got {override.get_value_string()}")
    return list(itertools.product(*(_alternatives(override) for override in parsed)))


def _alternatives(override: Override) -> list[str]:
    if not override.is_sweep_override():
        return [cast("str", override.input_line)]
    key = override.get_key_element()
    return [f"{key}={value}" for value in override.sweep_string_iterator()]


def compose_config(overrides: Sequence[str], root: str = ROOT) -> ComposedConfig:
    """Compose the study under ``overrides``; the result is the caller's own copy.

    ``root`` is ``fund`` for a study with its economics, ``config`` for one without. ConfigError: an unknown group
    option or key, or anything else that Hydra refuses.
    """
    overrides = with_calibration_file(overrides)
    found = _composed(overrides, root, _state(overrides))
    return ComposedConfig(copy_plain_values(found.mapping), dict(found.choices), copy_plain_values(found.names))


def _state(overrides: Sequence[str]) -> tuple[tuple[Path, int], ...]:
    """Return what tells whether private configs have changed since they were composed."""
    files = [file for folder in search_folders(overrides) for file in folder.rglob("*.yaml")]
    return tuple((file, file.stat().st_mtime_ns) for file in sorted(files))


class _ReadOnce(ImportlibResourcesConfigSource):
    """The repository's own configs, each file parsed once: a study composes them twenty times."""

    def load_config(self, config_path: str) -> ConfigResult:
        """Return a copy of the file's content, which does not change while a process runs."""
        key = (self.provider, self.path, config_path)
        if key not in _PARSED:
            _PARSED[key] = super().load_config(config_path)
        return copy.deepcopy(_PARSED[key])


_PARSED: dict[tuple[str, str, str], ConfigResult] = {}
Plugins.instance()  # registers Hydra's own sources, of which ours takes the place of one
SourcesRegistry.instance().types[_ReadOnce.scheme()] = _ReadOnce


@lru_cache(maxsize=1024)
def _composed(overrides: tuple[str, ...], root: str, _state: tuple[tuple[Path, int], ...]) -> ComposedConfig:
    versions = (hydra.__version__, omegaconf.__version__)
    kept = read_composition(overrides, root, *versions)
    if kept is None:
        made = _made(overrides, root)
        values = {"mapping": made.mapping, "choices": made.choices, "names": made.names}
        store_composition(values, overrides, root, *versions)
        return made
    return ComposedConfig(**kept)


def _made(overrides: tuple[str, ...], root: str) -> ComposedConfig:
    overrides = tuple(text for text in overrides if text != "experiment=null")
    parsed = parse_overrides(sweep_jobs(overrides, multirun=False)[0])
    for folder in search_folders(overrides):
        if not folder.is_dir():
            raise ConfigError("--config-dir", f"no such folder: {str(folder)!r}")
    with initialize_config_module("configs", version_base="1.3"):
        _check_groups(parsed, overrides)
        try:
            result = _compose(overrides, root)
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            raise _condensed(error, parsed, root) from None
    _empty_what_was_emptied(result.mapping, parsed)
    if result.mapping.get(SEPARATE) is True:
        result.mapping["staffing"]["roster"] = None
    return result


def _compose(overrides: Sequence[str], root: str) -> ComposedConfig:
    config = compose(root, overrides=list(overrides), return_hydra_config=True)
    choices = cast("dict[str, str | None]", OmegaConf.to_container(config.hydra.runtime.choices))
    OmegaConf.set_struct(config, value=False)
    del config["hydra"]
    mapping = cast("dict[str, Any]", OmegaConf.to_container(config, resolve=True))
    priced = [name for name in choices if name in ECONOMIC or name.startswith("cost@")]
    found = {group: choices.get(group) for group in (*GROUPS, *priced)}
    if root == ROOT and not any(text.lstrip("+").startswith("cost") for text in overrides):
        for name in priced:  # an experiment may bring measures for ``fund``; no other verb reads prices
            mapping.pop(name.partition("@")[0], None)
    if found[CALIBRATION] not in _options(CALIBRATION, overrides):
        found[CALIBRATION] = None  # a port that was not calibrated: its default option is optional
    return ComposedConfig(mapping, found, take_display_names(mapping))


def _check_groups(parsed: Sequence[Override], overrides: Sequence[str]) -> None:
    """Refuse an option that its group does not have, before Hydra does so at length."""
    for override in parsed:
        group = override.key_or_group
        if (
            override.is_delete()
            or override.package is not None
            or group not in (*GROUPS, *ECONOMIC, *EXECUTING, *ADAPTING, *DIVERTING)
        ):
            continue
        value, known = override.value(), _options(group, overrides)
        if group == "experiment" and value is None:
            continue
        if not isinstance(value, str):
            problem = f"expected the name of an option, got {override.get_value_string()}; known {known}"
            raise ConfigError(group, problem)
        if value not in known:
            raise ConfigError(group, f"no option {value!r}; {nearest_names(value, known, HELP)}")


def _options(group: str, overrides: Sequence[str]) -> list[str]:
    running = GlobalHydra.instance().hydra
    if running is None:
        return []
    paths = [text for text in overrides if text.startswith(SEARCH_PATH)]
    return sorted(running.config_loader.get_group_options(group, config_name="config", overrides=paths))


REFUSALS: Final = {
    r"already at '([^']+)'": "exists already; leave out the +",
    r"Multiple values for (\S+?)\. ": "given twice; give it once, without +",
    r"Could not delete from config\. '([^']+)' does not exist": "unknown key, nothing to delete",
}
"""What is wrong with a key, by the message in which Hydra names it."""


def _condensed(error: Exception, parsed: Sequence[Override], root: str) -> ConfigError:
    """Return Hydra's several lines as one that names the key and what is allowed."""
    text = str(error)
    if found := re.search(r"Could not override '([^']+)'", text):
        # of a key that is given a group of keys, the one within that is not there
        within = str(getattr(error.__cause__, "full_key", None) or "")
        key = within if within.startswith(f"{found.group(1)}.") else found.group(1)
        name, known = _known_beside(key, parsed, root)
        return ConfigError(key, unknown_name(name, known, "key", _where_all_are(key)) if known else "unknown key")
    for pattern, problem in REFUSALS.items():
        if found := re.search(pattern, text):
            return ConfigError(found.group(1), problem)
    key = str(getattr(error, "full_key", None) or "configs")
    return ConfigError(key, (text.splitlines() or [type(error).__name__])[0].strip())


def _where_all_are(key: str) -> str:
    """Return where all keys are listed that stand where an unknown one was looked for."""
    group = key.partition(".")[0]
    return HELP if group == key or group not in (*GROUPS, *ECONOMIC) else f"configs/{group}/"


def _known_beside(key: str, parsed: Sequence[Override], root: str) -> tuple[str, list[str]]:
    """Return the part of ``key`` that does not exist, and the keys that do where it was looked for."""
    deciding = (*GROUPS, *ECONOMIC, *EXECUTING, *ADAPTING, *DIVERTING, SEARCH_PATH)
    chosen = [str(o.input_line) for o in parsed if o.key_or_group in deciding]
    try:
        node: Any = _compose(chosen, root).mapping
    except (HydraException, OmegaConfBaseException, ValueError):
        return "", []
    *above, name = key.split(".")
    for part in above:
        if not isinstance(node, Mapping) or part not in node:
            name = part
            break
        node = node[part]
    return name, sorted(map(str, node)) if isinstance(node, Mapping) else []


def _empty_what_was_emptied(mapping: dict[str, Any], parsed: Sequence[Override]) -> None:
    """Make ``key={}`` mean an empty group: Hydra merges it, which would change nothing."""
    for override in parsed:
        if override.is_delete() or override.is_sweep_override() or override.value() != {}:
            continue
        *above, last = override.key_or_group.split(".")
        value_at(mapping, above)[last] = {}
