"""The weeks of a campaign as the port lives them: trucks, plan, flow, and what each option would have met.

Week 0 is the week that ``compare`` runs, with the same trucks, plan and bytes. Later weeks have trucks of their own,
the same for all alternatives, and a plan from the two weeks before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from experiments.adaptation.options import Options, Prices
from experiments.execution.replicate import ProcessCache, trucks_met
from experiments.study.study import Study
from sim.frames import column
from sim.policies.base import PAST_COLUMNS
from sim.replication import OperatingPlan, Replication, Scorer, make_plan, summarize_past
from sim.results.groups import high_risk_counts
from sim.scenario import Scenario
from sim.setting.window import PAST_DAYS, Window
from sim.shared_draws import SharedDraws, manifest_key, risk_key

CAMPAIGN: Final = 1000
"""Epoch of week 0 of a campaign plus the week's number keys its chance; week 0 itself has the epoch of ``compare``."""
WEEKS_OF_PAST: Final = 2
"""Weeks before on which a plan rests, once they have been simulated."""


def campaign_window(study: Study, replication: int, week: int) -> Window:
    """Return the calendar of one week of a campaign.

    Parameters
    ----------
    week : int
        From 0; week 0 is the study's own window.
    """
    first = study.window(replication)
    if week == 0:
        return first
    start = dt.date.fromisoformat(first.start_date) + dt.timedelta(weeks=week)
    return replace(first, epoch=CAMPAIGN + week, start_date=start.isoformat())


@dataclass(frozen=True, slots=True)
class PortWeek:
    """One alternative in one week."""

    metrics: dict[str, float]
    """METRICS."""
    prices: Prices
    """Expected loads and seizures of every option under the static threat model."""


@dataclass(slots=True)
class CampaignWeeks:
    """One replication of all alternatives, week after week; weeks must be asked for in order.

    Attributes
    ----------
    scorers : mapping
        Fitted risk models by `sim.shared_draws.risk_key`.
    shared : ProcessCache
        What this process has made for other replications.
    """

    study: Study
    scorers: Mapping[str, Scorer]
    shared: ProcessCache
    replication: int
    options: Options
    past: dict[tuple[str, str], list[tuple[pd.DataFrame, pd.DataFrame]]] = field(default_factory=dict)
    """The last weeks' trucks, as far as plans read them, and SCORES: by trucks and by risk model."""
    weeks: int = 0

    def run_next(self) -> dict[str, PortWeek]:
        """Return the next week of every alternative."""
        window, week = campaign_window(self.study, self.replication, self.weeks), self.weeks
        met = self.shared.meet(window, self.study.manifest) if week == 0 else SharedDraws()
        found, remembered = {}, {}
        for name, scenario in self.study.alternatives.items():
            scorer = self.scorers[risk_key(scenario)]
            manifest, scores = trucks_met(met, scenario, scorer, window, None)
            plan = self._plan(scenario, scorer, window)
            port = Replication(scenario, window, manifest, scores, plan, self.study.engine, met)
            outcome, totals = port.run_by_group(self.options.group_of, self.options.groups)
            counts = high_risk_counts(scores, outcome.ledger, self.study.high_risk_score)
            found[name] = PortWeek(outcome.metrics | counts, self.options.prices(totals))
            remembered[_key(scenario)] = (manifest, scores)
        for key, (manifest, scores) in remembered.items():
            kept = pd.DataFrame({one: column(manifest, one) for one in PAST_COLUMNS})
            self.past[key] = [*self.past.get(key, []), (kept, scores)][-WEEKS_OF_PAST:]
        self.weeks += 1
        return found

    def _plan(self, scenario: Scenario, scorer: Scorer, window: Window) -> OperatingPlan:
        """Return the plan of an alternative: from days before the campaign, then from the weeks before."""
        weeks = self.past.get(_key(scenario), [])
        if len(weeks) < WEEKS_OF_PAST:
            return self.shared.plan(scenario, scorer, campaign_window(self.study, self.replication, 0))
        trucks = pd.concat([part for part, _ in weeks], ignore_index=True)
        later = np.repeat(np.arange(len(weeks)), [len(part) for part, _ in weeks])
        trucks["arrive_min"] += later * window.horizon_min
        trucks["truck"] = np.arange(len(trucks))
        scores = pd.concat([part for _, part in weeks], ignore_index=True)
        past = replace(summarize_past(trucks, scores), trucks_per_day=len(trucks) / (WEEKS_OF_PAST * window.days))
        return make_plan(scenario, trucks, scores, past)


def _key(scenario: Scenario) -> tuple[str, str]:
    return manifest_key(scenario), risk_key(scenario)


assert WEEKS_OF_PAST * 7 == PAST_DAYS  # noqa: S101  (a plan rests on as many days as in compare)
