"""Chapters on what is not known: acceptability, what moves the result, and break-even."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from experiments.funding.exhibits import charts_uncertainty
from experiments.funding.exhibits.cells import TOP, ColumnHead, FrameTable
from experiments.funding.exhibits.elements import Part, Prose, Section, missing_part, plain_name, table_by_column
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import percent, usd
from experiments.page_templates import Cell, TableColumn

NOT_DRAWN: Final = "uncertain inputs were not redrawn in this run"
MEASURES: Final = {"npv0": "net present value, $", "loads": "more loads", "break_even": "break-even, $ a load"}
"""Measures of the noise of replications, in a reader's words."""
NAME: Final = ColumnHead("alternative", "", "name")
THRESHOLD: Final = ColumnHead("threshold, $ a load", "", "dollars")
INFORMATION: Final = FrameTable(
    "information",
    "Value of knowing everything",
    {
        "usd_per_load": THRESHOLD,
        "best": NAME._replace(words="highest mean"),
        "frontier_acceptability": ColumnHead("draws in which it is best", "", "share"),
        "evpi_usd": ColumnHead("expected value of perfect information", "$ M", "millions", "assumed"),
    },
    "Most that a study which removed all doubt could be worth to this decision.",
)
PARTIAL_INFORMATION: Final = FrameTable(
    "partial_information",
    "Value of knowing one input, largest first",
    {
        "input": ColumnHead("input or group of inputs"),
        "usd_per_load": THRESHOLD,
        "evppi_usd": ColumnHead("value of knowing it", "$ M", "millions", "assumed"),
        "se_usd": ColumnHead("standard error", "$ M", "millions"),
        "nothing_known_usd": ColumnHead("reached by chance", "$ M", "millions"),
        "share_of_evpi": ColumnHead("of the value of knowing all", "", "share"),
    },
    "By regression of the draws themselves. Reached by chance: what an input that says nothing reaches in one "
    "of twenty cases; inputs below it are left out, which does not say that they are worth nothing.",
    missing_part(
        "value of knowing single inputs",
        "no input or group is worth more to know than a shuffled one by chance: these draws are too few to rank them",
    ),
)
EMULATOR: Final = FrameTable(
    "emulator",
    "How well fitted formulas stand in for the simulation",
    {
        "alternative": NAME,
        "output": ColumnHead("output", "", "name"),
        "year": ColumnHead("year", "", "number"),
        "method": ColumnHead("formula"),
        "worlds": ColumnHead("sets simulated", "", "number"),
        "mean": ColumnHead("mean", "", "number"),
        "cv_rmse": ColumnHead("error, cross-validated", "", "number"),
        "cv_r2": ColumnHead("explained, cross-validated", "", "share"),
    },
    "0% or less: the formula says no more than the mean. The error is added to every draw that was not simulated.",
    Prose("No draw was simulated: simulation inputs were held, and no formula was fitted.", "small"),
)
NOISE: Final = FrameTable(
    "noise",
    "Noise of the replications, which is not decision uncertainty",
    {
        "alternative": NAME,
        "measure": ColumnHead("measure", "", "name"),
        "mean": ColumnHead("paired mean", "", "number"),
        "low": ColumnHead("low", "", "number"),
        "high": ColumnHead("high", "", "number"),
        "se": ColumnHead("standard error", "", "number"),
        "unpaired_se": ColumnHead("if not paired", "", "number"),
        "correlation": ColumnHead("correlation", "", "number"),
        "replications": ColumnHead("replications", "", "number"),
    },
    "What more replications of the same inputs would remove; dollars and loads.",
    missing_part("noise of the replications", "fewer than two replications"),
)
TORNADO: Final = FrameTable(
    "tornado",
    "The widest swings, without interdiction and at break-even",
    {
        "input": ColumnHead("input"),
        "usd_per_load": THRESHOLD,
        "low_point": ColumnHead("10% point", "", "number"),
        "high_point": ColumnHead("90% point", "", "number"),
        "low_usd": ColumnHead("result at 10%", "$ M", "millions"),
        "high_usd": ColumnHead("result at 90%", "$ M", "millions"),
        "swing_usd": ColumnHead("swing", "$ M", "millions", "assumed"),
    },
)
RANKING: Final = FrameTable(
    "sensitivity",
    "What decides the ranking (Sobol's indices)",
    {
        "group": ColumnHead("group of inputs", "", "name"),
        "output": ColumnHead("of", "", "name"),
        "first": ColumnHead("alone", "", "share", "assumed"),
        "first_half_width": ColumnHead("±", "", "share"),
        "total": ColumnHead("with all interactions", "", "share", "assumed"),
        "total_half_width": ColumnHead("±", "", "share"),
    },
    "Lead: how far the choice is ahead of the best of the others; rank: whether it leads at all. Share of its "
    "variance that goes with each group, as far as formulas explain the simulation: how far that is stands in the "
    "table of formulas. Where they explain nothing, a simulation group of 0% is unknown, not unimportant.",
    missing_part("global sensitivity of the ranking", "it was not worked out"),
)
SCENARIOS: Final = FrameTable(
    "scenarios",
    "Scenarios",
    {
        "scenario": ColumnHead("scenario"),
        "kind": ColumnHead("kind", "", "name"),
        "alternative": NAME,
        "npv0_usd": ColumnHead("net present value, interdiction not priced", "$ M", "millions"),
        "loads": ColumnHead("more loads", "", "number"),
        "break_even_usd": ColumnHead("break-even, $ a load", "", "dollars"),
        "best": ColumnHead("best of the scenario"),
    },
    "One thing changed at a time, the rest at the central inputs; the range over "
    "scenarios is what to read. Headline rate {rate}.",
    missing_part("scenarios", "none were run"),
)


