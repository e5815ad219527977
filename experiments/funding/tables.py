"""The deterministic case as tables: measures, annual ledger, frontiers, each one CSV of its name.

Present values are above the baseline, in dollars of the appraisal's price year. Dollars of interdiction stand in no
table unless the user gives a value of a load: without it there are thresholds. What the port turns away under every
alternative is said beside the answer; where the baseline lacks booths, refusing would leave nothing to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.economics.appraisal import PresentWorth, project_returns
from experiments.economics.cost_effectiveness import (
    agency_frontier,
    best_by_value,
    break_even_threshold,
    break_even_usd_per_load,
    social_frontier,
)
from experiments.economics.discounting import discount_factors
from experiments.funding.annual import ELSEWHERE, TRIPS
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.noise import MEASURES, WorthsByReplication, measure_interval, ratio_interval
from experiments.number_format import number, percent

USERS: Final = "users"
STEPS: Final = 11
"""Values of a load in the table of net benefits, from nothing to twice the user's."""


def decision_measures_table(appraised: AppraisedCase, by_replication: WorthsByReplication) -> pd.DataFrame:
    """Return every decision measure by rate and alternative.

    Columns: ``rate``, ``alternative``, ``capital_usd``, ``cost_usd``, ``user_benefit_usd`` with ``_low`` and ``_high``,
    ``loads`` (..), ``npv0_usd`` (..), ``dot_ratio``, ``life_cycle_ratio``, ``annualised_usd``, ``irr``, ``irr_reason``,
    ``payback_y``, ``discounted_payback_y``, ``break_even_usd_per_load`` (..), ``cost_usd_per_load`` (..),
    ``annual_gap_usd``, ``gap_deaths_per_y``, ``not_replaced_share``, ``burdened_npv0_usd`` and
    ``burdened_break_even_usd_per_load`` (with the excess burden of taxes); ``npv_usd`` where the user gives a value of
    a load, which ratios, rates of return and paybacks then hold too.
    """
    rows = [
        _measures_row(appraised, by_replication, rate, name)
        for rate, worths in appraised.worths.items()
        for name in worths
        if name != appraised.case.study.baseline
    ]
    return pd.DataFrame(rows)


def _measures_row(
    appraised: AppraisedCase, by_replication: WorthsByReplication, rate: float, name: str
) -> dict[str, Any]:
    worth, value = appraised.worths[rate][name], appraised.case.appraisal.interdiction_usd_per_load
    base = appraised.alternatives[appraised.case.study.baseline]
    even = break_even_threshold(worth, appraised.case.harm)
    burdened = worth.with_excess_burden(appraised.case.appraisal.excess_burden_share)
    row: dict[str, Any] = {"rate": rate, "alternative": name}
    row |= {"capital_usd": worth.capital, "cost_usd": worth.cost}
    row |= _with_noise(appraised, by_replication, rate, name)
    if value is not None:
        row["npv_usd"] = worth.npv(value)
    return row | {
        "dot_ratio": worth.dot_ratio(value),
        "life_cycle_ratio": worth.life_cycle_ratio(value),
        "annualised_usd": worth.annualised_net(value),
        **project_returns(appraised.alternatives[name], base, value, rate)._asdict(),
        "annual_gap_usd": even.annual_gap_usd,
        "gap_deaths_per_y": even.deaths_per_y,
        "not_replaced_share": even.not_replaced_share,
        "burdened_npv0_usd": burdened.npv0,
        "burdened_break_even_usd_per_load": break_even_usd_per_load(burdened),
    }


def _with_noise(
    appraised: AppraisedCase, by_replication: WorthsByReplication, rate: float, name: str
) -> dict[str, Any]:
    """Return the measures that replications move, each with its paired interval."""
    worth, coverage = appraised.worths[rate][name], appraised.case.study.coverage
    row: dict[str, Any] = {}
    for measure, of in MEASURES.items():
        noise = measure_interval(by_replication, rate, name, measure, coverage)
        row |= {measure: of(worth), f"{measure}_low": noise.low, f"{measure}_high": noise.high}
    ratios: dict[str, Callable[[PresentWorth], float]] = {
        "break_even_usd_per_load": lambda w: -w.npv0,
        "cost_usd_per_load": lambda w: w.cost,
    }
    for measure, cost in ratios.items():
        known: tuple[float | None, ...] = (None, None, None)
        if worth.loads > 0.0:
            ratio = ratio_interval(by_replication, rate, name, cost, coverage)
            known = (cost(worth) / worth.loads, ratio.low, ratio.high)
        row |= zip((measure, f"{measure}_low", f"{measure}_high"), known, strict=True)
    return row


