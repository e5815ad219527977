"""A campaign with rules that is killed goes on, and ends with the bytes of one that nothing disturbed."""

from __future__ import annotations

from pathlib import Path

import kills

STUDY = (
    "experiment=whac_a_mole",
    "port=pharr",
    "days=1",
    "weeks=2",
    "replications=4",
    "adversaries=[static,learning]",
    "robustness.draws=2",
)
TABLES = ("epochs.parquet", "options.parquet", "panel.parquet", "tournament.csv", "answer.json")


def _bytes(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


def test_a_killed_campaign_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    kills.run_whole(tmp_path, "campaign", *STUDY, "processes=2", "out=whole")
    process = kills.start(tmp_path, "campaign", *STUDY, "processes=1", "out=out")
    kills.wait_until(lambda: kills.kept_files(tmp_path / "out") or process.poll() is not None)
    kills.kill_session(process)
    assert not (tmp_path / "out" / "answer.json").exists()
    kills.run_whole(tmp_path, "campaign", "resume=out")
    assert _bytes(tmp_path / "out") == _bytes(tmp_path / "whole")
