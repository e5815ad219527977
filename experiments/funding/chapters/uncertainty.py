"""Chapters on what is not known: acceptability, what moves the result, and break-even."""

from __future__ import annotations

from typing import Final

import pandas as pd

from experiments.funding.exhibits import charts_uncertainty
from experiments.funding.exhibits.cells import TOP, ColumnHead, frame_table
from experiments.funding.exhibits.elements import Part, Prose, Section, missing_part, plain_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.uncertainty.analysis import Uncertainty
from experiments.number_format import percent, usd
from experiments.page_templates import Cell, Table, TableColumn

NOT_DRAWN: Final = "uncertain inputs were not redrawn in this run"
MEASURES: Final = {"npv0": "net present value, $", "loads": "more loads", "break_even": "break-even, $ a load"}
"""Measures of the noise of replications, in a reader's words."""
NAME: Final = ColumnHead("alternative", "", "name")


def acceptability_chapter(evidence: Evidence) -> Section:
    """Return acceptability curves with their frontier, losses, and what knowing is worth."""
    found = evidence.uncertainty
    if found is None or found.draws.empty:
        what = "acceptability curves, expected losses and the value of information"
        parts: tuple[Part, ...] = (missing_part(what, NOT_DRAWN),)
        return Section("acceptability", "How sure the choice is", parts)
    return Section(
        "acceptability",
        "How sure the choice is",
        (
            Prose(
                "Share of draws of all uncertain inputs in which each alternative is best, as the "
                "threshold value of a load rises. Best in most draws is not best on average, so "
                "the alternative of the highest mean is marked as well, and beside it stands what "
                "choosing each would lose on average. " + " ".join(found.notes)
            ),
            charts_uncertainty.acceptability_chart(evidence, found.acceptability),
            charts_uncertainty.expected_loss_chart(evidence, found.acceptability),
            _information(evidence, found),
            _partial(found),
            _emulator(found),
            _noise(found),
        ),
    )


def _information(evidence: Evidence, uncertainty: Uncertainty) -> Table:
    wanted = {0.0, evidence.usd_per_load or 0.0}
    wanted |= {evidence.break_even(n).usd_per_load or 0.0 for n in evidence.rivals}
    frame = uncertainty.information
    keep = [_nearest(frame, value) for value in sorted(wanted) if value >= 0.0]
    heads = {
        "usd_per_load": ColumnHead("threshold, $ a load", "", "dollars"),
        "best": NAME._replace(words="highest mean"),
        "frontier_acceptability": ColumnHead("draws in which it is best", "", "share"),
        "evpi_usd": ColumnHead("expected value of perfect information", "$ M", "millions", "assumed"),
    }
    chosen = frame.loc[sorted(set(keep))]
    table = frame_table("information", "Value of knowing everything", chosen, heads)
    rows = tuple(
        (usd(float(value)), cells) for value, (_, cells) in zip(chosen["usd_per_load"], table.rows, strict=True)
    )
    note = "Most that a study which removed all doubt could be worth to this decision."
    return Table(table.name, table.title, table.first, table.columns, rows, note)


def _nearest(frame: pd.DataFrame, value: float) -> int:
    return int((frame["usd_per_load"] - value).abs().to_numpy().argmin())


def _partial(uncertainty: Uncertainty) -> Part:
    if uncertainty.partial_information.empty:
        return missing_part("value of knowing single inputs", "it was not worked out")
    heads = {
        "input": ColumnHead("input or group of inputs"),
        "usd_per_load": ColumnHead("threshold, $ a load", "", "dollars"),
        "evppi_usd": ColumnHead("value of knowing it", "$ M", "millions", "assumed"),
        "se_usd": ColumnHead("standard error", "$ M", "millions"),
        "nothing_known_usd": ColumnHead("reached by chance", "$ M", "millions"),
        "share_of_evpi": ColumnHead("of the value of knowing all", "", "share"),
    }
    frame = uncertainty.partial_information
    shown = frame.loc[frame["shown"].astype(bool)]
    if shown.empty:
        return missing_part(
            "value of knowing single inputs",
            "no input or group is worth more to know than a shuffled one by chance: these draws "
            "are too few to rank them",
        )
    return frame_table(
        "partial_information",
        "Value of knowing one input, largest first",
        shown.head(TOP),
        heads,
        note="By regression of the draws themselves. Reached by chance: what an input that says nothing reaches in one "
        "of twenty cases; inputs below it are left out, which does not say that they are worth nothing.",
    )


def _emulator(uncertainty: Uncertainty) -> Part:
    if uncertainty.emulator.empty:
        return Prose("Every draw was simulated: no formula stood in for the simulation.", "small")
    heads = {
        "alternative": NAME,
        "output": ColumnHead("output", "", "name"),
        "year": ColumnHead("year", "", "number"),
        "method": ColumnHead("formula"),
        "worlds": ColumnHead("worlds simulated", "", "number"),
        "mean": ColumnHead("mean", "", "number"),
        "cv_rmse": ColumnHead("error, cross-validated", "", "number"),
        "cv_r2": ColumnHead("explained, cross-validated", "", "share"),
    }
    return frame_table(
        "emulator",
        "How well fitted formulas stand in for the simulation",
        uncertainty.emulator,
        heads,
        note="0 % or less: the formula says no more than the mean. The error is added to every "
        "draw that was not simulated.",
    )


