"""Which inputs can act: those of stations that are not there cannot, and the test is made once."""

from __future__ import annotations

import numpy as np
import pytest
from made_response import small

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
