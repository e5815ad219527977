"""``ledger=true``: one replication truck by truck, as Parquet and, with ``csv=true``, as CSV with times and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.execution.replicate import plan_for_window
from experiments.files import OutputFolder
from experiments.ledgers.readable import readable_events, readable_ledger
from experiments.ledgers.reasons import station_reasons
from experiments.study.study import Study
from sim.engine.ledger import event_log
from sim.replication import Replication, Scorer, draw_window_trucks, score_manifest
from sim.results.groups import targeted_trucks
from sim.setting.window import Window
from sim.shared_draws import risk_key


@dataclass(frozen=True, slots=True)
class TrackedTrucks:
    """One replication of one alternative, truck by truck."""

    window: Window
    manifest: pd.DataFrame
    scores: pd.DataFrame
    ledger: pd.DataFrame
    reasons: dict[str, list[str]]
    """From `experiments.ledgers.reasons.station_reasons`."""


def track_trucks(study: Study, scorers: Mapping[str, Scorer], alternative: str, replication: int) -> TrackedTrucks:
    """Run one replication of one alternative and keep every truck."""
    scenario, window = study.alternatives[alternative], study.window(replication)
    plan = plan_for_window(scenario, scorers, window)
    manifest = draw_window_trucks(scenario, window, study.user_trucks())
    scores = score_manifest(scenario, scorers[risk_key(scenario)], manifest)
    outcome = Replication(scenario, window, manifest, scores, plan, study.engine).run_metrics()
    aimed_at = targeted_trucks(scenario, outcome.manifest, scores, plan.past, outcome.ledger)
    reasons = station_reasons(outcome.ledger, aimed_at)
    return TrackedTrucks(window, manifest, scores, outcome.ledger, reasons)


def write_ledger(study: Study, scorers: Mapping[str, Scorer]) -> list[Path]:
    """Write the baseline's first replication truck by truck, and as an event log."""
    tracked, output = track_trucks(study, scorers, study.baseline, 0), OutputFolder(study.out)
    ledger, reasons, window = tracked.ledger, tracked.reasons, tracked.window
    written = [
        output.write_parquet("ledger.parquet", ledger),
        output.write_parquet("events.parquet", event_log(ledger)),
    ]
    if study.csv:
        written += [
            output.write_csv("ledger.csv", readable_ledger(ledger, tracked.scores, reasons, window)),
            output.write_csv("events.csv", readable_events(ledger, reasons, window)),
        ]
    return written
