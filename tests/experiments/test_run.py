from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments import compare, run
from experiments.study.study import Study
from experiments.training import find_or_train
from tests import ledgers, replications

ONE = {"todays_practice": (31.0, 0.12, 0.277)}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Replace everything slow by made-up numbers and return the folder of the results."""

    def write_ledger(asked: Study, _scorers: object) -> list[Path]:
        path = asked.out / "ledger.parquet"
        ledgers.tandem(10)[1].to_parquet(path)
        return [path]

    monkeypatch.setattr(find_or_train, "fitted_scorer", lambda *_: None)
    monkeypatch.setattr(compare, "weekly_loads", lambda asked, _: replications.weekly(asked.alternatives))
    monkeypatch.setattr(compare, "replicate", lambda *_, **__: replications.done(ONE, n=4))
    monkeypatch.setattr(compare, "write_ledger", write_ledger)
    return tmp_path / "out"


def test_one_alternative_leaves_the_same_files(made_up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.carry_out(replications.study(list(ONE), "replications=4", out=made_up)) == 0
    names = sorted(path.name for path in made_up.iterdir())
    assert names == ["answer.json", "comparison.parquet", "metrics.parquet", "report.html", "run.json"]
    assert "Under current practice trucks wait" in capsys.readouterr().out
    table = pd.read_parquet(made_up / "comparison.parquet")
    assert set(table["holm_verdict"]) == {"baseline"}


def test_the_ledger_comes_on_request(made_up: Path) -> None:
    assert run.carry_out(replications.study(list(ONE), "replications=4", "ledger=true", out=made_up)) == 0
    assert (made_up / "ledger.parquet").is_file()
