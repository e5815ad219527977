"""Plain mapping -> frozen dataclass: what is unknown, missing or mistyped is named in full."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from experiments.study.compose import PARTS
from experiments.study.study import compose_mapping
from sim.errors import ConfigError
from sim.policies.base import POLICIES, Policy
from sim.scenario import Scenario, build_scenario
from sim.setting.port import Hours, Primary
from sim.setting.scanner import Service
from sim.setting.spec import build_spec

SERVICE = {"dist": "lognormal", "mean_min": 2, "cv": 0.5, "values_min": []}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mean_min": "two"}, "s.mean_min: expected float, got 'two'"),
        ({"mean_min": True}, "s.mean_min: expected float, got True"),
        ({"mean_min": None}, "s.mean_min: expected float, got None"),
        ({"mean_min": -1}, "s.mean_min: must be at least 0, got -1"),
        ({"dist": "normal"}, "s.dist: expected one of exponential, lognormal, gamma, triangular"),
        ({"values_min": 3}, "s.values_min: expected a list of float, got 3"),
        ({"values_min": "3"}, "s.values_min: expected a list of float, got '3'"),
        ({"values_min": ["x"]}, "s.values_min[0]: expected float, got 'x'"),
        ({"values_min": [1.0]}, "s.values_min: goes with dist=empirical"),
        ({"median_min": 1}, "s.median_min: unknown key; did you mean 'mean_min'?"),
    ],
)
def test_a_bad_value_is_named_in_full(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_spec(Service, SERVICE | changes, "s")
    assert str(caught.value).startswith(message)


def test_a_missing_key_says_what_belongs_there() -> None:
    less = {key: value for key, value in SERVICE.items() if key != "cv"}
    with pytest.raises(ConfigError, match=r"^s\.cv: missing; expected float$"):
        build_spec(Service, less, "s")


@pytest.mark.parametrize("value", [None, 3, "lognormal", [1, 2]])
def test_a_group_must_be_a_group(value: object) -> None:
    with pytest.raises(ConfigError, match=r"^s: expected a group of keys, got"):
        build_spec(Service, value, "s")


def test_a_whole_number_is_taken_where_a_decimal_may_stand() -> None:
    hours = build_spec(Hours, {"open_h": 7, "close_h": 24}, "h")
    assert isinstance(hours.open_h, float)


def test_a_decimal_is_not_taken_where_a_whole_number_must_stand() -> None:
    primary = copy.deepcopy(compose_mapping()["port"]["primary"])
    with pytest.raises(ConfigError, match=r"^p\.lanes: expected int, got 2\.0$"):
        build_spec(Primary, primary | {"lanes": 2.0}, "p")


def test_a_policy_is_chosen_by_name() -> None:
    common = {"random_floor_share": 0.0, "officer_referral": True}
    found = build_spec(Policy, {"name": "threshold", "cutoff": 0.5} | common, "policy")
    assert type(found) is POLICIES["threshold"]
    with pytest.raises(ConfigError, match=r"^policy\.cutoff: unknown key"):
        build_spec(Policy, {"name": "scan_everything", "cutoff": 0.5} | common, "policy")
    with pytest.raises(ConfigError, match=r"^policy\.name: unknown policy None"):
        build_spec(Policy, common, "policy")


def leaves(node: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if isinstance(node, Mapping):
        return [leaf for name, inner in node.items() for leaf in leaves(inner, (*path, name))]
    return [path]


@pytest.fixture(scope="module")
def mapping() -> dict[str, Any]:
    found = compose_mapping()
    return {part: found[part] for part in PARTS}


def test_every_leaf_of_the_default_scenario_is_checked(mapping: dict[str, Any]) -> None:
    for path in leaves(mapping):
        broken = copy.deepcopy(mapping)
        node = broken
        for name in path[:-1]:
            node = node[name]
        node[path[-1]] = {"not": ["a", "value"]}
        with pytest.raises(ConfigError) as caught:
            build_scenario(broken)
        assert str(caught.value).startswith(".".join(path)[: len(".".join(path[:-1]))])


def test_the_default_scenario_is_whole(mapping: dict[str, Any]) -> None:
    assert isinstance(build_scenario(mapping), Scenario)
    for part in PARTS:
        with pytest.raises(ConfigError, match=f"^{part}: missing"):
            build_scenario({key: value for key, value in mapping.items() if key != part})
