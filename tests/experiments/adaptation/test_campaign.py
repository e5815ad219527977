"""``throughgate campaign``: what it writes, and that neither processes, order nor other adversaries change a byte."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.adaptation import campaign as command
from experiments.adaptation.campaign import write_first_look
from experiments.adaptation.request import Campaign, build_campaign, notes_before
from experiments.adaptation.running import CampaignTables
from experiments.adaptation.tournament import hold_tournament
from experiments.cli import main
from sim.tables import EPOCHS, OPTIONS, check_table

ALTERNATIVES = [
    "+alternatives.a=['policy=todays_practice']",
    "+alternatives.b=['policy=random_share', 'policy.share=0.6']",
]
SMALL = ["port=pharr", "days=1", "weeks=3", "replications=4", "baseline=a", "robustness.draws=0", *ALTERNATIVES]
WHOM = "adversaries=[static,responsive,learning,knowing]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("campaign") / "one"
    assert main(["campaign", *SMALL, WHOM, "processes=1", f"out={out}"]) == 0
    return out


def test_tables_hold_to_their_declarations(folder: Path) -> None:
    epochs = check_table(pd.read_parquet(folder / "epochs.parquet"), EPOCHS, "epochs")
    options = check_table(pd.read_parquet(folder / "options.parquet"), OPTIONS, "options")
    assert len(epochs) == 2 * 4 * 4 * 3
    keys = ["alternative", "adversary", "replication", "week"]
    of_options = options.groupby(keys, sort=False)["true_loads_expected"].sum()
    assert of_options.to_numpy() == pytest.approx(epochs["true_loads_expected"].to_numpy(), rel=1e-9)
    ends = epochs["true_found_expected"] + epochs["true_delivered_expected"] + epochs["true_outside_expected"]
    assert ends.to_numpy() == pytest.approx(epochs["true_attempts_expected"].to_numpy(), rel=1e-12)


def test_week_0_is_that_of_compare(folder: Path, tmp_path: Path) -> None:
    command = [one for one in SMALL if not one.startswith("weeks")]
    fast = ["bottleneck=false", "equal_levels=false", "processes=1"]
    assert main(["compare", *command, *fast, f"out={tmp_path / 'compare'}"]) == 0
    metrics = pd.read_parquet(tmp_path / "compare" / "metrics.parquet").set_index(["alternative", "replication"])
    epochs = pd.read_parquet(folder / "epochs.parquet")
    first = epochs[epochs["week"] == 0]
    for adversary, rows in first.groupby("adversary"):
        rows = rows.set_index(["alternative", "replication"])  # noqa: PLW2901
        assert (rows["wait_mean_min"] == metrics["wait_mean_min"]).all(), adversary
        assert (rows["trucks"] == metrics["trucks"]).all()
        assert np.allclose(rows["true_detection"], metrics["detection_expected"], rtol=1e-9, atol=0.0)


def test_processes_and_other_adversaries_change_no_byte(folder: Path, tmp_path: Path) -> None:
    two, turned = tmp_path / "two", tmp_path / "turned"
    assert main(["campaign", *SMALL, WHOM, "processes=2", f"out={two}"]) == 0
    for name in ("epochs.parquet", "options.parquet", "tournament.csv"):
        assert (two / name).read_bytes() == (folder / name).read_bytes()
    assert main(["campaign", *SMALL, "adversaries=[knowing,static]", "processes=1", f"out={turned}"]) == 0
    both = [pd.read_parquet(one / "epochs.parquet") for one in (folder, turned)]
    for adversary in ("static", "knowing"):
        parts = [table[table["adversary"] == adversary].reset_index(drop=True) for table in both]
        pd.testing.assert_frame_equal(*parts, check_exact=True)


def test_without_other_sets_of_assumptions_there_is_no_headline(folder: Path) -> None:
    page = (folder / "campaign.html").read_text()
    assert "No headline" in page
    assert json.loads((folder / "answer.json").read_text())["headline"] is None
    assert not (folder / "panel.parquet").exists()
    assert page.count("knows this week") >= 3  # in the matrix, in a chart, where attempts end
    record = json.loads((folder / "run.json").read_text())
    assert record["campaign"]["weeks"] == 3
    assert record["campaign"]["adversary"]["reaction_per_detection"] == 10.0


def test_the_worst_case_and_regret_are_those_of_the_matrix(folder: Path) -> None:
    epochs = pd.read_parquet(folder / "epochs.parquet")
    held = hold_tournament(epochs, "a", 0.95)
    means = {pair: one.detection.mean for pair, one in held.results.items()}
    sums = epochs.groupby(["alternative", "adversary"])[["true_found_expected", "true_loads_expected"]].sum()
    for pair, mean in means.items():
        row = sums.loc[pair]
        assert mean == pytest.approx(row["true_found_expected"] / row["true_loads_expected"])
    for name, adversary in held.worst.items():
        assert means[name, adversary] == min(mean for (one, _), mean in means.items() if one == name)
    for name, regret in held.regret.items():
        gaps = [max(means["a", one], means["b", one]) - means[name, one] for one in epochs["adversary"].unique()]
        assert regret.mean == pytest.approx(max(gaps))
    assert held.results["b", "static"].gain is not None
    assert held.results["a", "static"].gain is None


def test_a_first_page_stands_before_all_replications_have_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []

    def write(campaign: Campaign, tables: CampaignTables) -> Path:
        pages.append(write_first_look(campaign, tables).read_text())
        return campaign.study.out

    monkeypatch.setattr(command, "write_first_look", write)
    assert main(["campaign", *SMALL, "adversaries=[static]", "processes=1", f"out={tmp_path / 'one'}"]) == 0
    assert len(pages) == 1
    assert "First look: 2 of 4 replications" in pages[0]
    assert "First look" not in (tmp_path / "one" / "campaign.html").read_text()


def test_settings_that_say_little_are_noted_before_the_run() -> None:
    asked = ["experiment=retraining", "port=pharr", "weeks=10", "replications=4", "adversary.reaction_per_detection=0"]
    notes = " ".join(notes_before(build_campaign(asked, "campaign")))
    assert "do as the static one" in notes
    assert "4 replications" in notes
    assert "1.0% random selection is expected to detect its first load after" in notes
    assert notes_before(build_campaign(["experiment=whac_a_mole", "replications=12"], "campaign")) == []
