"""The text of a config file of the user's own, begun from one of the repository's, comments and all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from experiments.study.sources import CONFIGS
from sim.errors import ConfigError


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file that can be begun."""

    group: str
    """Config group: the folder below ``configs/``."""
    begins_from: str
    """Option that it begins from where none is named."""
    command: str
    """How the new file is used; {name} and {folder} stand for its name and folder."""


KINDS: Final[Mapping[str, FileKind]] = {
    "port": FileKind("port", "pharr", "throughgate run --config-dir {folder} port={name}"),
    "staffing": FileKind("staffing", "baseline", "throughgate run --config-dir {folder} staffing={name}"),
    "scanner": FileKind("scanner", "baseline", "throughgate run --config-dir {folder} scanner={name}"),
    "threat": FileKind("threat", "hard_drugs", "throughgate run --config-dir {folder} threat={name}"),
    "experiment": FileKind("experiment", "lanes", "throughgate compare --config-dir {folder} experiment={name}"),
    "cost": FileKind("cost", "portal", "throughgate fund --config-dir {folder} +cost@cost.{name}={name}"),
    "targets": FileKind("scorecard", "common", "throughgate scorecard --config-dir {folder} scorecard={name}"),
}
"""Kinds of files by the word on the command line."""
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
TITLE: Final = re.compile(r"^title:.*$", re.MULTILINE)


def options(kind: str) -> list[str]:
    """Return what a kind of file can begin from."""
    return sorted(path.stem for path in (CONFIGS / KINDS[kind].group).glob("*.yaml"))


def check_name(kind: str, name: str) -> None:
    """Refuse (ConfigError) a name that is not one, or that hides an option of the repository."""
    if not NAME.fullmatch(name):
        problem = "expected a small letter, then up to 39 small letters, digits or underscores"
        raise ConfigError("name", f"{problem}, got {name!r}")
    if name in options(kind):
        raise ConfigError("name", f"configs/{KINDS[kind].group}/{name}.yaml exists already: choose another name")


def private_text(kind: str, name: str, begins_from: str, folder: Path, title: str | None = None) -> str:
    """Return the text of the new file.

    Raises
    ------
    ConfigError
        A name that is taken or none, or an option that does not exist.

    Examples
    --------
    >>> "name: night_shift" in private_text("staffing", "night_shift", "baseline", Path("private")).splitlines()
    True
    """
    check_name(kind, name)
    if begins_from not in options(kind):
        raise ConfigError("--from", f"no {kind} {begins_from!r}; known {options(kind)}")
    group = KINDS[kind].group
    text = (CONFIGS / group / f"{begins_from}.yaml").read_text(encoding="utf-8")
    head = [
        f"# Begun from configs/{group}/{begins_from}.yaml: every figure is that file's until you change it.",
        "# The comment beside a figure says where it comes from: put your own there, as [A low..high] and a reason.",
        f"# {KINDS[kind].command.format(name=name, folder=folder)}",
    ]
    if kind == "targets":
        return "\n".join([*head, _targets(text, name, begins_from)])
    lines = text.splitlines()
    package = [line for line in lines if line.startswith("# @package")]
    body = "\n".join(line for line in lines if line not in package and not line.startswith("# throughgate "))
    body = re.sub(r"^name: .*$", f"name: {name}", body, count=1, flags=re.MULTILINE)
    if title is not None and TITLE.search(body):
        body = TITLE.sub(lambda _: f'title: "{title}"', body, count=1)
    return "\n".join([*package, *head, body, ""])


def _targets(text: str, name: str, begins_from: str) -> str:
    """Return targets that rest on those of another file, each of its lines commented out."""
    lines = [f"defaults: [{begins_from}, _self_]  # targets that do not stand here are those of {begins_from}"]
    for line in text.splitlines():
        if line.startswith("name:"):
            lines.append(f"name: {name}")
        elif line.startswith("  "):
            lines.append(f"  # {line.strip()}")
        elif not line.startswith("#"):
            lines.append(line)
    return "\n".join([*lines, ""])
