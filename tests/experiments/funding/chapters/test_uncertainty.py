"""Chapters on what is not known: figures under their own terms, labels for keys, and where another takes over."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from experiments.funding.budget.spending import BUDGET_FIGURES
from experiments.funding.chapters.uncertainty import (
    FIGURE_WORDS,
    acceptability_chapter,
    figures_at_confidence,
    sensitivity_chapter,
    shown_thresholds,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.labeled import labeled_evidence
from experiments.study.display_names import DisplayName, DisplayNames
from tests import funded


@pytest.fixture
def evidence() -> Evidence:
    return Evidence(funded.appraised(), funded.uncertainty())


def test_every_figure_says_which_dollars_it_is_in_and_whether_it_is_discounted(evidence: Evidence) -> None:
    """Figures without words bore their keys, and a note said of undiscounted sums that they were discounted."""
    assert evidence.uncertainty is not None
    headline = evidence.uncertainty.headline
    held = set(headline.loc[headline["p50"].notna(), "figure"])
    # the made draws hold no gain of users
    assert set(FIGURE_WORDS) == {*held, *BUDGET_FIGURES, "user_benefit_usd"}
    rows = pd.DataFrame({"alternative": "A4", "figure": list(FIGURE_WORDS), "p50": 1.0})
    terms = dict(zip(FIGURE_WORDS, figures_at_confidence(rows, evidence)["terms"], strict=True))
    assert {key for key, said in terms.items() if "not discounted" in said} == set(BUDGET_FIGURES)
    assert {key for key, said in terms.items() if "then-year dollars" in said} == {
        "ask_then_year_usd",
        "life_cycle_then_year_usd",
    }
    rate = f"discounted at {100.0 * evidence.rate:.1f}%"
    assert terms["cost_usd"].endswith(f"dollars, {rate}")
    assert terms["loads"] == rate


def test_no_table_of_noise_bears_a_key(evidence: Evidence) -> None:
    rows = next(table for table in acceptability_chapter(evidence).tables() if table.name == "noise_share").rows
    assert [cells[0].text for _, cells in rows] == ["net present value, $"]


def test_outputs_of_the_global_sensitivity_bear_labels_and_rounded_dollars(evidence: Evidence) -> None:
    assert evidence.uncertainty is not None
    row = evidence.uncertainty.sensitivity.iloc[0].to_dict()
    outputs = ("net value of A4", "A4 pays at $432,000 a load")
    table = pd.DataFrame([row | {"output": output} for output in outputs])
    made = dataclasses.replace(evidence, uncertainty=dataclasses.replace(evidence.uncertainty, sensitivity=table))
    study = dataclasses.replace(made.appraised.case.study, names=NAMES)
    case = dataclasses.replace(made.appraised.case, study=study)
    named = dataclasses.replace(made, appraised=dataclasses.replace(made.appraised, case=case))
    shown = next(one for one in sensitivity_chapter(labeled_evidence(named)).tables() if one.name == "sensitivity")
    assert [cells[0].text for _, cells in shown.rows] == [
        "net value of “Four more”",
        "Four more pays at $432,000 a load",
    ]


NAMES = DisplayNames({"A4": DisplayName("A4", "Four more")})


def test_thresholds_reach_the_value_at_which_another_alternative_takes_over(evidence: Evidence) -> None:
    """The table ended at the planner's break-even values, below the change of the best."""
    values = [0.0, 1e4, 4e4, 3e5, 1e6, 3e6, 1e7]
    best = ["A0", "A0", "A0", "A0", "A4", "A4", "A4"]
    frame = pd.DataFrame({"usd_per_load": values, "best": best})
    shown = shown_thresholds(evidence, frame)
    assert {"$300,000", "$1.00 million"} <= set(shown["usd_per_load"])
    assert "$10.0 million" not in set(shown["usd_per_load"])
    assert shown["best"].tolist()[-1] == "A4"
