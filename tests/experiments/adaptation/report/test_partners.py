"""What the page says of two governments: by hand from EPOCHS, and nothing where nothing of it acts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.adaptation.report.partners import partners_table, shock_sentences, trust_charts
from experiments.adaptation.report.results import CampaignResults, campaign_results
from experiments.adaptation.request import build_campaign
from experiments.cli import main

TWO = [
    "+alternatives.own=['policy=top_share','policy.share=0.27','risk=rules']",
    "+alternatives.shared=['policy=top_share','policy.share=0.27','risk=rules','sharing=full']",
]
SMALL = ["port=pharr", "days=1", "weeks=5", "replications=3", "baseline=own", "adversaries=[static]", *TWO]
MOVING = ["trust.moves=true", "trust.shocks=[{week: 2, side: mx, bad: 30, name: arrest}]", "knowledge.leaks=true"]


def _results(folder: Path, extra: list[str]) -> CampaignResults:
    command = [*SMALL, *extra, "processes=1", "robustness.draws=0", "store=null", f"out={folder}"]
    assert main(["campaign", *command]) == 0
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in ("epochs", "options")]
    return campaign_results(build_campaign(command, "campaign"), *tables)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> CampaignResults:
    return _results(tmp_path_factory.mktemp("partners") / "run", MOVING)


def test_a_shock_is_told_as_epochs_have_it(results: CampaignResults) -> None:
    rows = results.epochs[results.epochs["alternative"] == "shared"]
    sent = rows.groupby("week")["sent_share"].mean()
    assert sent.loc[2] > 0.8
    assert sent.loc[3] < 0.2
    assert (rows["trust_us"] > rows["trust_mx"])[rows["week"] > 2].all()
    (sentence,) = shock_sentences(results)
    assert f"{100 * sent.loc[2]:.0f}% to {100 * sent.loc[3]:.0f}%" in sentence
    assert "not made up by week 4" in sentence


def test_what_is_not_shared_neither_leaks_nor_is_trusted(results: CampaignResults) -> None:
    own = results.epochs[results.epochs["alternative"] == "own"]
    zeros = own[["sent_share", "used_share", "finds_credited", "true_leaks_drawn", "true_called_off_expected"]]
    assert (zeros == 0.0).all(axis=None)


def test_ends_of_attempts_add_up_with_loads_called_off(results: CampaignResults) -> None:
    epochs = results.epochs
    ends = epochs["true_found_expected"] + epochs["true_delivered_expected"] + epochs["true_outside_expected"]
    assert ends.to_numpy() == pytest.approx(epochs["true_attempts_expected"].to_numpy(), rel=1e-12)
    assert (epochs["true_called_off_expected"] <= epochs["true_outside_expected"] + 1e-12).all()


def test_charts_and_table_stand_where_partners_act_alone(results: CampaignResults, tmp_path: Path) -> None:
    assert [chart.name for chart in trust_charts(results)] == ["trust-shared"]
    table = partners_table(results)
    assert table is not None
    assert len(table.rows) == 2
    still = _results(tmp_path / "still", [])
    assert trust_charts(still) == []
    assert partners_table(still) is None
    assert shock_sentences(still) == []
    first = results.epochs[results.epochs["week"] == 0]
    assert first["true_detection"].tolist() == still.epochs[still.epochs["week"] == 0]["true_detection"].tolist()
