"""What ``throughgate bench`` prints: a table for each question, at 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Found = dict[str, Any]


def print_table(
    console: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print a title of any length and a table below it, the first column left, the rest right."""
    console.print(f"\n[bold]{title}[/bold]")
    table = Table(heads[0])
    for head in heads[1:]:
        table.add_column(head, justify="right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def stages(console: Console, found: Found) -> None:
    """Print the ratio of the engines, then a line for each stage."""
    ratio = found["simpy_over_compiled"]
    console.print(
        f"The compiled engine is {ratio['median']:.0f} times as fast as the SimPy model on the "
        f"same trucks ({ratio['min']:.0f} to {ratio['max']:.0f} over {found['rounds']} weeks)."
    )
    print_table(
        console,
        f"Stages of a week, processor time, median of {found['rounds']} weeks",
        ("stage", "microseconds a truck"),
        ((stage, f"{cost:.3f}") for stage, cost in found["microseconds_a_truck"].items()),
    )


def model_c(console: Console, found: Found) -> None:
    """Print model c by implementation, and which are not installed."""
    print_table(
        console,
        f"Model c, {found['model_c_trucks']:,} trucks, drawing them included",
        ("implementation", "microseconds a truck", "times idiomatic SimPy"),
        (
            (name, f"{row['microseconds_a_truck']:.3f}", spread(row["times_simpy"]))
            for name, row in found["model_c"].items()
        ),
    )
    for name in found["not_installed"]:
        console.print(f'{name}: not installed; pip install -e ".\\[bench]" adds it')


def spread(three: Sequence[float]) -> str:
    """Return a median with its least and greatest.

    Examples
    --------
    >>> spread([1.234, 1.0, 2.0])
    '1.23 (1 to 2)'
    """
    middle, least, most = three
    return f"{middle:.3g} ({least:.3g} to {most:.3g})"


def by_trucks(console: Console, found: Found) -> None:
    """Print the cost a truck by number of trucks."""
    print_table(
        console,
        "Model c by trucks in one run, microseconds a truck, drawing them left out",
        ("trucks", "events", "recursion"),
        (
            (f"{trucks:,.0f}", *(f"{cost:.3f}" for cost in costs))
            for trucks, *costs in zip(*found["growth"].values(), strict=True)
        ),
    )


def by_stations(console: Console, found: Found) -> None:
    """Print what ports of more stations cost."""
    print_table(
        console,
        "A week by stations, processor time, microseconds a truck",
        ("port", "stations", "flow", "choices to METRICS"),
        (
            (row["case"], f"{row['stations']}", f"{row['flow']:.3f}", f"{row['path']:.3f}")
            for row in found["stations"]
        ),
    )


def by_policies(console: Console, found: Found) -> None:
    """Print what each policy costs, and what one of several alternatives does."""
    print_table(
        console,
        "The same week by policy, processor time, microseconds a truck",
        ("policy", "flow", "choices to METRICS"),
        ((row["case"], f"{row['flow']:.3f}", f"{row['path']:.3f}") for row in found["policies"]),
    )
    print_table(
        console,
        "The first so many of them compared, trucks and scores shared",
        ("alternatives", "microseconds a truck and alternative"),
        ((f"{row['alternatives']}", f"{row['each']:.3f}") for row in found["alternatives"]),
    )


def by_workers(console: Console, found: Found) -> None:
    """Print how much sooner more workers are done."""
    print_table(
        console,
        f"{found['worker_weeks']} weeks by workers, by the clock",
        ("workers", "seconds", "times one worker"),
        (
            (f"{row['workers']}", f"{row['seconds']:.2f}", spread(row["times"]))
            for row in found["workers"]
        ),
    )


def year(console: Console, found: Found) -> None:
    """Print the year on one core, and what a truck takes of memory."""
    one = found["year"]
    console.print(
        f"\nA year on one core with the {one['model']} model: {one['trucks']:,.0f} trucks in "
        f"{one['weeks']:.0f} weeks, from the scenario to METRICS in {one['run_cpu_s']:.1f} s of "
        f"processor time, after {one['start_cpu_s']:.1f} s for imports, model and compiled code; "
        f"{one['peak_bytes'] / 1e9:.2f} GB of memory at its peak."
    )
    print_table(
        console,
        "Memory of one replication",
        ("what", "bytes a truck"),
        ((name, f"{size:,.0f}") for name, size in found["memory"].items()),
    )


def rare(console: Console, found: Found) -> None:
    """Print how sure probes and counts are, and how probes agree with real loads."""
    row = found["rare"]["variances"]
    print_table(
        console,
        f"Detection of 1 load in {found['rare']['one_in']:,.0f} trucks, from the same "
        f"{found['rare']['weeks']} weeks",
        ("estimate", "detection", "standard error", "variance"),
        (
            ("counting seizures", f"{row['counted']:.4f}", f"{row['counted_se']:.5f}", "1"),
            (
                "every truck a probe",
                f"{row['expected']:.4f}",
                f"{row['expected_se']:.5f}",
                f"1 / {row['times']:,.0f}",
            ),
        ),
    )
    print_table(
        console,
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
            for held in found["rare"]["against_loads"]
        ),
    )


PARTS = (stages, year, model_c, by_trucks, by_stations, by_policies, by_workers, rare)
"""In the order in which they are printed."""
