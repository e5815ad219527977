"""Hydra's side: overrides in, plain values out, and a cache that nobody can spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.study.compose import (
    compose_config,
    parse_overrides,
    path_override,
    search_folders,
    search_override,
    sweep_jobs,
)
from sim.errors import ConfigError


def test_the_result_is_plain_and_the_callers_own() -> None:
    first = compose_config(["seed=5"])
    assert type(first.mapping["port"]) is dict
    assert type(first.mapping["port"]["volume"]["trucks_per_month"]) is list
    first.mapping["port"]["primary"]["lanes"] = -1
    assert compose_config(["seed=5"]).mapping["port"]["primary"]["lanes"] > 0


def test_choices_name_every_group() -> None:
    choices = compose_config(["policy=threshold", "experiment=lanes"]).choices
    assert choices["policy"] == "threshold"
    assert choices["experiment"] == "lanes"
    assert compose_config([]).choices["experiment"] is None


def test_hydra_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    compose_config(["seed=17"])
    assert list(tmp_path.iterdir()) == []


def test_the_users_override_beats_the_experiment() -> None:
    assert compose_config(["experiment=lanes"]).mapping["calendar"] == "year"
    assert compose_config(["experiment=lanes", "calendar=week"]).mapping["calendar"] == "week"
    assert compose_config(["calendar=week", "experiment=lanes"]).mapping["calendar"] == "week"


def test_an_empty_group_empties() -> None:
    assert compose_config(["port.volume.hour_share={}"]).mapping["port"]["volume"]["hour_share"] == {}
    kept = compose_config(["port.volume.hour_share={weekday: [1]}"]).mapping["port"]["volume"]
    assert set(kept["hour_share"]) == {"weekday", "saturday", "sunday"}


def test_jobs_expand_lists_ranges_and_globs_of_values() -> None:
    found = sweep_jobs(["a=1,2", "b=range(0,4,2)", "c=[1,2]", "d='x,y'"], multirun=True)
    assert [job[:2] for job in found] == [("a=1", "b=0"), ("a=1", "b=2"), ("a=2", "b=0"), ("a=2", "b=2")]
    assert {job[2:] for job in found} == {("c=[1,2]", "d='x,y'")}
    assert sweep_jobs([], multirun=True) == [()]


def test_one_job_keeps_its_overrides_as_they_were() -> None:
    overrides = ["seed=1", "+x=2", "~y", "++z='a b'", "w={q: [1, 2]}"]
    assert sweep_jobs(overrides, multirun=False) == [tuple(overrides)]


@pytest.mark.parametrize("name", ["plain", "with space", "with,comma", "it's", "a=b", "{x}[y]"])
def test_any_folder_name_survives_the_grammar(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    assert search_folders([search_override(folder)]) == (folder.resolve(),)


def test_a_private_file_that_changes_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    file = tmp_path / "staffing" / "mine.yaml"
    asked = [search_override(tmp_path), "staffing=mine"]
    for lanes in (1, 22):
        file.write_text(f"extra_lanes: {lanes}\n")
        assert compose_config(asked).mapping["staffing"]["extra_lanes"] == lanes


def test_a_sweep_cannot_slip_through() -> None:
    with pytest.raises(ConfigError, match="seed: several values need -m"):
        compose_config(["seed=1,2"])


def test_parse_keeps_the_order() -> None:
    assert [o.key_or_group for o in parse_overrides(["b=1", "a=2"])] == ["b", "a"]


@pytest.mark.parametrize(
    "path",
    [
        "mañana.csv",
        "~/a.csv",
        "A&B run (1)/a.csv",
        "run #2.csv",
        "run[1].csv",
        "it's.csv",
        "a=b.csv",
        "a,b.csv",
        "日本.csv",
    ],
)
def test_a_path_is_read_as_it_is_written(path: str) -> None:
    (override,) = parse_overrides([path_override(f"manifest={path}")])
    assert override.value() == path


def test_a_path_in_quotes_and_a_list_of_paths_stay() -> None:
    for text in ("out='a b'", "out=results/1", "out=null", "policy=a,b", "seed=~1"):
        assert path_override(text) == text
    assert path_override("out=a,b", lists=True) == "out=a,b"
