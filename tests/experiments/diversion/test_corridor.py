"""``throughgate corridor``: its files, and that neither processes nor a stop and resume change a byte."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from sim.tables import FLOWS, check_table

SMALL = ["corridor=laredo", "days=1", "replications=2", "weeks=3", "most_steps=6", "policy=random_share",
         "port.colombia.primary.lanes=3", "store=null"]  # fmt: skip
TABLES = ("flows.parquet", "ports.csv", "equilibria.csv", "assumed.csv", "loads.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corridor") / "one"
    assert main(["corridor", *SMALL, "processes=1", f"out={out}"]) == 0
    return out


def test_flows_hold_to_their_declaration(folder: Path) -> None:
    flows = check_table(pd.read_parquet(folder / "flows.parquet"), FLOWS, "flows")
    assert len(flows) == 2 * 2 * 2 * 24
    assert set(flows["side"]) == {"usual", "changed"}


def test_two_processes_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert main(["corridor", *SMALL, "processes=2", f"out={tmp_path / 'two'}"]) == 0
    for name in TABLES:
        assert (tmp_path / "two" / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_record_names_what_was_asked(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text())
    assert record["verb"] == "corridor"
    assert record["corridor"]["settings"]["measures"]["asked"]["overrides"] == ["port.primary.lanes=3"]
    assert set(record["alternatives"]) == {"world_trade_bridge", "colombia", "colombia_asked"}


def test_the_page_begins_with_the_question_and_answers_it(folder: Path) -> None:
    page = (folder / "corridor.html").read_text()
    question = "Where do trucks go when one of Laredo&#39;s two truck bridges changes?"
    assert 0 < page.index(question) < page.index('class="answer"')
    for words in ("Of the trucks that use Colombia", "Loads over the ports", "do not cross", "assumed"):
        assert words in page


def test_organizations_of_loads_are_those_asked_for(folder: Path) -> None:
    loads = pd.read_csv(folder / "loads.csv")
    assert list(dict.fromkeys(loads["adversary"])) == ["static", "responsive", "learning", "knowing"]
    assert loads["week"].max() == 3
    ends = loads["true_caught"] + loads["true_outside"] + loads["true_delivered"]
    assert ends.to_numpy() == pytest.approx(1.0, abs=1e-9)
    static = loads[loads["adversary"] == "static"]
    assert (static.groupby("replication")["true_share_colombia"].agg(np.ptp) == 0.0).all()
