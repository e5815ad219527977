"""Balanced designs: every change in half of the runs, and any two in a quarter, up to the hours of a day."""

import numpy as np
import pytest

from sim.algorithms.screening_design import balanced_design


@pytest.mark.parametrize("changes", [1, 2, 3, 8, 16, 21, 24, 28, 36])
def test_changes_are_made_evenly(changes: int) -> None:
    design = balanced_design(changes).astype(int)
    runs = len(design)
    assert (design.sum(axis=0) * 2 == runs).all()
    together = design.T @ design
    assert (4 * together[~np.eye(changes, dtype=bool)] == runs).all()
    assert runs <= changes + 12


@pytest.mark.parametrize("changes", [5, 17])
def test_effects_that_add_up_are_told_apart(changes: int) -> None:
    design, effect = balanced_design(changes), np.arange(float(changes))
    runs = design @ effect
    found = [runs[more].mean() - runs[~more].mean() for more in design.T]
    assert found == pytest.approx(effect)


def test_what_two_changes_do_together_cancels_in_the_design_folded_over() -> None:
    """Two of eight changes stand in for each other: by the design alone, changes that do nothing get a part of it."""
    design = balanced_design(8)
    found = []
    for runs in (design, ~design):
        outcome = 3.0 * runs[:, 0] + 3.0 * runs[:, 1] - 2.0 * (runs[:, 0] & runs[:, 1])
        found.append(np.array([outcome[more].mean() - outcome[~more].mean() for more in runs.T]))
    assert np.abs(found[0][2:]).max() > 0.1
    assert found[0][2:] == pytest.approx(-found[1][2:])
    assert np.mean(found, axis=0) == pytest.approx([2.0, 2.0, *[0.0] * 6])


def test_no_change_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        balanced_design(0)
