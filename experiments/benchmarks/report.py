"""What ``throughgate bench`` prints: a table for each question, at 80 columns.

The figure of ``throughgate bench``: what the tables say, side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from rich.console import Console
from rich.table import Table

from experiments.report.plotly_style import COLOURS, DASHES, FONT, SYMBOLS

BenchResults = dict[str, Any]


def print_titled_table(terminal: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a title of any length and a table below it, the first column left, the rest right."""
    terminal.print(f"\n[bold]{title}[/bold]")
    table = Table(heads[0])
    for head in heads[1:]:
        table.add_column(head, justify="right")
    for row in rows:
        table.add_row(*row)
    terminal.print(table)


def print_stages(terminal: Console, results: BenchResults) -> None:
    """Print the ratio of the engines, then a line for each stage."""
    ratio = results["simpy_over_compiled"]
    terminal.print(
        f"The compiled engine is {ratio['median']:.0f} times as fast as the SimPy model on the "
        f"same trucks ({ratio['min']:.0f} to {ratio['max']:.0f} over {results['rounds']} weeks)."
    )
    print_titled_table(
        terminal,
        f"Stages of a week, processor time, median of {results['rounds']} weeks",
        ("stage", "microseconds a truck"),
        ((stage, f"{cost:.3f}") for stage, cost in results["microseconds_a_truck"].items()),
    )


def print_model_c(terminal: Console, results: BenchResults) -> None:
    """Print model c by implementation, and which are not installed."""
    print_titled_table(
        terminal,
        f"Model c, {results['model_c_trucks']:,} trucks, drawing them included",
        ("implementation", "microseconds a truck", "times idiomatic SimPy"),
        (
            (name, f"{row['microseconds_a_truck']:.3f}", median_with_range(row["times_simpy"]))
            for name, row in results["model_c"].items()
        ),
    )
    for name in results["not_installed"]:
        terminal.print(f'{name}: not installed; pip install -e ".\\[bench]" adds it')


def median_with_range(values: Sequence[float]) -> str:
    """Return a median with its least and greatest.

    Examples
    --------
    >>> median_with_range([1.234, 1.0, 2.0])
    '1.23 (1 to 2)'
    """
    middle, least, most = values
    return f"{middle:.3g} ({least:.3g} to {most:.3g})"


def print_cost_by_trucks(terminal: Console, results: BenchResults) -> None:
    """Print the cost a truck by number of trucks."""
    print_titled_table(
        terminal,
        "Model c by trucks in one run, microseconds a truck, drawing them left out",
        ("trucks", "events", "recursion"),
        (
            (f"{trucks:,.0f}", *(f"{cost:.3f}" for cost in costs))
            for trucks, *costs in zip(*results["growth"].values(), strict=True)
        ),
    )


def print_cost_by_stations(terminal: Console, results: BenchResults) -> None:
    """Print what ports of more stations cost."""
    print_titled_table(
        terminal,
        "A week by stations, processor time, microseconds a truck",
        ("port", "stations", "flow", "choices to METRICS"),
        (
            (row["case"], f"{row['stations']}", f"{row['flow']:.3f}", f"{row['path']:.3f}")
            for row in results["stations"]
        ),
    )


def print_cost_by_policy(terminal: Console, results: BenchResults) -> None:
    """Print what each policy costs, and what one of several alternatives does."""
    print_titled_table(
        terminal,
        "The same week by policy, processor time, microseconds a truck",
        ("policy", "flow", "choices to METRICS"),
        ((row["case"], f"{row['flow']:.3f}", f"{row['path']:.3f}") for row in results["policies"]),
    )
    print_titled_table(
        terminal,
        "The first so many of them compared, trucks and scores shared",
        ("alternatives", "microseconds a truck and alternative"),
        ((f"{row['alternatives']}", f"{row['each']:.3f}") for row in results["alternatives"]),
    )


def print_speed_up_by_workers(terminal: Console, results: BenchResults) -> None:
    """Print how much sooner more workers are done."""
    print_titled_table(
        terminal,
        f"{results['worker_weeks']} weeks by workers, by the clock",
        ("workers", "seconds", "times one worker"),
        ((f"{row['workers']}", f"{row['seconds']:.2f}", median_with_range(row["times"])) for row in results["workers"]),
    )


def print_year_on_one_core(terminal: Console, results: BenchResults) -> None:
    """Print the year on one core, and what a truck takes of memory."""
    one = results["year"]
    terminal.print(
        f"\nA year on one core with the {one['model']} model: {one['trucks']:,.0f} trucks in "
        f"{one['weeks']:.0f} weeks, from the scenario to METRICS in {one['run_cpu_s']:.1f} s of "
        f"processor time, after {one['start_cpu_s']:.1f} s for imports, model and compiled code; "
        f"{one['peak_bytes'] / 1e9:.2f} GB of memory at its peak."
    )
    print_titled_table(
        terminal,
        "Memory of one replication",
        ("what", "bytes a truck"),
        ((name, f"{size:,.0f}") for name, size in results["memory"].items()),
    )


def print_rare_events(terminal: Console, results: BenchResults) -> None:
    """Print how sure probes and counts are, and how probes agree with real loads."""
    row = results["rare"]["variances"]
    print_titled_table(
        terminal,
        f"Detection of 1 load in {results['rare']['one_in']:,.0f} trucks, "
        f"from the same {results['rare']['weeks']} weeks",
        ("estimate", "detection", "standard error", "variance"),
        (
            ("counting seizures", f"{row['counted']:.4f}", f"{row['counted_se']:.5f}", "1"),
            ("every truck a probe", f"{row['expected']:.4f}", f"{row['expected_se']:.5f}", f"1 / {row['times']:,.0f}"),
        ),
    )
    print_titled_table(
        terminal,
        "Loads put on board of trucks: share seized, less what probes said without them",
        ("policy", "loads", "probes", "difference", "95 %", "bound"),
        (
            (
                held["policy"],
                f"{held['loads']:,.0f}",
                f"{held['detection']:.4f}",
                f"{held['difference']:+.4f}",
                f"±{held['half_width']:.4f}",
                f"{held['bound']:.4f}",
            )
            for held in results["rare"]["against_loads"]
        ),
    )


