"""A port of a few lines in place of the simulated one: a scan detects, nothing else does, and traffic never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from experiments.adaptation.adversary import Reaction
from experiments.adaptation.attempts import AttemptSettings
from experiments.adaptation.campaign_weeks import Luck, PortWeek, WeekPlan, luck_shares
from experiments.adaptation.options import Options, Prices
from experiments.adaptation.partners.settings import PartnerSettings
from experiments.adaptation.request import build_campaign
from experiments.adaptation.rules.settings import EffortSettings, RetrainingSettings
from experiments.adaptation.tracks import Track, live_through, tracks_of
from experiments.study.study import compose_scenario
from sim.scenario import Scenario
from sim.setting.window import Window

SHARP = Reaction(
    reaction_per_detection=3.0,
    reconsider_share=1.0,
    memory_share=0.95,
    prior_loads=20.0,
    organizations=1,
    outside_share=0.0,
    switching_cost=0.0,
)


@dataclass
class ToyPort:
    """Ways across with so many trucks each; loads ride as trucks do, and what is scanned is found."""

    trucks: npt.NDArray[np.float64]
    loads: float

    def run_next(self, plans: Mapping[tuple[str, str], WeekPlan]) -> dict[tuple[str, str], PortWeek]:
        return {key: self._week(plan) for key, plan in plans.items()}

    def _week(self, plan: WeekPlan) -> PortWeek:
        shares = np.broadcast_to(luck_shares(plan.scenario.policy), len(self.trucks)).astype(np.float64)
        loads = self.loads * self.trucks / self.trucks.sum()
        return PortWeek({}, Prices(loads, loads * shares), self.trucks, self.trucks * 0.0, Luck(shares, loads * shares))


def settings(**effort: object) -> tuple[EffortSettings, RetrainingSettings, PartnerSettings]:
    """Return the groups of a campaign as they stand, but for these keys of ``effort``."""
    found = build_campaign(["replications=2"], "campaign").settings
    return replace(found.effort, **effort), found.retraining, found.partners  # type: ignore[arg-type]


def scenario(share: float) -> Scenario:
    """Return a port that scans a share of trucks at random."""
    return compose_scenario(["port=bare", "policy=random_share", f"policy.share={share}"])


def windows(weeks: int, seed: int = 5) -> list[Window]:
    return [Window(seed=seed, epoch=1000 + w, replication=0, start_date="2024-05-13", days=7) for w in range(weeks)]


def run_toy(
    rule: str,
    port: ToyPort,
    whom: AttemptSettings,
    *,
    share: float,
    ways: Options,
    weeks: int,
    groups: tuple[EffortSettings, RetrainingSettings, PartnerSettings],
    seed: int = 5,
) -> Track:
    """Return one alternative under a rule after all its weeks, through the product's own loop."""
    alternatives = {"a": (scenario(share), None)}
    tracks = tracks_of(alternatives, {"a": rule}, {whom.name: whom}, groups, ways)  # type: ignore[arg-type]
    live_through(tracks, port, windows(weeks, seed), "a")
    return tracks[0]
