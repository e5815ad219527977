from __future__ import annotations

import dataclasses

import pytest
from ports import FlatScorer

from experiments.benchmarks import scaling
from experiments.benchmarks.over_flow import cost_over_flow
from experiments.study.study import Study, build_study, compose_scenario


@pytest.fixture(scope="module")
def asked() -> Study:
    return build_study(["days=1", "policy.targeted_share=0.2"], "bench")


def test_the_ladder_climbs_to_every_station(asked: Study) -> None:
    rows = scaling.cost_by_stations(asked, FlatScorer(), 1)
    stations = [row["stations"] for row in rows]
    assert stations == sorted(set(stations))
    assert stations[0] == 3  # bridge, booths, and the posts that no port may leave out
    assert stations[-1] == 11
    assert all(0.0 < row["flow"] < row["path"] for row in rows)
    # the port itself is what the study asks about
    assert scaling.LADDER["and portals (the port)"] == ()


def test_policies_are_those_of_the_study_with_their_own_settings(asked: Study) -> None:
    policies = scaling.scenario_by_policy(asked)
    assert set(policies) == set(scaling.POLICIES)
    own = compose_scenario(["policy=queue_aware"])
    assert policies["queue_aware"].policy == own.policy
    assert policies["queue_aware"].port == own.port
    rows = scaling.cost_by_policy(asked, FlatScorer(), 1)
    assert [row["case"] for row in rows] == list(scaling.POLICIES)


def test_an_alternative_more_costs_less_than_the_first(asked: Study) -> None:
    rows = scaling.cost_by_alternatives(asked, FlatScorer(), 1)
    assert [row["alternatives"] for row in rows] == list(scaling.ALTERNATIVES)
    assert all(row["each"] > 0.0 for row in rows)


def test_one_worker_is_as_fast_as_itself(asked: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "WORKER_WEEKS", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    one = dataclasses.replace(asked, processes=1)
    (row,) = scaling.speed_up_by_workers(one, FlatScorer(), 1)
    assert row["workers"] == 1
    assert row["times"] == [1.0, 1.0, 1.0]


def test_whole_runs_are_held_to_the_flow_stage(asked: Study) -> None:
    rows = cost_over_flow(asked, FlatScorer(), 1)
    first, responds, further, *worlds, flow = rows
    assert (first["case"], further["case"]) == ("first alternative", "further alternative, same trucks")
    assert responds["case"] == "first alternative, lanes that follow the line"
    assert flow["case"] == "flow stage, lanes that follow the line"
    assert flow["times"][0] > 0.0
    assert len(worlds) == 2
    # a first alternative runs the flow stage and more; the further one is a difference of two runs, which is noisy
    assert all(row["times"][0] > 1.0 for row in (first, responds, *worlds))
