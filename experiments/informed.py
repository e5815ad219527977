"""What a risk model learns from of all that others share.

Tips are too few to learn from: they are heeded for what they state of themselves (`models.tips`).
The partner's items are learnt from as they were agreed: what has leaked or been held back since,
the past does not show (`sim.sharing.Sharing.as_agreed`).
"""

from __future__ import annotations

import dataclasses

from experiments.load import compose_scenario
from sim.scenario import Risk, Scenario, replace
from sim.sharing import Sharing

DAYS_PER_YEAR = 365.25
TODAY = (
    "risk=rules",
    "policy=todays_practice",
    "scanner=baseline",
    "staffing=baseline",
    "sharing=none",
)
"""The practice before any change under study."""


def learnt_risk(risk: Risk, sharing: Sharing) -> Risk:
    """Return the risk model as it is trained: of tier ``partner`` if there is anything to read.

    Models of different tiers, and of different sharing, are the same where they learn the same.
    """
    has_partner = risk.tier != "own" and sharing.has_partner
    return dataclasses.replace(risk, tier="partner" if has_partner else "own")


def past_of(risk: Risk, scenario: Scenario, today: Scenario) -> Scenario:
    """Return the past that a model learns from: today's practice, at this port, on these trucks.

    What the partner shares is there as it was agreed, for the models that read it.
    """
    learnt = learnt_risk(risk, scenario.sharing)
    years = dataclasses.replace(
        today.risk,
        tier=learnt.tier,
        history_years=risk.history_years,
        history_start_date=risk.history_start_date,
        history_seed=risk.history_seed,
    )
    sharing = today.sharing if learnt.tier == "own" else scenario.sharing.as_agreed()
    kept = {"port": scenario.port, "traffic": scenario.traffic, "threat": scenario.threat}
    return replace(today, risk=years, sharing=sharing, **kept)


def lesson(risk: Risk, sharing: Sharing) -> str:
    """Return what two scenarios' sharing must have in common for one fitted model to serve both."""
    return repr(sharing.as_agreed()) if learnt_risk(risk, sharing).tier == "partner" else ""


def before(risk: Risk, scenario: Scenario) -> Scenario:
    """Return the port before the change under study: its trucks, today's practice by rules.

    ``risk`` gives the years and the seed; ``scenario`` the port, the traffic and the threat.
    """
    return past_of(risk, scenario, compose_scenario(TODAY))


def n_weeks(risk: Risk) -> int:
    """Return the whole weeks in the years of history.

    Examples
    --------
    >>> n_weeks(compose_scenario().risk)
    260
    """
    return int(risk.history_years * DAYS_PER_YEAR // 7)
