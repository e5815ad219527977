"""Names and keys of the files below ``configs/``, read without composing anything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import configs

CONFIGS: Final = Path(configs.__file__).parent


def read_values(file: Path) -> dict[str, Any]:
    """Return the values of a config file; nothing of one that cannot be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        values = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  (a safe loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return values if isinstance(values, dict) else {}


def default_options(root: str) -> dict[str, str | None]:
    """Return the groups of a root file (``config``, ``fund``) in its order, with the option of each.

    Examples
    --------
    >>> default_options("config")["port"]
    'world_trade_bridge'
    """
    lines = read_values(CONFIGS / f"{root}.yaml")["defaults"]
    pairs = [pair for line in lines if isinstance(line, dict) for pair in line.items()]
    return {group.removeprefix("optional "): option for group, option in pairs}


def group_options(group: str, folders: Iterable[Path] = (CONFIGS,)) -> list[str]:
    """Return the options of a config group that the folders hold, sorted."""
    if not group.isidentifier():
        return []
    return sorted({file.stem for folder in folders for file in (folder / group).glob("*.yaml")})
