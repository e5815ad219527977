"""What a campaign says in words is what its matrix holds."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from experiments.adaptation.report.page import render_campaign_page
from experiments.adaptation.report.results import campaign_results, ordered_alternatives, tournament_sentences
from experiments.adaptation.request import Campaign, build_campaign
from tests.test_page_words import set_badly, shown_ids, unnamed_intervals, visible

ASKED = ["port=pharr", "weeks=4", "replications=6", "adversaries=[static,knowing]", "margins=[front]"]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return build_campaign(ASKED, "campaign")


def _epochs(campaign: Campaign, detection: dict[tuple[str, str], float]) -> pd.DataFrame:
    """Return EPOCHS with these detection rates, a little different in each replication."""
    rows = []
    for name in campaign.study.alternatives:
        for adversary in campaign.settings.adversaries:
            for replication in range(6):
                for week in range(4):
                    rate = detection.get((name, adversary), 0.1) + 0.001 * replication
                    rows.append(
                        {
                            "alternative": name,
                            "adversary": adversary,
                            "replication": replication,
                            "week": week,
                            "true_attempts_expected": 5.0,
                            "true_loads_expected": 4.0,
                            "true_outside_expected": 1.0,
                            "true_found_expected": 4.0 * rate,
                            "true_delivered_expected": 4.0 * (1.0 - rate),
                            "true_best_evasion": 0.9,
                            "found_drawn": float(week % 2),
                            "random_loads_projected": float(week % 2) / 0.27,
                        }
                    )
    return pd.DataFrame(rows)


def _options(campaign: Campaign) -> pd.DataFrame:
    rows = [
        {
            "alternative": name,
            "adversary": adversary,
            "week": week,
            "front": front,
            "day_part": "any",
            "concealment": "any",
            "true_share": 1.0 / 3.0,
            "true_loads_expected": 1.0,
        }
        for name in campaign.study.alternatives
        for adversary in campaign.settings.adversaries
        for week in range(4)
        for front in ("fast", "laden", "empty")
    ]
    return pd.DataFrame(rows)


def test_the_order_is_that_of_the_worst_cases(campaign: Campaign) -> None:
    rates = {("boosted_27", "static"): 0.3, ("boosted_27", "knowing"): 0.02, ("random_27", "knowing"): 0.12}
    results = campaign_results(campaign, _epochs(campaign, rates), _options(campaign))
    order = ordered_alternatives(results)
    assert (order[0], order[-1]) == ("todays_practice", "boosted_27")
    assert results.later.worst["boosted_27"] == "knowing"
    assert results.later.regret["boosted_27"].mean == pytest.approx(0.10)


def test_the_words_change_with_the_matrix(campaign: Campaign) -> None:
    one = {("boosted_27", a): 0.3 for a in campaign.settings.adversaries}
    two = {("boosted_27", "static"): 0.3, ("random_27", "knowing"): 0.2}
    said = [
        " ".join(tournament_sentences(campaign_results(campaign, _epochs(campaign, rates), _options(campaign))))
        for rates in (one, two)
    ]
    assert "has the highest mean against each of 2 organizations" in said[0]
    assert "changes with the organization" in said[1]
    alone = replace(campaign, settings=replace(campaign.settings, adversaries=("static",)))
    results = campaign_results(alone, _epochs(alone, one), _options(alone))
    assert len(tournament_sentences(results)) == 1


def test_the_page_holds_every_result_with_its_interval(campaign: Campaign) -> None:
    results = campaign_results(campaign, _epochs(campaign, {}), _options(campaign))
    page = render_campaign_page(results)
    assert page == render_campaign_page(results)
    assert shown_ids(visible(page)) == []
    assert unnamed_intervals(page) == []
    assert set_badly(visible(page)) == []
    assert page.count('data-label="does not react"') >= len(campaign.study.alternatives)
    for name in campaign.study.alternatives:
        assert results.label(name) in page
        assert f">{name}<" not in page
