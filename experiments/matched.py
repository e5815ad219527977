"""Alternatives at the baseline's realised scan share: each one's own knob turned until they meet.

What a policy asks for and what the port can scan differ: risky trucks come at busy hours, portals
break down, a full yard lets trucks pass by. A fair comparison holds the *realised* share equal, so
the alternatives that miss it by more than half a point are run again with the one setting of their
policy that decides how many are selected, turned on a pilot of the same trucks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.frontier import EQUAL_SHARE
from experiments.load import Study
from experiments.pipeline import Scorer
from experiments.replicate import Progress, replicate
from sim.policy import Policy, RandomShare, Threshold, TodaysPractice, TopShare
from sim.scenario import Scenario, replace

CLOSE = 0.001
"""The pilot's realised share is brought within a tenth of a point of the baseline's."""
PILOT = 4
"""Replications of the pilot."""
ROUNDS = 5
KNOBS: dict[type[Policy], str] = {
    TopShare: "share", RandomShare: "share", TodaysPractice: "scan_share", Threshold: "cutoff"
}  # fmt: skip
"""The setting of each policy that decides how many trucks are selected."""


@dataclass(frozen=True, slots=True)
class Matched:
    """METRICS at the baseline's realised scan share, and what was set to get there."""

    metrics: pd.DataFrame
    """As in the study, for the alternatives that needed no turning; rerun for the others."""
    settings: dict[str, str]
    """``policy.share=0.291`` for each alternative that was run again."""


def matched(
    study: Study,
    scorers: Mapping[str, Scorer],
    metrics: pd.DataFrame,
    progress: Progress | None = None,
) -> Matched:
    """Return the study's METRICS at equal realised scan share.

    Parameters
    ----------
    metrics : DataFrame
        alternative, replication and METRICS of the study as it was asked.

    Notes
    -----
    An alternative without such a setting, or one that cannot reach the share (the portal is too
    small), stays as it was asked; ``experiments.frontier`` then says at what share it ran.
    """
    level = realised(metrics)[study.baseline]
    off = [
        name
        for name, scenario in study.alternatives.items()
        if knob(scenario) and abs(realised(metrics)[name] - level) > EQUAL_SHARE
    ]
    if not off or level == 0.0:
        return Matched(metrics, {})
    turned = turn(study, scorers, metrics, off)
    if not turned:
        return Matched(metrics, {})
    again = replicate(dataclasses.replace(study, alternatives=turned), scorers, progress).metrics
    order = {name: place for place, name in enumerate(study.alternatives)}
    both = pd.concat([metrics[~metrics["alternative"].isin(turned)], again])
    both = both.sort_values(
        ["alternative", "replication"],
        key=lambda column: column.map(order) if column.name == "alternative" else column,
        ignore_index=True,
    )
    return Matched(both, {name: setting(scenario) for name, scenario in turned.items()})


def turn(
    study: Study, scorers: Mapping[str, Scorer], metrics: pd.DataFrame, off: list[str]
) -> dict[str, Scenario]:
    """Return the alternatives with their knobs turned until a pilot meets the baseline's share.

    The share asked for is scaled by wanted over realised, a few times over; one that stops getting
    nearer cannot reach the share and is left out.
    """
    pilot = metrics[metrics["replication"] < PILOT]
    level = realised(pilot)[study.baseline]
    found = {name: realised(pilot)[name] for name in off}
    asked = {name: study.alternatives[name] for name in off}
    short = min(PILOT, study.replications)
    for _ in range(ROUNDS):
        todo = {
            name: with_share(scenario, asked_share(scenario) * level / found[name])
            for name, scenario in asked.items()
            if abs(found[name] - level) > CLOSE and found[name] > 0.0
        }
        if not todo:
            break
        trial = dataclasses.replace(study, alternatives=todo, replications=short)
        found |= realised(replicate(trial, scorers).metrics)
        asked |= todo
    return {name: asked[name] for name in off if abs(found[name] - level) <= EQUAL_SHARE / 2.0}


def realised(metrics: pd.DataFrame) -> dict[str, float]:
    """Return each alternative's scanned trucks over trucks, a ratio of sums."""
    sums = metrics.groupby("alternative")[["n_scanned", "trucks"]].sum()
    shares = sums["n_scanned"] / sums["trucks"]
    return {str(name): float(share) for name, share in shares.items()}


def knob(scenario: Scenario) -> str | None:
    """Return the policy's setting that decides how many trucks are selected."""
    return KNOBS.get(type(scenario.policy))


def asked_share(scenario: Scenario) -> float:
    """Return the share of trucks that the policy's setting asks for."""
    value = float(getattr(scenario.policy, str(knob(scenario))))
    return 1.0 - value if knob(scenario) == "cutoff" else value


def with_share(scenario: Scenario, share: float) -> Scenario:
    """Return the scenario with its policy asking for another share (at most all trucks)."""
    share = min(share, 1.0)
    name = str(knob(scenario))
    if isinstance(scenario.policy, TodaysPractice):
        share = max(share, scenario.policy.targeted_share)
    change: dict[str, Any] = {name: 1.0 - share if name == "cutoff" else share}
    return replace(scenario, policy=dataclasses.replace(scenario.policy, **change))


def setting(scenario: Scenario) -> str:
    """Return the turned setting as a user would type it."""
    name = str(knob(scenario))
    return f"policy.{name}={getattr(scenario.policy, name):.4f}"
