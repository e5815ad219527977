"""``docs/explanation/calibration.md``: its lines hold observed waits against a run's own table."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.observed import read_observed
from experiments.study.study import compose_scenario
from sim.tables import WAITS, check_table

ROOT = Path(__file__).parents[3]
(SNIPPET,) = re.findall(
    r"```python\n(.+?)```", (ROOT / "docs" / "explanation" / "calibration.md").read_text("utf-8"), re.DOTALL
)


def made_waits(cells: pd.DataFrame, too_long_min: float) -> pd.DataFrame:
    """Return WAITS of two replications whose cells are so much longer than the observed ones; FAST far off."""
    parts = []
    for replication, (n, apart) in enumerate([(30, -4.0), (10, 12.0)]):
        for kind, more in (("general", apart), ("fast", 500.0)):
            part = cells[["month", "weekday", "hour"]].assign(alternative="today", replication=replication)
            part["class"], part["n_days"], part["trucks"], part["n_waits"] = kind, 1, n, n
            part["wait_mean_min"] = cells["wait_min"] + too_long_min + more
            parts.append(part.assign(wait_sum_min=n * part["wait_mean_min"], wait_p95_min=0.0))
    table = pd.concat(parts, ignore_index=True)[[column.name for column in WAITS]]
    return check_table(table, WAITS, "WAITS")


@pytest.mark.parametrize("too_long_min", [0.0, 2.5])
def test_the_lines_of_the_page_find_the_error_that_was_put_in(
    too_long_min: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    primary = compose_scenario(["port=ysleta"]).port
    observed = read_observed(ROOT / "configs/observed/ysleta.csv", primary.hours, primary.primary.lanes)
    folder = tmp_path / "results" / "ysleta"
    folder.mkdir(parents=True)
    made_waits(observed.cells, too_long_min).to_parquet(folder / "waits.parquet")
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    exec(SNIPPET, found)  # noqa: S102
    said = capsys.readouterr().out
    assert f"{len(observed.cells)} cells: RMSE {too_long_min:.1f} min, bias {too_long_min:+.1f} min" in said
    error = found["error"]
    assert isinstance(error, pd.Series)
    np.testing.assert_allclose(error, too_long_min, atol=1e-9)
