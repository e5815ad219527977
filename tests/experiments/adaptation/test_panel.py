"""Sets of assumptions of a campaign: what is redrawn, what stands, and the same bytes however they are carried out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.adaptation.panel import COLUMNS, panel_inputs, settings_with
from experiments.adaptation.request import build_campaign
from experiments.cli import main
from experiments.execution.redraws import redraw_inputs

SMALL = [
    "experiment=scattershot",
    "port=pharr",
    "days=1",
    "weeks=4",
    "replications=3",
    "adversaries=[static,learning]",
    "robustness.draws=4",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("panel") / "one"
    assert main(["campaign", *SMALL, "processes=1", f"out={out}"]) == 0
    return out


def test_what_acts_is_redrawn_and_what_the_user_set_is_not() -> None:
    keys = {one.key for one in panel_inputs(build_campaign(SMALL, "campaign"))}
    assert {"adversary.reaction_per_detection", "effort.surge_share", "threat.prevalence_per_truck"} <= keys
    assert not [key for key in keys if key.startswith("retraining.")]
    held = build_campaign([*SMALL, "adversary.reaction_per_detection=7"], "campaign")
    assert {one.key for one in panel_inputs(held)} == keys - {"adversary.reaction_per_detection"}
    trained = build_campaign(["experiment=retraining", "weeks=10", "replications=2"], "campaign")
    ranges = {one.key: one for one in panel_inputs(trained)}
    assert ranges["retraining.every_weeks"].high == 5


def test_every_number_lies_in_its_range_and_makes_settings() -> None:
    campaign = build_campaign(SMALL, "campaign")
    inputs = panel_inputs(campaign)
    for drawn in redraw_inputs(campaign.study, inputs):
        settings = settings_with(campaign.settings, drawn)
        by_key = {one.key: number for one, number in drawn}
        assert settings.adversary.reaction_per_detection == by_key["adversary.reaction_per_detection"]
        assert settings.adversary.organizations == by_key["adversary.organizations"]
        assert settings.effort.gain["fast"] == by_key["effort.gain.fast"]
        assert settings.weeks == campaign.settings.weeks
        assert all(one.low <= number <= one.high + 1e-12 for one, number in drawn)


def test_every_set_has_a_row_for_each_pair(folder: Path) -> None:
    panel = pd.read_parquet(folder / "panel.parquet")
    numbers = pd.read_parquet(folder / "panel_inputs.parquet")
    assert list(panel.columns) == list(COLUMNS)
    assert len(panel) == 4 * 3 * 2
    assert len(numbers) == 4
    assert np.allclose(panel["true_found_expected"], panel["true_detection"] * panel["true_loads_expected"])
    total = panel["true_loads_expected"] + panel["true_outside_expected"]
    assert np.allclose(total, panel["true_attempts_expected"])


def test_the_answer_counts_the_sets(folder: Path) -> None:
    answer = json.loads((folder / "answer.json").read_text())
    assert answer["question"].startswith("Are surges")
    assert answer["claim"] is None or answer["claim"]["holds_in"].endswith("of 4")
    assert (answer["claim"] is None) == (answer["withheld"] is not None)


def test_two_processes_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert main(["campaign", *SMALL, "processes=2", f"out={tmp_path / 'two'}"]) == 0
    for name in ("epochs.parquet", "options.parquet", "panel.parquet", "panel_inputs.parquet", "answer.json"):
        assert (tmp_path / "two" / name).read_bytes() == (folder / name).read_bytes(), name
