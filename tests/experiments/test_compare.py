from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from experiments import cli, compare
from experiments.command_line.verbosity import spoken_at
from experiments.comparison import COLUMNS
from experiments.report import terminal
from experiments.study.study import Study
from experiments.training import find_or_train
from experiments.training.find_or_train import train_all
from sim.tables import check_table
from tests import replications

TWO = {"todays_practice": (31.0, 0.12, 0.277), "boosted_27": (31.1, 0.19, 0.277)}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace everything slow by made-up numbers; return the list of steps as they are taken."""
    steps: list[str] = []

    def replicate(study: Study, _scorers: object, tell: Callable[[int, int], None], **_: object) -> object:
        steps.append("replicate")
        tell(study.replications, study.replications)
        return replications.done(dict.fromkeys(study.alternatives, TWO["boosted_27"]) | TWO, n=5)

    def loads(study: Study, _scorers: object) -> dict[str, pd.DataFrame]:
        steps.append("loads")
        return replications.weekly(study.alternatives)

    def ensure(*_: object) -> object:
        steps.append("train")
        return SimpleNamespace(score=lambda trucks: pd.DataFrame({"p_hit": 0.5, "risk_score": 0.5}, trucks.index))

    monkeypatch.setattr(compare, "replicate", replicate)
    monkeypatch.setattr(compare, "weekly_loads", loads)
    monkeypatch.setattr(find_or_train, "fitted_scorer", ensure)
    return steps


def asked(out: Path, *overrides: str) -> Study:
    return replications.study(list(TWO), "replications=5", *overrides, out=out)


def test_every_file_is_written_and_can_be_read_back(made_up: list[str], tmp_path: Path) -> None:
    assert compare.carry_out(asked(tmp_path / "out")) == 0
    folder = tmp_path / "out"
    # made-up replications have no waits, crossings or redraws: their files are tested below and with the redraws
    assert sorted(path.name for path in folder.iterdir()) == [
        "answer.json",
        "comparison.parquet",
        "metrics.parquet",
        "report.html",
        "run.json",
    ]
    table = pd.read_parquet(folder / "comparison.parquet")
    check_table(table, COLUMNS, "comparison")
    metrics = pd.read_parquet(folder / "metrics.parquet")
    assert list(metrics.columns[:2]) == ["alternative", "replication"]
    assert len(metrics) == 10
    assert json.loads((folder / "run.json").read_text())["seed"] == 1
    answer = json.loads((folder / "answer.json").read_text())
    assert answer["headline"] is None
    assert "robustness.draws=0" in answer["withheld"]
    assert made_up == ["train", "loads", "replicate"]


def test_csv_stands_beside_parquet_on_request(made_up: list[str], tmp_path: Path) -> None:
    assert compare.carry_out(asked(tmp_path / "out", "csv=true")) == 0
    folder = tmp_path / "out"
    assert made_up
    for name in ("comparison", "metrics"):
        whole, told = pd.read_parquet(folder / f"{name}.parquet"), pd.read_csv(folder / f"{name}.csv")
        assert list(told.columns) == list(whole.columns)
        assert len(told) == len(whole)


def test_waits_and_crossings_are_written_beside_metrics(tmp_path: Path) -> None:
    table = pd.DataFrame({"alternative": ["a"], "wait_mean_min": [1.5]})
    study = asked(tmp_path / "out")
    written = compare.write_tables(study, {"waits": table, "crossings": table})
    assert [path.name for path in written] == ["waits.parquet", "crossings.parquet"]
    pd.testing.assert_frame_equal(pd.read_parquet(written[0]), table)


def test_the_plan_is_said_before_and_the_answer_after(
    made_up: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare.carry_out(asked(tmp_path / "out"))
    text = capsys.readouterr().out
    assert text.index("5 replications of 7 days") < text.index("replications: 5 of 5")
    # without redraws the answer is withheld, and the line that says so stands in its place
    assert text.index("replications: 5 of 5") < text.index("No headline:")
    page, beside = text.splitlines()[-2:]
    assert page == str(tmp_path / "out" / "report.html")
    assert beside == "Beside it: 4 files with tables and records"
    assert "Weekly load" not in text
    assert made_up


def test_details_say_loads_before_and_notes_after(
    made_up: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with spoken_at("details"):
        compare.carry_out(asked(tmp_path / "out"))
    text = capsys.readouterr().out
    said = ("Weekly load", "replications: 5 of 5", "No headline:", "On the frontier", "Written to", "Note: ")
    places = [text.index(words) for words in said]
    assert places == sorted(places)
    assert made_up


def test_alternatives_that_share_a_model_train_it_once(made_up: list[str], tmp_path: Path) -> None:
    study = asked(tmp_path)
    scorers = train_all(study, terminal.open_console())
    assert len(scorers) == 1
    assert made_up == ["train"]


def test_nothing_is_written_when_a_replication_fails(
    made_up: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise RuntimeError("half-way")

    monkeypatch.setattr(compare, "replicate", fail)
    with pytest.raises(RuntimeError, match="half-way"):
        compare.carry_out(asked(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    assert made_up == ["train", "loads"]


def test_main_compares(made_up: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[tuple[str, ...], str]] = []
    made = asked(tmp_path / "out")

    def study(overrides: tuple[str, ...], verb: str) -> Study:
        seen.append((overrides, verb))
        return made

    monkeypatch.setattr("experiments.study.study.build_study", study)
    assert cli.main(["compare", "replications=5"]) == 0
    assert seen == [(("replications=5",), "compare")]
    assert "replicate" in made_up
