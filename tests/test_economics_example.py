"""The worked example to four digits: every figure that was worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from swings import swings
from worked_example import MILLION, PRICE_YEAR, YEARS, Case, costs, four, hour, net
from worked_example import replications as replicated

from experiments.economics.appraisal import PresentWorth, appraise, internal_rate_of_return
from experiments.economics.cost_effectiveness import (
    DrawOutcomes,
    Harm,
    agency_frontier,
    best_by_value,
    break_even_threshold,
    decide_at_value,
    social_frontier,
)
from experiments.economics.costs import INITIAL_COST_KINDS
from experiments.economics.discounting import annuity, present_value
from experiments.intervals import Sample, paired_difference

LOAD_USD = 0.30 * MILLION
RATE = 0.07
HARM = Harm(
    name="example",
    price_year=PRICE_YEAR,
    value_of_statistical_life_usd=13.2e6,
    deaths_per_y=74_702.0,
    pure_consumed_kg_per_y=9_000.0,
    pure_kg_per_load=2.0,
    not_replaced_low_share=0.002,
    not_replaced_high_share=0.5,
)


@pytest.fixture(scope="module")
def worths() -> dict[str, PresentWorth]:
    return Case().worths()


def same(found: float, stated: float) -> None:
    assert four(found) == four(stated)


def millions(found: float, stated: float) -> None:
    same(found / MILLION, stated)


def test_an_hour_and_the_annuities() -> None:
    same(hour().usd_per_h, 61.95)
    assert (hour().time, hour().cargo) == (33.5, 25.0)
    assert (hour().fuel, hour().emissions) == pytest.approx((3.0, 0.45))
    same(annuity(RATE, YEARS), 10.59)
    same(present_value(RATE, [0.0, *1.02 ** np.arange(YEARS)]), 12.32)


@pytest.mark.parametrize(
    ("name", "capital", "replacement", "operation", "residual"),
    [
        ("A1", 8.500, 2.542, 15.89, 0.3015),
        ("A2", 6.000, 3.050, 31.78, 0.0),
        ("A3", 22.00, 5.083, 42.38, 1.034),
        ("A4", 30.00, 7.625, 52.97, 1.292),
    ],
)
def test_costs_by_kind(name: str, capital: float, replacement: float, operation: float, residual: float) -> None:
    flow = costs(name)
    for kinds, stated in [
        (INITIAL_COST_KINDS, capital),
        (("replacement",), replacement),
        (("operation",), operation),
        (("residual",), 0.0 - residual),
    ]:
        millions(present_value(RATE, flow.total(kinds=kinds)), stated)


TABLE = {
    "A1": (26.63, -38.16, 105.9, -64.79, 0.6116, -33.01, -2.884, -0.2395),
    "A2": (40.83, -76.32, 84.75, -117.2, 1.382, -91.73, -14.29, -1.246),
    "A3": (68.43, 38.16, 169.5, -30.26, 0.1785, 20.59, 1.936, 1.301),
    "A4": (89.30, 76.32, 317.8, -12.98, 0.04084, 82.37, 3.746, 1.922),
}


@pytest.mark.parametrize("name", TABLE)
def test_present_values_and_ratios(worths: dict[str, PresentWorth], name: str) -> None:
    cost, users, loads, npv0, threshold, nmb, dot, life_cycle = TABLE[name]
    worth = worths[name]
    millions(worth.cost, cost)
    millions(worth.user_benefit, users)
    same(worth.loads, loads)
    millions(worth.npv0, npv0)
    found = break_even_threshold(worth, HARM)
    assert found.usd_per_load is not None
    millions(found.usd_per_load, threshold)
    millions(worth.npv(LOAD_USD), nmb)
    ratios = (worth.dot_ratio(LOAD_USD), worth.life_cycle_ratio(LOAD_USD))
    assert ratios[0] is not None
    assert ratios[1] is not None
    same(ratios[0], dot)
    same(ratios[1], life_cycle)


def test_the_agency_s_frontier(worths: dict[str, PresentWorth]) -> None:
    found = {place.name: place for place in agency_frontier(worths)}
    on = {name: place.icer for name, place in found.items() if place.status == "frontier"}
    assert list(on) == ["A0", "A1", "A4"]
    assert on["A0"] is None
    millions(on["A1"] or 0.0, 0.2514)
    millions(on["A4"] or 0.0, 0.2958)
    assert (found["A2"].status, found["A2"].by) == ("strong", ("A1",))
    assert (found["A3"].status, found["A3"].by) == ("extended", ("A1", "A4"))
    share = (worths["A3"].loads - worths["A1"].loads) / (worths["A4"].loads - worths["A1"].loads)
    same(share, 0.30)
    millions(share * worths["A4"].cost + (1 - share) * worths["A1"].cost, 45.43)


def test_the_agency_s_sweep(worths: dict[str, PresentWorth]) -> None:
    outcomes = {
        name: PresentWorth(YEARS, RATE, worth.capital, worth.cost, 0.0, worth.loads) for name, worth in worths.items()
    }
    prices = [step * 1000.0 for step in range(401)]
    found = best_by_value(outcomes, prices)
    changes = [
        (round(price / MILLION, 3), name)
        for price, before, name in zip(prices[1:], found[:-1], found[1:], strict=True)
        if name != before
    ]
    assert found[0] == "A0"
    assert changes == [(0.252, "A1"), (0.296, "A4")]


def test_society_s_frontier(worths: dict[str, PresentWorth]) -> None:
    found = {place.name: place for place in social_frontier(worths)}
    assert found["A0"].status == "frontier"
    millions(found["A4"].icer or 0.0, 0.04084)
    assert {name for name, place in found.items() if place.by == ("A4",)} == {"A1", "A2", "A3"}


@pytest.mark.parametrize(
    ("rate", "npv0", "threshold"),
    [(0.02, 0.7731, -0.001576), (0.03, -2.964, 0.006640), (0.07, -12.98, 0.04084), (0.10, -17.27, 0.06763)],
)
def test_other_rates(rate: float, npv0: float, threshold: float) -> None:
    found = break_even_threshold(worth := Case().worths(rate)["A4"], HARM)
    millions(worth.npv0, npv0)
    millions(found.usd_per_load or 0.0, threshold)
    assert found.pays_without == (rate == 0.02)


def test_the_internal_rates() -> None:
    same(internal_rate_of_return(net("A4", None)).rate or 0.0, 0.02193)
    same(internal_rate_of_return(net("A4", LOAD_USD)).rate or 0.0, 0.3425)


def test_companions_of_the_threshold(worths: dict[str, PresentWorth]) -> None:
    found = break_even_threshold(worths["A4"], HARM)
    millions(found.annual_gap_usd, 1.225)
    same(found.deaths_per_y, 0.09282)
    same(HARM.deaths_per_pure_kg, 8.300)
    millions(HARM.deaths_per_pure_kg * HARM.value_of_statistical_life_usd, 109.6)
    same(found.not_replaced_share or 0.0, 0.0001864)


def test_the_tornado() -> None:
    def outcome(price: float = LOAD_USD, rate: float = RATE, **changed: float) -> float:
        return Case(**changed).worths(rate)["A4"].npv(price) / MILLION

    found = swings(
        outcome,
        {
            "capital": (1.5, 0.9),
            "growth": (0.0, 0.04),
            "opex": (1.3, 0.8),
            "usd_per_h": (36.95, 80.0),
            "rate": (0.10, 0.03),
            "saving": (0.5, 1.5),
            "more_loads": (0.5, 1.5),
            "price": (0.1 * MILLION, 0.5 * MILLION),
        },
    )
    stated = {
        "price": (18.80, 145.9, 127.1),
        "more_loads": (34.69, 130.0, 95.35),
        "saving": (44.20, 120.5, 76.32),
        "rate": (59.35, 130.9, 71.59),
        "usd_per_h": (51.57, 104.6, 53.04),
        "opex": (66.47, 92.96, 26.49),
        "growth": (71.67, 95.62, 23.94),
        "capital": (64.20, 86.00, 21.80),
    }
    assert [swing.name for swing in found] == list(stated)
    for swing in found:
        for number, figure in zip((swing.low, swing.high, swing.width), stated[swing.name], strict=True):
            same(number, figure)


def levels() -> np.ndarray:
    """Return the net benefit [replication, A0 A1 A4] at 0.30 M a load, against no wait at all."""
    return np.array(
        [
            [present_value(RATE, one.user_benefit - one.cost.total() + LOAD_USD * one.loads) for one in found.values()]
            for found in replicated(Case(from_h=0.0))
        ]
    )


def skewness_corrected(values: np.ndarray, quantile: float) -> float:
    """Return the lower end of Hall's interval of a mean, its equation solved by bisection."""
    n = len(values)
    gaps = values - values.mean()
    skewness = (gaps**3).mean() / values.std(ddof=1) ** 3 / np.sqrt(n)
    low, high = 0.0, 10.0
    for _ in range(60):
        t = (low + high) / 2.0
        transformed = t + skewness * t**2 / 3.0 + skewness**2 * t**3 / 27.0 + skewness / 6.0
        low, high = (t, high) if transformed < quantile else (low, t)
    return float(values.mean() - low * values.std(ddof=1) / np.sqrt(n))


