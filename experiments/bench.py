"""``throughgate bench``: what each stage costs a truck, and how far apart the engines are.

First the stages of a study's own week, then model c (`experiments.model_c`) in this project's
engines and in other people's, then how the cost a truck grows with the number of trucks.

Everything is measured in one run, interleaved, and reported as medians and as ratios within each
round: machines are noisy, and a figure from another day says nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go
from rich.console import Console
from rich.table import Table

from experiments import cli, pipeline
from experiments.load import Study, study
from experiments.output import Output
from experiments.race import growth, race
from experiments.replicate import warm_up
from experiments.rivals import missing
from experiments.train import ensure
from experiments.trucks_file import of_study
from sim import compiled, port
from sim.ledger import table
from sim.metrics import measure
from sim.probe import expected_detection
from sim.profiles import collect

ROUNDS = 5
MODEL_C_TRUCKS = 20_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)

NO_UPLOAD = {"showSendToCloud": False, "displaylogo": False}


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


def show_model_c(console: Console, found: dict[str, Any]) -> None:
    """Print model c by implementation, and the cost a truck by number of trucks."""
    rows = Table("model c", title=f"{MODEL_C_TRUCKS:,} trucks, drawing them included")
    rows.add_column("microseconds a truck", justify="right")
    rows.add_column("times idiomatic SimPy", justify="right")
    for name, row in found["model_c"].items():
        middle, least, most = row["times_simpy"]
        ratio = f"{middle:.3g} ({least:.3g} to {most:.3g})"
        rows.add_row(name, f"{row['microseconds_a_truck']:.3f}", ratio)
    console.print(rows)
    for name in found["not_installed"]:
        console.print(f'{name}: not installed; pip install -e ".\\[bench]" adds it')
    sizes = Table("trucks", title="microseconds a truck, drawing them left out")
    for name in ("events", "recursion"):
        sizes.add_column(name, justify="right")
    for trucks, *costs in zip(*found["growth"].values(), strict=True):
        sizes.add_row(f"{trucks:,.0f}", *(f"{cost:.3f}" for cost in costs))
    console.print(sizes)


def growth_figure(found: dict[str, list[float]]) -> go.Figure:
    """Return the cost a truck over the number of trucks, both axes logarithmic."""
    figure = go.Figure(layout={"template": "plotly_white"})
    for name in ("events", "recursion"):
        figure.add_scatter(x=found["trucks"], y=found[name], name=name, mode="lines+markers")
    figure.update_xaxes(type="log", title="trucks in one run")
    figure.update_yaxes(type="log", title="microseconds a truck")
    return figure


def main(overrides: Sequence[str]) -> int:
    """Run the benchmark on one alternative; see the module."""
    asked = study(list(overrides), "bench")
    found = run_bench(asked)
    found |= {"model_c": race(MODEL_C_TRUCKS, ROUNDS), "growth": growth(SIZES, ROUNDS)}
    found["not_installed"] = missing()
    output, console = Output(asked.out), Console()
    written = [output.write_json("bench.json", found)]
    with output.file("bench.html") as path:
        growth_figure(found["growth"]).write_html(path, config=NO_UPLOAD)
    show(console, found)
    show_model_c(console, found)
    console.print(f"wrote {written[0]} and bench.html beside it")
    return 0


if __name__ == "__main__":
    cli.run_verb("bench")
