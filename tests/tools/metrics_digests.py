"""Prints a digest of METRICS for each of many small cases: equal lines in two checkouts mean equal bytes.

``python -m tests.tools.metrics_digests > lines`` in each of them, then ``diff``. Ports, policies, models, insiders,
scans of two speeds, southbound trucks and a file of trucks are met; every alternative of a case shares its trucks.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.execution.replicate import ProcessCache, run_replication
from experiments.study.study import build_study, compose_scenario
from models.baselines import BaselineRisk
from models.calibration import Platt
from models.features import width_of_tier
from sim.replication import Replication
from sim.scenario import Scenario
from sim.shared_draws import risk_key

SMALL: Final = ("days=1", "replications=2", "traffic.volume_scale=0.3", "threat.prevalence_per_truck=0.02")
INSIDERS: Final = ("insider.helped_load_share=0.5", "insider.dock_share=0.1", "insider.booth_share=0.05")
CASES: Final[dict[str, tuple[str, ...]]] = {
    **{f"port {name}": (f"port={name}",) for name in ("bota", "otay_mesa", "nogales", "colombia", "pharr", "ysleta")},
    "a week": ("days=7",),
    "full traffic": ("traffic.volume_scale=1.0",),
    "more than the counted traffic": ("traffic.volume_scale=1.7", "port.primary.room_trucks=40"),
    "bare port": ("port=bare", "separate=true"),
    "southbound under a roster": ("port=world_trade_bridge_south", "scanner=nuevo_laredo", "threat=outbound"),
    "strategies": ("experiment=strategies",),
    "every policy": (
        "baseline=asycuda",
        *(
            f"+alternatives.{name}=['policy={name}']"
            for name in ("asycuda", "exploration", "minimax", "queue_aware", "scan_budget", "skip_lot", "sensor_tree",
                         "square_root", "threshold", "trusted_trader", "all_of", "any_of")
        ),
    ),
    "southbound": ("experiment=southbound",),
    "border checks": ("experiment=border_checks",),
    "state inspection": ("experiment=state_inspection",),
    "screening": ("experiment=screening",),
    "screening lanes": ("experiment=screening_lanes",),
    "insiders": ("experiment=insiders",),
    "sharing": ("experiment=sharing", "threat.prevalence_per_truck=0.05"),
    "placement": ("experiment=placement",),
    "all eleven stations": (
        "port.canine.servers=2", "port.low_energy.servers=4", "port.low_energy_share=0.4", "port.origin.servers=30",
        "port.origin.share=0.2", "port.safety.servers=30", "port.safety.share=0.3", *INSIDERS,
    ),
    "auto clear": ("scanner.analyst.auto_clear_share=0.3", *INSIDERS),
    "closing": ("port.closing=divert", "port.primary.lanes=3"),
    "a file of trucks": ("manifest={trucks}",),
}  # fmt: skip


def _digest(rows: list[dict[str, object]]) -> str:
    return hashlib.sha256(json.dumps(rows, default=float).encode()).hexdigest()[:20]


def _trucks(folder: Path) -> Path:
    """Write a file of trucks of which only some columns are known."""
    number = pd.Series(range(800))
    path = folder / "trucks.csv"
    table = pd.DataFrame({"arrive_min": 400.0 + number * 1.1, "fast": number % 5 == 0, "laden": number % 3 > 0})
    table.to_csv(path, index=False)
    return path


def _scorer(scenario: Scenario) -> BaselineRisk:
    """Return a model that nobody has to train; alternatives that learn get the rules too."""
    tier = scenario.risk.tier
    return BaselineRisk(
        name="rules",
        settings=compose_scenario(("risk=rules",)).risk.settings,
        platt=Platt(intercept=-6.0, slope=0.4),
        scale=np.linspace(-4.0, 12.0, 1000),
        width=width_of_tier("partner" if tier == "tip" else tier),
        heeds_tips=tier == "tip",
    )


def main(wanted: list[str]) -> None:
    """Print a line for each case and way of measuring, of the cases named or of all."""
    with tempfile.TemporaryDirectory() as folder:
        trucks = _trucks(Path(folder))
        for name, overrides in CASES.items():
            if wanted and name not in wanted:
                continue
            words = [word.format(trucks=trucks) for word in (*SMALL, *overrides)]
            last = {word.partition("=")[0]: word for word in words}
            study = build_study(list(last.values()), "compare")
            scorers = {risk_key(s): _scorer(s) for s in study.alternatives.values()}
            for simulator in (Replication.run, Replication.run_metrics, Replication.run_levels):
                rows, profiles, _ = run_replication(study, scorers, ProcessCache(), 0, simulator)
                kept = {key: {k: v.tolist() for k, v in part.items()} for key, part in profiles.items()}
                print(name, simulator.__name__, _digest(rows), _digest([kept]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
