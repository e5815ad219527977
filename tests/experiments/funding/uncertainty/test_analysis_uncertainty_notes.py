"""Sentences beside the tables, and the share of luck in them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_response import formulas, standard, valuation

from experiments.funding.uncertainty.analysis import chance_variance_share, uncertainty_notes


def test_luck_is_half_of_the_mean_square_between_two_simulations_of_a_world() -> None:
    one = valuation(simulated=True)
    assert 0.0 < chance_variance_share(one) < 0.05, "a thousandth of noise beside growth"
    same = dataclasses.replace(formulas(), repeated=dict(formulas().simulated))
    assert chance_variance_share(dataclasses.replace(one, formulas=same)) == 0.0


def test_all_is_luck_where_worlds_do_not_differ() -> None:
    rng = np.random.default_rng(1)
    first, again = ({n: 0.01 * rng.normal(size=12) for n in range(200)} for _ in range(2))
    alike = dataclasses.replace(formulas(), simulated=first, repeated=again)
    share = chance_variance_share(dataclasses.replace(valuation(simulated=True), formulas=alike))
    # a ratio of two variances of 200 worlds each: four standard errors
    assert share == pytest.approx(1.0, abs=4.0 * 2.0 * (2.0 / 200) ** 0.5)


def test_the_notes_say_what_was_drawn_ruled_out_and_left_to_luck() -> None:
    said = " ".join(uncertainty_notes(valuation(simulated=True), standard()))
    for words in ("draws", "simulated twice", "formulas"):
        assert words in said
    alone = " ".join(uncertainty_notes(valuation(), standard()))
    assert "nothing was redrawn" in alone
