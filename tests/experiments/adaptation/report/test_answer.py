"""The answer of a campaign: a claim on the worst case, the sets in which it holds, and where it turns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.adaptation.panel import Panel
from experiments.adaptation.report.answer import (
    campaign_answer,
    organizations_sentence,
    question_of,
    support_counts,
    switching_values,
)
from experiments.adaptation.report.known import known_band
from experiments.adaptation.report.page import render_campaign_page
from experiments.adaptation.report.results import CampaignResults, best_response, campaign_results
from experiments.adaptation.request import Campaign, build_campaign
from experiments.execution.redraws import AssumedInput
from experiments.execution.robustness import RedrawnResults
from experiments.report.answers.claim import Headline, Withheld

REACTION = AssumedInput("adversary.reaction_per_detection", 10.0, 0.0, 50.0)
SETS = 30


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    asked = ["experiment=scattershot", "port=pharr", "weeks=4", "replications=6", "adversaries=[static,knowing]"]
    return build_campaign([*asked, "margins=[front]"], "campaign")


def _tables(campaign: Campaign, rates: dict[tuple[str, str], float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    epochs, options, numbers = [], [], np.random.default_rng(0)
    for name in campaign.study.alternatives:
        for adversary in campaign.settings.adversaries:
            for replication in range(6):
                luck = numbers.uniform(-0.004, 0.004)
                for week in range(4):
                    rate = rates.get((name, adversary), 0.1) + luck
                    keys = {"alternative": name, "adversary": adversary, "replication": replication, "week": week}
                    loads = {"true_attempts_expected": 5.0, "true_loads_expected": 4.0, "true_outside_expected": 1.0}
                    found = {"true_found_expected": 4.0 * rate, "true_delivered_expected": 4.0 * (1.0 - rate)}
                    seen = {"found_drawn": 1.0, "random_loads_projected": 1.0 / 0.27, "true_best_evasion": 0.96 + luck}
                    epochs.append(keys | loads | found | seen)
            for front in ("fast", "laden", "empty"):
                keys = {"alternative": name, "adversary": adversary, "week": 0, "front": front}
                options.append(keys | {"day_part": "any", "concealment": "any", "true_share": 1 / 3})
                options[-1]["true_loads_expected"] = 1.0
    return pd.DataFrame(epochs), pd.DataFrame(options)


def _panel(campaign: Campaign, lead: str) -> Panel:
    """Return sets in which an alternative leads by as much as organizations react, less 0.1."""
    reactions = np.linspace(0.0, 50.0, SETS)
    rows = [
        {
            "draw": draw,
            "alternative": name,
            "adversary": adversary,
            "true_detection": 0.3 + (reaction / 100.0 - 0.1 if name == lead else 0.0),
        }
        for draw, reaction in enumerate(reactions)
        for name in campaign.study.alternatives
        for adversary in campaign.settings.adversaries
    ]
    table = pd.DataFrame(rows)
    worst = table.groupby(["draw", "alternative"], sort=False)["true_detection"].min().reset_index()
    numbers = pd.DataFrame({REACTION.key: reactions})
    worst = worst.rename(columns={"true_detection": "detection_expected"})
    return Panel(RedrawnResults(SETS, 1, [REACTION], worst, numbers, {}), table)


def _results(campaign: Campaign, rates: dict[tuple[str, str], float], *, panel: bool = True) -> CampaignResults:
    sets = _panel(campaign, "redrawn") if panel else None
    return campaign_results(campaign, *_tables(campaign, rates), sets)


LEADS = {("redrawn", "static"): 0.2, ("redrawn", "knowing"): 0.15}


def test_a_headline_has_its_effect_its_interval_and_its_sets(campaign: Campaign) -> None:
    answer = campaign_answer(_results(campaign, LEADS))
    assert isinstance(answer, Headline)
    assert answer.claim.effect == pytest.approx(0.05, abs=0.005)
    assert answer.claim.low < answer.claim.effect < answer.claim.high
    held = int((np.linspace(0.0, 50.0, SETS) / 100.0 - 0.1 >= 0.002).sum())
    assert answer.claim.holds_in.words() == f"{held} of {SETS}"
    assert "Surges redrawn detects more in its worst case than Spread evenly" in answer.text


def test_without_sets_the_headline_is_withheld(campaign: Campaign) -> None:
    assert isinstance(campaign_answer(_results(campaign, LEADS, panel=False)), Withheld)


def test_an_effect_that_may_be_none_is_told_as_that(campaign: Campaign) -> None:
    answer = campaign_answer(_results(campaign, {("redrawn", "static"): 0.1001, ("redrawn", "knowing"): 0.1001}))
    assert "does not clearly detect more" in answer.text


def test_the_baseline_is_set_against_the_next(campaign: Campaign) -> None:
    rates = {("spread", one): 0.3 for one in ("static", "knowing")} | LEADS
    assert (
        "Spread evenly detects more in its worst case than every alternative"
        in campaign_answer(_results(campaign, rates)).text
    )


def test_organizations_are_counted(campaign: Campaign) -> None:
    assert "against 2 of 2 organizations." in organizations_sentence(_results(campaign, LEADS))
    one = _results(campaign, {("redrawn", "static"): 0.2, ("redrawn", "knowing"): 0.1004})
    assert "1 of 2" in organizations_sentence(one)


def test_sets_are_counted_by_organization_and_the_order_turns_where_the_line_crosses_zero(campaign: Campaign) -> None:
    results = _results(campaign, LEADS)
    counts = support_counts(results)
    assert list(counts.columns) == ["static", "knowing", "worst case"]
    assert counts.loc["redrawn", "static"] == f"{int((np.linspace(0, 0.5, SETS) - 0.1 >= 0.002).sum())} of {SETS}"
    assert counts.loc["fixed", "static"] == f"0 of {SETS}"
    (turn,) = switching_values(results)
    assert turn.at == pytest.approx(10.0, abs=1e-6)
    assert turn.rho > 0.99


def test_the_page_opens_with_the_question_and_ends_with_the_answer(campaign: Campaign) -> None:
    results = _results(campaign, LEADS)
    page, text = render_campaign_page(results), campaign_answer(results).text
    assert page.index(question_of(results)) < page.index(text)
    assert page.count(text) == 2
    assert page.rindex(text) > page.index("What is assumed")


def test_what_an_agency_infers_is_too_much_by_what_scans_miss() -> None:
    rows = pd.DataFrame(
        {
            "replication": [0, 0, 1, 1, 2],
            "found_drawn": [1.0, 1.0, 2.0, 0.0, 1.0],
            "random_loads_projected": [4.0, 0.0, 4.0, 4.0, 0.0],
        }
    )
    band = known_band(rows)
    assert band is not None
    assert band.without == pytest.approx(1.0 / 3.0)
    assert band.middle == pytest.approx(np.median([0.5, 0.25]))
    assert known_band(rows.assign(random_loads_projected=np.nan)) is None


def test_the_best_response_stands_beside_organizations_that_do_not_know(campaign: Campaign) -> None:
    page = render_campaign_page(_results(campaign, LEADS))
    assert "best response, a bound" not in page
    settings = replace(campaign.settings, adversaries=("static",))
    alone = replace(campaign, settings=settings)
    results = campaign_results(alone, *_tables(alone, LEADS), _panel(alone, "redrawn"))
    assert "best response, a bound" in render_campaign_page(results)
    assert best_response(results, "redrawn").mean == pytest.approx(0.04, abs=0.004)
