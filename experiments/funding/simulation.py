"""A case's alternatives simulated: all replications in parallel, or one redrawn world by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from experiments.compose import PARTS
from experiments.crew import carried_out
from experiments.funding.case import Case
from experiments.funding.response import Response
from experiments.funding.world import World, YearAmounts, replicated, response, world_of
from experiments.met import risk_key
from experiments.pipeline import Scorer
from experiments.replicate import Shared, shared_by, token_of, warm_up
from sim.build import scenario

Progress = Callable[[int, int], None]


def simulate_case(
    asked: Case, scorers: Mapping[str, Scorer], progress: Progress | None = None
) -> Response:
    """Return the response of every alternative at every simulated year, paired by replication.

    Parameters
    ----------
    scorers : mapping
        Fitted risk model by `experiments.replicate.risk_key`.
    progress : callable, optional
        Told (replications done, replications in all).
    """
    study = asked.study
    world = world_of(study, study.alternatives, asked.terms.demand, asked.terms.simulated_years)
    warm_up(study.engine, [one.policy for one in study.alternatives.values()])
    done: list[YearAmounts] = []
    token = token_of(scorers)
    pieces = [partial(_piece, world, scorers, token, n) for n in range(study.replications)]
    for found in carried_out(pieces, study.processes):
        done.append(found)
        if progress is not None:
            progress(len(done), study.replications)
    return response(world, done)


def simulate_world(
    asked: Case,
    mappings: Mapping[str, Mapping[str, Any]],
    scorers: Mapping[str, Scorer],
    years: Sequence[int],
    sample: tuple[int, int | Sequence[int]] = (3, 0),
) -> Response:
    """Return the response of one redrawn world, one replication of it, in this process.

    Parameters
    ----------
    asked : Case
        For its demand (replace ``terms`` to redraw growth), seed, calendar and engine.
    mappings : mapping
        Each alternative's scenario as plain values, as `assumptions.redrawn_mapping` gives it.
    scorers : mapping
        Fitted risk model by `experiments.replicate.risk_key`, of the study's own scenarios.
    years : sequence of int
        Study years to simulate.
    sample : (days, replication)
        Representative days of a year (3 times 1, 2, 3, 4, 6 or 12), and whose luck they have, one
        for all years or one for each: worlds of the same replication meet the same luck.
    """
    scenarios = {
        name: scenario({part: mapping[part] for part in PARTS})
        for name, mapping in mappings.items()
    }
    days, lucks = sample
    each = [lucks] * len(years) if isinstance(lucks, int) else lucks
    own = asked.study.alternatives
    trained = {risk_key(one): scorers[risk_key(own[name])] for name, one in scenarios.items()}
    world = world_of(asked.study, scenarios, asked.terms.demand, years, days)
    shared = Shared()
    found: YearAmounts = [[] for _ in scenarios]
    for year, luck in zip(years, each, strict=True):
        one = dataclasses.replace(world, years=(year,))
        for kept, each_year in zip(found, replicated(one, trained, luck, shared), strict=True):
            kept.extend(each_year)
    return response(world, [found])


def _piece(world: World, scorers: Mapping[str, Scorer], token: str, number: int) -> YearAmounts:
    """Run one replication with what this process has made so far."""
    return replicated(world, scorers, number, shared_by(token))
