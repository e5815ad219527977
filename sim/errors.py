"""What can go wrong, drawn as one family.

::

    ThroughgateError            every error that a user can mend: a line each, exit status 2
    |-- ConfigError             a key of the scenario or study: what was found, what is allowed
    |   `-- CombinedConfigError        several of them, found at once
    |-- TableError              a table with a missing, unknown, mistyped or out-of-range column
    |-- PolicyError             a policy that breaks the contract of ``sim.policies.registry``
    |-- ModelError              a risk model that cannot be trained, stored or read back
    `-- OutputError             a folder or file that cannot be written or read
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class ThroughgateError(Exception):
    """Base of every error that the user can mend by changing an input."""


class ConfigError(ThroughgateError):
    """A configuration key that is unknown, missing, mistyped or out of range.

    Parameters
    ----------
    key : str
        Full dotted key, e.g. ``port.primary.lanes``.
    problem : str
        What was found and what is allowed, e.g. ``expected int, got 'three'``.

    Examples
    --------
    >>> str(ConfigError("port.primary.lanes", "expected int, got 'three'"))
    "port.primary.lanes: expected int, got 'three'"
    """

    def __init__(self, key: str, problem: str) -> None:
        self.key = key
        self.problem = problem
        super().__init__(f"{key}: {problem}" if key else problem)

    def under(self, prefix: str) -> ConfigError:
        """Return the same error with ``prefix`` set before its key."""
        return ConfigError(f"{prefix}.{self.key}" if self.key else prefix, self.problem)

    def __reduce__(self) -> tuple[type[ConfigError], tuple[Any, ...]]:
        return type(self), (self.key, self.problem)


class CombinedConfigError(ConfigError):
    """Several keys that are refused at once, a line each.

    Examples
    --------
    >>> print(CombinedConfigError([ConfigError("seed", "expected int, got 'x'"), ConfigError("days", "missing")]))
    seed: expected int, got 'x'
    days: missing
    """

    def __init__(self, errors: Sequence[ConfigError]) -> None:
        super().__init__(errors[0].key, errors[0].problem)
        self.errors = tuple(errors)
        self.args = ("\n".join(map(str, errors)),)

    def under(self, prefix: str) -> CombinedConfigError:
        """Return the same errors with ``prefix`` set before their keys."""
        return CombinedConfigError([error.under(prefix) for error in self.errors])

    def __reduce__(self) -> tuple[type[ConfigError], tuple[Any, ...]]:
        return type(self), (self.errors,)


class Refusals:
    """Refusals that are collected, so that a user meets all of them at once.

    Examples
    --------
    >>> refusals = Refusals()
    >>> with refusals.collect():
    ...     raise ConfigError("days", "missing")
    >>> refusals.error()
    ConfigError('days: missing')
    """

    def __init__(self) -> None:
        self.errors: list[ConfigError] = []

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Take the ConfigError that ends the block, unless the same one was taken before."""
        try:
            yield
        except ConfigError as error:
            self.add(error)

    def add(self, error: ConfigError) -> None:
        """Take one error, or each of several."""
        for found in error.errors if isinstance(error, CombinedConfigError) else (error,):
            if str(found) not in map(str, self.errors):
                self.errors.append(found)

    def error(self) -> ConfigError:
        """Return what was collected as one error: the only one, or a CombinedConfigError."""
        return self.errors[0] if len(self.errors) == 1 else CombinedConfigError(self.errors)


class TableError(ThroughgateError):
    """A table whose columns are not those declared in ``sim.tables``."""


class PolicyError(ThroughgateError):
    """A policy that names a station that does not exist, repeats one, or cannot be compiled."""


class ModelError(ThroughgateError):
    """A risk model that cannot be trained, stored or read back."""


class OutputError(ThroughgateError):
    """A folder or file that cannot be written or read."""
