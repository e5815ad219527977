"""Chapters on what is not known: acceptability, what moves the result, and break-even."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

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
    "Most that a study which removed all doubt could be worth to this decision. Rows: nothing counted, the planner's "
    "own break-even values, and the swept values before and after each change of the alternative of the highest mean.",
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
NOISE_SHARE: Final = FrameTable(
    "noise_share",
    "Noise of simulation that is left in the draws",
    {
        "alternative": NAME,
        "measure": ColumnHead("measure", "", "name"),
        "share": ColumnHead("of the variance over draws", "", "share"),
        "low": ColumnHead("low", "", "share"),
        "high": ColumnHead("high", "", "share"),
        "repeated": ColumnHead("sets simulated again", "", "number"),
        "seeds": ColumnHead("seeds of every set", "", "number"),
        "mean_se": ColumnHead("standard error of a draw, mean, $", "", "number"),
        "sd": ColumnHead("standard deviation over draws", "", "number"),
    },
    "Sets of assumptions simulated again on seeds that nothing else uses: what they then differ by is noise. Low and "
    "high: 95% interval over sets. Noisy sets were simulated on more seeds than the others.",
    Prose("No draw was simulated: simulation inputs were held, and no noise of simulation is in the draws.", "small"),
)
HEADLINE: Final = FrameTable(
    "headline",
    "Figures at a stated confidence",
    {
        "alternative": NAME,
        "figure": ColumnHead("figure", "", "name"),
        "terms": ColumnHead("dollars, discounting"),
        "planned": ColumnHead("planner's own", "", "number"),
        "planned_percentile": ColumnHead("draws no higher, %", "", "number"),
        "mean": ColumnHead("mean of draws", "", "number"),
        "p50": ColumnHead("half of draws no higher", "", "number"),
        "p50_low": ColumnHead("low", "", "number"),
        "p50_high": ColumnHead("high", "", "number"),
        "p80": ColumnHead("80% of draws no higher", "", "number"),
        "p80_low": ColumnHead("low", "", "number"),
        "p80_high": ColumnHead("high", "", "number"),
    },
    "Each row says which dollars it is in, and whether it is discounted. Draws hold overruns, and so no contingency: "
    "with the contingency of the planner's figures these are the sums of the chapter on the budget. The planner's own "
    "figures are those of the central inputs. Low and high: 95% intervals over draws.",
    missing_part("figures at a stated confidence", NOT_DRAWN),
)
RANKS: Final = FrameTable(
    "rank_estimates",
    "Which single inputs net value depends on, above what dummy inputs reach",
    {
        "alternative": NAME,
        "input": ColumnHead("input", "", "name"),
        "rank_estimate": ColumnHead("rank estimate", "", "share", "assumed"),
        "dummy_floor": ColumnHead("reached by dummy inputs", "", "share"),
        "draws": ColumnHead("draws", "", "number"),
    },
    "Chatterjee's coefficient: 0% where net value does not hang on the input, 100% where it alone decides. Left out "
    "are inputs that cannot act, and those that the largest of as many dummy inputs would reach in one of twenty runs.",
    missing_part(
        "single inputs by rank", "no input is above what dummy inputs reach: these draws are too few to rank them"
    ),
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
    "What net value depends on, by group (Sobol's indices)",
    {
        "group": ColumnHead("group of inputs", "", "name"),
        "output": ColumnHead("of", "", "name"),
        "first_words": ColumnHead("alone", "", "name", "assumed"),
        "total_words": ColumnHead("with all interactions", "", "name", "assumed"),
        "noise_share": ColumnHead("noise of one seed, taken out", "", "share"),
        "rows": ColumnHead("rows", "", "number"),
    },
    "Share of the variance that goes with each group, simulated; net value in normal scores, because a few sets near "
    "saturation hold most of its variance in dollars. ±: 95% interval over rows. An index with a half-width above 10 "
    "points is not resolved, and is not ranked. ",
    missing_part("global sensitivity", "it was not worked out"),
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
    partial = found.partial_information
    if not partial.empty:
        partial = partial.loc[partial["shown"].astype(bool)].head(TOP)
    parts = (
        Prose(
            f"Share of draws of {evidence.drawn_inputs} in which each alternative is best, as the "
            "threshold value of a load rises. Best in most draws is not best on average, so "
            "the alternative of the highest mean is marked as well, and beside it stands what "
            "choosing each would lose on average. " + " ".join(found.notes)
        ),
        HEADLINE.of(figures_at_confidence(found.headline, evidence)),
        charts_uncertainty.acceptability_chart(evidence, found.acceptability),
        charts_uncertainty.expected_loss_chart(evidence, found.acceptability),
        INFORMATION.of(shown_thresholds(evidence, found.information)),
        missing_part("value of knowing single inputs", "it was not worked out")
        if found.partial_information.empty
        else PARTIAL_INFORMATION.of(partial),
        NOISE_SHARE.of(measure_words(found.noise_share)),
        NOISE.of(measure_words(found.noise)),
    )
    return Section("acceptability", title, parts)


class FigureWords(NamedTuple):
    """A figure of the headline in a reader's words."""

    words: str
    dollars: str
    """``constant`` or ``then-year``; empty: it is no sum of dollars."""
    discounted: bool


