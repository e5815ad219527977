"""Hydra's composed configuration -> plain mappings -> Scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from sim.build import scenario as build_scenario
from sim.scenario import Scenario

PARTS = ("port", "traffic", "threat", "scanner", "staffing", "risk", "policy", "value")


def compose_mapping(overrides: Sequence[str]) -> dict[str, Any]:
    """Return the composed configuration as plain Python values."""
    with initialize_config_module("configs", version_base="1.3"):
        config = compose("config", overrides=list(overrides))
    return cast("dict[str, Any]", OmegaConf.to_container(config, resolve=True))


def compose_scenario(overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario that the default study gives under ``overrides``."""
    mapping = compose_mapping(overrides)
    return build_scenario({part: mapping[part] for part in PARTS})
