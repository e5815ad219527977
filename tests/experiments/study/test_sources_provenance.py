"""Where numbers come from, and what is written down with every result."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from experiments.study.compose import PARTS, compose_config
from experiments.study.run_record import git_commit, run_record
from experiments.study.sources import CONFIGS, SourcedInput, input_sources, numbers_in
from experiments.study.study import Study, build_study


def rows_of(*overrides: str, own: tuple[str, ...] = ()) -> dict[str, SourcedInput]:
    found = input_sources(compose_config([*overrides, *own]), overrides, own)
    assert len({row.key for row in found}) == len(found)
    return {row.key: row for row in found}


def test_every_number_of_the_scenario_is_listed_once_with_its_value() -> None:
    mapping = compose_config([]).mapping
    rows = rows_of()
    assert {key: row.value for key, row in rows.items()} == dict(numbers_in({part: mapping[part] for part in PARTS}))


def test_a_source_has_its_id_and_file() -> None:
    row = rows_of()["port.mix.fast_share"]
    assert (row.kind, row.source_id, row.confidence) == ("source", "S6", "P")
    assert row.file == "configs/port/world_trade_bridge.yaml"


def test_an_assumption_has_a_range_that_holds_its_value() -> None:
    ranged = [row for row in rows_of().values() if row.low is not None]
    assert len(ranged) > 50
    for row in ranged:
        assert row.kind == "assumption"
        assert row.high is not None
        assert row.low is not None
        assert isinstance(row.value, list) == row.factor
        held = 1.0 if row.factor else row.value
        assert isinstance(held, int | float)
        assert row.low <= held <= row.high
        assert row.low < row.high


def test_what_the_user_sets_is_the_users() -> None:
    rows = rows_of("port.mix.fast_share=0.4", "policy=top_share", "scanner.exam.outages={repair_median_h: 9}")
    mine = {key for key, row in rows.items() if row.kind == "user"}
    assert mine == {
        "port.mix.fast_share",
        "scanner.exam.outages.availability_share",
        "scanner.exam.outages.repair_median_h",
        "scanner.exam.outages.repair_ln_sd",
        "scanner.exam.outages.repair_max_h",
    }
    assert rows["policy.share"].source_id == "S23"


def test_the_users_key_does_not_reach_its_namesakes() -> None:
    rows = rows_of("port.primary.fast_lanes=3")
    assert rows["port.primary.fast_lanes"].kind == "user"
    assert rows["port.primary.lanes"].kind == "source"


def test_what_an_alternative_sets_carries_the_experiments_comment() -> None:
    own = ("policy=todays_practice", "port.primary.lanes=12", "port.primary.fast_lanes=3")
    row = rows_of("experiment=april_2019", own=own)["port.primary.lanes"]
    assert (row.value, row.source_id) == (12, "S10")
    assert row.file == "configs/experiment/april_2019.yaml"


def test_numbers_walks_groups_and_keeps_lists_whole() -> None:
    node = {"a": {"b": 1, "c": "x"}, "d": [1, 2], "e": ["x"], "f": True, "g": [{"h": 0.5}], "i": None}
    assert list(numbers_in(node)) == [("a.b", 1), ("d", [1, 2]), ("g", [{"h": 0.5}])]


@pytest.fixture(scope="module")
def lanes() -> Study:
    return build_study(["experiment=lanes", "replications=12", "seed=4"], "compare")


def test_the_record_holds_what_decides_the_numbers(lanes: Study) -> None:
    record = run_record(lanes, wall_s=1.23456)
    assert json.loads(json.dumps(record)) == record
    assert record["overrides"] == ["experiment=lanes", "replications=12", "seed=4"]
    assert record["seed"] == 4
    assert record["study"]["replications"] == 12
    assert set(record["alternatives"]) == set(lanes.alternatives)
    assert record["alternatives"]["one_more"]["staffing"]["extra_lanes"] == 1
    assert record["wall_s"] == 1.235
    assert "configs/experiment/lanes.yaml" in record["input_sha256"]
    assert "configs/port/world_trade_bridge.yaml" in record["input_sha256"]


def test_the_machine_comes_last(lanes: Study) -> None:
    keys = list(run_record(lanes, wall_s=1.0))
    assert keys[-6:] == ["python", "platform", "processor", "cpus", "processes", "wall_s"]


def test_the_hash_follows_the_manifest(tmp_path: Path) -> None:
    file = tmp_path / "trucks.csv"
    hashes = []
    for minute in (1, 2):
        file.write_text(f"arrive_min\n{minute}\n")
        record = run_record(build_study([f"manifest={file}"], "run"), wall_s=1.0)
        hashes.append(record["input_sha256"][str(file)])
    assert hashes[0] != hashes[1]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_says_whether_files_differ(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None

    def git(*words: str) -> None:
        name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", "-C", str(tmp_path), *name, *words], check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "x").write_text("1")
    git("add", "x")
    git("commit", "-qm", "first")
    clean = git_commit(tmp_path)
    assert clean is not None
    assert len(clean) == 40
    (tmp_path / "x").write_text("2")
    assert git_commit(tmp_path) == clean + "+"


def test_configs_are_found_beside_the_code() -> None:
    assert (CONFIGS / "config.yaml").is_file()