FIGURE_WORDS: Final = {
    "ask_usd": FigureWords("initial spending, $", "constant", discounted=False),
    "ask_then_year_usd": FigureWords("initial spending, $", "then-year", discounted=False),
    "life_cycle_usd": FigureWords("life-cycle cost, undiscounted, $", "constant", discounted=False),
    "life_cycle_then_year_usd": FigureWords("life-cycle cost, undiscounted, $", "then-year", discounted=False),
    "cost_usd": FigureWords("life-cycle cost, present value, $", "constant", discounted=True),
    "user_benefit_usd": FigureWords("users' gain, present value, $", "constant", discounted=True),
    "npv0_usd": FigureWords("net present value, $", "constant", discounted=True),
    "loads": FigureWords("more loads", "", discounted=True),
    "break_even_usd": FigureWords("break-even, $ a load", "constant", discounted=True),
}
"""Every figure of the headline."""


def figures_at_confidence(headline: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Return the rows of the headline that are figures, in a reader's words; shares stand in the text."""
    if headline.empty:
        return headline
    shown = headline.loc[headline["p50"].notna()]
    words = [FIGURE_WORDS[str(figure)] for figure in shown["figure"]]
    return shown.assign(figure=[one.words for one in words], terms=[_terms_words(one, evidence) for one in words])


def _terms_words(figure: FigureWords, evidence: Evidence) -> str:
    dollars = {"constant": f"{evidence.appraised.case.appraisal.price_year} dollars", "then-year": "then-year dollars"}
    counted = f"discounted at {percent(evidence.rate, 1)}" if figure.discounted else "not discounted"
    return f"{dollars[figure.dollars]}, {counted}" if figure.dollars else counted


def measure_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of noise with its measures in a reader's words."""
    return table if table.empty else table.assign(measure=[MEASURES[str(measure)] for measure in table["measure"]])


def resolved_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return Sobol's indices as a reader meets them: with their half-widths, or not resolved."""
    if table.empty:
        return table

    def words(row: Mapping[Any, Any], index: str) -> str:
        value, half = float(row[index]), float(row[f"{index}_half_width"])
        if not row[f"{index}_resolved"]:
            return "not resolved" if math.isnan(half) else f"not resolved (±{percent(half, 0)})"
        return f"{percent(value, 0)} ±{percent(half, 0)}"

    rows = table.to_dict("records")
    return table.assign(**{f"{index}_words": [words(row, index) for row in rows] for index in ("first", "total")})


def shown_thresholds(evidence: Evidence, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows nearest to no value of a load, the user's and every break-even, and those where the best changes.

    Of each change the row before and the row after it are kept: between them another alternative takes over.
    """
    wanted = {0.0, evidence.usd_per_load or 0.0}
    wanted |= {evidence.break_even(n).usd_per_load or 0.0 for n in evidence.rivals}
    ranked = frame.sort_values("usd_per_load", ignore_index=True, kind="stable")
    keep = {int((ranked["usd_per_load"] - value).abs().to_numpy().argmin()) for value in wanted if value >= 0.0}
    best = ranked["best"].tolist()
    keep |= {row for after in range(1, len(best)) if best[after] != best[after - 1] for row in (after - 1, after)}
    chosen = ranked.loc[sorted(keep)]
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
        "nothing is counted for interdiction. Of the inputs of the simulation those are shown that say most by rank, "
        "simulated at both points."
    )
    swings: tuple[Part, ...] = (missing_part("tornado", f"{plain_name(choice)} does not depend on any drawn input"),)
    if not rows.empty:
        unpriced = rows.loc[rows["usd_per_load"] == rows["usd_per_load"].min()]
        widest = rows.groupby("usd_per_load", sort=True).head(TOP)
        chart = charts_uncertainty.tornado_chart(evidence, choice, unpriced)
        swings = (Prose(said), chart, TORNADO.of(widest))
    scenarios = SCENARIOS._replace(note=SCENARIOS.note.format(rate=percent(evidence.rate, 1)))
    others: tuple[Part, ...] = (
        RANKS.of(_ranked(found.rank_estimates, choice)),
        RANKING.of(resolved_words(found.sensitivity)),
        scenarios.of(found.scenarios),
        _two_way(found.two_way),
    )
    return Section("sensitivity", title, (*swings, *others))


def _ranked(frame: pd.DataFrame, choice: str) -> pd.DataFrame:
    """Return the inputs above the floor, of the choice, or of all where it is the baseline."""
    if frame.empty:
        return frame
    shown = frame.loc[frame["above_floor"].astype(bool)]
    return shown.loc[shown["alternative"] == choice] if (shown["alternative"] == choice).any() else shown


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
