"""`experiments.study.kept_compositions`: what is kept comes back as it was, and never stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.study import kept_compositions
from experiments.study.compose import compose_config
from sim.caching import cache_files

VALUES = {"mapping": {"a": [1, 1.0, True, None, {"b": "x"}]}, "choices": {"policy": None}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path))
    monkeypatch.setattr(cache_files, "_TOLD", set())
    return tmp_path


def test_what_is_kept_comes_back_with_its_types() -> None:
    assert kept_compositions.read_composition(["seed=1"], "config", "1.0") is None
    kept_compositions.store_composition(VALUES, ["seed=1"], "config", "1.0")
    assert repr(kept_compositions.read_composition(["seed=1"], "config", "1.0")) == repr(VALUES)


@pytest.mark.parametrize(
    "other", [(["seed=2"], "config", "1.0"), (["seed=1"], "fund", "1.0"), (["seed=1"], "config", "2.0")]
)
def test_another_override_root_or_version_is_not_the_same(other: tuple[list[str], str, str]) -> None:
    kept_compositions.store_composition(VALUES, ["seed=1"], "config", "1.0")
    assert kept_compositions.read_composition(*other) is None


def test_a_changed_config_file_is_not_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_compositions.store_composition(VALUES, ["seed=1"], "config")
    monkeypatch.setattr(kept_compositions, "_of_configs", lambda: "changed")
    assert kept_compositions.read_composition(["seed=1"], "config") is None


@pytest.mark.parametrize("text", ["policy.share=${oc.env:SHARE}", "hydra.searchpath=[file:///x]"])
def test_what_the_environment_or_private_configs_decide_is_not_kept(text: str, folder: Path) -> None:
    kept_compositions.store_composition(VALUES, [text], "config")
    assert kept_compositions.read_composition([text], "config") is None
    assert not list(folder.rglob("*.json"))


def test_values_that_json_would_change_are_not_kept() -> None:
    kept_compositions.store_composition({"mapping": {1: (2,)}}, ["seed=1"], "config")
    assert kept_compositions.read_composition(["seed=1"], "config") is None


@pytest.mark.parametrize("text", ["{", "{}", "", '{"mapping": {}}'])
def test_a_broken_file_is_thrown_away(text: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    kept_compositions.store_composition(VALUES, ["seed=1"], "config")
    next(folder.rglob("*.json")).write_text(text, encoding="utf-8")
    assert kept_compositions.read_composition(["seed=1"], "config") is None
    assert not list(folder.rglob("*.json"))
    assert capfd.readouterr().err.count("\n") == 1


def test_a_folder_that_cannot_be_written_costs_time_alone(folder: Path) -> None:
    kept_compositions.store_composition(VALUES, ["seed=1"], "config")
    (folder / "composed").rename(folder / "was")
    (folder / "composed").write_text("", encoding="utf-8")
    kept_compositions.store_composition(VALUES, ["seed=1"], "config")
    assert kept_compositions.read_composition(["seed=1"], "config") is None


def test_the_folder_does_not_grow_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_compositions, "MOST_KEPT", 6)
    for seed in range(20):
        kept_compositions.store_composition(VALUES, [f"seed={seed}"], "config")
    assert len(list(folder.rglob("*.json"))) <= 6
    assert kept_compositions.read_composition(["seed=19"], "config") is not None


def test_a_composition_is_the_same_from_the_file(folder: Path) -> None:
    overrides = ["policy=top_share", "policy.share=0.123"]
    first = compose_config(overrides)
    files = list(folder.rglob("*.json"))
    again = kept_compositions.read_composition(overrides, "config", *_versions())
    assert len(files) == 1
    assert again is not None
    assert repr(again["mapping"]) == repr(first.mapping)
    assert repr(again["choices"]) == repr(first.choices)


def _versions() -> tuple[str, str]:
    import hydra
    import omegaconf

    return hydra.__version__, omegaconf.__version__
