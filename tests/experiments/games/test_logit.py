"""Incremental logit and coupled choices."""

import numpy as np
import pytest

from experiments.games import displacement, logit


def test_options_that_do_not_change_keep_their_odds() -> None:
    moved = logit.shares([0.5, 0.3, 0.2], change=[0.3, 0.0, 0.0], scale=1_000.0)
    assert moved[1] / moved[2] == pytest.approx(1.5)
    assert moved[0] == pytest.approx(0.0, abs=1e-100)


@pytest.mark.parametrize("seed", range(5))
def test_choices_have_the_shares_and_change_as_often_as_the_formula_says(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    before, after = numbers.dirichlet(np.ones(4), 2)
    gumbels = numbers.gumbel(size=(40_000, 4))
    first, second = logit.choose(before, gumbels), logit.choose(after, gumbels)
    drawn = np.bincount(first, minlength=4) / 40_000
    assert drawn == pytest.approx(before, abs=5.0 * 0.5 / 200.0)
    changed = logit.changed_by_gumbel(before, after)
    assert (first != second).mean() == pytest.approx(changed, abs=5.0 * 0.5 / 200.0)
    apart = logit.total_variation(before, after)
    assert apart <= changed <= 2.0 * apart / (1.0 + apart) + 1e-12
    assert logit.changed_by_cumulative(before, after) >= apart - 1e-12


def test_a_new_option_moves_only_those_who_take_it() -> None:
    gumbels = np.random.default_rng(3).gumbel(size=(5_000, 3))
    without, with_it = logit.choose([0.6, 0.4, 0.0], gumbels), logit.choose([0.6, 0.4, 0.3], gumbels)
    assert ((without == with_it) | (with_it == 2)).all()
    assert (with_it == 2).any()


@pytest.mark.parametrize("base", [[-0.1, 1.1], [0.0, 0.0], [float("nan"), 1.0]])
def test_shares_that_are_none_are_refused(base: list[float]) -> None:
    with pytest.raises(ValueError, match="base shares"):
        logit.shares(base, change=[0.0, 0.0], scale=1.0)


def test_a_change_of_nothing_has_no_part_to_take_back() -> None:
    with pytest.raises(ValueError, match="gains nothing"):
        _ = displacement.response([0.5, 0.5], [0.1, 0.1], [0.1, 0.1], scale=10.0).taken_back


def test_a_strong_reaction_lowers_what_is_caught_and_what_is_delivered() -> None:
    weak, strong = (
        displacement.response([0.5, 0.3, 0.2], [0.14] * 3, [0.28, 0.14, 0.14], scale=scale, outside_share=0.2)
        for scale in (10.0, 40.0)
    )
    assert strong.caught < weak.caught
    assert strong.delivered < 0.688
