"""Designs fill their ranges evenly, and the same seed gives the same points."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.study.study import compose_scenario
from experiments.sweeping.designs import Draw, design_note, design_values, takes_whole_numbers, uniform_draw
from sim.errors import ConfigError


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_every_slice_of_a_range_holds_a_point(design: str) -> None:
    kind = "lhs" if design == "lhs" else "sobol"
    values = design_values(
        kind, 32, 1, {"a": uniform_draw("a", 2.0, 4.0), "b": uniform_draw("b", 0.0, 1.0)}, {"a": False, "b": False}
    )
    assert sorted(int((v - 2.0) * 16) for v in values["a"]) == list(range(32))
    assert sorted(int(v * 32) for v in values["b"]) == list(range(32))


def test_whole_numbers_come_equally_often() -> None:
    values = design_values("lhs", 40, 3, {"a": uniform_draw("a", 2, 5)}, {"a": True})["a"]
    assert all(isinstance(value, int) for value in values)
    assert np.unique(values, return_counts=True)[1].tolist() == [10, 10, 10, 10]


def test_a_range_without_whole_numbers_is_refused() -> None:
    with pytest.raises(ConfigError, match="takes whole numbers, and none lies in"):
        design_values("lhs", 4, 1, {"a": uniform_draw("a", 0.2, 0.8)}, {"a": True})


def test_the_seed_decides() -> None:
    over = {"a": uniform_draw("a", 0.0, 1.0)}
    first, again, other = (design_values("lhs", 8, seed, over, {"a": False}) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_other_distributions_have_their_moments() -> None:
    over = {"t": Draw("triangular", 0.0, 3.0, 1.0), "n": Draw("normal", 5.0, 2.0)}
    values = design_values("lhs", 2000, 1, over, {"t": False, "n": False})
    assert np.mean(values["t"]) == pytest.approx(4.0 / 3.0, abs=0.01)
    assert np.std(values["t"]) == pytest.approx(np.sqrt((9.0 + 1.0 - 3.0) / 18.0), abs=0.01)
    assert (np.mean(values["n"]), np.std(values["n"])) == (pytest.approx(5.0, abs=0.01), pytest.approx(2.0, abs=0.02))


def test_what_the_fields_take() -> None:
    scenario = compose_scenario()
    whole = {
        "port.portal.servers": True,
        "staffing.analysts": True,
        "policy.scan_share": False,
        "port.primary.service.mean_min": False,
        "port.mix.commodity_share.produce": False,
        "risk.settings.fast": False,
    }
    assert {key: takes_whole_numbers(scenario, key.split(".")) for key in whole} == whole


def test_sobol_says_when_points_are_no_power_of_two() -> None:
    assert design_note("sobol", 64) == ""
    assert "128 would be" in design_note("sobol", 100)
    assert design_note("lhs", 100) == ""
