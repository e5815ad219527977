from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from experiments.funding.case import UncertaintySettings
from experiments.funding.request import read_economic_option
from sim.errors import ConfigError

BAD: dict[str, Any] = {"sobol_base": 48, "worlds": 9, "loads_scale": (1.0, 0.5, 1.5), "draws": 1, "cv": -0.1}


def test_the_standard_one_is_sound() -> None:
    found = read_economic_option(UncertaintySettings, "uncertainty", "standard")
    assert found.draws >= 200
    assert 0.0 in found.usd_per_load


@pytest.mark.parametrize("key", BAD)
def test_what_makes_no_sense_is_refused_by_its_key(key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        dataclasses.replace(read_economic_option(UncertaintySettings, "uncertainty", "standard"), **{key: BAD[key]})


def test_percentiles_out_of_order_are_refused() -> None:
    overrun = read_economic_option(UncertaintySettings, "uncertainty", "standard").overrun
    with pytest.raises(ConfigError, match="p50"):
        dataclasses.replace(overrun, p50=2.0)
