"""Fixtures that several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import settings

from experiments.study.study import compose_scenario
from sim.scenario import Scenario

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """One thread for numerical libraries: two test processes with two each wait for one another, five times as long."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


@pytest.fixture(scope="session")
def make_scenario() -> Callable[..., Scenario]:
    """Return a function from Hydra overrides to a scenario, e.g. ``make_scenario("port=bare")``."""
    return lambda *overrides: compose_scenario(overrides)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Return the default scenario: today's practice at World Trade Bridge."""
    return compose_scenario()


REQUIRED_MARKS = [
    mark
    for mark, variable in (("browser", "THROUGHGATE_BROWSER"), ("office", "THROUGHGATE_OFFICE"))
    if os.environ.get(variable) == "required"
]
"""Marks whose tests fail the run where they are skipped, as in `.ci/run`."""
skipped_required_tests: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the names of required tests that did not run."""
    if report.skipped and any(mark in report.keywords for mark in REQUIRED_MARKS):
        skipped_required_tests.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a required test was skipped."""
    if skipped_required_tests:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests for which the run failed."""
    for name in skipped_required_tests:
        terminalreporter.write_line(f"a required test was skipped: {name}", red=True)