def acceptability_chapter(evidence: Evidence) -> Section:
    """Return acceptability curves with their frontier, losses, and what knowing is worth."""
    found, title = evidence.uncertainty, "How certain the choice is"
    if found is None or found.draws.empty:
        what = "acceptability curves, expected losses and the value of information"
        return Section("acceptability", title, (missing_part(what, NOT_DRAWN),))
    partial, noise = found.partial_information, found.noise
    if not partial.empty:
        partial = partial.loc[partial["shown"].astype(bool)].head(TOP)
    if not noise.empty:
        noise = noise.assign(measure=noise["measure"].replace(MEASURES))
    parts = (
        Prose(
            f"Share of draws of {evidence.drawn_inputs} in which each alternative is best, as the "
            "threshold value of a load rises. Best in most draws is not best on average, so "
            "the alternative of the highest mean is marked as well, and beside it stands what "
            "choosing each would lose on average. " + " ".join(found.notes)
        ),
        charts_uncertainty.acceptability_chart(evidence, found.acceptability),
        charts_uncertainty.expected_loss_chart(evidence, found.acceptability),
        INFORMATION.of(_information(evidence, found.information)),
        missing_part("value of knowing single inputs", "it was not worked out")
        if found.partial_information.empty
        else PARTIAL_INFORMATION.of(partial),
        EMULATOR.of(found.emulator),
        NOISE.of(noise),
    )
    return Section("acceptability", title, parts)


def _information(evidence: Evidence, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows nearest to no value of a load, the user's, and every break-even."""
    wanted = {0.0, evidence.usd_per_load or 0.0}
    wanted |= {evidence.break_even(n).usd_per_load or 0.0 for n in evidence.rivals}
    keep = {int((frame["usd_per_load"] - value).abs().to_numpy().argmin()) for value in wanted if value >= 0.0}
    chosen = frame.loc[sorted(keep)]
    return chosen.assign(usd_per_load=chosen["usd_per_load"].map(usd))


def sensitivity_chapter(evidence: Evidence) -> Section:
    """Return the tornado, the sensitivity of the ranking, scenarios and the two-way table."""
    found, title = evidence.uncertainty, "What moves the result"
    if found is None or found.draws.empty:
        what = "tornado, sensitivity of the ranking, scenarios"
        return Section("sensitivity", title, (missing_part(what, NOT_DRAWN),))
    choice = evidence.shown
    rows = found.tornado.loc[found.tornado["alternative"] == choice]
    said = (
        "One input at a time at its 10 and 90% points, all others at their central values; "
        "nothing is counted for interdiction."
    )
    swings: tuple[Part, ...] = (missing_part("tornado", f"{plain_name(choice)} does not depend on any drawn input"),)
    if not rows.empty:
        unpriced = rows.loc[rows["usd_per_load"] == rows["usd_per_load"].min()]
        widest = rows.groupby("usd_per_load", sort=True).head(TOP)
        chart = charts_uncertainty.tornado_chart(evidence, choice, unpriced)
        swings = (Prose(said), chart, TORNADO.of(widest))
    scenarios = SCENARIOS._replace(note=SCENARIOS.note.format(rate=percent(evidence.rate, 1)))
    others = (RANKING.of(found.sensitivity), scenarios.of(found.scenarios), _two_way(found.two_way))
    return Section("sensitivity", title, (*swings, *others))


def _two_way(frame: pd.DataFrame) -> Part:
    if frame.empty:
        return missing_part("two-way table", "it was not worked out")
    best = {(row["usd_per_load"], row["saving_factor"]): str(row["best"]) for row in frame.to_dict("records")}

    def best_at(factor: float) -> Callable[[float], Cell]:
        return lambda value: Cell(name := plain_name(best.get((value, factor), "")), "", name)

    factors, values = ({key[place] for key in best} for place in (1, 0))
    return table_by_column(
        "two_way",
        "Who is best, by threshold and by how much of the simulated saving comes true",
        sorted(values),
        {TableColumn(f"best_at_{f:g}", f"{percent(f, 0)} of it"): best_at(f) for f in sorted(factors)},
        named=(TableColumn("usd_per_load", "threshold, $ a load"), usd),
    )
