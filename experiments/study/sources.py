"""Where every number of a study comes from: the comments beside it in ``configs/``.

::

    # [S12 P] text            a source of docs/reference/sources.md and its confidence (P, P*, S, D, I or U)
    # [A 0.3..0.8] text       an assumption and the range over which it is swept
    # [T by definition] text  a definition, a switch or a label: nothing to look up

A comment on a key's line speaks for the key and everything below it, a comment alone on its line
for the key under it. A range belongs to those numbers below it that lie inside it: in
``{mean_min: 2.0, cv: 0.6}  # [A 1.6..2.2]`` it is the range of ``mean_min`` alone. In a private folder
(``--config-dir``) a number without a comment is the planner's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import yaml

import configs
from experiments.study.calibration_file import CALIBRATION
from experiments.study.compose import PARTS, ComposedConfig, parse_overrides, search_folders, value_at

Kind = Literal["source", "assumption", "definition", "user"]
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same content and places from libyaml, ten times as fast, where PyYAML was built with it."""
NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
TAG: Final = re.compile(
    rf"\[(?:(?P<id>S\d+) (?P<confidence>P\*|[PSDIU])|A (?P<low>{NUMBER})\.\.(?P<high>{NUMBER})"
    r"|(?P<definition>T by definition))\]\s*(?P<note>.*)"
)


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What one comment says."""

    kind: Kind
    source_id: str | None = None
    confidence: str | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


_Note = SourceNote | None
_Comments = Mapping[int, tuple[bool, SourceNote]]
"""By line, whether the comment stands alone, and its note."""


def parse_source_note(comment: str) -> SourceNote | None:
    """Read one comment; None if it has no tag.

    Examples
    --------
    >>> parse_source_note("[A 0.3..0.8] a guess")
    SourceNote(kind='assumption', source_id=None, confidence=None, low=0.3, high=0.8, note='a guess')
    """
    found = TAG.match(comment.strip().lstrip("#").strip())
    if found is None:
        return None
    kind: Kind = "source" if found["id"] else "definition" if found["definition"] else "assumption"
    low, high = (None if end is None else float(end) for end in (found["low"], found["high"]))
    return SourceNote(kind, found["id"], found["confidence"], low, high, found["note"].strip())


def source_notes(path: Path) -> dict[str, SourceNote | None]:
    """Return the note that speaks for every number of a config file, by dotted key.

    A list of plain values counts as one number, under its own key; None: no comment speaks for it.
    Items of a list of overrides (``alternatives``) count when they set a number.
    """
    return dict(_notes_in(path.read_text(encoding="utf-8")))


LABELED_SET: Final = re.compile(r"^((?:alternatives|crossed_with)\.\w+)\.overrides\.")
"""Beginning of the keys of a set of overrides that has a label, in place of which a plain list has its name alone."""


@lru_cache(maxsize=256)
def _notes_in(text: str) -> dict[str, SourceNote | None]:
    root = yaml.compose(text, Loader=LOADER)
    found = {} if root is None else dict(_walk(root, "", None, _comments(text, root)))
    return {LABELED_SET.sub(r"\1.", key): note for key, note in found.items()}


def _comments(text: str, root: yaml.Node) -> _Comments:
    inside = [(node.start_mark.index, node.end_mark.index) for node in _scalars(root)]
    found = {}
    start = 0
    for number, line in enumerate(text.split("\n")):
        for place in (hit.start() for hit in re.finditer(r"(?:(?<=\s)|^)#", line)):
            if not any(low <= start + place < high for low, high in inside):
                note = parse_source_note(line[place:])
                if note is not None:
                    found[number] = (not line[:place].strip(), note)
                break
        start += len(line) + 1
    return found


def _scalars(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for item in node.value:
        for inner in item if isinstance(item, tuple) else (item,):
            yield from _scalars(inner)


def _walk(node: yaml.Node, key: str, inherited: _Note, comments: _Comments) -> Iterator[tuple[str, _Note]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            note = _spoken(name, value, comments) or inherited
            yield from _walk(value, f"{key}.{name.value}" if key else name.value, note, comments)
    elif isinstance(node, yaml.SequenceNode):
        if any(_is_number(inner) for inner in _scalars(node)):
            yield key, inherited
        for item in node.value:
            if isinstance(item, yaml.ScalarNode) and _sets_number(item.value):
                yield f"{key}.{item.value}", _spoken(item, item, comments) or inherited
    elif _is_number(node):
        yield key, inherited


def _spoken(name: yaml.Node, value: yaml.Node, comments: _Comments) -> _Note:
    """Return the note on the key's line, after a value of one piece, or alone above the key."""
    line, last = name.start_mark.line, value.end_mark.line
    block = isinstance(value, yaml.CollectionNode) and not value.flow_style
    for number in (line,) if block else (line, last):
        if number in comments and not comments[number][0]:
            return comments[number][1]
    for number in (line - 1, line - 2):
        if number in comments and comments[number][0]:
            return comments[number][1]
        if number not in comments:
            return None
    return None


