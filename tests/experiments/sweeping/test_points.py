"""Points are what Hydra makes of their overrides, and a bad one is named."""

from __future__ import annotations

import dataclasses
import re

import pytest

from experiments.study.compose import GROUPS, compose_config
from experiments.study.sources import CONFIGS
from experiments.study.study import build_study
from experiments.sweeping.axes import levels_in_order, read_axes
from experiments.sweeping.points import Point, build_points, content_hash, hold_to_composition, set_values
from sim.errors import ConfigError

EVEN_DAYS = "port.volume.weekday_weight=[1,1,1,1,1,1,1],[2,1,1,1,1,1,1]"
FIRST_DAYS = "start_date=2024-05-13,2024-05-14"


def points_of(words: list[str], verb: str = "sweep") -> list[Point]:
    swept = read_axes(words, 1000)
    return build_points(swept, levels_in_order(swept.axes), verb)


def test_configs_refer_to_no_other_key() -> None:
    """Keys are set one by one in what is composed: no other key may hang on them.

    An option of one group may follow that of another: a sweep composes anew for each combination of options.
    """
    following = re.compile(rf"  - (optional )?({'|'.join(GROUPS)}): \$\{{({'|'.join(GROUPS)})\}}\s*")
    for path in CONFIGS.rglob("*.yaml"):
        lines = [line.partition("#")[0] for line in path.read_text(encoding="utf-8").splitlines()]
        assert not any("${" in line and not following.fullmatch(line) for line in lines), path


def test_an_option_that_follows_another_is_composed_at_every_point() -> None:
    """Ysleta has a calibration of its own name, bare has none, also where the port is an axis of a sweep."""
    points = points_of(["port=ysleta,bare", "port.portal.servers=1,2"])
    assert [point.study.mapping(point.study.baseline)["port"]["closing"] for point in points] == [
        compose_config([*point.overrides]).mapping["port"]["closing"] for point in points
    ]
    factors = [point.study.alternatives[point.study.baseline].port.volume.day_factor for point in points]
    assert [factor and factor.ln_sd for factor in factors] == [0.1873, 0.1873, None, None]


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        (["port=bare,ysleta", "policy=top_share", "policy.share=0.2,1", "staffing.analysts=null,3"], "sweep"),
        (["experiment=lanes", "port.mix.empty_share=0.2,0.3", "seed=1,2", FIRST_DAYS], "compare"),
        (["port.primary={lanes: 3},{lanes: 4}", "days=1,2", EVEN_DAYS], "run"),
        (["port.primary.lanes=3,4", "port.primary={fast_lanes: 1}", "risk.settings.fast=-1,-2"], "run"),
    ],
)
def test_every_point_is_what_its_overrides_compose_to(words: list[str], verb: str) -> None:
    for point in points_of(words, verb):
        composed = build_study(list(point.study.overrides), verb)
        assert composed.alternatives == point.study.alternatives
        assert content_hash(composed) == point.content
        assert {**dataclasses.asdict(composed), "out": ""} == {**dataclasses.asdict(point.study), "out": ""}


def test_points_that_cannot_be_are_named_up_to_ten() -> None:
    shares = ",".join(f"1.0{number}" for number in range(11, 23))
    with pytest.raises(ConfigError) as caught:
        points_of(["policy=top_share", f"policy.share=0.5,{shares}"])
    text = str(caught.value)
    assert text.startswith("sweep: 12 of 13 points cannot be: policy.share: must be between 0 and 1, got 1.011")
    assert len(re.findall(r"\(policy.share=", text)) == 10
    assert text.endswith("and 2 more")


def test_what_refuses_all_points_is_no_error_of_points() -> None:
    with pytest.raises(ConfigError, match=r"^replications: must be between 1 and 100000, got 0$"):
        points_of(["policy=top_share", "policy.share=0.1,0.2", "replications=0"])


def test_a_key_that_some_options_lack_is_named_with_its_points() -> None:
    with pytest.raises(ConfigError, match=r"2 of 4 points .*policy.share: unknown key; .*\[point 2 \(policy=threshold"):
        points_of(["policy=top_share,threshold", "policy.share=0.1,0.2"])


def test_a_point_that_is_not_what_it_says_is_noticed() -> None:
    first, second = points_of(["port.portal.servers=2,4"])
    wrong = dataclasses.replace(second, study=dataclasses.replace(first.study, overrides=second.study.overrides))
    with pytest.raises(AssertionError, match="is not what its overrides compose to"):
        hold_to_composition([first, wrong])


def test_equal_points_have_equal_content() -> None:
    contents = [point.content for point in points_of(["port.primary.service.mean_min=2,2.0,3"])]
    assert contents[0] == contents[1] != contents[2]


def test_setting_values_leaves_what_was_composed_alone() -> None:
    mapping = compose_config([]).mapping
    before = repr(mapping)
    assert set_values(mapping, {"port.portal.servers": 9})["port"]["portal"]["servers"] == 9
    assert repr(mapping) == before
