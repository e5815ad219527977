"""Sobol's indices through our own wrapper, against the closed form of the Ishigami function."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from experiments.funding.uncertainty.sensitivity import sobol_indices

A, B = 7.0, 0.1
VARIANCE = 0.5 + A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18
FIRST = {"x": 0.5 * (1 + B * np.pi**4 / 5) ** 2 / VARIANCE, "y": A**2 / 8 / VARIANCE, "z": 0.0}
TOTAL = {
    "x": FIRST["x"] + 8 * B**2 * np.pi**8 / 225 / VARIANCE,
    "y": FIRST["y"],
    "z": 8 * B**2 * np.pi**8 / 225 / VARIANCE,
}


def ishigami(u: np.ndarray) -> Mapping[str, np.ndarray]:
    x, y, z = (2.0 * np.pi * u[:, place] - np.pi for place in range(3))
    return {"f": np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ishigami_has_its_known_indices(seed: int) -> None:
    found = sobol_indices(ishigami, ["x", "y", "z"], 1024, seed, coverage=0.999)
    assert list(found["total"]) == sorted(found["total"], reverse=True)
    for row in found.itertuples():
        assert row.first == pytest.approx(FIRST[row.group], abs=row.first_half_width + 1e-9)
        assert row.total == pytest.approx(TOTAL[row.group], abs=row.total_half_width + 1e-9)


def test_a_group_moves_as_one() -> None:
    found = sobol_indices(ishigami, ["all", "y", "all"], 512, 1, coverage=0.999).set_index("group")
    together = 1.0 - FIRST["y"]
    assert found.loc["all", "first"] == pytest.approx(together, abs=found.loc["all", "first_half_width"])


def test_an_output_that_nothing_moves_hangs_on_nothing() -> None:
    found = sobol_indices(lambda u: {"same": np.ones(len(u))}, ["x", "y"], 8, 1)
    assert (found[["first", "total", "first_half_width"]] == 0.0).all().all()


def test_the_seed_decides() -> None:
    same = [sobol_indices(ishigami, ["x", "y", "z"], 64, 1) for _ in range(2)]
    assert same[0].equals(same[1])
    assert not same[0].equals(sobol_indices(ishigami, ["x", "y", "z"], 64, 2))
