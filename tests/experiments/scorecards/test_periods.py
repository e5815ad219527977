from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.scorecards.periods import read_series
from sim.errors import ConfigError
from tests import cards


def refused(*folders: Path | str, **more: object) -> str:
    asked: dict[str, object] = {"labels": (), "alternative": None, "by": "run"} | more
    with pytest.raises(ConfigError) as error:
        read_series("runs", [str(folder) for folder in folders], **asked)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_is_a_period_named_after_it(tmp_path: Path) -> None:
    first, second = cards.series(cards.write_run(tmp_path / "2024"), cards.write_run(tmp_path / "2025", n=8))
    assert (first.label, second.label) == ("2024", "2025")
    assert (len(first.metrics), len(second.metrics)) == (12, 8)
    assert first.fitted
    assert first.strata is None
    assert first.assumed["scanner.rho"][0] < first.assumed["scanner.rho"][1]


def test_without_redraws_there_are_none(tmp_path: Path) -> None:
    (period,) = cards.series(cards.write_run(tmp_path / "2024", draws=None))
    assert period.redrawn is None


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no such folder" in refused(tmp_path / "nowhere")
    assert "metrics.parquet" in refused(tmp_path / "empty")
    run = cards.write_run(tmp_path / "run")
    (run / "run.json").unlink()
    assert "run.json" in refused(run)
    (run / "run.json").write_text("[]", encoding="utf-8")
    assert "cannot read" in refused(run)
    (run / "run.json").write_text("{", encoding="utf-8")
    assert "cannot read" in refused(run)
    other = cards.write_run(tmp_path / "other")
    (other / "metrics.parquet").write_bytes(b"no table")
    assert "cannot read" in refused(other)


def test_a_run_of_another_version_is_refused(tmp_path: Path) -> None:
    run = cards.write_run(tmp_path / "run")
    table = pd.read_parquet(run / "metrics.parquet")
    table.drop(columns="n_high_risk").to_parquet(run / "metrics.parquet", index=False)
    assert "lacks 'n_high_risk'; run it again" in refused(run)
    again = cards.write_run(tmp_path / "again")
    record = json.loads((again / "run.json").read_text(encoding="utf-8"))
    del record["assumed"]
    (again / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert "lacks 'assumed'" in refused(again)


def test_runs_of_one_series_go_together(tmp_path: Path) -> None:
    here = cards.write_run(tmp_path / "here")
    there = cards.write_run(tmp_path / "there", "port=pharr")
    text = refused(here, there)
    assert "pharr" in text
    assert "world_trade_bridge" in text
    short = cards.write_run(tmp_path / "short", "days=2")
    assert "days=2" in refused(here, short)
    lower = cards.write_run(tmp_path / "lower", "high_risk_score=0.9")
    assert "high_risk_score=0.9" in refused(here, lower)


def test_labels_are_one_for_each_and_differ(tmp_path: Path) -> None:
    one, two = cards.write_run(tmp_path / "a" / "x"), cards.write_run(tmp_path / "b" / "x")
    assert "'x' is there twice" in refused(one, two)
    assert "'y' is there twice" in refused(one, two, labels=("y", "y"))
    assert "got 1" in refused(one, two, labels=("y",))


def test_an_alternative_that_is_not_there_is_refused(tmp_path: Path) -> None:
    run = cards.write_run(tmp_path / "run")
    assert "known ['todays_practice']" in refused(run, alternative="other")


def test_a_year_is_twelve_months(tmp_path: Path) -> None:
    run = cards.write_run(tmp_path / "2024", "calendar=year", "replications=24", n=24)
    months = read_series("runs", [str(run)], (), None, "month")
    assert [month.label for month in months][:2] == ["2024 Jan", "2024 Feb"]
    assert [len(month.metrics) for month in months] == [2] * 12
    assert set(months[1].metrics["replication"]) == {1, 13}
    assert not months[0].fitted
    (whole,) = cards.series(run)
    assert whole.fitted
    assert whole.strata == 12
    week = cards.write_run(tmp_path / "week")
    assert "calendar=year" in refused(week, by="month")
