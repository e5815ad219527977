"""What ``throughgate bench`` prints, at 80 columns, and the figure that shows it side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from rich.console import Console
from rich.table import Table

from experiments.drawing.marks import COLOURS
from experiments.sweeping.report.plotly_style import DASHES, FONT, SYMBOLS

BenchResults = dict[str, Any]
Points = tuple[list[float], list[float]]
Rows = Callable[[BenchResults], Iterable[dict[str, Any]]]
"""The rows that a part of the text shows, from the results."""


class BenchLines(NamedTuple):
    """One paragraph a row: a format string over the row."""

    text: str
    rows: Rows


class BenchTable(NamedTuple):
    """A table: the title is a format string over the results, each cell one over the row."""

    title: str
    heads: tuple[str, ...]
    cells: tuple[str, ...]
    rows: Rows


def _by_name(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in mapping.items()]


def _growth(results: BenchResults) -> Iterable[dict[str, Any]]:
    return (dict(zip(results["growth"], row, strict=True)) for row in zip(*results["growth"].values(), strict=True))


def _estimates(results: BenchResults) -> list[dict[str, Any]]:
    found = results["rare"]["variances"]
    ways = (
        ("counting seizures", "counted", "1"),
        ("expected over all trucks", "expected", f"1 / {found['times']:,.0f}"),
    )
    return [{"name": name, "share": found[key], "se": found[f"{key}_se"], "variance": v} for name, key, v in ways]


MEDIAN_AND_RANGE: Final = "{times[0]:.3g} ({times[1]:.3g} to {times[2]:.3g})"
COST: Final = ("{flow:.3f}", "{path:.3f}")
PARTS: Final = (
    BenchLines(
        "The compiled engine is {simpy_over_compiled[median]:.0f} times as fast as the SimPy model on the "
        "same trucks ({simpy_over_compiled[min]:.0f} to {simpy_over_compiled[max]:.0f} over {rounds} weeks).",
        lambda results: [results],
    ),
    BenchTable(
        "Stages of a week, processor time, median of {rounds} weeks",
        ("stage", "microseconds a truck"),
        ("{name}", "{value:.3f}"),
        lambda results: _by_name(results["microseconds_a_truck"]),
    ),
    BenchTable(
        "All from drawing to METRICS, processor time",
        ("run", "microseconds a truck", "times the flow stage"),
        ("{case}", "{cost:.3f}", MEDIAN_AND_RANGE),
        lambda results: results["over_flow"],
    ),
    BenchLines(
        "\nA year on one core with the {model} model: {trucks:,.0f} trucks in {weeks:.0f} weeks, from the scenario "
        "to METRICS in {run_cpu_s:.1f} s of processor time, {times_flow:.1f} times its flow, after {start_cpu_s:.1f} s "
        "for imports, model and compiled "
        "code; {peak_gb:.2f} GB of memory at its peak.",
        lambda results: [results["year"] | {"peak_gb": results["year"]["peak_bytes"] / 1e9}],
    ),
    BenchTable(
        "Memory of one replication",
        ("what", "bytes a truck"),
        ("{name}", "{value:,.0f}"),
        lambda results: _by_name(results["memory"]),
    ),
    BenchTable(
        "Model c, {model_c_trucks:,} trucks, drawing them included",
        ("implementation", "microseconds a truck", "times idiomatic SimPy"),
        ("{name}", "{microseconds_a_truck:.3f}", MEDIAN_AND_RANGE),
        lambda results: (row | {"name": n, "times": row["times_simpy"]} for n, row in results["model_c"].items()),
    ),
    BenchLines(
        '{name}: not installed; pip install -e ".\\[bench]" adds it',
        lambda results: [{"name": name} for name in results["not_installed"]],
    ),
    BenchTable(
        "Model c by trucks in one run, microseconds a truck, drawing them left out",
        ("trucks", "events", "recursion"),
        ("{trucks:,.0f}", "{events:.3f}", "{recursion:.3f}"),
        _growth,
    ),
    BenchTable(
        "A week by stations, processor time, microseconds a truck",
        ("port", "stations", "flow", "choices to METRICS"),
        ("{case}", "{stations}", *COST),
        lambda results: results["stations"],
    ),
    BenchTable(
        "The same week by policy, processor time, microseconds a truck",
        ("policy", "flow", "choices to METRICS"),
        ("{case}", *COST),
        lambda results: results["policies"],
    ),
    BenchTable(
        "The first so many of them compared, trucks and scores shared",
        ("alternatives", "microseconds a truck and alternative"),
        ("{alternatives}", "{each:.3f}"),
        lambda results: results["alternatives"],
    ),
    BenchTable(
        "{worker_weeks} weeks by workers, by the clock",
        ("workers", "seconds", "times one worker"),
        ("{workers}", "{seconds:.2f}", MEDIAN_AND_RANGE),
        lambda results: results["workers"],
    ),
    BenchTable(
        "Detection of 1 load in {rare[one_in]:,.0f} trucks, from the same {rare[weeks]} weeks",
        ("estimate", "detection", "standard error", "variance"),
        ("{name}", "{share:.4f}", "{se:.5f}", "{variance}"),
        _estimates,
    ),
    BenchTable(
        "Loads put on board of trucks: share seized, less what probes said without them",
        ("policy", "loads", "probes", "difference", "95%", "bound"),
        ("{policy}", "{loads:,.0f}", "{detection:.4f}", "{difference:+.4f}", "±{half_width:.4f}", "{bound:.4f}"),
        lambda results: results["rare"]["against_loads"],
    ),
)
"""In the order in which they are printed."""


def print_report(terminal: Console, results: BenchResults) -> None:
    """Print every part; the first column of a table stands left, the rest right."""
    for part in PARTS:
        if isinstance(part, BenchLines):
            for row in part.rows(results):
                terminal.print(part.text.format(**row))
            continue
        terminal.print(f"\n[bold]{part.title.format(**results)}[/bold]")
        table = Table(part.heads[0])
        for head in part.heads[1:]:
            table.add_column(head, justify="right")
        for row in part.rows(results):
            table.add_row(*(cell.format(**row) for cell in part.cells))
        terminal.print(table)


TITLES: Final = (
    "Stages of a week: microseconds a truck",
    "Model c: microseconds a truck (log)",
    "Model c by trucks in one run: microseconds a truck",
    "A week by stations: microseconds a truck",
    "A week by policy: microseconds a truck",
    "Alternatives that share trucks: microseconds each",
    "By workers: times as fast as one",
    "Memory of one replication: bytes a truck",
    "Variance of detection from the same weeks (log)",
    "Loads on board: seized less expected, 95%",
)
SLOW_STAGE: Final = "flow, engine=simpy"
"""Left out among the stages, which it would flatten; the ratio stands in the title of the page."""
PATHS: Final = {"flow": "flow alone", "path": "choices to METRICS"}


def bench_figure(results: BenchResults) -> go.Figure:
    """Return ten panels in two columns."""
    figure = make_subplots(rows=5, cols=2, subplot_titles=TITLES, vertical_spacing=0.075, horizontal_spacing=0.24)
    rare = results["rare"]["variances"]
    stages = {k: v for k, v in results["microseconds_a_truck"].items() if k != SLOW_STAGE}
    _bars(figure, 1, 1, stages)
    _dots(figure, 1, 2, {name: row["microseconds_a_truck"] for name, row in results["model_c"].items()})
    for index, name in enumerate(("events", "recursion")):
        _line(figure, 2, 1, (results["growth"]["trucks"], results["growth"][name]), name, index)
    for index, (key, name) in enumerate(reversed(PATHS.items())):
        _line(figure, 2, 2, _columns(results["stations"], "stations", key), name, index)
    _bars(figure, 3, 1, {row["case"]: row["path"] for row in results["policies"]})
    _line(figure, 3, 2, _columns(results["alternatives"], "alternatives", "each"), "", 0)
    _bars(figure, 4, 1, {f"{row['workers']}": row["times"][0] for row in results["workers"]})
    _bars(figure, 4, 2, results["memory"])
    _dots(figure, 5, 1, {"counting": rare["counted_se"] ** 2, "probes": rare["expected_se"] ** 2})
    _differences(figure, 5, 2, results["rare"]["against_loads"])
    figure.update_xaxes(type="log", title="trucks", row=2, col=1)
    figure.update_xaxes(title="stations", row=2, col=2)
    figure.update_xaxes(title="alternatives", row=3, col=2)
    figure.update_yaxes(title="workers", row=4, col=1)
    ratio, year = results["simpy_over_compiled"], results["year"]
    title = (
        f"Compiled engine {ratio['median']:.0f} times the SimPy model; a year of "
        f"{year['trucks'] / 1e6:.1f} million trucks in {year['run_cpu_s']:.1f} s of one core"
    )
    # bars go down from the first; lines begin at zero, so that heights compare
    for row, col in ((1, 1), (1, 2), (3, 1), (4, 1), (4, 2), (5, 1), (5, 2)):
        figure.update_yaxes(autorange="reversed", type="category", row=row, col=col)
    for row, col in ((2, 1), (2, 2), (3, 2)):
        figure.update_yaxes(rangemode="tozero", row=row, col=col)
    margin = {"l": 200, "r": 60, "t": 110, "b": 60}
    figure.update_layout(template="plotly_white", font=FONT, height=1800, showlegend=False, margin=margin)
    figure.update_layout(title={"text": title, "x": 0.01, "font": {"size": 18}})
    figure.update_annotations(font={"size": 14})
    figure.update_xaxes(title_font={"size": 13})
    figure.update_yaxes(title_font={"size": 13})
    return figure


def _columns(rows: list[BenchResults], x: str, y: str) -> Points:
    return [row[x] for row in rows], [row[y] for row in rows]


def _bars(figure: go.Figure, row: int, col: int, values: dict[str, float]) -> None:
    x, text = list(values.values()), [f"{value:.3g}" for value in values.values()]
    look = {"marker": {"color": COLOURS[1]}, "textposition": "auto", "cliponaxis": False, "hoverinfo": "x+y"}
    figure.add_bar(x=x, y=list(values), row=row, col=col, orientation="h", text=text, **look)


def _dots(figure: go.Figure, row: int, col: int, values: dict[str, float]) -> None:
    """Draw values on a logarithmic axis, where the length of a bar would mean nothing."""
    x, text = list(values.values()), [f"  {value:.3g}" for value in values.values()]
    look = {"marker": {"color": COLOURS[1], "size": 10}, "textposition": "middle right", "cliponaxis": False}
    figure.add_scatter(x=x, y=list(values), row=row, col=col, mode="markers+text", text=text, **look)
    figure.update_xaxes(type="log", dtick=1, exponentformat="power", row=row, col=col)


def _differences(figure: go.Figure, row: int, col: int, rows: list[BenchResults]) -> None:
    """Draw each difference with its interval, widened by the bound of the error."""
    reach = {"array": [held["half_width"] + held["bound"] for held in rows], "color": COLOURS[1], "thickness": 1.2}
    (x, y), marker = _columns(rows, "difference", "policy"), {"color": COLOURS[1], "size": 9}
    figure.add_scatter(x=x, y=y, row=row, col=col, mode="markers", marker=marker, error_x=reach)
    figure.update_xaxes(zerolinecolor="#1a1a1a", zerolinewidth=1, row=row, col=col)


def _line(
    figure: go.Figure, row: int, col: int, points: tuple[list[float], list[float]], name: str, index: int
) -> None:
    x, y = points
    look = {"line": {"color": COLOURS[1 + index], "dash": DASHES[index]}, "cliponaxis": False}
    look |= {"marker": {"symbol": SYMBOLS[index], "size": 8}, "mode": "lines+markers+text", "name": name}
    label = {"text": [name, *[""] * (len(x) - 1)], "textposition": "bottom right" if index else "top right"}
    figure.add_scatter(x=x, y=y, row=row, col=col, **look, **label)
