"""Errors: one drawn family, one line each, and they survive the way back from another process."""

from __future__ import annotations

import inspect
import pickle

import pytest

from sim import errors
from sim.errors import CombinedConfigError, ConfigError, ThroughgateError

FAMILY = [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, ThroughgateError)]


def test_every_error_is_drawn_at_the_top() -> None:
    for error in FAMILY:
        assert error.__name__ in str(errors.__doc__)


def example_of(error: type[ThroughgateError]) -> ThroughgateError:
    if error is CombinedConfigError:
        return error([ConfigError("port.lanes", "got 3"), ConfigError("days", "missing")])
    return error("port.lanes", "got 3") if error is ConfigError else error("got 3")


@pytest.mark.parametrize("error", FAMILY)
def test_errors_survive_pickling(error: type[ThroughgateError]) -> None:
    raised = example_of(error)
    copy = pickle.loads(pickle.dumps(raised))  # noqa: S301
    assert type(copy) is error
    assert str(copy) == str(raised)


def test_config_error_grows_its_key_outwards() -> None:
    error = ConfigError("lanes", "must be at least 0, got -1").under("primary").under("port")
    assert str(error) == "port.primary.lanes: must be at least 0, got -1"
    assert str(ConfigError("", "empty").under("port")) == "port: empty"
    assert str(ConfigError("", "empty")) == "empty"
