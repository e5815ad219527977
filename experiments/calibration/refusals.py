"""One line for whatever is wrong with a file of observed waits."""

from __future__ import annotations

from typing import NoReturn

from sim.errors import ConfigError


def refuse(problem: str) -> NoReturn:
    """Raise the ConfigError of ``observed``."""
    raise ConfigError("observed", problem)


def at_line(number: object) -> str:
    """Return where in the file; the header is line 1."""
    return f"line {number}"
