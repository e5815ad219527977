from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from ports import FlatScorer

from experiments.ledgers.write import track_trucks, write_ledger
from experiments.study.study import Study, build_study
from sim.engine.ledger import event_log
from sim.shared_draws import risk_key

SHORT = ["port=bota", "days=1", "replications=2", "processes=1", "ledger=true", "csv=true"]


@pytest.fixture
def asked(tmp_path: Path) -> Study:
    return build_study([*SHORT, f"out={tmp_path / 'out'}"], "run")


def scorers(asked: Study) -> dict[str, FlatScorer]:
    return {risk_key(scenario): FlatScorer() for scenario in asked.alternatives.values()}


def test_csv_files_tell_the_same_trucks_and_moments_as_parquet(asked: Study) -> None:
    written = write_ledger(asked, scorers(asked))
    assert [path.name for path in written] == ["ledger.parquet", "events.parquet", "ledger.csv", "events.csv"]
    ledger, told = pd.read_parquet(written[0]), pd.read_csv(written[2], parse_dates=["arrived", "left"])
    assert told["truck"].tolist() == ledger["truck"].tolist()
    minutes = (told["left"] - pd.Timestamp(asked.start_date)).dt.total_seconds() / 60.0
    assert ((minutes - ledger["exit_min"]).abs().dropna() <= 0.5 / 60.0 + 1e-9).all()
    assert minutes.isna().equals(ledger["exit_min"].isna())
    to_portal = told["reasons"].fillna("").str.contains(r"(?:^|; )portal: selected", regex=True)
    assert (to_portal == ledger["portal_enter_min"].notna()).all()
    assert len(pd.read_csv(written[3])) == len(event_log(ledger)) == len(pd.read_parquet(written[1]))


def test_csv_comes_on_request_only(asked: Study) -> None:
    written = write_ledger(dataclasses.replace(asked, csv=False), scorers(asked))
    assert [path.suffix for path in written] == [".parquet", ".parquet"]


def test_another_replication_is_another_day_of_trucks(asked: Study) -> None:
    first, second = (track_trucks(asked, scorers(asked), asked.baseline, r) for r in (0, 1))
    assert len(first.ledger) == len(first.manifest) == len(first.scores)
    assert not first.ledger["arrive_min"].head(50).equals(second.ledger["arrive_min"].head(50))
