"""The comments in ``configs/`` that say where each number comes from.

::

    # [S12 P] text            a source of docs/sources.md and its confidence (P, P*, S, D, I or U)
    # [A 0.3..0.8] text       an assumption and the range over which it is swept
    # [T by definition] text  a definition, a switch or a label: nothing to look up

A comment on a key's line speaks for the key and everything below it, a comment alone on its line
for the key under it. A range belongs to those numbers below it that lie inside it: in
``{mean_min: 2.0, cv: 0.6}  # [A 1.6..2.2]`` it is the range of ``mean_min`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import yaml

Kind = Literal["source", "assumption", "definition", "user"]
NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
TAG: Final = re.compile(
    rf"\[(?:(?P<id>S\d+) (?P<confidence>P\*|[PSDIU])|A (?P<low>{NUMBER})\.\.(?P<high>{NUMBER})"
    r"|(?P<definition>T by definition))\]\s*(?P<note>.*)"
)


@dataclass(frozen=True, slots=True)
class Note:
    """What one comment says."""

    kind: Kind
    source_id: str | None = None
    confidence: str | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


def read_note(comment: str) -> Note | None:
    """Read one comment; None if it has no tag.

    Examples
    --------
    >>> read_note("[A 0.3..0.8] a guess")
    Note(kind='assumption', source_id=None, confidence=None, low=0.3, high=0.8, note='a guess')
    """
    found = TAG.match(comment.strip().lstrip("#").strip())
    if found is None:
        return None
    note = found["note"].strip()
    if found["id"]:
        return Note("source", source_id=found["id"], confidence=found["confidence"], note=note)
    if found["definition"]:
        return Note("definition", note=note)
    return Note("assumption", low=float(found["low"]), high=float(found["high"]), note=note)


def notes(path: Path) -> dict[str, Note | None]:
    """Return the note that speaks for every number of a config file, by dotted key.

    A list of plain values counts as one number, under its own key; None: no comment speaks for it.
    Items of a list of overrides (``alternatives``) count when they set a number.
    """
    return dict(_notes_in(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=256)
def _notes_in(text: str) -> dict[str, Note | None]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return {}
    return dict(_walk(root, "", None, _comments(text, root)))


def _comments(text: str, root: yaml.Node) -> dict[int, tuple[bool, Note]]:
    """Return, by line, whether the comment stands alone, and its note."""
    inside = [(node.start_mark.index, node.end_mark.index) for node in _scalars(root)]
    found = {}
    start = 0
    for number, line in enumerate(text.split("\n")):
        for place in (hit.start() for hit in re.finditer(r"(?:(?<=\s)|^)#", line)):
            if not any(low <= start + place < high for low, high in inside):
                note = read_note(line[place:])
                if note is not None:
                    found[number] = (not line[:place].strip(), note)
                break
        start += len(line) + 1
    return found


def _scalars(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for inner in pair:
                yield from _scalars(inner)


def _walk(
    node: yaml.Node, key: str, above: Note | None, comments: Mapping[int, tuple[bool, Note]]
) -> Iterator[tuple[str, Note | None]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            note = _spoken(name, value, comments) or above
            yield from _walk(value, f"{key}.{name.value}" if key else name.value, note, comments)
    elif isinstance(node, yaml.SequenceNode):
        yield from _walk_list(node, key, above, comments)
    elif _is_number(node):
        yield key, above


def _walk_list(
    node: yaml.SequenceNode,
    key: str,
    above: Note | None,
    comments: Mapping[int, tuple[bool, Note]],
) -> Iterator[tuple[str, Note | None]]:
    if any(_is_number(inner) for inner in _scalars(node)):
        yield key, above
    for item in node.value:
        if isinstance(item, yaml.ScalarNode) and _sets_number(item.value):
            yield f"{key}.{item.value}", _spoken(item, item, comments) or above


def _spoken(
    name: yaml.Node, value: yaml.Node, comments: Mapping[int, tuple[bool, Note]]
) -> Note | None:
    """Return the note on the key's line, after a value of one piece, or alone above the key."""
    line = name.start_mark.line
    last = value.end_mark.line
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
        isinstance(node, yaml.ScalarNode)
        and node.style is None
        and re.fullmatch(NUMBER, node.value) is not None
    )


def _sets_number(text: str) -> bool:
    """Return whether an override sets a number, or a list or mapping that holds one."""
    value = text.partition("=")[2].strip()
    if value[:1] in ("[", "{"):
        return re.search(rf"(?<![\w.-]){NUMBER}(?![\w.-])", value) is not None
    return re.fullmatch(NUMBER, value) is not None
