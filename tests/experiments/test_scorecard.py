from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments import cli, scorecard
from experiments.study.study import Study
from tests import cards

FILES = ["scorecard.csv", "scorecard.html", "scorecard.json"]


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Path]:
    return {
        "2024": cards.write_run(tmp_path / "2024"),
        "2025": cards.write_run(tmp_path / "2025", wait=25.0),
        "south": cards.write_run(tmp_path / "south", *cards.SOUTH),
        "pharr": cards.write_run(tmp_path / "pharr", "port=pharr"),
    }


def call(*overrides: str) -> int:
    return cli.main(["scorecard", *overrides])


def test_a_series_leaves_three_papers_and_nothing_else(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert call(f"runs=[{runs['2024']},{runs['2025']}]", f"out={out}") == 0
    assert sorted(path.name for path in out.iterdir()) == FILES
    after = {path for path in tmp_path.rglob("*") if out not in (path, *path.parents)}
    assert after == set(before)
    assert capsys.readouterr().out.startswith("World Trade Bridge")
    record = json.loads((out / "scorecard.json").read_text(encoding="utf-8"))
    assert record["parts"][0]["periods"] == ["2024", "2025"]


def test_both_directions_stand_on_one_card(runs: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    keys = (f"runs={runs['2024']}", f"southbound={runs['south']}", "periods=spring")
    assert call(*keys, f"out={out}", "edition=public") == 0
    record = json.loads((out / "scorecard.json").read_text(encoding="utf-8"))
    assert [part["direction"] for part in record["parts"]] == ["northbound", "southbound"]
    assert record["edition"] == "public"


def test_a_public_card_numbers_its_periods_and_names_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("secret-before", "secret-after", "secret-south", "secret-south-too")
    own = [tmp_path / name for name in names]
    for folder, more in zip(own, ((), (), cards.SOUTH, cards.SOUTH), strict=True):
        cards.write_run(folder, *more)
    out = tmp_path / "out"
    keys = (f"runs=[{own[0]},{own[1]}]", f"southbound=[{own[2]},{own[3]}]", f"out={out}")
    assert call(*keys, "edition=public") == 0
    printed = capsys.readouterr().out.replace(str(out), "")
    record = json.loads((out / "scorecard.json").read_text(encoding="utf-8"))
    assert record["parts"][0]["periods"] == ["period 1", "period 2"]
    for text in (printed, *(path.read_text(encoding="utf-8") for path in out.iterdir())):
        assert "period 2" in text
        assert "secret" not in text
        assert str(tmp_path) not in text
    assert call(*keys) == 0
    assert "secret-after" in (out / "scorecard.html").read_text(encoding="utf-8")


def test_a_way_that_was_not_given_is_said_on_the_lines_of_both(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert call(f"runs={runs['2024']}", f"out={out}") == 0
    assert "Southbound not reported: no runs supplied" in " ".join(capsys.readouterr().out.split())
    record = json.loads((out / "scorecard.json").read_text(encoding="utf-8"))
    lines = {line["line"]: line["levels"][-1]["detail"] for line in record["parts"][0]["lines"]}
    said = {key for key, detail in lines.items() if "no southbound run was given" in detail}
    assert {"detection", "detection_fentanyl", "seized_per_100k", "agency"} <= said
    assert "wait_mean" not in said
    assert call(f"runs={runs['2024']}", f"southbound={runs['south']}", f"out={out}") == 0
    assert "were given" not in (out / "scorecard.html").read_text(encoding="utf-8")


def test_the_run_behind_a_public_card_is_kept_out_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecard, "simulate_study", lambda asked, _: cards.write_run(asked.out))
    assert call(f"out={tmp_path / 'out'}", "edition=public") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    assert (tmp_path / "out-internal-run" / "run.json").is_file()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["runs=[<2024>,<pharr>]"], "runs: "),
        (["runs=nowhere"], "runs: no such folder"),
        (["runs=<2024>", "edition=secret"], "edition: expected one of internal, public"),
        (["runs=[<2024>,<2025>]", "periods=[a,a]"], "periods: 'a' is there twice"),
        (["southbound=<2024>"], "southbound: "),
        (["runs=<south>", "southbound=<south>"], "runs: "),
        (["runs=[<2024>,<2025>]", "southbound=<south>"], "southbound: one folder for each"),
        (["runs=<2024>", "scorecard.northbound.nothing=1"], "scorecard.northbound.nothing: "),
        (["runs=<2024>", "days=3"], "days: "),
        (["runs=<2024>", "alternative=none"], "alternative: "),
        (["runs=<2024>", "by=month"], "by: "),
        (["-m", "runs=<2024>"], "-m: "),
        (["replications=0"], "replications: "),
    ],
)
def test_bad_input_costs_one_line_and_writes_nothing(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], keys: list[str], said: str
) -> None:
    out = tmp_path / "out"
    filled = list(keys)
    for name, path in runs.items():
        filled = [key.replace(f"<{name}>", str(path)) for key in filled]
    assert call(*filled, f"out={out}") == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(said)
    assert printed.err.count("\n") == 1
    assert not out.exists()


def test_where_no_run_is_given_today_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[Study] = []

    def simulate(asked: Study, _terminal: object) -> None:
        made.append(asked)
        cards.write_run(asked.out)

    monkeypatch.setattr(scorecard, "simulate_study", simulate)
    assert call(f"out={tmp_path / 'out'}") == 0
    assert made[0].verb == "run"
    assert not made[0].bottleneck
    assert list(made[0].alternatives) == ["todays_practice"]
    assert set(FILES) < {path.name for path in (tmp_path / "out").iterdir()}
    assert "this run" in capsys.readouterr().out


def test_help_names_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--help") == 0
    text = capsys.readouterr().out
    assert all(f"\n  {key} " in text for key in scorecard.KEYS)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.slow
def test_a_run_of_the_real_engine_makes_a_card(tmp_path: Path) -> None:
    keys = ["replications=2", "days=1", "processes=1", "robustness.draws=6", "insider=baseline"]
    assert call(*keys, f"out={tmp_path}") == 0
    record = json.loads((tmp_path / "scorecard.json").read_text(encoding="utf-8"))
    lines = {line["line"]: line for line in record["parts"][0]["lines"]}
    assert lines["insider_loss"]["levels"][0]["value"] > 0.0
    assert 90.0 < lines["high_risk_inspected"]["levels"][0]["value"] <= 100.0
    assert lines["detection"]["levels"][0]["range_note"] == "6 redraws"
