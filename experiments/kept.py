"""Compositions of configs, kept between processes: Hydra takes a third of a second for each.

A composition is a function of the overrides, of the project's own config files, and of the code and
libraries that compose them. Its file is named by a hash of all of these, so that it is never stale.
What private configs or the environment have a say in is composed anew each time.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import configs
from sim import cache_files
from sim.source_hash import files_hash, source_files

MOST_KEPT: Final = 1024
"""Files that the folder holds, 20 kB each; the older half goes when there are more."""
COMPOSING: Final = "experiments.compose"
"""The module that composes."""


def recall(overrides: Sequence[str], root: str, *versions: str) -> dict[str, Any] | None:
    """Return what was kept of these overrides; None where nothing was, or it is damaged."""
    if not _decide_alone(overrides):
        return None
    content = cache_files.read(_file(overrides, root, versions))
    if content is None:
        return None
    values: dict[str, Any] = json.loads(content)
    return values


def keep(found: dict[str, Any], overrides: Sequence[str], root: str, *versions: str) -> None:
    """Keep plain values for the processes to come, where they come back from JSON as they are."""
    text = json.dumps(found)
    if not _decide_alone(overrides) or repr(json.loads(text)) != repr(found):
        return
    path = _file(overrides, root, versions)
    if cache_files.write(path, text.encode()):
        _make_room(path.parent)


def copied(node: Any) -> Any:  # noqa: ANN401
    """Return a copy of plain values, in a tenth of the time of ``copy.deepcopy``.

    Examples
    --------
    >>> one = {"a": [1, {"b": 2.0}]}
    >>> two = copied(one)
    >>> two == one, two["a"] is one["a"]
    (True, False)
    """
    if isinstance(node, dict):
        return {name: copied(inner) for name, inner in node.items()}
    return [copied(inner) for inner in node] if isinstance(node, list) else node


def _decide_alone(overrides: Sequence[str]) -> bool:
    return not any("${" in text or text.lstrip("+~").startswith("hydra") for text in overrides)


def _file(overrides: Sequence[str], root: str, versions: Sequence[str]) -> Path:
    digest = hashlib.sha256(json.dumps([_of_configs(), root, *versions, *overrides]).encode())
    return cache_files.cache().root / "composed" / f"{digest.hexdigest()[:32]}.json"


@functools.cache
def _of_configs() -> str:
    """Return a hash of every config file, and of the code that composes them."""
    folder = Path(configs.__file__).resolve().parent
    return files_hash([*folder.rglob("*.yaml"), *source_files([COMPOSING])])


def _make_room(folder: Path) -> None:
    files = list(folder.glob("*.json"))
    if len(files) > MOST_KEPT:
        for path in sorted(files, key=lambda one: one.stat().st_mtime)[: MOST_KEPT // 2]:
            path.unlink(missing_ok=True)
