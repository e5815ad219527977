"""Annual amounts by alternative, year and replication."""

from __future__ import annotations

import numpy as np

from experiments.funding.annual import LOADS, TRUCK_H, Response

HOURS = np.arange(12.0).reshape(2, 2, 3)
RESPONSE = Response(("a", "b"), (1, 20), {f"{TRUCK_H}empty": HOURS, LOADS: HOURS + 1.0})


def test_the_mean_is_over_replications() -> None:
    assert RESPONSE.mean(f"{TRUCK_H}empty", "b") == {1: 7.0, 20: 10.0}


def test_classes_are_those_whose_hours_are_counted() -> None:
    assert RESPONSE.classes == ("empty",)


def test_one_replication_is_what_the_mean_is_made_of() -> None:
    means = [RESPONSE.only(r).mean(LOADS, "a")[20] for r in range(RESPONSE.replications)]
    assert np.mean(means) == RESPONSE.mean(LOADS, "a")[20]