def _is_number(node: yaml.Node) -> bool:
    return node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float") or (
        # YAML 1.1 reads 1e-4 as text; Hydra reads it as a number.
        isinstance(node, yaml.ScalarNode) and not node.style and re.fullmatch(NUMBER, node.value) is not None
    )


def _sets_number(text: str) -> bool:
    """Return whether an override sets a number, or a list or mapping that holds one."""
    value = text.partition("=")[2].strip()
    if value[:1] in ("[", "{"):
        return re.search(rf"(?<![\w.-]){NUMBER}(?![\w.-])", value) is not None
    return re.fullmatch(NUMBER, value) is not None


CONFIGS: Final = Path(configs.__file__).parent
USER: Final = SourceNote("user", note="set on the command line")
PLANNER: Final = SourceNote("user", note="set by the planner")
"""Of a number without a comment in a private folder: whoever wrote the file stands for it."""
UNKNOWN: Final = SourceNote("user", note="no source given")


@dataclass(frozen=True, slots=True)
class SourcedInput:
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


def input_sources(
    config: ComposedConfig, user_overrides: Sequence[str] = (), alternative_overrides: Sequence[str] = ()
) -> list[SourcedInput]:
    """List every number of one alternative with its source.

    A number that the user sets is of kind ``user``, one that the alternative sets carries the experiment
    file's comment.

    Examples
    --------
    >>> from experiments.study.compose import compose_config
    >>> rows = {row.key: row for row in input_sources(
    ...     compose_config(["policy.share=0.3", "policy=top_share"]), ["policy.share=0.3"])}
    >>> rows["policy.share"].kind, rows["port.mix.fast_share"].source_id
    ('user', 'S6')
    """
    parts = {part: (part, config.choices[part]) for part in PARTS}
    return describe_inputs(
        config, parts, user_overrides, _own_notes(config, alternative_overrides, _folders(user_overrides))
    )


def describe_inputs(
    config: ComposedConfig,
    parts: Mapping[str, tuple[str, str | None]],
    user_overrides: Sequence[str],
    overriding_notes: Mapping[str, tuple[SourceNote | None, str]],
) -> list[SourcedInput]:
    """List every number below some keys with its source.

    ``parts`` are the group and option that fill each key, e.g. ``{"cost.portal": ("cost", "portal")}``;
    ``overriding_notes`` are note and file, by key, that come before those of the parts' files.
    """
    written = _written(config, parts, _folders(user_overrides)) | dict(overriding_notes)
    groups = {"hydra", *config.choices}
    asked = [o.key_or_group for o in parse_overrides(user_overrides) if not o.package and o.key_or_group not in groups]
    rows = []
    for part in parts:
        for key, value in numbers_in(value_at(config.mapping, part.split(".")), part):
            note, file = written.get(key, (UNKNOWN, ""))
            if any(key == mine or key.startswith((f"{mine}.", f"{mine}[")) for mine in asked):
                note, file = USER, ""
            rows.append(_row(key, value, note or UNKNOWN, file))
    return rows


