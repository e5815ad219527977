"""Trucks with labels for tests of models: drawn once, at a raised prevalence."""

from __future__ import annotations

from functools import cache

import numpy as np

from experiments.study.study import compose_scenario
from models.features import feature_matrix, visible_part
from models.fitted import Examples
from sim.scenario import Risk
from sim.setting.window import EVALUATION, Window
from sim.trucks.manifest import draw_manifest


@cache
def risk(name: str) -> Risk:
    """Return the settings of a risk model as configs give them."""
    return compose_scenario((f"risk={name}",)).risk


@cache
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Return raw features and P(carrying) of ten weeks spread over a year."""
    windows = [
        Window(seed=1, epoch=EVALUATION, replication=r, start_date=f"2024-{r + 1:02d}-08", days=7) for r in range(10)
    ]
    frames = [draw_manifest(compose_scenario(), window) for window in windows]
    raw = np.concatenate([feature_matrix(visible_part(frame)) for frame in frames])
    return raw, np.concatenate([frame["true_p_carrying"].to_numpy() for frame in frames])


@cache
def labelled() -> tuple[np.ndarray, np.ndarray]:
    """Return raw features and labels of a few thousand trucks at a raised prevalence."""
    raw, p = drawn()
    raw, p = raw[::40], p[::40]
    label = np.random.default_rng(1).random(len(p)) < np.minimum(200 * p, 0.9)
    return raw, label.astype(np.int64)


def examples() -> Examples:
    """Return those trucks as five years of opened ones."""
    raw, label = labelled()
    return Examples(
        raw=raw, label=label.astype(np.float64), weight=np.ones(len(raw)), year=np.arange(len(raw)) % 5, prior=1e-4
    )