def test_replications_are_paired(worths: dict[str, PresentWorth]) -> None:
    table = levels() / MILLION
    gap = table[:, 2] - table[:, 0]
    for found, stated in zip(gap, (57.57, 104.0, 71.56, 96.35, 72.83, 91.90), strict=True):
        same(found, stated)
    assert gap.mean() == pytest.approx(worths["A4"].npv(LOAD_USD) / MILLION, rel=1e-12)
    same(gap.mean(), 82.37)
    same(gap.std(ddof=1), 17.76)
    same(gap.std(ddof=1) / np.sqrt(6), 7.250)
    paired = paired_difference(Sample.of(table[:, 2]), Sample.of(table[:, 0]))
    half = 2.571 * gap.std(ddof=1) / np.sqrt(6)  # Student's, at five degrees of freedom
    same(gap.mean() - half, 63.73)
    same(gap.mean() + half, 101.0)
    # An end is the farther of Student's and Hall's, which is corrected for skewness: the gaps lean to the low side.
    same(paired.low, skewness_corrected(gap, 2.571))
    same(paired.low, 62.91)
    same(paired.high, 101.0)
    spread = table.std(axis=0, ddof=1)
    same(float(np.hypot(spread[2], spread[0]) / np.sqrt(6)), 16.01)
    same(float(np.corrcoef(table[:, 2], table[:, 0])[0, 1]), 0.8883)


