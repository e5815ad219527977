"""Sets of assumptions: the same seeds for all, more where noise is large, and nothing done twice."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_response import small

from experiments.execution.journal import Journal
from experiments.execution.redraws import latin_hypercube
from experiments.funding.sets import simulated_sets
from experiments.funding.sets.accepted_draws import AcceptedDraws, drawn_simulation_inputs, range_positions
from experiments.funding.sets.set_days import BlockAmounts
from experiments.funding.sets.simulated_sets import (
    MOVED_BLOCKS,
    OTHER_BLOCK,
    SetAmounts,
    SetTask,
    allocated_blocks,
    simulate_drawn_sets,
    simulate_tasks,
)
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all
from sim.errors import ConfigError

DRAWS = 4


def made_block(value: float, variance: float) -> BlockAmounts:
    response = small_response(value)
    return BlockAmounts(response, np.array([0.0, variance]))


def small_response(value: float) -> Any:
    from made_response import response

    one = response()
    return dataclasses.replace(one, amounts={name: np.full((2, 2, 1), value) for name in one.amounts})


def test_blocks_go_where_they_lower_noise_most() -> None:
    noise = [5.0, 1.0, 0.4, 3.0]

    def left(extra: tuple[int, ...]) -> float:
        return sum(own / (1 + more) for own, more in zip(noise, extra, strict=True))

    for blocks in range(7):
        best = min(left(one) for one in itertools.product(range(blocks + 1), repeat=4) if sum(one) == blocks)
        assert left(tuple(allocated_blocks(noise, blocks))) == pytest.approx(best)
    assert allocated_blocks([0.0, 0.0], 5) == [0, 0], "nothing is left to take away"


def test_a_set_is_the_mean_of_its_blocks() -> None:
    one = SetAmounts((made_block(1.0, 4.0), made_block(3.0, 12.0)))
    assert one.whole.amounts["loads"].tolist() == [[[2.0], [2.0]]] * 2
    assert one.npv0_se.tolist() == [0.0, 2.0]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[SetTask]:
    """Tasks that were simulated, in place of the simulation; sets of an even draw are noisy."""
    told: list[SetTask] = []

    def made(_case: object, _scorers: object, _inputs: object, retrain: Any, task: SetTask) -> BlockAmounts | None:
        told.append(task)
        if retrain is not None and task.place >= 0:
            retrain({}, [], task.place)
        return made_block(float(task.block), 9.0 if task.place % 2 == 0 else 0.0)

    monkeypatch.setattr(simulated_sets, "_simulate_task", made)
    monkeypatch.setattr(simulated_sets, "MORE_BLOCKS", 0.75)  # of four sets: three blocks
    return told


def test_all_draws_meet_the_same_seeds_and_noisy_ones_more(counted: list[SetTask]) -> None:
    case, inputs = small(), drawn_simulation_inputs(small())
    accepted = AcceptedDraws(latin_hypercube(1, DRAWS, len(inputs)), DRAWS + 2)
    trained: list[int] = []

    def retrain(_worlds: Mapping[str, object], _drawn: object, place: int) -> dict[str, Any]:
        trained.append(place)
        return {}

    told: list[tuple[int, int]] = []
    scorers = train_all(case.study, open_console())
    found = simulate_drawn_sets(case, scorers, inputs, (accepted, 2), retrain, lambda *of: told.append(of))
    assert [task.block for task in counted if task.place < 0] == list(range(MOVED_BLOCKS))
    assert [task.block for task in counted if task.place >= 0][:DRAWS] == [0] * DRAWS
    assert sorted(found.again) == [0, DRAWS - 1]
    assert [task.place for task in counted if task.block == OTHER_BLOCK] == [0, DRAWS - 1]
    assert found.n_blocks.tolist() == [3, 1, 2, 1], "three further blocks went to noisy sets"
    assert set(trained) == set(range(DRAWS)), "the case itself keeps its models"
    assert told[-1][0] == told[-1][1]
    assert (found.tried, found.senseless) == (DRAWS + 2, 0)


def test_sets_that_make_no_sense_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    case, inputs = small(), drawn_simulation_inputs(small())

    def refused(*_: object, **__: object) -> None:
        raise ConfigError("port", "no such port")

    scorers = train_all(case.study, open_console())
    row = tuple(range_positions(inputs, np.full((1, len(inputs)), 0.5))[0].tolist())
    monkeypatch.setattr(simulated_sets, "simulate_days", refused)
    assert simulate_tasks(case, scorers, inputs, [SetTask(row)]) == [None]
    with pytest.raises(ConfigError):
        simulate_tasks(case, scorers, inputs, [SetTask(())])


def test_a_run_that_was_stopped_does_not_simulate_a_set_again(counted: list[SetTask], tmp_path: Path) -> None:
    case, inputs = small(), drawn_simulation_inputs(small())
    scorers, tasks = train_all(case.study, open_console()), [SetTask(()), SetTask((), 1)]
    with Journal(tmp_path / "kept"):
        simulate_tasks(case, scorers, inputs, tasks[:1])
    with Journal(tmp_path / "kept"):
        found = simulate_tasks(case, scorers, inputs, tasks)
    assert counted == tasks
    assert [one.response.amounts["loads"][0, 0, 0] for one in found if one is not None] == [0.0, 1.0]


@pytest.mark.slow
def test_a_set_of_a_small_case_is_simulated_and_meets_what_was_drawn() -> None:
    case, inputs = small(), drawn_simulation_inputs(small())
    scorers = train_all(case.study, open_console())
    place = [one.name for one in inputs].index("demand.growth_share_per_y")
    rows = np.tile([one.law.b for one in inputs], (2, 1))
    rows[:, place] = 0.0, 1.0
    low, high = simulate_tasks(case, scorers, inputs, [SetTask(tuple(row.tolist())) for row in rows])
    assert low is not None
    assert high is not None
    trips = [
        sum(one.response.amounts[f"wanted_{name}"][0, 1, 0] for name in one.response.classes) for one in (low, high)
    ]
    growth = inputs[place].assumption
    assert growth is not None
    assert trips[1] / trips[0] == pytest.approx(((1.0 + growth.high) / (1.0 + growth.low)) ** 4, rel=0.02)
    again = simulate_tasks(case, scorers, inputs, [SetTask(tuple(rows[1].tolist()))])[0]
    assert again is not None
    assert again.response.amounts["truck_h_loaded"].tolist() == high.response.amounts["truck_h_loaded"].tolist()
