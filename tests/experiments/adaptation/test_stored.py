"""A campaign in the store of all runs: a point an organization, and measures that are those of its tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.adaptation.stored import MEASURES
from experiments.cli import main
from experiments.store.database import open_database

SMALL = ["experiment=scattershot", "port=pharr", "days=1", "weeks=4", "replications=3", "robustness.draws=0"]
DETECTION = """
    select p.overrides, c.alternative, c.mean from comparison c join points p using (run, point)
    where c.metric = 'campaign_detection'
"""


def test_a_campaign_is_kept_and_can_be_asked(tmp_path: Path) -> None:
    store, out = tmp_path / "store", tmp_path / "one"
    words = [*SMALL, "adversaries=[static,learning]", "processes=1", f"store={store}", f"out={out}"]
    assert main(["campaign", *words]) == 0
    database = open_database(store)
    tournament = pd.read_csv(out / "tournament.csv")
    later = tournament[tournament["weeks"] == "later half"]
    expected = {(f"adversaries=[{row.adversary}]", row.alternative): row.detection_mean for row in later.itertuples()}
    found = {(point, name): mean for point, name, mean in database.execute(DETECTION).fetchall()}
    assert found == pytest.approx(expected)
    measured = database.execute("select * from metrics").df()[list(MEASURES)]
    assert len(measured) == 2 * 3 * 3
    parts = ["campaign_caught_share", "campaign_delivered_share", "campaign_outside_share"]
    assert measured[parts].sum(axis=1).to_numpy() == pytest.approx(1.0)
    query = "select value_number, low, high from inputs where key = 'adversary.reaction_per_detection'"
    assert database.execute(query).fetchall() == [(10.0, 0.0, 50.0)]
