"""Which inputs can act: those of stations that are not there cannot, and the test is made once."""

from __future__ import annotations

import numpy as np
import pytest
from made_response import small

from experiments.funding.annual import CLASSES, HOURS, DayTotals
from experiments.funding.demand_years import ParameterSet
from experiments.funding.sets import acting_inputs as tested
from experiments.funding.sets.accepted_draws import drawn_simulation_inputs
from experiments.funding.sets.acting_inputs import acting_inputs
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all


def test_inputs_of_absent_stations_cannot_act(monkeypatch: pytest.MonkeyPatch) -> None:
    case = small()
    scorers = train_all(case.study, open_console())
    assert case.study.alternatives["today"].servers("canine") == 0
    every = drawn_simulation_inputs(case)
    inputs = [one for one in every if one.name.startswith("scanner.canine.")][:9]
    inputs += [one for one in every if one.name == "demand.growth_share_per_y"]
    uniforms = np.full((2, len(inputs)), 0.5)
    assert acting_inputs(case, scorers, inputs, uniforms) == ("demand.growth_share_per_y",)

    def refused(*_: object) -> None:
        raise AssertionError("tested again")

    monkeypatch.setattr(tested, "_priced_amounts", refused)
    assert acting_inputs(case, scorers, inputs, uniforms) == ("demand.growth_share_per_y",), "kept in the cache"


def test_an_input_that_moves_trips_between_hours_alone_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums of the day are the same at both ends; the hour of a trip's arrival is not."""
    case = small()
    (growth,) = (one for one in drawn_simulation_inputs(case) if one.name == "demand.growth_share_per_y")
    hours: list[int] = []

    def moved(parameters: ParameterSet, *_: object) -> list[DayTotals]:
        by_hour = np.zeros((3, len(CLASSES), HOURS))
        by_hour[0, 0, len(hours)] = 1.0
        hours.append(len(hours))
        return [DayTotals("weekday", {"trips_loaded": 1.0}, by_hour, {}) for _ in parameters.scenarios]

    monkeypatch.setattr(tested, "operating_plans", lambda *_: None)
    monkeypatch.setattr(tested, "totals_of_day", moved)
    point = tested.TestPoint((0.5,), 0, (case.study.baseline,))
    scorers = train_all(case.study, open_console())
    assert tested._acting_at(case, scorers, [growth], point, [(0,)]).tolist() == [True]
    monkeypatch.setattr(tested, "totals_of_day", lambda *_: [DayTotals("weekday", {}, np.zeros(3), {})])
    assert tested._acting_at(case, scorers, [growth], point, [(0,)]).tolist() == [False]


@pytest.mark.parametrize("acting", [(), (3,), (0, 5, 6), tuple(range(7))])
def test_halving_finds_every_input_that_acts(monkeypatch: pytest.MonkeyPatch, acting: tuple[int, ...]) -> None:
    """Of two ends one alone may differ from the point itself; both are looked at."""
    looked: list[tuple[float, ...]] = []

    def amounts(_case: object, _scorers: object, _inputs: object, _point: object, row: np.ndarray) -> tested.Amounts:
        looked.append(tuple(row))
        return [({"trips": float(sum(row[place] == place % 2 for place in acting))}, b"")]

    monkeypatch.setattr(tested, "_priced_amounts", amounts)
    point = tested.TestPoint((0.5,) * 7, 0, ("today",))
    block = tuple(range(7))
    assert tested._acting_in_block(small(), {}, [], (point, [({"trips": 0.0}, b"")]), block) == acting
    assert len(looked) == 2 if not acting else len(looked) >= 2 * len(acting) - 1
