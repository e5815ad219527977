"""What a run leaves in the store, and when it leaves nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from small_case import SMALL

from experiments import compare, fund
from experiments.cli import main
from experiments.store.database import open_database
from experiments.store.run_files import stored_runs
from experiments.store.run_rows import program_hash, study_inputs
from experiments.study.study import Study, build_study
from experiments.training import find_or_train
from sim.errors import ConfigError
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

    monkeypatch.setattr(compare, "replicate", replicate)
    monkeypatch.setattr(compare, "weekly_loads", lambda study, _: replications.weekly(study.alternatives))
    monkeypatch.setattr(find_or_train, "fitted_scorer", lambda *_: SimpleNamespace())
    return steps


def study(folder: Path, store: Path | None) -> Study:
    made = replications.study(list(TWO), "replications=5", out=folder / "out")
    return dataclasses.replace(made, store=store)


def test_a_comparison_is_kept_and_said_to_be(
    made_up: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare.carry_out(study(tmp_path, tmp_path / "store"))
    (path,) = (tmp_path / "store").iterdir()
    assert f"Kept in the store as {path}" in capsys.readouterr().out
    (run,) = stored_runs(tmp_path / "store")
    assert (run.record.verb, run.record.seed, run.record.finished) == ("compare", 1, True)
    assert run.record.folder == str(tmp_path / "out")
    assert run.record.code_hash == program_hash()
    database = open_database(tmp_path / "store")
    table = database.execute("select * exclude (run, point) from metrics").fetch_df()
    written = pd.read_parquet(tmp_path / "out" / "metrics.parquet")
    pd.testing.assert_frame_equal(table, written, check_dtype=False)
    compared = database.execute("select * exclude (run, point) from comparison").fetch_df()
    written = pd.read_parquet(tmp_path / "out" / "comparison.parquet")
    pd.testing.assert_frame_equal(compared, written, check_dtype=False)
    assert made_up == ["replicate"]


def test_the_same_question_has_the_same_content(made_up: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        compare.carry_out(study(tmp_path, tmp_path / "store"))
    compare.carry_out(dataclasses.replace(study(tmp_path, tmp_path / "store"), seed=2))
    contents = open_database(tmp_path / "store").execute("select content, count(*) from points group by 1").fetchall()
    assert sorted(count for _, count in contents) == [1, 2]
    assert len(made_up) == 3


def test_without_a_store_nothing_is_kept(made_up: list[str], tmp_path: Path) -> None:
    compare.carry_out(study(tmp_path, None))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert made_up == ["replicate"]


def test_a_spoiled_store_is_refused_before_anything_runs(made_up: list[str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"store: .*notes.txt' is not a file of the store"):
        compare.carry_out(study(tmp_path, tmp_path))
    assert made_up == []
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("overrides", "store"),
    [
        ((), Path("results/store")),
        (("out=here",), None),
        (("out=null",), Path("results/store")),
        (("out=here", "store=there"), Path("there")),
        (("store=null",), None),
        (("store='~/runs'",), Path.home() / "runs"),
    ],
)
def test_which_store_a_run_is_kept_in(
    overrides: tuple[str, ...], store: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert build_study(["policy=random_share", *overrides], "run").store == store
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "store=' '"]) == 2
    assert capsys.readouterr().err == "store: expected a folder, auto or null, got ' '\n"


def test_every_input_has_a_row(tmp_path: Path) -> None:
    table = study_inputs(study(tmp_path, None))
    rows = table.set_index(["alternative", "key"])
    assert rows.loc[("boosted_27", "port.mix.fast_share"), "source"].startswith("S6")
    assert rows.loc[("boosted_27", "risk"), "kind"] == "option"
    assert rows.loc[("boosted_27", "risk"), "value_text"] == study(tmp_path, None).choices("boosted_27")["risk"]
    whole = table[table["alternative"].isna()].set_index("key")
    assert whole.loc["days", "value_number"] == 7.0
    assert whole.loc["version.numpy", "kind"] == "version"
    assert not table.duplicated(["alternative", "key"]).any()


@pytest.mark.slow
def test_a_funding_case_is_kept_year_by_year(tmp_path: Path) -> None:
    assert fund.main([*SMALL, f"out={tmp_path / 'out'}", f"store={tmp_path / 'store'}"]) == 0
    database = open_database(tmp_path / "store")
    points = database.execute("select point, overrides from points order by point").fetchall()
    assert points == [(0, "simulated_years=[1]"), (1, "simulated_years=[4]")]
    amounts = pd.read_csv(tmp_path / "out" / "data" / "amounts.csv")
    query = "select point, alternative, avg(wait_mean_min) from metrics group by all order by all"
    for point, alternative, mean in database.execute(query).fetchall():
        fits = (amounts["year"] == (1, 4)[point]) & (amounts["alternative"] == alternative)
        expected = amounts.loc[fits & (amounts["amount"] == "wait_mean_min"), "mean"].item()
        assert mean == pytest.approx(expected)
    measures = pd.read_csv(tmp_path / "out" / "data" / "measures.csv")
    worth = database.execute("select alternative, mean from comparison where metric = 'npv0_usd'").fetchall()
    rates = measures.set_index(["rate", "alternative"])["npv0_usd"]
    assert worth[0][1] in rates.xs(worth[0][0], level="alternative").tolist()