def _noise(uncertainty: Uncertainty) -> Part:
    if uncertainty.noise.empty:
        return missing_part("noise of the replications", "fewer than two replications")
    heads = {
        "alternative": NAME,
        "measure": ColumnHead("measure", "", "name"),
        "mean": ColumnHead("paired mean", "", "number"),
        "low": ColumnHead("low", "", "number"),
        "high": ColumnHead("high", "", "number"),
        "se": ColumnHead("standard error", "", "number"),
        "unpaired_se": ColumnHead("if not paired", "", "number"),
        "correlation": ColumnHead("correlation", "", "number"),
        "replications": ColumnHead("replications", "", "number"),
    }
    named = uncertainty.noise.assign(measure=uncertainty.noise["measure"].replace(MEASURES))
    return frame_table(
        "noise",
        "Noise of the replications, which is not decision uncertainty",
        named,
        heads,
        note="What more replications of the same inputs would remove; dollars and loads.",
    )


def sensitivity_chapter(evidence: Evidence) -> Section:
    """Return the tornado, the sensitivity of the ranking, scenarios and the two-way table."""
    found = evidence.uncertainty
    title = "What moves the result"
    if found is None or found.draws.empty:
        what = "tornado, sensitivity of the ranking, scenarios"
        return Section("sensitivity", title, (missing_part(what, NOT_DRAWN),))
    choice = evidence.choice.name
    parts: list[Part] = []
    rows = found.tornado.loc[found.tornado["alternative"] == choice]
    if rows.empty:
        parts.append(missing_part("tornado", f"{plain_name(choice)} does not depend on any drawn input"))
    else:
        least = rows["usd_per_load"].min()
        parts.append(
            Prose(
                "One input at a time at its 10 and 90 % points, all others at their central values; "
                "nothing is counted for interdiction."
            )
        )
        parts.append(charts_uncertainty.tornado_chart(evidence, choice, rows.loc[rows["usd_per_load"] == least]))
        parts.append(_tornado_table(rows))
    parts += [_ranking(found), _scenarios(evidence, found), _two_way(found)]
    return Section("sensitivity", title, tuple(parts))


def _tornado_table(rows: pd.DataFrame) -> Table:
    heads = {
        "input": ColumnHead("input"),
        "usd_per_load": ColumnHead("threshold, $ a load", "", "dollars"),
        "low_point": ColumnHead("10 % point", "", "number"),
        "high_point": ColumnHead("90 % point", "", "number"),
        "low_usd": ColumnHead("result at 10 %", "$ M", "millions"),
        "high_usd": ColumnHead("result at 90 %", "$ M", "millions"),
        "swing_usd": ColumnHead("swing", "$ M", "millions", "assumed"),
    }
    kept = rows.groupby("usd_per_load", sort=True).head(TOP)
    return frame_table("tornado", "The widest swings, without interdiction and at break-even", kept, heads)


def _ranking(uncertainty: Uncertainty) -> Part:
    if uncertainty.sensitivity.empty:
        return missing_part("global sensitivity of the ranking", "it was not worked out")
    heads = {
        "group": ColumnHead("group of inputs", "", "name"),
        "output": ColumnHead("of", "", "name"),
        "first": ColumnHead("alone", "", "share", "assumed"),
        "first_half_width": ColumnHead("±", "", "share"),
        "total": ColumnHead("with all interactions", "", "share", "assumed"),
        "total_half_width": ColumnHead("±", "", "share"),
    }
    return frame_table(
        "sensitivity",
        "What decides the ranking (Sobol's indices)",
        uncertainty.sensitivity,
        heads,
        note="Lead: how far the choice is ahead of the best of the others; rank: whether it leads at all. Share of its "
        "variance that goes with each group, as far as formulas explain the simulation: how far that is stands in the "
        "table of formulas. Where they explain nothing, a simulation group of 0 % is unknown, not unimportant.",
    )


def _scenarios(evidence: Evidence, uncertainty: Uncertainty) -> Part:
    if uncertainty.scenarios.empty:
        return missing_part("scenarios", "none were run")
    heads = {
        "scenario": ColumnHead("scenario"),
        "kind": ColumnHead("kind", "", "name"),
        "alternative": NAME,
        "npv0_usd": ColumnHead("net present value, interdiction not priced", "$ M", "millions"),
        "loads": ColumnHead("more loads", "", "number"),
        "break_even_usd": ColumnHead("break-even, $ a load", "", "dollars"),
        "best": ColumnHead("best of the scenario"),
    }
    return frame_table(
        "scenarios",
        "Scenarios",
        uncertainty.scenarios,
        heads,
        note="One thing changed at a time, the rest at the central inputs; the range over "
        f"scenarios is what to read. Headline rate {percent(evidence.rate, 1)}.",
    )


def _two_way(uncertainty: Uncertainty) -> Part:
    if uncertainty.two_way.empty:
        return missing_part("two-way table", "it was not worked out")
    frame = uncertainty.two_way
    factors = sorted(frame["saving_factor"].unique())
    columns = tuple(TableColumn(f"best_at_{f:g}", f"{percent(float(f), 0)} of it") for f in factors)
    rows = []
    for value, group in frame.groupby("usd_per_load", sort=True):
        best = dict(zip(group["saving_factor"], group["best"], strict=True))
        cells = (plain_name(str(best.get(f, ""))) for f in factors)
        rows.append((usd(float(str(value))), tuple(Cell(text, "", text) for text in cells)))
    return Table(
        "two_way",
        "Who is best, by threshold and by how much of the simulated saving comes true",
        TableColumn("usd_per_load", "threshold, $ a load"),
        columns,
        tuple(rows),
    )
