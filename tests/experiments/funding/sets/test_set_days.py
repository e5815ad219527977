"""The days of sets of assumptions: they stand for the year, are nobody else's, and are measured as all days are."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from made_response import small

from experiments.execution.replicate import ProcessCache
from experiments.funding.annual import CLASSES, year_amounts
from experiments.funding.demand_years import build_parameter_set, measure_whole_day, operating_plans, totals_of_day
from experiments.funding.sets.set_days import (
    LEAST_WEEKDAYS,
    SEEDS,
    WEEKDAYS_A_SEED,
    block_days,
    day_window,
    measure_prices,
    simulate_days,
    single_days,
    weekdays_by_year,
)
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all

WEEKDAYS = weekdays_by_year((1, 7, 14, 20), 0.07)


def test_a_block_stands_for_the_whole_of_every_year() -> None:
    assert sum(WEEKDAYS) == SEEDS * WEEKDAYS_A_SEED
    for many, days in zip(WEEKDAYS, block_days(2024, WEEKDAYS, 3), strict=True):
        assert sum(day.weight for day in days) == pytest.approx(366.0)
        kinds = Counter(min(day.date.weekday(), 5) if day.date.weekday() < 5 else day.date.weekday() for day in days)
        assert (kinds[5], kinds[6]) == (1, 1)
        assert len(days) == many + 2


def test_weekdays_lie_evenly_over_the_year() -> None:
    for many, days in zip(WEEKDAYS, block_days(2024, WEEKDAYS, 0), strict=True):
        quarter = Counter(int((day.date.timetuple().tm_yday - 1) / 366.0 * many) for day in days[:many])
        assert max(quarter.values()) <= 2
        gaps = np.diff([day.date.toordinal() for day in days[:many]])
        assert gaps.max() - gaps.min() <= 5, "weekends in between"


def test_no_two_days_have_the_same_random_numbers() -> None:
    blocks = [day.window for block in (0, 1, 2, 100) for days in block_days(2024, WEEKDAYS, block) for day in days]
    singles = [day.window for number in range(300) for days in single_days(2024, 4, number) for day in days]
    assert len(set(blocks + singles)) == len(blocks) + len(singles)


def test_single_seeds_stand_for_the_year_on_average() -> None:
    every = [single_days(2024, 4, number) for number in range(80)]
    for year in range(4):
        weights = np.array([sum(day.weight for day in days[year]) for days in every])
        assert weights.mean() == pytest.approx(366.0)
        kinds = Counter(day.date.weekday() for days in every for day in days[year] if day.date.weekday() > 4)
        assert kinds[5] == kinds[6]


def test_years_that_count_for_more_have_more_weekdays() -> None:
    first, last = weekdays_by_year((1, 4), 0.07)
    assert first > last
    near, far = weekdays_by_year((1, 8, 20), 0.0), weekdays_by_year((1, 8, 20), 0.2)
    assert (near[0] < far[0], near[2] > far[2]) == (True, True), "a higher rate looks at earlier years"


YEARS = (
    (1, 20),
    (1, 5, 30),
    tuple(range(1, 10)),
    tuple(range(1, 20, 2)),
    (1, 2, 3, 4, 5, 6, 7, 20),
    tuple(range(1, 21)),
)


@pytest.mark.parametrize(("years", "rate"), list(itertools.product(YEARS, (0.0, 0.07, 0.2))))
def test_every_year_has_weekdays_that_can_differ(years: tuple[int, ...], rate: float) -> None:
    many = weekdays_by_year(years, rate)
    assert min(many) >= LEAST_WEEKDAYS
    assert sum(many) == max(SEEDS * WEEKDAYS_A_SEED, LEAST_WEEKDAYS * len(years))
    windows = [day.window for days in block_days(2024, many, 0) for day in days]
    assert len(set(windows)) == sum(many) + 2 * len(years)


def test_a_day_for_prices_is_measured_as_the_whole_day_is() -> None:
    case = small()
    scorers = train_all(case.study, open_console())
    parameters = build_parameter_set(case.study, case.study.alternatives, case.terms.demand, (4,))
    plans = operating_plans(parameters, scorers, ProcessCache())
    day = block_days(2024, (1,), 0)[0][0]
    found, whole = (
        totals_of_day(parameters, scorers, plans, (4, day_window(case.study.seed, day)), measure)
        for measure in (measure_prices, measure_whole_day)
    )
    for own, full in zip(found, whole, strict=True):
        assert {f"hours_{name}" for name in CLASSES} <= own.sums.keys()
        for name, value in own.sums.items():
            assert value == pytest.approx(full.sums[name], rel=1e-12), name
        assert own.sums["n_wait_over_30"] > 0.0
        assert own.histograms["wait"].tolist() == full.histograms["wait"].tolist()
    amounts = year_amounts([(1.0, found[0])])
    assert {"wait_mean_min", "wait_p95_min", "n_wait_over_30", "n_wait_known", "elsewhere"} <= set(amounts)


def test_noise_of_a_block_is_that_of_its_weekdays() -> None:
    case = small()
    scorers = train_all(case.study, open_console())
    parameters = build_parameter_set(case.study, case.study.alternatives, case.terms.demand, (1, 4))
    days = tuple(own[:3] for own in block_days(2024, (3, 3), 0))
    one = simulate_days(parameters, scorers, days, lambda response: response.amounts["truck_h_loaded"].sum(axis=(1, 2)))
    assert one.response.replications == 1
    each = []
    for year in (0, 1):
        alone = [
            simulate_days(
                parameters, scorers, tuple((own[n],) if y == year else own for y, own in enumerate(days)), lambda _: 0.0
            )
            for n in range(3)
        ]
        each.append(
            np.var([3.0 * of.response.amounts["truck_h_loaded"][:, year, 0] for of in alone], axis=0, ddof=1) / 3.0
        )
    assert one.variance == pytest.approx(np.sum(each, axis=0))
