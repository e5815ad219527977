"""Whose truck a load rode in, and what a port may learn from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.adaptation.rules.labels import MOST_FINDS, Probed, found_trucks, trucks_of_loads, trucks_partner_tells
from sim.setting.window import Window

WINDOW = Window(seed=3, epoch=1004, replication=1, start_date="2024-05-13", days=7)


def _probed(n: int = 400) -> Probed:
    numbers = np.random.default_rng(0)
    return Probed(
        manifest=pd.DataFrame({"truck": np.arange(n)}),
        ledger=pd.DataFrame({"opened": np.zeros(n, dtype=bool)}),
        ways=np.arange(n) % 2,
        seizures=np.where(np.arange(n)[:, None] < n // 2, numbers.uniform(size=(n, 2)), 0.0),
        passed=numbers.uniform(size=n),
        by_luck=np.zeros(n, dtype=bool),
    )


def test_loads_are_found_in_trucks_of_their_way_that_could_be_found() -> None:
    probed = _probed()
    trucks = found_trucks(probed, WINDOW, np.array([[3.0, 0.0], [0.0, 2.0]]))
    assert len(trucks) == 5
    assert probed.ways[trucks].tolist() == [0, 0, 0, 1, 1]
    assert (trucks < 200).all()


def test_a_load_more_on_one_way_moves_none_on_another() -> None:
    few, many = (found_trucks(_probed(), WINDOW, np.array([[one, 0.0], [0.0, 2.0]])) for one in (1.0, 3.0))
    assert few[-2:].tolist() == many[-2:].tolist()


def test_trucks_are_drawn_in_proportion_to_their_weights() -> None:
    weights, ways = np.array([[1.0], [3.0]]), np.array([0, 0])
    uniforms = np.random.default_rng(1).uniform(size=(1, 1, MOST_FINDS))
    drawn = [trucks_of_loads(weights, ways, np.array([[1.0]]), np.roll(uniforms, k, axis=2))[0] for k in range(32)]
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.25)


def test_a_partner_tells_of_a_share_of_what_crossed() -> None:
    probed, missed = _probed(), np.array([20.0, 12.0])
    assert len(trucks_partner_tells(probed, WINDOW, missed, 0.0)) == 0
    assert len(trucks_partner_tells(probed, WINDOW, missed, 1.0)) == 32
    some = len(trucks_partner_tells(probed, WINDOW, missed, 0.4))
    assert 4 < some < 24
