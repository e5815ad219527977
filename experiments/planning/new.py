"""``throughgate new``: a config file of one's own, begun from one of the repository's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from experiments.files import OutputFolder, check_writable
from experiments.planning.private_file import KINDS, check_name, options, private_text
from experiments.report.terminal import open_console, print_line
from sim.errors import ConfigError, OutputError

FOLDER: Final = "private"
"""Folder of the user's own configs where no other is named."""
WORDS: Final = ("--from", "--to", "--title")


@dataclass(frozen=True, slots=True)
class NewFile:
    """What is to be written."""

    kind: str
    name: str
    begins_from: str
    folder: Path
    title: str | None

    @property
    def file(self) -> Path:
        """Path of the new file below the folder."""
        return Path(KINDS[self.kind].group) / f"{self.name}.yaml"


def usage() -> str:
    """Return how the verb is called."""
    kinds = [f"  {kind:<11} {KINDS[kind].command.format(name='NAME', folder='FOLDER')}" for kind in KINDS]
    return "\n".join(
        [
            f"throughgate new KIND NAME [--from OPTION] [--to FOLDER={FOLDER}] [--title TEXT]",
            "",
            "Writes FOLDER/GROUP/NAME.yaml: a copy of one of the project's config files, with its comments, to be",
            "changed by hand. Kinds, and how the new file is used:",
            *kinds,
            "",
            "docs/how-to/own-port.md takes a port of your own from here to its first answer.",
        ]
    )


def main(words: Sequence[str]) -> int:
    """Write the file and return the exit status.

    Raises
    ------
    ConfigError
        A kind, a name or a word that makes no sense, or a file that exists.
    OutputError
        A folder that cannot be written.
    """
    asked = read_new(words)
    text = private_text(asked.kind, asked.name, asked.begins_from, asked.folder, asked.title)
    check_writable(asked.folder)
    if (asked.folder / asked.file).exists():
        raise OutputError(f"{asked.folder / asked.file} exists already; choose another name or folder")
    path = OutputFolder(asked.folder).write_text(asked.file.as_posix(), text)
    terminal = open_console()
    print_line(terminal, f"wrote {path}")
    print_line(
        terminal, f"Change its figures, then: {KINDS[asked.kind].command.format(name=asked.name, folder=asked.folder)}"
    )
    return 0


def read_new(words: Sequence[str]) -> NewFile:
    """Take the words of the command line apart.

    Raises
    ------
    ConfigError
        A word that is missing, unknown or given twice.

    Examples
    --------
    >>> read_new(["port", "mine", "--from", "ysleta"]).file.as_posix()
    'port/mine.yaml'
    """
    plain, named = _split(words)
    if not plain:
        raise ConfigError("new", f"expected what to begin, one of {', '.join(KINDS)}")
    kind = plain[0]
    if kind not in KINDS:
        raise ConfigError("new", f"cannot begin {kind!r}; expected one of {', '.join(KINDS)}")
    if len(plain) != 2:
        raise ConfigError(f"new {kind}", f"expected one name, got {plain[1:]}")
    check_name(kind, plain[1])
    begins_from = named.get("--from", KINDS[kind].begins_from)
    if begins_from not in options(kind):
        raise ConfigError("--from", f"no {kind} {begins_from!r}; known {options(kind)}")
    title = named.get("--title")
    if title is not None and not (title.strip() and title.isprintable() and not set(title) & set('"\\$')):
        raise ConfigError("--title", f"expected plain text without quotes, got {title!r}")
    return NewFile(kind, plain[1], begins_from, Path(named.get("--to", FOLDER)).expanduser(), title)


def _split(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the plain words, and those that belong to an option."""
    plain: list[str] = []
    named: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            plain.append(word)
            continue
        option, equals, value = word.partition("=")
        if option not in WORDS:
            raise ConfigError(option, f"unknown option; known {list(WORDS)}")
        if option in named:
            raise ConfigError(option, "given twice")
        value = value if equals else next(rest, "")
        if not value.strip():
            raise ConfigError(option, "expected a word after it")
        named[option] = value
    return plain, named


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("new")
