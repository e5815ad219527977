"""``throughgate bench``: what each stage costs a truck, and how far apart the two engines are.

Everything is measured in one run, interleaved, and reported as medians and as ratios within each
round: machines are noisy, and a figure from another day says nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from experiments import cli, pipeline
from experiments.load import Study, study
from experiments.output import Output
from experiments.replicate import warm_up
from experiments.train import ensure
from experiments.trucks_file import of_study
from sim import compiled, port
from sim.ledger import table
from sim.metrics import measure
from sim.probe import expected_detection
from sim.profiles import collect

ROUNDS = 5


def timed(seconds: dict[str, list[float]], stage: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Run ``work``, note its wall time under ``stage``, and return what it returns."""
    begun = time.perf_counter()
    result = work()
    seconds.setdefault(stage, []).append(time.perf_counter() - begun)
    return result


def one_round(asked: Study, scorer: Any, replication: int, seconds: dict[str, list[float]]) -> int:  # noqa: ANN401
    """Run every stage once on the week of one replication; return its number of trucks."""
    scenario, window = asked.alternatives[asked.baseline], asked.window(replication)
    given = of_study(asked)
    manifest = timed(seconds, "manifest", lambda: pipeline.trucks(scenario, window, given))
    scores = timed(seconds, "scores", lambda: scorer.score(manifest))
    plan = pipeline.make_plan(scenario, manifest, scores)
    flow, capacity = timed(
        seconds,
        "choices, capacity, arrays",
        lambda: pipeline.flow_of(scenario, window, manifest, scores, plan),
    )
    hooks = (scenario.policy.route, scenario.policy.profile)
    record = timed(seconds, "flow, engine=compiled", lambda: compiled.run(flow, *hooks))
    timed(seconds, "flow, engine=simpy", lambda: port.run(flow, *hooks))
    ledger = timed(seconds, "ledger", lambda: table(flow, record, manifest))
    detection = timed(
        seconds,
        "detection, every truck a probe",
        lambda: expected_detection(scenario, plan.points, manifest, ledger, full=record.full),
    )
    timed(
        seconds,
        "metrics",
        lambda: measure(scenario, window, manifest, ledger, capacity, detection),
    )
    timed(seconds, "profiles", lambda: collect(ledger, window))
    return len(manifest)


def run_bench(asked: Study) -> dict[str, Any]:
    """Measure `ROUNDS` weeks and return medians: microseconds a truck by stage, and the ratio."""
    scenario = asked.alternatives[asked.baseline]
    scorer = ensure(scenario.risk, scenario, asked.processes)
    warm_up("compiled", [scenario.policy])
    one_round(asked, scorer, 0, {})
    seconds: dict[str, list[float]] = {}
    trucks = [one_round(asked, scorer, 1 + r, seconds) for r in range(ROUNDS)]
    per_truck = {
        stage: statistics.median(1e6 * s / n for s, n in zip(times, trucks, strict=True))
        for stage, times in seconds.items()
    }
    pairs = zip(seconds["flow, engine=simpy"], seconds["flow, engine=compiled"], strict=True)
    ratios = [simpy / fast for simpy, fast in pairs]
    return {
        "rounds": ROUNDS,
        "trucks_a_round": statistics.median(trucks),
        "microseconds_a_truck": per_truck,
        "simpy_over_compiled": {
            "median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)
        },
    }  # fmt: skip


def show(console: Console, found: dict[str, Any]) -> None:
    """Print the answer, then a line for each stage."""
    ratio = found["simpy_over_compiled"]
    console.print(
        f"The compiled engine is {ratio['median']:.0f} times as fast as the SimPy model on the "
        f"same trucks ({ratio['min']:.0f} to {ratio['max']:.0f} over {found['rounds']} weeks)."
    )
    rows = Table("stage", title=f"median of {found['rounds']} weeks")
    rows.add_column("microseconds a truck", justify="right")
    for stage, microseconds in found["microseconds_a_truck"].items():
        rows.add_row(stage, f"{microseconds:.3f}")
    console.print(rows)


def main(overrides: Sequence[str]) -> int:
    """Run the benchmark on one alternative; see the module."""
    asked = study(list(overrides), "bench")
    found = run_bench(asked)
    written = Output(asked.out).write_json("bench.json", found)
    console = Console()
    show(console, found)
    console.print(f"wrote {written}")
    return 0


if __name__ == "__main__":
    cli.run_verb("bench")
