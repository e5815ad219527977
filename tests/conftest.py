"""Fixtures that several tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from experiments.study.study import compose_scenario
from sim.scenario import Scenario

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def make_scenario() -> Callable[..., Scenario]:
    """Return a function from Hydra overrides to a scenario, e.g. ``make_scenario("port=bare")``."""
    return lambda *overrides: compose_scenario(overrides)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Return the default scenario: today's practice at World Trade Bridge."""
    return compose_scenario()