def _folders(user_overrides: Sequence[str]) -> tuple[Path, ...]:
    return (CONFIGS, *search_folders(user_overrides))


def numbers_in(node: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Yield every number, or list that holds numbers, of nested plain values by dotted key."""
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from numbers_in(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(node, list):
        if any(True for inner in node for _ in numbers_in(inner, key)):
            yield key, node
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield key, node


def _row(key: str, value: object, note: SourceNote, file: str) -> SourcedInput:
    factor = isinstance(value, list) and _holds(note, 1.0) and not _holds_any(note, value)
    low, high = (note.low, note.high) if factor or _holds(note, value) else (None, None)
    return SourcedInput(key, value, note.kind, note.source_id, note.confidence, low, high, note.note, file, factor)


def _holds(note: SourceNote, value: object) -> bool:
    low, high = note.low, note.high
    return low is not None and high is not None and isinstance(value, int | float) and low <= value <= high


def _holds_any(note: SourceNote, node: object) -> bool:
    if isinstance(node, Mapping | list):
        return any(_holds_any(note, inner) for inner in (node.values() if isinstance(node, Mapping) else node))
    return _holds(note, node)


def _written(
    config: ComposedConfig, parts: Mapping[str, tuple[str, str | None]], folders: Sequence[Path]
) -> dict[str, tuple[SourceNote | None, str]]:
    """Return the note and file of each number that the chosen files set, the last one last."""
    written: dict[str, tuple[SourceNote | None, str]] = {}
    for part, (group, option) in parts.items():
        for path in option_files(group, option, folders):
            for key, note in notes_of_file(path).items():
                written[f"{part}.{key}"] = (note, path_label(path))
    for group in (CALIBRATION, "experiment"):
        for path in option_files(group, config.choices[group], folders):
            written.update({key: (note, path_label(path)) for key, note in notes_of_file(path).items()})
    return written


def notes_of_file(path: Path) -> dict[str, SourceNote | None]:
    """Return the notes of a file; in a private one, numbers without a comment are the planner's."""
    unsaid = None if path.is_relative_to(CONFIGS) else PLANNER
    return {key: note or unsaid for key, note in source_notes(path).items()}


def _own_notes(
    config: ComposedConfig, alternative_overrides: Sequence[str], folders: Sequence[Path]
) -> dict[str, tuple[SourceNote | None, str]]:
    """Return the notes of the numbers that an alternative sets in its experiment's file."""
    result: dict[str, tuple[SourceNote | None, str]] = {}
    for path in option_files("experiment", config.choices["experiment"], folders):
        by_line = {key.partition(".")[2].partition(".")[2]: note for key, note in notes_of_file(path).items()}
        for override in parse_overrides(alternative_overrides):
            if (line := str(override.input_line)) in by_line:
                result[override.key_or_group] = (by_line[line], path_label(path))
    return result


def option_files(group: str, option: str | None, folders: Sequence[Path]) -> list[Path]:
    """Return the files behind one option of a group, those that it builds on first."""
    files = (folder / group / f"{option}.yaml" for folder in folders)
    path = next((file for file in files if file.is_file()), None)
    if path is None:
        return []
    below = _built_on(path.read_text(encoding="utf-8"))
    return [*(file for name in below for file in option_files(group, name, folders)), path]


@lru_cache(maxsize=256)
def _built_on(text: str) -> tuple[str, ...]:
    """Return the options that a config file builds on."""
    content = yaml.load(text, Loader=LOADER) or {}  # noqa: S506  (a safe loader)
    return tuple(name for name in content.get("defaults", []) if isinstance(name, str) and name != "_self_")


def path_label(path: Path) -> str:
    """Return the path as a reader knows it: from the repository's root, or whole if private."""
    root = CONFIGS.parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