def ledger_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return the annual ledger: who pays or gains what for what, year by year.

    Columns: ``alternative``, ``year``, ``calendar_year``, ``who``, ``kind``, ``usd`` (costs above,
    gains and residuals below zero), ``discounted_usd`` at the appraisal's own rate.
    """
    appraisal = appraised.case.appraisal
    factors = discount_factors(appraisal.discount_rate, appraisal.years)
    rows = [
        (name, year, appraisal.base_year + year, who, kind, float(amounts[year]), float(amounts[year] * factors[year]))
        for name, flows in appraised.alternatives.items()
        for (who, kind), amounts in {**flows.cost.lines, (USERS, "time_and_fuel"): -flows.user_benefit}.items()
        for year in np.flatnonzero(amounts).tolist()
    ]
    columns = ["alternative", "year", "calendar_year", "who", "kind", "usd", "discounted_usd"]
    return pd.DataFrame(rows, columns=columns)


def frontier_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return both frontiers at the rate of cost-effectiveness analyses.

    Columns: ``frontier`` (agency: what governments pay; social: users' time counted too),
    ``alternative``, ``cost_usd``, ``loads``, ``status`` (frontier, strong, extended, same),
    ``icer_usd_per_load`` (over the option before it), ``by`` (who dominates it).
    """
    worths = appraised.worths[appraised.case.appraisal.cost_effectiveness_rate]
    rows = [
        (frontier, p.name, p.cost, p.effect, p.status, p.icer, " + ".join(p.by) if p.status != "frontier" else "")
        for frontier, places in (("agency", agency_frontier(worths)), ("social", social_frontier(worths)))
        for p in places
    ]
    columns = ["frontier", "alternative", "cost_usd", "loads", "status", "icer_usd_per_load", "by"]
    return pd.DataFrame(rows, columns=columns)


def net_benefit_table(appraised: AppraisedCase) -> pd.DataFrame | None:
    """Return net monetary benefits over values of a load; None unless the user gives one.

    Columns: ``usd_per_load``, ``alternative``, ``nmb_usd``, ``leads``. Nothing, the user's value,
    twice it and every break-even are among the values.
    """
    value = appraised.case.appraisal.interdiction_usd_per_load
    if value is None:
        return None
    worths = appraised.worths[appraised.case.appraisal.discount_rate]
    thresholds = [break_even_usd_per_load(worth) for worth in worths.values()]
    above = [threshold for threshold in thresholds if threshold is not None and threshold > 0.0]
    grid = sorted({*np.linspace(0.0, 2.0 * value, STEPS).tolist(), *above})
    rows = [
        (price, name, worth.npv(price), name == leader)
        for price, leader in zip(grid, best_by_value(worths, grid), strict=True)
        for name, worth in worths.items()
    ]
    return pd.DataFrame(rows, columns=["usd_per_load", "alternative", "nmb_usd", "leads"])


def economic_inputs_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return every number of the economics with its source.

    Columns: ``key``, ``value``, ``kind``, ``source``, ``confidence``, ``low``, ``high``, ``note``, ``file``.
    """
    keys = ("key", "value", "kind", "source_id", "confidence", "low", "high", "note", "file")
    rows = [[str(row.value) if key == "value" else getattr(row, key) for key in keys] for row in appraised.case.inputs]
    return pd.DataFrame(rows, columns=list(keys)).rename(columns={"source_id": "source"})


TO_THOUSANDS: Final = 1e-3
WORTH_SAYING: Final = 0.01
"""Share of the trips wanted from which on those lost are spoken of."""


def lost_trips_share(appraised: AppraisedCase, name: str) -> float:
    """Return the share of the trips wanted in the last year that an alternative turns away."""
    amounts, last = appraised.response.amounts, len(appraised.response.years) - 1
    if ELSEWHERE not in amounts:
        return 0.0
    place = appraised.response.alternatives.index(name)
    lost = float(amounts[ELSEWHERE][place, last].mean())
    made = sum(float(amounts[f"{TRIPS}{kind}"][place, last].mean()) for kind in appraised.response.classes)
    return lost / (lost + made) if lost > 0.0 else 0.0


def lost_trips_words(appraised: AppraisedCase) -> str | None:
    """Return what nobody carries in the last year; None where it is next to nothing."""
    base = appraised.case.study.baseline
    shares = {name: lost_trips_share(appraised, name) for name in appraised.response.alternatives}
    if shares[base] < WORTH_SAYING:
        return None
    year = appraised.response.years[-1]
    least = min(shares, key=lambda name: shares[name])
    place = appraised.response.alternatives.index(base)
    lost = TO_THOUSANDS * float(appraised.response.amounts[ELSEWHERE][place, -1].mean())
    return (
        f"By year {year} demand exceeds capacity in the no-build case, {base}: {number(lost, 0)} "
        f"thousand trips a year, {percent(shares[base], 0)}, go elsewhere, and at least "
        f"{percent(shares[least], 0)} under every alternative. Alternatives are not rejected for a shortage of booths "
        "that the no-build case has too; include booths if the project should cure it."
    )
