"""``throughgate compare-runs A B [C]``: what differs between runs, inputs first, then every measure.

1  words    arguments              -> Words
2  sides    folders or the store   -> RunSides       (nothing is written before this succeeds)
3  inputs   two RunSides           -> the inputs, settings and versions that are not the same
4  measures two RunSides           -> each measure with difference and interval; paired where seeds and windows agree
5  say      the terminal; all measures also as CSV or Parquet
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.comparison import GROWING, metric_sample
from experiments.files import OutputFolder
from experiments.intervals import Difference, estimate_interval, paired_difference, unpaired_difference
from experiments.number_format import number, signed, span
from experiments.store.query import checked_target
from experiments.store.run_sides import WINDOW, InputValue, RunSide, read_sides
from experiments.store.words import STORE, print_lines, read_words, screen_width, table_lines
from experiments.study.study import MONTHS
from sim.errors import ConfigError
from sim.results.metrics import RATIOS
from sim.tables import METRICS, Metric

KEYS: Final = ("store", "point", "alternative", "all", "to", "overwrite")
LETTERS: Final = "ABC"
MISSING: Final = InputValue("-", "", "not there")
OPTION: Final = "option"
METRICS_OF: Final = {
    metric.name: RATIOS[metric.name][:2] if metric.name in RATIOS else (metric.name,) for metric in METRICS
}
"""Columns that a measure is computed from."""


def usage() -> str:
    """Return how the verb is called."""
    return "\n".join(
        [
            "throughgate compare-runs A B [C] [key=value ...]",
            "",
            "Says first what differs between the inputs of runs, then between versions, then each measure",
            "with the difference and its interval. A is what B and C are compared with. Replications are",
            "paired where seeds and windows agree. A run is a name, its first letters or a label (see",
            "`throughgate results`), or the folder of its results.",
            "",
            f"  store={STORE}  folder of the store",
            "  point=N         the point that is compared, of runs that have several",
            "  alternative=X   the alternative that is compared; by default all that both runs have",
            "  all=false       all columns of METRICS, in place of those that pages show",
            "  to=FILE.csv|FILE.parquet  also writes every measure to a file",
            "  overwrite=false whether a file that is there may be replaced",
        ]
    )


@dataclass(frozen=True, slots=True)
class MeasureGap:
    """One measure of one alternative in two runs."""

    metric: Metric
    before: float
    after: float
    gap: Difference


@dataclass(frozen=True, slots=True)
class Pairing:
    """Whether the replications of two runs are paired, and why not."""

    paired: bool
    words: str


def main(overrides: Sequence[str]) -> int:
    """Set two or three runs side by side and return the exit status.

    Raises
    ------
    ConfigError
        Another number of runs, a run that is not there, an alternative that one of them lacks, a file that is there.
    """
    words = read_words(overrides, KEYS)
    if len(words.positional) not in (2, 3):
        raise ConfigError("compare-runs", f"expected two or three runs, got {len(words.positional)}")
    point = words.count("point", 0) if "point" in words.keyed else None
    overwrite, everything = words.flag("overwrite"), words.flag("all")
    target = checked_target(words.keyed["to"], words.store, overwrite=overwrite) if "to" in words.keyed else None
    sides = read_sides(words.positional, words.store, point)
    chosen = words.keyed.get("alternative")
    pairs = [matched_alternatives(sides[0], side, chosen) for side in sides[1:]]
    tables = []
    for place, (side, names) in enumerate(zip(sides[1:], pairs, strict=True), 1):
        letters = ("A", LETTERS[place])
        print_lines(*([""] if place > 1 else []), *_heading(letters, sides[0], side))
        print_lines(*_input_lines(letters, input_differences(sides[0], side, names)))
        print_lines(*_version_lines(sides[0], side))
        shown = [metric for metric in METRICS if metric.headings or everything]
        tables.append(_measures(letters, (sides[0], side), names, shown, METRICS if target else shown))
    if target is not None:
        table = pd.concat(tables, ignore_index=True)
        _write(table, target)
        print_lines("", f"{len(table):,} rows written to {target}")
    return 0


def matched_alternatives(before: RunSide, after: RunSide, chosen: str | None) -> list[tuple[str, str]]:
    """Return the alternatives that are compared: those of one name, or the only one of each run.

    Raises
    ------
    ConfigError
        ``alternative``: one of the runs does not have it; the runs have none in common.
    """
    if chosen is not None:
        for side in (before, after):
            if chosen not in side.alternatives:
                raise ConfigError("alternative", f"{side.title} has no {chosen!r}; known {list(side.alternatives)}")
        return [(chosen, chosen)]
    if len(before.alternatives) == len(after.alternatives) == 1:
        return [(before.alternatives[0], after.alternatives[0])]
    shared = [(name, name) for name in before.alternatives if name in after.alternatives]
    if not shared:
        problem = f"the runs have none in common: {list(before.alternatives)}, {list(after.alternatives)}"
        raise ConfigError("alternative", problem)
    return shared


def input_differences(
    before: RunSide, after: RunSide, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, InputValue, InputValue], list[str]]:
    """Return every input that is not the same, with both values and the alternatives for which it is so.

    Options that a config group offers are not compared with a folder, whose record does not name them.
    """
    differing: dict[tuple[str, InputValue, InputValue], list[str]] = {}
    options = all(any(value.source == OPTION for value in side.inputs.values()) for side in (before, after))
    for own, other in [("", ""), *names]:
        left = {key: value for (name, key), value in before.inputs.items() if name == own}
        right = {key: value for (name, key), value in after.inputs.items() if name == other}
        for key in dict.fromkeys([*left, *right]):
            pair = left.get(key, MISSING), right.get(key, MISSING)
            if pair[0].value == pair[1].value or (not options and OPTION in (pair[0].source, pair[1].source)):
                continue
            differing.setdefault((key, *pair), []).append(other)
    return differing


def pairing_of(before: RunSide, after: RunSide) -> Pairing:
    """Return whether replication r of one run meets the trucks of replication r of the other."""
    apart = [key for key in WINDOW if before.setting(key) != after.setting(key)]
    if apart:
        why = ", ".join(f"{key} {before.setting(key)} and {after.setting(key)}" for key in apart)
        return Pairing(paired=False, words=f"Unpaired, each run by itself (Welch): {why}.")
    shared = set(before.metrics["replication"]) & set(after.metrics["replication"])
    if len(shared) < 2:
        return Pairing(paired=False, words="Unpaired (Welch): the runs have fewer than two replications in common.")
    return Pairing(paired=True, words=f"Paired over {len(shared)} replications: seeds and windows agree.")


def measure_gaps(
    sides: tuple[RunSide, RunSide],
    names: tuple[str, str],
    metrics: Sequence[Metric],
    *,
    paired: bool,
    coverage: float = 0.95,
) -> Iterator[MeasureGap]:
    """Yield the numbers of ``metrics`` that both runs have, each in both runs.

    Where replications are paired, all numbers are over those that both runs have.
    """
    frames = [
        side.metrics[side.metrics["alternative"] == name].sort_values("replication", ignore_index=True)
        for side, name in zip(sides, names, strict=True)
    ]
    if paired:
        shared = set(frames[0]["replication"]) & set(frames[1]["replication"])
        frames = [frame[frame["replication"].isin(shared)].reset_index(drop=True) for frame in frames]
    strata = MONTHS if all(side.setting("calendar") == "year" for side in sides) else None
    held = any(name in side.unstable for side, name in zip(sides, names, strict=True))
    difference = paired_difference if paired else unpaired_difference
    for metric in metrics:
        if metric.kind != "float" or not all(set(METRICS_OF[metric.name]) <= set(frame) for frame in frames):
            continue
        before, after = (metric_sample(frame, metric.name, strata) for frame in frames)
        gap = difference(after, before, coverage)
        if held and metric.name in GROWING:
            gap = Difference(np.nan, np.nan, np.nan, np.nan, gap.n, "unstable")
        means = [estimate_interval(sample, coverage).mean for sample in (before, after)]
        yield MeasureGap(metric, means[0], means[1], gap)


def _heading(letters: tuple[str, str], before: RunSide, after: RunSide) -> list[str]:
    return [f"{letters[0]}  {before.title}", f"{letters[1]}  {after.title}", ""]


def _input_lines(letters: tuple[str, str], differing: dict[tuple[str, InputValue, InputValue], list[str]]) -> list[str]:
    if not differing:
        return ["No input differs.", ""]
    lines = [f"{len(differing)} inputs differ:" if len(differing) > 1 else "One input differs:"]
    everyone = max(len(names) for names in differing.values())
    for (key, before, after), names in differing.items():
        unit = before.unit or after.unit
        whose = "" if names == [""] or len(names) == everyone > 1 else f" ({', '.join(names)})"
        lines.append(f"  {key}{f', {unit}' if unit else ''}{whose}")
        for letter, value in zip(letters, (before, after), strict=True):
            source = f"  [{value.source}]" if value.source else ""
            lines += textwrap.wrap(
                f"{letter}  {value.value}{source}", screen_width(), initial_indent=" " * 4, subsequent_indent=" " * 7
            )
    return [*lines, ""]


def _version_lines(before: RunSide, after: RunSide) -> list[str]:
    both = [name for name in before.versions if name in after.versions]
    apart = [name for name in both if before.versions[name] != after.versions[name]]
    if not apart:
        return [f"The same program: {', '.join(f'{name} {before.versions[name]}' for name in both[:2])}.", ""]
    return [
        "Versions differ:",
        *(f"  {name}: {before.versions[name]} and {after.versions[name]}" for name in apart),
        "",
    ]


def _measures(
    letters: tuple[str, str],
    sides: tuple[RunSide, RunSide],
    names: Sequence[tuple[str, str]],
    shown: Sequence[Metric],
    wanted: Sequence[Metric],
) -> pd.DataFrame:
    """Print the measures that are shown of every alternative, and return all that are wanted as a table."""
    pairing, coverage = pairing_of(*sides), _coverage(sides[0])
    print_lines(*textwrap.wrap(pairing.words, screen_width()))
    for letter, side, place in zip(letters, sides, (0, 1), strict=True):
        for name in dict.fromkeys(pair[place] for pair in names if pair[place] in side.unstable):
            blame = f"{letter} cannot carry its weekly load ({name}: {side.unstable[name]})"
            words = f"{blame}: what grows with the length of a run is not compared."
            print_lines(*textwrap.wrap(words, screen_width()))
    records = []
    for pair in names:
        gaps = list(measure_gaps(sides, pair, wanted, paired=pairing.paired, coverage=coverage))
        print_lines("", *_measure_lines(letters, pair, [gap for gap in gaps if gap.metric in shown]))
        records += [
            {"run": sides[0].title, "other_run": sides[1].title, "alternative": pair[0], "other": pair[1]}
            | {"metric": gap.metric.name, "unit": gap.metric.unit, "mean": gap.before, "other_mean": gap.after}
            | {"difference": gap.gap.mean, "diff_low": gap.gap.low, "diff_high": gap.gap.high}
            | {"p_value": gap.gap.p_value, "n": gap.gap.n, "paired": pairing.paired, "note": gap.gap.reason}
            for gap in gaps
        ]
    left = len(METRICS) - len(shown)
    more = [f"{left} more columns of METRICS: all=true, or to=FILE.csv."] if left else []
    ends = f"* the {100.0 * coverage:g}% interval of the difference leaves out 0, each measure by itself."
    print_lines("", *textwrap.wrap(" ".join([ends, *more]), screen_width()))
    return pd.DataFrame(records)


def _coverage(side: RunSide) -> float:
    text = side.setting("coverage")
    return 0.95 if text == "-" else float(text)


def _measure_lines(letters: tuple[str, str], names: tuple[str, str], gaps: Sequence[MeasureGap]) -> list[str]:
    title = names[0] if names[0] == names[1] else f"{names[0]} and {names[1]}"
    rows = [_measure_row(gap) for gap in gaps]
    heads = [title, *letters, f"{letters[1]} - {letters[0]}", "interval"]
    lines, _ = table_lines(heads, rows, [False, True, True, True, False], screen_width())
    return lines


def _measure_row(gap: MeasureGap) -> list[str]:
    metric = gap.metric
    heading = metric.headings[0] if metric.headings else None
    words, unit = (heading.words, metric.heading_unit(heading)) if heading else (metric.name, metric.shown_unit)
    sure = np.isfinite(gap.gap.low) and not gap.gap.low <= 0.0 <= gap.gap.high
    interval = span(gap.gap, metric.scale, metric.digits) if np.isfinite(gap.gap.low) else gap.gap.reason
    return [
        f"{words}, {unit}" if unit else words,
        number(metric.scale * gap.before, metric.digits),
        number(metric.scale * gap.after, metric.digits),
        signed(metric.scale * gap.gap.mean, metric.digits),
        f"{interval}{' *' if sure else ''}",
    ]


def _write(table: pd.DataFrame, target: Path) -> None:
    output = OutputFolder(target.parent)
    if target.suffix == ".parquet":
        output.write_parquet(target.name, table)
    else:
        output.write_text(target.name, table.to_csv(index=False))


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("compare-runs")
