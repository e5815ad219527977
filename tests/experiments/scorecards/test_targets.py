from __future__ import annotations

from pathlib import Path

import pytest

from experiments.scorecards.targets import GROUP, TargetSettings, read_targets
from experiments.study.compose import search_override
from experiments.study.sources import CONFIGS, source_notes
from sim.errors import ConfigError

FILES = sorted((CONFIGS / GROUP).glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_option_builds_and_every_target_has_its_unit_and_source(path: Path) -> None:
    found = read_targets([f"{GROUP}={path.stem}"])
    known = source_notes(path)
    for direction, targets in found.items():
        assert targets
        for key, target in targets.items():
            assert key.endswith(("_min", "_share", "_at_most", "_at_least_usd_per_min"))
            note = known[f"{direction}.{key}"]
            assert note is not None
            assert note.kind in ("source", "assumption")
            if note.low is not None and note.high is not None:
                assert note.low <= target.value <= note.high


def test_a_target_of_the_user_is_the_users() -> None:
    key = "scorecard.southbound.wait_mean_at_most_min"
    found = read_targets([f"{key}=12"])
    assert found["southbound"]["wait_mean_at_most_min"].value == 12.0
    assert found["southbound"]["wait_mean_at_most_min"].note.kind == "user"
    assert found["northbound"]["wait_mean_at_most_min"].note.kind == "assumption"
    assert "wait_mean_at_most_min" not in read_targets([f"{key}=null"])["southbound"]


@pytest.mark.parametrize(
    ("override", "named", "allowed"),
    [
        ("scorecard=nonsense", "scorecard", "common"),
        ("scorecard.northbound.nonsense=1", "scorecard.northbound.nonsense", "scan_at_least_share"),
        ("scorecard.east.scan_at_least_share=1", "scorecard.east", "northbound"),
        ("scorecard.northbound.scan_at_least_share=72", "scan_at_least_share", "between 0 and 1"),
        ("scorecard.northbound.scan_at_least_share=much", "scan_at_least_share", "float"),
    ],
)
def test_what_makes_no_sense_is_refused(override: str, named: str, allowed: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_targets([override])
    assert named in str(error.value)
    assert allowed in str(error.value)


def test_a_private_file_of_targets_is_found(tmp_path: Path) -> None:
    (tmp_path / GROUP).mkdir()
    text = (CONFIGS / GROUP / "common.yaml").read_text(encoding="utf-8")
    own = text.replace("wait_mean_at_most_min: 30.0", "wait_mean_at_most_min: 21.0")
    (tmp_path / GROUP / "ours.yaml").write_text(own, encoding="utf-8")
    found = read_targets([search_override(tmp_path), "scorecard=ours"])
    assert found["northbound"]["wait_mean_at_most_min"].value == 21.0


def test_every_field_may_be_left_without_a_target() -> None:
    none = dict.fromkeys(TargetSettings.__dataclass_fields__)
    assert TargetSettings(**none).scan_at_least_share is None
