"""Sharing that leaks: break-evens are where the value changes sign, and tests by tips keep their promises."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from experiments.cooperation import sharing

CASES = [(0.137, 0.12, 0.65, 1.0), (0.3, 0.4, 0.9, 0.5), (0.01, 0.9, 0.2, 0.8)]


@pytest.mark.parametrize(("base", "records", "p", "lost"), CASES)
def test_records_are_worth_nothing_at_the_break_even_and_change_sign_there(
    base: float, records: float, p: float, lost: float
) -> None:
    leak = sharing.break_even_record_leak(base, p_detection=p, lost_share=lost)
    below, at, above = sharing.detection_with_records(
        base, record_share=records, p_detection=p, leak_share=[leak - 0.01, leak, leak + 0.01], lost_share=lost
    )
    assert below > base > above
    assert at == pytest.approx(base, abs=1e-12)


@pytest.mark.parametrize(("base", "records", "p", "evaded"), CASES)
def test_a_rule_is_worth_nothing_at_its_break_even(base: float, records: float, p: float, evaded: float) -> None:
    asked = {"record_share": records, "p_detection": p, "evaded_share": evaded}
    leak = sharing.break_even_rule_leak(base, **asked)
    assert float(sharing.detection_with_rule(base, **asked, leak_share=leak)) == pytest.approx(base, abs=1e-12)


def test_a_leaked_record_by_simulation() -> None:
    rng = np.random.default_rng(3)
    n, base, records, p, leak, lost = 400_000, 0.3, 0.4, 0.9, 0.25, 0.5
    has, leaked, gone = rng.random(n) < records, rng.random(n) < leak, rng.random(n) < lost
    chance = np.where(has, np.where(leaked, np.where(gone, 0.0, base), p), base)
    seen = (rng.random(n) < chance).mean()
    stated = sharing.detection_with_records(base, record_share=records, p_detection=p, leak_share=leak, lost_share=lost)
    assert seen == pytest.approx(float(stated), abs=4.0 * 0.5 / np.sqrt(n))


@pytest.mark.parametrize(("useful", "leak"), [(0.3, 0.05), (0.5, 0.5), (0.02, 0.001), (0.9, 0.3)])
def test_no_other_number_of_units_is_better(useful: float, leak: float) -> None:
    every = sharing.use_of_tip(np.arange(1, 3000), p_useful=useful, p_leak=leak)
    assert sharing.best_number_of_units(p_useful=useful, p_leak=leak) == int(np.argmax(every)) + 1


def test_information_used_well_is_never_worth_less_than_a_coin() -> None:
    leaks = np.linspace(0.0, 1.0, 21)
    assert (sharing.best_use_of_tip(0.8, leak_share=leaks) >= 0.5).all()
    assert sharing.tip_between_two(0.8, leak_share=leaks).min() < 0.5


@pytest.mark.parametrize(("clean", "leaked"), [(0.2, 0.08), (0.5, 0.1), (0.1, 0.05)])
def test_fewer_marked_tips_would_not_do(clean: float, leaked: float) -> None:
    asked = sharing.marked_tips(p_clean=clean, p_leaked=leaked)
    assert asked.size <= 0.05
    assert asked.power >= 0.8
    for tips in range(1, asked.tips):
        best = max((binom.cdf(c, tips, leaked) for c in range(tips) if binom.cdf(c, tips, clean) <= 0.05), default=0.0)
        assert best < 0.8


@pytest.mark.parametrize(
    "call",
    [
        lambda: sharing.break_even_record_leak(0.5, p_detection=0.4),
        lambda: sharing.detection_with_records(0.1, record_share=1.2, p_detection=0.5, leak_share=0.0),
        lambda: sharing.detection_with_records(0.1, record_share=0.2, p_detection=0.5, leak_share=float("nan")),
        lambda: sharing.best_number_of_units(p_useful=0.3, p_leak=0.0),
        lambda: sharing.marked_tips(p_clean=0.1, p_leaked=0.1),
        lambda: sharing.use_of_tip(-1, p_useful=0.3, p_leak=0.1),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"must|needed"):
        call()
