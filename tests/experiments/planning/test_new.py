"""``throughgate new`` writes a file that runs as the one it begins from, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.cli import main
from experiments.planning.new import read_new
from experiments.planning.private_file import KINDS, options, private_text
from experiments.scorecards.targets import read_targets
from experiments.study.compose import compose_config, search_override
from experiments.study.sources import CONFIGS, source_notes
from sim.errors import ConfigError


@pytest.mark.parametrize("port", options("port"))
def test_a_new_port_is_the_old_one_under_another_name(port: str, tmp_path: Path) -> None:
    assert main(["new", "port", "mine", "--from", port, "--to", str(tmp_path), "--title", "My Bridge"]) == 0
    mine = compose_config([search_override(tmp_path), "port=mine", "calibration=none"]).mapping["port"]
    theirs = compose_config([f"port={port}", "calibration=none"]).mapping["port"]
    assert mine == theirs | {"name": "mine", "title": "My Bridge"}


def test_sources_and_ranges_come_along(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(private_text("port", "mine", "ysleta", tmp_path), encoding="utf-8")
    assert source_notes(file) == source_notes(CONFIGS / "port" / "ysleta.yaml")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("port", "targets")])
def test_other_kinds_are_copied_whole(kind: str, tmp_path: Path) -> None:
    assert main(["new", kind, "mine", "--to", str(tmp_path)]) == 0
    (written,) = tmp_path.rglob("*.yaml")
    assert written == tmp_path / KINDS[kind].group / "mine.yaml"
    original = CONFIGS / KINDS[kind].group / f"{KINDS[kind].begins_from}.yaml"
    assert source_notes(written) == source_notes(original)


def test_new_targets_rest_on_those_they_begin_from(tmp_path: Path) -> None:
    assert main(["new", "targets", "mine", "--to", str(tmp_path)]) == 0
    private = [search_override(tmp_path), "scorecard=mine"]
    assert read_targets(private) == read_targets()
    file = tmp_path / "scorecard" / "mine.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("  # scan_at_least_share: 0.72", "  scan_at_least_share: 0.5"), encoding="utf-8")
    changed, common = read_targets(private)["northbound"], read_targets()["northbound"]
    assert changed["scan_at_least_share"].value == 0.5
    assert {key: target for key, target in changed.items() if key != "scan_at_least_share"} == {
        key: target for key, target in common.items() if key != "scan_at_least_share"
    }


def test_a_file_that_exists_is_never_written_over(tmp_path: Path) -> None:
    words = ["port", "mine", "--to", str(tmp_path)]
    assert main(["new", *words]) == 0
    (tmp_path / "port" / "mine.yaml").write_text("my work", encoding="utf-8")
    assert main(["new", *words]) == 2
    assert (tmp_path / "port" / "mine.yaml").read_text(encoding="utf-8") == "my work"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "new: expected what to begin, one of port, "),
        (["car", "mine"], "new: cannot begin 'car'; expected one of port, "),
        (["port"], "new port: expected one name, got []"),
        (["port", "a", "b"], "new port: expected one name, got ['a', 'b']"),
        (["port", "pharr"], "name: configs/port/pharr.yaml exists already: choose another name"),
        (["port", "../mine"], "name: expected a small letter"),
        (["port", "Mine"], "name: expected a small letter"),
        (["port", "mine", "--from", "../port/pharr"], "--from: no port '../port/pharr'; known ["),
        (["port", "mine", "--from"], "--from: expected a word after it"),
        (["port", "mine", "--from", "pharr", "--from", "bota"], "--from: given twice"),
        (["port", "mine", "--form", "pharr"], "--form: unknown option; known ['--from', '--to', '--title']"),
        (["port", "mine", "--title", 'My "bridge"'], "--title: expected plain text without quotes"),
        (["port", "mine", "--title", "${oc.env:HOME}"], "--title: "),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_new(words)
    assert str(refused.value).startswith(said)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["new", "port", "mine", "--to", str(tmp_path / "file")]) == 2
