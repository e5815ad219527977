"""A study: the experiment, then the user, then each alternative; all is built before any work."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.study.compose import PARTS
from experiments.study.study import Study, build_study, compose_scenario
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.window import EVALUATION

LANES = ["experiment=lanes"]


@pytest.fixture(scope="module")
def lanes() -> Study:
    return build_study(LANES, "compare")


def test_run_has_one_alternative_named_by_its_policy() -> None:
    found = build_study(["policy=random_share", "policy.share=0.4"], "run")
    assert list(found.alternatives) == ["random_share"]
    assert found.baseline == "random_share"
    assert found.alternatives["random_share"].policy.share == 0.4  # type: ignore[attr-defined]


def test_compare_asks_for_strategies_unless_told() -> None:
    found = build_study([], "compare")
    assert found.experiment == "strategies"
    assert found.baseline == "todays_practice"
    assert len(found.alternatives) >= 6
    assert build_study(LANES, "compare").experiment == "lanes"


def test_alternatives_differ_in_what_they_set_and_in_nothing_else(lanes: Study) -> None:
    extra = {name: s.staffing.extra_lanes for name, s in lanes.alternatives.items()}
    assert extra == {"one_fewer": -1, "as_scheduled": 0, "one_more": 1}
    for part in set(PARTS) - {"staffing"}:
        assert len({repr(getattr(s, part)) for s in lanes.alternatives.values()}) == 1


def test_the_users_overrides_reach_every_alternative() -> None:
    found = build_study([*LANES, "traffic.volume_scale=1.1", "risk=constant"], "compare")
    assert {s.traffic.volume_scale for s in found.alternatives.values()} == {1.1}
    assert {s.risk.name for s in found.alternatives.values()} == {"constant"}


def test_the_order_is_experiment_user_alternative(lanes: Study) -> None:
    assert lanes.replications == 24
    found = build_study([*LANES, "replications=36", "staffing=april_2019"], "compare")
    assert found.replications == 36
    assert {s.staffing.max_lanes for s in found.alternatives.values()} == {6}
    assert found.alternatives["one_more"].staffing.extra_lanes == 1


def test_the_baseline_is_the_first_unless_named() -> None:
    first = next(iter(build_study(LANES, "compare").alternatives))
    assert build_study([*LANES, "baseline=null"], "compare").baseline == first
    assert build_study([*LANES, "baseline=one_more"], "compare").baseline == "one_more"


def test_a_study_travels_to_other_processes(lanes: Study) -> None:
    assert pickle.loads(pickle.dumps(lanes)) == lanes  # noqa: S301


def test_out_is_named_by_verb_and_subject() -> None:
    assert build_study(LANES, "compare").out.name.startswith("compare-lanes-")
    assert build_study(["policy=threshold"], "run").out.name.startswith("run-threshold-")
    assert build_study(["out=some/where"], "run").out == Path("some/where")


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    build_study(["out=results/mine"], "run")
    assert list(tmp_path.iterdir()) == []


def test_a_week_is_always_the_same_week() -> None:
    found = build_study(["days=3"], "run")
    windows = [found.window(replication) for replication in (0, 7)]
    assert {window.start_date for window in windows} == {found.start_date}
    assert [window.replication for window in windows] == [0, 7]
    assert {(window.days, window.epoch, window.seed) for window in windows} == {(3, EVALUATION, 1)}


def test_a_year_is_twelve_whole_weeks_one_in_each_month() -> None:
    found = build_study(["calendar=year", "replications=24"], "run")
    weeks = [found.window(replication).dates() for replication in range(24)]
    assert all(week[0].weekday() == 0 for week in weeks)
    assert all(week[0].month == week[-1].month for week in weeks)
    assert [week[0].month for week in weeks] == [*range(1, 13)] * 2
    assert {week[0].year for week in weeks} == {dt.date.fromisoformat(found.start_date).year}


def test_mapping_builds_the_same_scenario_again(lanes: Study) -> None:
    from sim.scenario import build_scenario

    for name, built in lanes.alternatives.items():
        assert build_scenario(lanes.mapping(name)) == built


def test_compose_scenario_is_the_default(scenario: Scenario, make_scenario: Callable[..., Scenario]) -> None:
    assert compose_scenario() == scenario
    assert make_scenario("port=bare").port.name == "bare"


def test_private_configs_are_found_outside_the_repository(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    (tmp_path / "staffing" / "night.yaml").write_text(
        "defaults: [baseline, _self_]\nname: night\nextra_lanes: 2  # [A 1..3]\n"
    )
    found = build_study(["staffing=night"], "run", config_dir=tmp_path)
    assert found.alternatives["todays_practice"].staffing.extra_lanes == 2
    rows = {row.key: row for row in found.inputs("todays_practice")}
    assert (rows["staffing.extra_lanes"].low, rows["staffing.extra_lanes"].high) == (1.0, 3.0)
    assert rows["staffing.extra_lanes"].file == str(tmp_path / "staffing" / "night.yaml")
    assert rows["staffing.extra_fast_lanes"].kind == "definition"


def test_infinity_is_refused_deep_inside() -> None:
    with pytest.raises(ConfigError, match=r"port\.volume\.trucks_per_month\[11\]: must be a finite"):
        compose_scenario(["port.volume.trucks_per_month=[1,1,1,1,1,1,1,1,1,1,1,inf]"])
