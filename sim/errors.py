"""What can go wrong, drawn as one family.

::

    ThroughgateError            every error that a user can mend: one line, exit status 2
    |-- ConfigError             a key of the scenario or study: what was found, what is allowed
    |-- TableError              a table with a missing, unknown, mistyped or out-of-range column
    |-- PolicyError             a policy that breaks the contract of ``sim.policies.registry``
    |-- ModelError              a risk model that cannot be trained, stored or read back
    `-- OutputError             a folder or file that cannot be written or read
"""

from __future__ import annotations


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

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        return type(self), (self.key, self.problem)


class TableError(ThroughgateError):
    """A table whose columns are not those declared in ``sim.tables``."""


class PolicyError(ThroughgateError):
    """A policy that names a station that does not exist, repeats one, or cannot be compiled."""


class ModelError(ThroughgateError):
    """A risk model that cannot be trained, stored or read back."""


class OutputError(ThroughgateError):
    """A folder or file that cannot be written or read."""