def by_replication() -> list[dict[str, PresentWorth]]:
    return [appraise(found, "A0", RATE) for found in replicated()]


def test_the_threshold_by_replication() -> None:
    stated = (0.09875, -0.006738, 0.06709, 0.01578, 0.04538, 0.03713)
    for found, figure in zip(by_replication(), stated, strict=True):
        millions(break_even_threshold(found["A4"], HARM).usd_per_load or 0.0, figure)


@pytest.mark.parametrize(
    ("price", "shares", "best"),
    [
        (0.0, (0.8333, 0.1667), "A0"),
        (0.03, (0.6667, 0.3333), "A0"),
        (0.04, (0.5, 0.5), "A0"),
        (0.05, (0.3333, 0.6667), "A4"),
        (0.10, (0.0, 1.0), "A4"),
        (0.30, (0.0, 1.0), "A4"),
    ],
)
def test_acceptability(price: float, shares: tuple[float, float], best: str) -> None:
    found = decide_at_value(DrawOutcomes.of(by_replication()), price * MILLION)
    same(float(found.acceptability[0]), shares[0])
    same(float(found.acceptability[2]), shares[1])
    assert found.acceptability[1] == 0.0
    assert found.best == best
    assert found.frontier == found.acceptability[0 if best == "A0" else 2]


def test_the_mean_benefit_at_which_the_lead_changes() -> None:
    outcomes = DrawOutcomes.of(by_replication())
    millions(float(outcomes.benefit(0.04 * MILLION)[:, 2].mean()), -0.2676)
    millions(float(outcomes.benefit(0.05 * MILLION)[:, 2].mean()), 2.911)


@pytest.mark.parametrize(
    ("price", "stated"), [(0.03, 2.879), (0.04, 4.177), (0.05, 3.199), (0.06, 2.210), (0.10, 0.0), (0.30, 0.0)]
)
def test_perfect_information(price: float, stated: float) -> None:
    found = decide_at_value(DrawOutcomes.of(by_replication()), price * MILLION)
    millions(found.perfect_information, stated)
