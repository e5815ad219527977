"""A corridor -> ``corridor.html``: question and answer, ports, counts, loads, equilibria, assumptions."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.diversion.fit import BAND, MEASURES, weighted_quantile
from experiments.diversion.report.charts import counts_chart, waits_chart
from experiments.diversion.report.results import (
    MEASURE_WORDS,
    CorridorResults,
    band_words,
    closing_sentence,
    corridor_sentences,
    month_words,
    value_words,
)
from experiments.diversion.request import corridor_file, plain_keys
from experiments.intervals import IntervalEstimate
from experiments.number_format import NONE, number, percent, span
from experiments.page_templates import Cell, Table, TableColumn, fill_template, page_table
from experiments.study.sources import source_notes


def render_corridor_page(results: CorridorResults) -> str:
    """Return the whole page; the same results give the same bytes."""
    corridor = results.corridor
    months = list(dict.fromkeys(one.month for one in results.months))
    return fill_template(
        "corridor.html.j2",
        title=corridor.settings.title,
        question=corridor.settings.question,
        sentences=corridor_sentences(results),
        badge=results.months[0].kind if results.months else "assumed",
        closing=closing_sentence(results),
        ports=_ports(results),
        measures=_measures(results),
        counts=_counts(results) if results.months else None,
        charts=[*(counts_chart(results, month) for month in months), waits_chart(results)],
        loads=_loads(results) if not results.loads.empty else None,
        equilibria=_equilibria(results) if len(results.tables.equilibria) else None,
        starts_differ=results.starts_differ,
        inputs=_inputs(results),
        coverage=percent(corridor.study.coverage, 0),
        kind=results.kind_words,
        replications=corridor.study.replications,
        command=f"throughgate corridor {' '.join(corridor.overrides)}".strip(),
    )


def _ports(results: CorridorResults) -> Table:
    rows = []
    for port in results.corridor.settings.ports:
        before, after = (results.ratio(side, port, "wait_sum_min", "crossed") for side in ("usual", "changed"))
        scanned = [results.ratio(side, port, "n_scanned", "exited") for side in ("usual", "changed")]
        rows.append(
            (
                results.title(port),
                (
                    _cell(results.ratio("usual", port, "demand"), 0),
                    _cell(results.ratio("changed", port, "diverted_out"), 0),
                    _cell(results.ratio("changed", port, "lost"), 0),
                    _cell(results.ratio("changed", port, "diverted_in"), 0),
                    _cell(results.ratio("changed", port, "crossed"), 0),
                    _beside_usual(after, before),
                    _beside_usual(scanned[1], scanned[0], 100.0),
                ),
            )
        )
    heads = (
        TableColumn("", "as usual", "trucks"),
        TableColumn("", "of them, to other ports"),
        TableColumn("", "of them, do not cross"),
        TableColumn("", "come over"),
        TableColumn("", "cross here"),
        TableColumn("", "wait", "min"),
        TableColumn("", "scanned", "%"),
    )
    return page_table("Trucks and waits by port", "port", heads, rows)


def _cell(estimate: IntervalEstimate, digits: int = 1, scale: float = 1.0) -> Cell:
    if math.isnan(estimate.mean):
        return Cell(NONE)
    return Cell(number(scale * estimate.mean, digits), span(estimate, scale, digits))


def _beside_usual(now: IntervalEstimate, usual: IntervalEstimate, scale: float = 1.0) -> Cell:
    """Return what holds now, and beneath it what holds as usual."""
    cell, before = _cell(now, 1, scale), _cell(usual, 1, scale)
    return replace(cell, below=f"{cell.below}; usual {before.text}; {before.below}")


def _measures(results: CorridorResults) -> Table:
    settings = results.corridor.settings
    rows = []
    for name, measure in settings.measures.items():
        what = (
            ["shut"] * measure.closed
            + ["in use"] * measure.opens
            + ["the state inspects every truck"] * measure.inspected
            + list(measure.overrides)
        )
        when = f"{measure.from_date or 'from the first day'} to {measure.until_date or 'the last'}"
        rows.append((name.replace("_", " "), (results.title(measure.port), when, Cell(", ".join(what), look="words"))))
    return page_table("What changes", "measure", ("port", "days", "change"), rows)


def _counts(results: CorridorResults) -> Table:
    rows = []
    for one in results.months:
        name = MEASURE_WORDS[one.measure] if one.measure in MEASURES else f"trucks, {results.title(one.measure)}"
        usual = NONE if one.measure in MEASURES else number(one.usual, 0)
        verdict = "within" if one.band.holds(one.counted) else "missed"
        rows.append(
            (
                f"{month_words(one.month)}: {name}",
                (
                    one.kind,
                    usual,
                    Cell(value_words(one.band.middle, one.measure), band_words(one.band, one.measure)),
                    value_words(one.counted, one.measure),
                    verdict,
                ),
            )
        )
    heads = ("kind", "without the measures", "model, 80% band", "counted", "band")
    return page_table("Model and counts", "month and measure", heads, rows)


def _loads(results: CorridorResults) -> Table:
    corridor = results.corridor
    usual = results.first_loads("true_caught")
    rows: list[tuple[str, tuple[Cell, ...]]] = [("before the change", _load_cells(results, None, usual))]
    for name in corridor.keys.adversaries:
        rows.append(
            (f"{name} organization, later half", _load_cells(results, name, results.later_loads(name, "true_caught")))
        )
    shares = [f"share of loads, {results.title(port)}" for port in corridor.used]
    return page_table(
        "Where loads go, of 100 attempts", "organization", ("found", "other ways", "through", *shares), rows
    )


def _load_cells(results: CorridorResults, adversary: str | None, caught: IntervalEstimate) -> tuple[Cell, ...]:
    def of(column: str) -> IntervalEstimate:
        return results.first_loads(column) if adversary is None else results.later_loads(adversary, column)

    shares = (of(f"true_share_{port}") for port in results.corridor.used)
    return (
        _cell(caught, scale=100.0),
        _cell(of("true_outside"), scale=100.0),
        _cell(of("true_delivered"), scale=100.0),
        *(_cell(one, scale=100.0) for one in shares),
    )


def _equilibria(results: CorridorResults) -> Table:
    frame = results.tables.equilibria
    both = frame[frame["replication"].isin(frame.loc[frame["start"] == "emptiest", "replication"])]
    rows = []
    for start_date, of_stretch in both.groupby("start_date", sort=False):
        for start, found in of_stretch.groupby("start", sort=False):
            names = [*results.corridor.settings.ports, "lost"]
            shares = [Cell(percent(float(found[f"share_{name}"].mean()))) for name in names]
            rows.append(
                (
                    f"{start_date}, {'all at home' if start == 'home' else 'all at the emptiest'}",
                    (
                        number(float(found["steps"].mean()), 0),
                        percent(float(found["moved_share"].max()), 2),
                        number(float(found["surprise_min"].abs().mean())),
                        *shares,
                        "alike" if bool(found["alike"].all()) else "multiple equilibria",
                    ),
                )
            )
    ports = (results.title(port) for port in results.corridor.settings.ports)
    lead = ("steps", "last step moved a share by", "waits met less expected, min")
    heads = (*lead, *ports, "do not cross", "two starts")
    return page_table("Equilibria from two starts", "first day and start", heads, rows)


def _inputs(results: CorridorResults) -> Table:
    path = corridor_file(results.corridor.settings.name, results.corridor.overrides)
    notes = {} if path is None else source_notes(path)
    values = dict(_flat(plain_keys(results.corridor)["settings"]))
    rows = []
    for key, note in notes.items():
        value = values.get(key)
        if note is None or note.kind == "definition" or not isinstance(value, int | float):
            continue
        low, high = note.low, note.high
        bounds = NONE if low is None or high is None else f"{low:g}–{high:g}"
        after_fit = [] if results.weights is None else [_posterior(results, key)]
        cells: list[str | Cell] = [f"{value:g}", bounds, *after_fit, Cell(note.note, look="words")]
        rows.append((_words(results, key), cells))
    fit = [] if results.weights is None else ["80% after the fit"]
    heads = ("value", "range", *fit, "what it is")
    return page_table("Assumptions of the corridor", "input", heads, rows, look="inputs")


def _posterior(results: CorridorResults, key: str) -> str:
    if results.weights is None or key not in results.tables.assumed.columns:
        return NONE
    values = results.tables.assumed[key].to_numpy(dtype=np.float64)
    low, high = (weighted_quantile(values, results.weights, share) for share in (BAND[0], BAND[-1]))
    return f"{low:.3g}–{high:.3g}"


def _flat(mapping: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in mapping.items():
        key = f"{above}{name}"
        found += _flat(value, f"{key}.") if isinstance(value, dict) else [(key, value)]
    return found


def _words(results: CorridorResults, key: str) -> str:
    """Return an input of the corridor in words; one of a port bears the port's title."""
    group, *names = key.split(".")
    if group == "ports" and names[0] in results.corridor.study.alternatives:
        return ", ".join([results.title(names[0]), *(name.replace("_", " ") for name in names[1:])])
    return ", ".join(name.replace("_", " ") for name in (group, *names))
