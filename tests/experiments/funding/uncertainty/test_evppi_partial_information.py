"""The value of knowing one input, against the closed form of two normal alternatives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.economics.cost_effectiveness import DrawOutcomes, decide_at_value
from experiments.funding.uncertainty.evppi import estimate_evppi, evppi, evppi_table


def unit_loss(mean: float, sd: float) -> float:
    """E[max(N(mean, sd), 0)] - max(mean, 0)."""
    gain = mean * stats.norm.cdf(mean / sd) + sd * stats.norm.pdf(mean / sd)
    return float(gain - max(mean, 0.0))


def gaussian(seed: int, n: int) -> tuple[DrawOutcomes, dict[str, np.ndarray]]:
    """The alternative gains 1 + 3 a + 2 b + c over the baseline; d moves nothing."""
    rng = np.random.default_rng(seed)
    inputs = {name: rng.normal(size=n) for name in "abcd"}
    gain = 1.0 + 3.0 * inputs["a"] + 2.0 * inputs["b"] + inputs["c"]
    npv0 = np.column_stack([np.zeros(n), gain])
    return DrawOutcomes(("no", "yes"), npv0, np.zeros((n, 2)), np.array([0.0, 1.0])), inputs


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gaussian_inputs_are_worth_what_the_formula_says(seed: int) -> None:
    n = 2000
    outcomes, inputs = gaussian(seed, n)
    benefit = outcomes.benefit(0.0)
    for names, sd in (("a", 3.0), ("b", 2.0), ("ab", 13.0**0.5)):
        found = evppi(benefit, np.column_stack([inputs[name] for name in names]))
        # the mean of a kinked normal: four standard errors, and the fit's own bias below them
        assert found == pytest.approx(unit_loss(1.0, sd), abs=4.0 * sd / n**0.5)
    assert evppi(benefit, inputs["d"][:, None]) <= 0.02 * unit_loss(1.0, 14.0**0.5)


def test_a_group_is_worth_no_less_than_its_members_and_no_more_than_all() -> None:
    outcomes, inputs = gaussian(1, 500)
    single = {name: column[:, None] for name, column in inputs.items()}
    both = {"both": np.column_stack([inputs["a"], inputs["b"]])}
    table = evppi_table(outcomes, single, both, [0.0]).set_index("input")
    worth = table["evppi_usd"]
    assert worth["both"] > worth["a"] > worth["b"] > worth["d"]
    assert worth["both"] <= decide_at_value(outcomes, 0.0).perfect_information
    assert table["group"].to_dict() == {"a": False, "b": False, "c": False, "d": False, "both": True}
    assert list(table["share_of_evpi"]) == pytest.approx(
        list(worth / decide_at_value(outcomes, 0.0).perfect_information)
    )


def test_knowing_is_worth_nothing_where_the_choice_is_sure() -> None:
    outcomes, inputs = gaussian(2, 300)
    ahead = outcomes.npv0 + np.array([0.0, 100.0])
    sure = DrawOutcomes(outcomes.names, ahead, outcomes.loads, outcomes.cost)
    assert evppi(sure.benefit(0.0), inputs["a"][:, None]) == pytest.approx(0.0, abs=1e-9)


def test_a_curve_is_followed() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(-1.0, 1.0, 1000)
    benefit = np.column_stack([np.zeros(1000), x**2 - 0.5 + rng.normal(size=1000)])
    # E[(x^2 - 0.5)+] over U(-1, 1): 2 * integral from sqrt(.5) to 1, halved
    edge = 0.5**0.5
    truth = (1.0 / 3.0 - 0.5) - (edge**3 / 3.0 - 0.5 * edge)
    assert evppi(benefit, x[:, None]) == pytest.approx(truth, abs=0.05)


def test_an_input_that_says_nothing_is_shown_about_as_often_as_chance_allows() -> None:
    rng = np.random.default_rng(1)
    tries, shown = 60, 0
    for _ in range(tries):
        benefit = np.column_stack([np.zeros(100), rng.normal(size=100)])
        shown += estimate_evppi(benefit, rng.random((100, 1)), rng).shown
    # one in twenty, by a quantile of 40 shuffles; four standard errors of a share above it
    assert shown / tries <= 0.075 + 4.0 * (0.075 * 0.925 / tries) ** 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_there_is_shown_and_its_error_covers(seed: int) -> None:
    outcomes, inputs = gaussian(seed, 200)
    found = estimate_evppi(outcomes.benefit(0.0), inputs["a"][:, None], np.random.default_rng(seed))
    assert found.shown
    assert found.worth == pytest.approx(unit_loss(1.0, 3.0), abs=4.0 * found.se)
