"""Where every number of a study comes from, and the record that goes with every result."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

import configs
from experiments import trucks_file
from experiments.comments import Kind, Note, notes
from experiments.compose import PARTS, Composed, parse, search_folders
from experiments.processor import processor

if TYPE_CHECKING:
    from experiments.load import Study

CONFIGS: Final = Path(configs.__file__).parent
USER: Final = Note("user", note="set on the command line")
UNKNOWN: Final = Note("user", note="no source given")
LIBRARIES: Final = (
    "simpy",
    "numpy",
    "pandas",
    "scipy",
    "numba",
    "scikit-learn",
    "skops",
    "hydra-core",
    "joblib",
    "pyarrow",
    "plotly",
)


@dataclass(frozen=True, slots=True)
class Input:
    """One number (or list of numbers) of the scenario, and where it comes from."""

    key: str
    value: object
    kind: Kind
    source_id: str | None
    confidence: str | None
    low: float | None
    """Range of an assumption; None where the range in the comment does not hold this number."""
    high: float | None
    note: str
    file: str
    factor: bool = False
    """Whether the range is that of a factor on a whole list."""


def sources(found: Composed, users: Sequence[str] = (), own: Sequence[str] = ()) -> list[Input]:
    """List every number of one alternative with its source.

    Parameters
    ----------
    found : Composed
        The composed configuration of the alternative.
    users, own : sequence of str
        The user's overrides and the alternative's; a number that the user sets is of kind
        ``user``, one that the alternative sets carries the experiment file's comment.

    Examples
    --------
    >>> from experiments.compose import composed
    >>> rows = {row.key: row for row in sources(composed(["policy.share=0.3", "policy=top_share"]),
    ...                                         ["policy.share=0.3"])}
    >>> rows["policy.share"].kind, rows["port.mix.fast_share"].source_id
    ('user', 'S6')
    """
    parts = {part: (part, found.choices[part]) for part in PARTS}
    return described(found, parts, users, _own_notes(found, own, _folders(users)))


def described(
    found: Composed,
    parts: Mapping[str, tuple[str, str | None]],
    users: Sequence[str],
    over: Mapping[str, tuple[Note | None, str]],
) -> list[Input]:
    """List every number below some keys with its source.

    Parameters
    ----------
    parts : mapping
        Group and option that fill each key, e.g. ``{"cost.portal": ("cost", "portal")}``.
    over : mapping
        Note and file, by key, that come before those of the parts' files.
    """
    written = _written(found, parts, _folders(users)) | dict(over)
    groups = {"hydra", *found.choices}
    asked = [o.key_or_group for o in parse(users) if not o.package and o.key_or_group not in groups]
    rows = []
    for part in parts:
        for key, value in numbers(_at(found.mapping, part), part):
            note, file = written.get(key, (UNKNOWN, ""))
            if any(key == mine or key.startswith((f"{mine}.", f"{mine}[")) for mine in asked):
                note, file = USER, ""
            rows.append(_row(key, value, note or UNKNOWN, file))
    return rows


def _folders(users: Sequence[str]) -> tuple[Path, ...]:
    return (CONFIGS, *search_folders(users))


def _at(mapping: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401
    node: Any = mapping
    for name in key.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def numbers(node: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Yield every number, or list that holds numbers, of nested plain values by dotted key."""
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from numbers(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(node, list):
        if any(True for inner in node for _ in numbers(inner, key)):
            yield key, node
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield key, node


def _row(key: str, value: object, note: Note, file: str) -> Input:
    factor = isinstance(value, list) and _holds(note, 1.0) and not _holds_any(note, value)
    low, high = (note.low, note.high) if factor or _holds(note, value) else (None, None)
    whence = (note.kind, note.source_id, note.confidence)
    return Input(key, value, *whence, low, high, note.note, file, factor)


def _holds(note: Note, value: object) -> bool:
    return (
        note.low is not None
        and note.high is not None
        and isinstance(value, int | float)
        and note.low <= value <= note.high
    )


def _holds_any(note: Note, node: object) -> bool:
    if isinstance(node, Mapping):
        return any(_holds_any(note, inner) for inner in node.values())
    if isinstance(node, list):
        return any(_holds_any(note, inner) for inner in node)
    return _holds(note, node)


def _written(
    found: Composed, parts: Mapping[str, tuple[str, str | None]], folders: Sequence[Path]
) -> dict[str, tuple[Note | None, str]]:
    """Return the note and file of each number that the chosen files set, the last one last."""
    written: dict[str, tuple[Note | None, str]] = {}
    for part, (group, option) in parts.items():
        for path in files_of(group, option, folders):
            for key, note in notes(path).items():
                written[f"{part}.{key}"] = (note, label(path))
    for path in files_of("experiment", found.choices["experiment"], folders):
        written.update({key: (note, label(path)) for key, note in notes(path).items()})
    return written


def _own_notes(
    found: Composed, own: Sequence[str], folders: Sequence[Path]
) -> dict[str, tuple[Note | None, str]]:
    """Return the notes of the numbers that an alternative sets in its experiment's file."""
    result: dict[str, tuple[Note | None, str]] = {}
    for path in files_of("experiment", found.choices["experiment"], folders):
        by_line = {
            key.partition(".")[2].partition(".")[2]: note for key, note in notes(path).items()
        }
        for override in parse(own):
            if (line := str(override.input_line)) in by_line:
                result[override.key_or_group] = (by_line[line], label(path))
    return result


def files_of(group: str, option: str | None, folders: Sequence[Path]) -> list[Path]:
    """Return the files behind one option of a group, those that it builds on first."""
    path = _find(group, option, folders)
    if path is None:
        return []
    below = _built_on(path.read_text(encoding="utf-8"))
    return [*(file for name in below for file in files_of(group, name, folders)), path]


@lru_cache(maxsize=256)
def _built_on(text: str) -> tuple[str, ...]:
    """Return the options that a config file builds on."""
    content = yaml.safe_load(text) or {}
    below = content.get("defaults", [])
    return tuple(name for name in below if isinstance(name, str) and name != "_self_")


def _find(group: str, option: str | None, folders: Sequence[Path]) -> Path | None:
    candidates = [folder / group / f"{option}.yaml" for folder in folders]
    return next((path for path in candidates if path.is_file()), None)


def label(path: Path) -> str:
    """Return the path as a reader knows it: from the repository's root, or whole if private."""
    root = CONFIGS.parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def run_record(
    study: Study, wall_s: float, unstable: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what ``run.json`` holds: first what decides the numbers, then the machine.

    Parameters
    ----------
    study : Study
        The study that was run.
    wall_s : float
        Wall time of the run, in seconds.
    unstable : mapping, optional
        Alternatives that cannot carry their load, and which station.
    """
    return {
        "throughgate": version("throughgate"),
        "verb": study.verb,
        "experiment": study.experiment,
        "overrides": list(study.overrides),
        "seed": study.seed,
        "study": _settings(study),
        "alternatives": {name: study.mapping(name) for name in study.alternatives},
        "assumed": {name: _ranges(study.inputs(name)) for name in study.alternatives},
        "unstable": dict(unstable or {}),
        "trucks": trucks_file.record(study),
        "input_sha256": _hashes(study),
        "versions": {name: version(name) for name in LIBRARIES},
        "commit": commit(CONFIGS.parent),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "cpus": os.cpu_count(),
        "processes": study.processes,
        "wall_s": round(wall_s, 3),
    }


def _settings(study: Study) -> dict[str, Any]:
    names = (
        "replications",
        "days",
        "start_date",
        "calendar",
        "coverage",
        "baseline",
        "engine",
        "ledger",
        "bottleneck",
        "high_risk_score",
    )
    found = {name: getattr(study, name) for name in names}
    return found | {"robustness": dataclasses.asdict(study.robustness)}


def _ranges(inputs: Sequence[Input]) -> dict[str, list[float]]:
    """Return the range of every number that is assumed, [low, high] by key."""
    return {
        row.key: [row.low, row.high]
        for row in inputs
        if row.kind == "assumption" and row.low is not None and row.high is not None
    }


def _hashes(study: Study) -> dict[str, str]:
    """Return the SHA-256 of every file that the study reads, by its label."""
    folders = (CONFIGS, *search_folders(study.overrides))
    paths = {CONFIGS / "config.yaml"}
    for alternative in study.alternatives:
        for group, option in study.choices(alternative).items():
            paths.update(files_of(group, option, folders))
    if study.manifest is not None:
        paths.add(study.manifest)
    return {label(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def version(package: str) -> str | None:
    """Return the installed version of a package; None if it runs from a bare checkout."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def commit(root: Path) -> str | None:
    """Return the checkout's git commit, with ``+`` if files differ from it; None without git."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    call = [git, "-C", str(root), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return done.stdout.strip() or None