PRINTERS = (
    print_stages,
    print_year_on_one_core,
    print_model_c,
    print_cost_by_trucks,
    print_cost_by_stations,
    print_cost_by_policy,
    print_speed_up_by_workers,
    print_rare_events,
)
"""In the order in which they are printed."""

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
    "Loads on board: seized less expected, 95 %",
)
SLOW_STAGE: Final = "flow, engine=simpy"
"""Left out among the stages, which it would flatten; the ratio stands in the title of the page."""
PATHS: Final = {"flow": "flow alone", "path": "choices to METRICS"}


def bench_figure(results: BenchResults) -> go.Figure:
    """Return ten panels in two columns."""
    figure = make_subplots(rows=5, cols=2, subplot_titles=TITLES, vertical_spacing=0.075, horizontal_spacing=0.24)
    stages = {k: v for k, v in results["microseconds_a_truck"].items() if k != SLOW_STAGE}
    _bars(figure, (1, 1), stages)
    model_c = {name: row["microseconds_a_truck"] for name, row in results["model_c"].items()}
    _dots(figure, (1, 2), model_c)
    growth = results["growth"]
    for place, name in enumerate(("events", "recursion")):
        _line(figure, (2, 1), (growth["trucks"], growth[name]), name, place)
    figure.update_xaxes(type="log", title="trucks", row=2, col=1)
    for place, (key, name) in enumerate(reversed(PATHS.items())):
        rows = results["stations"]
        points = ([row["stations"] for row in rows], [row[key] for row in rows])
        _line(figure, (2, 2), points, name, place)
    figure.update_xaxes(title="stations", row=2, col=2)
    _bars(figure, (3, 1), {row["case"]: row["path"] for row in results["policies"]})
    rows = results["alternatives"]
    points = ([row["alternatives"] for row in rows], [row["each"] for row in rows])
    _line(figure, (3, 2), points, "", 0)
    figure.update_xaxes(title="alternatives", row=3, col=2)
    workers = {f"{row['workers']}": row["times"][0] for row in results["workers"]}
    _bars(figure, (4, 1), workers)
    figure.update_yaxes(title="workers", row=4, col=1)
    _bars(figure, (4, 2), results["memory"])
    rare = results["rare"]["variances"]
    spreads = {"counting": rare["counted_se"] ** 2, "probes": rare["expected_se"] ** 2}
    _dots(figure, (5, 1), spreads)
    _differences(figure, (5, 2), results["rare"]["against_loads"])
    return _framed(figure, results)


def _framed(figure: go.Figure, results: BenchResults) -> go.Figure:
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
    figure.update_layout(
        template="plotly_white",
        font=FONT,
        height=1800,
        showlegend=False,
        margin={"l": 200, "r": 60, "t": 110, "b": 60},
        title={"text": title, "x": 0.01, "font": {"size": 18}},
    )
    figure.update_annotations(font={"size": 14})
    figure.update_xaxes(title_font={"size": 13})
    figure.update_yaxes(title_font={"size": 13})
    return figure


def _bars(figure: go.Figure, panel: tuple[int, int], values: dict[str, float]) -> None:
    row, col = panel
    figure.add_bar(
        x=list(values.values()),
        y=list(values),
        orientation="h",
        row=row,
        col=col,
        marker={"color": COLOURS[1]},
        text=[f"{value:.3g}" for value in values.values()],
        textposition="auto",
        cliponaxis=False,
        hoverinfo="x+y",
    )


def _dots(figure: go.Figure, panel: tuple[int, int], values: dict[str, float]) -> None:
    """Draw values on a logarithmic axis, where the length of a bar would mean nothing."""
    row, col = panel
    figure.add_scatter(
        x=list(values.values()),
        y=list(values),
        mode="markers+text",
        row=row,
        col=col,
        marker={"color": COLOURS[1], "size": 10},
        textposition="middle right",
        text=[f"  {value:.3g}" for value in values.values()],
        cliponaxis=False,
    )
    figure.update_xaxes(type="log", dtick=1, exponentformat="power", row=row, col=col)


def _differences(figure: go.Figure, panel: tuple[int, int], rows: list[BenchResults]) -> None:
    """Draw each difference with its interval, widened by the bound of the error."""
    row, col = panel
    reach = [held["half_width"] + held["bound"] for held in rows]
    figure.add_scatter(
        x=[held["difference"] for held in rows],
        y=[held["policy"] for held in rows],
        mode="markers",
        marker={"color": COLOURS[1], "size": 9},
        row=row,
        col=col,
        error_x={"array": reach, "color": COLOURS[1], "thickness": 1.2},
    )
    figure.update_xaxes(zerolinecolor="#1a1a1a", zerolinewidth=1, row=row, col=col)


def _line(
    figure: go.Figure, panel: tuple[int, int], points: tuple[list[float], list[float]], name: str, index: int
) -> None:
    row, col = panel
    xs, ys = points
    figure.add_scatter(
        x=xs,
        y=ys,
        name=name,
        mode="lines+markers+text",
        row=row,
        col=col,
        text=[name, *[""] * (len(xs) - 1)],
        cliponaxis=False,
        textposition="bottom right" if index else "top right",
        line={"color": COLOURS[1 + index], "dash": DASHES[index]},
        marker={"symbol": SYMBOLS[index], "size": 8},
    )
