"""Compositions that are kept between processes: one file each, named by all that it depends on, so never stale.

A composition is a function of the overrides, of the project's own config files, and of the code and libraries that
compose them. What private configs or the environment have a say in is not kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import configs
from sim.caching import cache_files
from sim.caching.source_hash import files_hash, source_files

MOST_KEPT: Final = 1024
"""Files that the folder holds, 20 kB each; the older half goes when there are more."""
COMPOSING: Final = "experiments.study.compose"
"""The module that composes."""


def read_composition(overrides: Sequence[str], root: str, *versions: str) -> dict[str, Any] | None:
    """Return what was kept of these overrides; None where nothing was, or it is damaged."""
    if not are_plain(overrides):
        return None
    content = cache_files.read(_file(overrides, root, versions))
    values: dict[str, Any] | None = None if content is None else json.loads(content)
    return values


def store_composition(values: dict[str, Any], overrides: Sequence[str], root: str, *versions: str) -> None:
    """Keep plain values for the processes to come, where they come back from JSON as they are."""
    text = json.dumps(values)
    if not are_plain(overrides) or repr(json.loads(text)) != repr(values):
        return
    path = _file(overrides, root, versions)
    if cache_files.write(path, text.encode()):
        _make_room(path.parent)


def are_plain(overrides: Sequence[str]) -> bool:
    """Return whether nothing but these overrides and the project's own configs has a say."""
    return not any("${" in text or text.lstrip("+~").startswith("hydra") for text in overrides)


def _file(overrides: Sequence[str], root: str, versions: Sequence[str]) -> Path:
    digest = hashlib.sha256(json.dumps([_of_configs(), root, *versions, *overrides]).encode())
    return cache_files.cache().root / "composed" / f"{digest.hexdigest()[:32]}.json"


@cache
def _of_configs() -> str:
    """Return a hash of every config file, and of the code that composes them."""
    folder = Path(configs.__file__).resolve().parent
    return files_hash([*folder.rglob("*.yaml"), *source_files([COMPOSING])])


def _make_room(folder: Path) -> None:
    files = list(folder.glob("*.json"))
    if len(files) > MOST_KEPT:
        for path in sorted(files, key=lambda one: one.stat().st_mtime)[: MOST_KEPT // 2]:
            path.unlink(missing_ok=True)
