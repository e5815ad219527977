from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.benchmarks.startup import cache_without_compiled_code, time_command
from sim.caching.cache_files import cache_root


def test_a_command_is_timed_with_all_that_it_started(tmp_path: Path) -> None:
    few = ("run", "days=1", "replications=1", "bottleneck=false", "engine=simpy")
    took = time_command(few, cache_root(), tmp_path / "out")
    assert 0.5 < took.cpu_s < 60.0
    assert took.wall_s > 0.5
    assert took.metrics == (tmp_path / "out" / "metrics.parquet").read_bytes()


def test_the_borrowed_cache_has_models_and_nothing_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("models", "compiled"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "mine"))
    cache = cache_without_compiled_code(tmp_path)
    assert (cache / "models").is_dir()
    assert not (cache / "compiled").exists()


@pytest.mark.slow
def test_one_and_two_workers_write_the_same_bytes(tmp_path: Path) -> None:
    """Of whole weeks: sums over forty thousand trucks must not hang on threads either."""
    weeks = ("compare", "replications=2", "robustness.draws=0", "bottleneck=false")
    one, two = (time_command((*weeks, f"processes={n}"), cache_root(), tmp_path / f"{n}") for n in (1, 2))
    assert one.metrics == two.metrics
    assert len(pd.read_parquet(tmp_path / "2" / "metrics.parquet")) == 2 * 17
