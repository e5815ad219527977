"""Runs read for a comparison, from the store and from a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import compare
from experiments.execution.replicate import Replications
from experiments.report.findings import gather_findings
from experiments.store.compare_runs import input_differences, matched_alternatives, pairing_of
from experiments.store.run_rows import rows_of_comparison
from experiments.store.run_sides import leaf_values, read_sides
from experiments.store.write import add_run
from sim.errors import ConfigError
from tests import replications

NAMES = {"todays_practice": (31.0, 0.12, 0.277), "boosted_27": (31.1, 0.19, 0.277)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run's own folder and a store with the same run."""
    place = tmp_path_factory.mktemp("sides")
    study = replications.study(list(NAMES), "replications=5", out=place / "run")
    done: Replications = replications.done(NAMES, n=5)
    found = gather_findings(study, done, replications.weekly(study.alternatives))
    compare.write_comparison_files(found, 1.0)
    add_run(place / "store", rows_of_comparison(study, found.metrics, found.comparison, 1.0))
    return place


def test_a_folder_and_the_store_hold_the_same_run(place: Path) -> None:
    name = next((place / "store").iterdir()).stem
    folder, stored = read_sides([str(place / "run"), name], place / "store", None)
    assert folder.alternatives == stored.alternatives == tuple(NAMES)
    assert folder.metrics["wait_mean_min"].tolist() == stored.metrics["wait_mean_min"].tolist()
    assert input_differences(folder, stored, matched_alternatives(folder, stored, None)) == {}
    assert pairing_of(folder, stored).paired
    assert folder.versions["numpy"] == stored.versions["numpy"]


def test_numbers_in_the_store_have_their_source(place: Path) -> None:
    (stored,) = read_sides([next((place / "store").iterdir()).stem], place / "store", None)
    lanes = stored.inputs["boosted_27", "port.mix.fast_share"]
    assert lanes.source.startswith("S6")
    assert stored.setting("days") == "7"
    assert stored.setting("nothing") == "-"


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(ConfigError, match="run: cannot read the run in"):
        read_sides([str(tmp_path)], tmp_path, None)


def test_leaves_are_named_by_dotted_key() -> None:
    assert dict(leaf_values({"a": {"b": 1, "c": [1, 2]}, "d": None})) == {"a.b": 1, "a.c": [1, 2], "d": None}
