from __future__ import annotations

from pathlib import Path

import pytest

from experiments.study import inputs
from experiments.study.inputs import PAGE, assumption_rows, assumptions_page
from experiments.study.sources import CONFIGS


def test_the_page_lists_what_the_configs_assume() -> None:
    assert PAGE.read_text(encoding="utf-8") == assumptions_page(), (
        "docs/reference/assumptions.md is out of date: python -m experiments.study.inputs"
    )


def test_an_assumption_is_a_row_and_a_source_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "CONFIGS", tmp_path)
    folder = tmp_path / "port"
    folder.mkdir()
    (folder / "x.yaml").write_text("a: 1  # [S1 P]\nb: {c: 0.3}  # [A 0..0.8] a | guess\n")
    assert list(assumption_rows(folder / "x.yaml")) == ["| port/x | `b.c` | 0.3 | 0 to 0.8 | a / guess |\n"]


def test_what_an_experiment_assumes_is_listed_too() -> None:
    found = list(assumption_rows(CONFIGS / "experiment" / "strategies.yaml"))
    assert any("`alternatives.threshold.policy.cutoff` | 0.9 | 0.5 to 0.99" in row for row in found)
