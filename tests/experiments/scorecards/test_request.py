from __future__ import annotations

import pytest

from experiments.scorecards.request import read_request
from sim.errors import ConfigError


def test_one_folder_or_several_and_labels_of_any_kind() -> None:
    asked = read_request(["runs=results/2024", "periods=2024"])
    assert (asked.runs, asked.periods) == (("results/2024",), ("2024",))
    assert not asked.simulates
    assert asked.edition == "internal"


def test_without_folders_the_rest_is_the_runs() -> None:
    asked = read_request(["port=pharr", "edition=public", "scorecard.northbound.x=1"])
    assert asked.simulates
    assert asked.study == ("port=pharr",)
    assert asked.targets == ("scorecard.northbound.x=1",)
    assert asked.edition == "public"


@pytest.mark.parametrize(
    ("overrides", "named", "allowed"),
    [
        (["runs=[a]", "port=pharr"], "port", "takes runs, southbound, periods"),
        (["runs=a,b"], "runs", "runs=[a,b]"),
        (["runs=[a]", "edition=secret"], "edition", "internal, public"),
        (["runs=[a]", "by=week"], "by", "run, month"),
        (["runs={a: 1}"], "runs", "[one, two, ...]"),
        (["alternative=[a]"], "alternative", "one name"),
    ],
)
def test_what_makes_no_sense_is_refused(overrides: list[str], named: str, allowed: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_request(overrides)
    assert str(error.value).startswith(named)
    assert allowed in str(error.value)


def test_private_configs_serve_targets_and_run_alike() -> None:
    search = "hydra.searchpath=['file:///somewhere']"
    asked = read_request([search, "runs=[a]"])
    assert asked.targets == asked.study == (search,)
