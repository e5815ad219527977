"""Compositions of configs, kept between processes: Hydra takes a third of a second for each.

A composition is a function of the overrides, of the project's own config files, and of the code and
libraries that compose them. Its file is named by a hash of all of these, so that it is never stale.
What private configs or the environment have a say in is composed anew each time.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import configs
from sim.jit import cache_root

MOST_KEPT: Final = 1024
"""Files that the folder holds, 20 kB each; the older half goes when there are more."""


def recall(overrides: Sequence[str], root: str, *versions: str) -> dict[str, Any] | None:
    """Return what was kept of these overrides; None where nothing was, or it cannot be read."""
    if not _decide_alone(overrides):
        return None
    try:
        found = json.loads(_file(overrides, root, versions).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def keep(found: dict[str, Any], overrides: Sequence[str], root: str, *versions: str) -> None:
    """Keep plain values for the processes to come, where they come back from JSON as they are."""
    text = json.dumps(found)
    if not _decide_alone(overrides) or repr(json.loads(text)) != repr(found):
        return
    path = _file(overrides, root, versions)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_room(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        # a cache that cannot be written costs time and nothing else
        return


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
    return cache_root() / "composed" / f"{digest.hexdigest()[:32]}.json"


@functools.cache
def _of_configs() -> str:
    """Return a hash of every config file, and of the code that composes them."""
    folder, digest = Path(configs.__file__).parent, hashlib.sha256()
    paths = [*sorted(folder.rglob("*.yaml")), *sorted(Path(__file__).parent.glob("compose.py"))]
    for path in paths:
        digest.update(path.name.encode() + b"\n" + str(path.parent.name).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _make_room(folder: Path) -> None:
    files = list(folder.glob("*.json"))
    if len(files) >= MOST_KEPT:
        for path in sorted(files, key=lambda one: one.stat().st_mtime)[: MOST_KEPT // 2]:
            path.unlink(missing_ok=True)
