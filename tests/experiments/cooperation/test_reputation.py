"""Trust: the trap by simulation, forgetting, and what is sent at a level of trust."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from experiments.cooperation import reputation


def _trapped(good: float, bad: float, p_bad: float, threshold: float, epochs: int, seed: int) -> float:
    outcomes = np.random.default_rng(seed).random((40_000, epochs)) < p_bad
    bads = bad + np.cumsum(outcomes, axis=1)
    totals = good + bad + np.arange(1, epochs + 1)
    return float((((totals - bads + 1.0) / (totals + 2.0)) < threshold).any(axis=1).mean())


@pytest.mark.parametrize(
    ("good", "bad", "p_bad", "threshold"), [(3, 0, 0.2, 0.6), (1, 1, 0.1, 0.45), (8, 1, 0.35, 0.6)]
)
def test_the_trap_by_simulation(good: float, bad: float, p_bad: float, threshold: float) -> None:
    stated = reputation.trap_probability(good, bad, p_bad=p_bad, threshold=threshold, epochs=52)
    sd = np.sqrt(stated * (1.0 - stated) / 40_000)
    assert _trapped(good, bad, p_bad, threshold, 52, seed=5) == pytest.approx(stated, abs=4.0 * sd)


def test_who_starts_below_the_threshold_is_trapped_already() -> None:
    assert reputation.trap_probability(0, 3, p_bad=0.0, threshold=0.6, epochs=10) == 1.0
    assert reputation.trap_probability(3, 0, p_bad=0.0, threshold=0.6, epochs=10) == 0.0


def test_with_forgetting_a_leak_costs_longer_than_without() -> None:
    good, bad = np.ones(30), np.zeros(30)
    good[10], bad[10] = 0.0, 1.0
    falls = [reputation.trust(good, bad, forgetting=keep) for keep in (0.9, 1.0)]
    lost = [path[9] - path[10] for path in falls]
    assert lost[0] > lost[1] > 0.0


def test_a_start_is_as_good_as_the_periods_that_made_it() -> None:
    whole = reputation.trust(np.ones(8), np.zeros(8))
    rest = reputation.trust(np.ones(5), np.zeros(5), start=(3.0, 0.0))
    np.testing.assert_allclose(rest, whole[3:])


def test_what_is_sent_rises_with_trust_from_the_pilot_to_all() -> None:
    level = np.linspace(0.0, 1.0, 101)
    sent = reputation.shared_share(level, threshold=0.6, slope=60.0, pilot_share=0.05)
    assert (np.diff(sent) > 0.0).all()
    assert sent[0] == pytest.approx(0.05, abs=1e-6)
    assert sent[-1] == pytest.approx(1.0, abs=1e-6)
    assert np.isclose(reputation.shared_share(0.6, threshold=0.6, slope=60.0, pilot_share=0.05), 0.525)


def test_who_leaked_adds_up_over_looks() -> None:
    at_once = reputation.p_compromised(0.1, leaks=1, looks=3, p_leak=0.5, p_leak_otherwise=0.05)
    prior = 0.1
    for leak in (1, 0, 0):
        prior = reputation.p_compromised(prior, leaks=leak, looks=1, p_leak=0.5, p_leak_otherwise=0.05)
    assert prior == pytest.approx(at_once)


@pytest.mark.parametrize(
    "call",
    [
        lambda: reputation.trust([-1], [0]),
        lambda: reputation.trust([1], [0], forgetting=0.0),
        lambda: reputation.trap_probability(3, 0, p_bad=1.2, threshold=0.6, epochs=5),
        lambda: reputation.shared_share(0.5, threshold=0.6, slope=-1.0, pilot_share=0.1),
        lambda: reputation.least_discount(benefit=1.0, cost=1.0),
        lambda: reputation.p_compromised(0.1, leaks=2, looks=1, p_leak=0.5, p_leak_otherwise=0.1),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="must"):
        call()
