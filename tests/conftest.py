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


@pytest.fixture(scope="session")
def make_scenario() -> Callable[..., Scenario]:
    """Return a function from Hydra overrides to a scenario, e.g. ``make_scenario("port=bare")``."""
    return lambda *overrides: compose_scenario(overrides)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Return the default scenario: today's practice at World Trade Bridge."""
    return compose_scenario()


BROWSER_REQUIRED = os.environ.get("THROUGHGATE_BROWSER") == "required"
"""Whether a browser test that is skipped fails the run, as in `.ci/run`."""
skipped_browser_tests: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the names of browser tests that did not run."""
    if report.skipped and "browser" in report.keywords:
        skipped_browser_tests.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where browser tests are required and one was skipped."""
    if BROWSER_REQUIRED and skipped_browser_tests:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the browser tests for which the run failed."""
    for name in skipped_browser_tests if BROWSER_REQUIRED else ():
        terminalreporter.write_line(f"a browser test was skipped: {name}", red=True)
