"""The port before the change under study: today's practice, which risk models learn from."""

from __future__ import annotations

import dataclasses
import functools

from experiments.study.study import compose_scenario
from sim.scenario import Risk, Scenario, replace_parts
from sim.shared_draws import risk_as_trained

TODAYS_OVERRIDES = ("risk=rules", "policy=todays_practice", "scanner=baseline", "staffing=baseline", "sharing=none")
"""The practice before any change under study."""


def port_before_change(risk: Risk, scenario: Scenario) -> Scenario:
    """Return the past that a model learns from: today's practice by rules, at this port, on these trucks.

    ``risk`` gives the years and the seed; ``scenario`` the port, the traffic and the threat. What the partner shares
    is there as it was agreed, for the models that read it.
    """
    today, learnt = _todays_practice(), risk_as_trained(risk, scenario.sharing)
    years = dataclasses.replace(
        today.risk,
        tier=learnt.tier,
        history_years=risk.history_years,
        history_start_date=risk.history_start_date,
        history_seed=risk.history_seed,
    )
    sharing = today.sharing if learnt.tier == "own" else scenario.sharing.as_agreed()
    kept = {"port": scenario.port, "traffic": scenario.traffic, "threat": scenario.threat}
    return replace_parts(today, risk=years, sharing=sharing, **kept)


@functools.cache
def _todays_practice() -> Scenario:
    """Return today's practice at the default port, composed once: each redrawn set asks for it some five times."""
    return compose_scenario(TODAYS_OVERRIDES)


def past_of(scenario: Scenario, baseline: Scenario) -> Scenario:
    """Return whose port, traffic and threat gave the past of an alternative's model.

    All alternatives at the baseline's port share its past: that before the change under study.
    """
    if scenario.port.name != baseline.port.name:
        return scenario
    return replace_parts(scenario, port=baseline.port, traffic=baseline.traffic, threat=baseline.threat)


DAYS_PER_YEAR = 365.25


def history_weeks(risk: Risk) -> int:
    """Return the whole weeks in the years of history.

    Examples
    --------
    >>> history_weeks(compose_scenario().risk)
    260
    """
    return int(risk.history_years * DAYS_PER_YEAR // 7)
