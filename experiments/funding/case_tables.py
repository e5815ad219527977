"""The deterministic case as tables: measures, annual ledger, frontiers, each one CSV of its name.

Present values are above the baseline, in dollars of the appraisal's price year. Dollars of
interdiction stand in no table unless the user gives a value of a load; what is there without it are
thresholds: the value at which an alternative would break even, and what one more load costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.economics.appraisal import Worth, net_flow, payback_y
from experiments.economics.break_even import break_even
from experiments.economics.discounting import discount_factors
from experiments.economics.dominance import Place, agency_places, social_places
from experiments.economics.internal_rate import internal_rate
from experiments.economics.net_monetary import leaders
from experiments.funding.appraised import Appraised
from experiments.funding.replication_noise import (
    MEASURES,
    ByReplication,
    measure_interval,
    ratio_interval,
)

USERS: Final = "users"
STEPS: Final = 11
"""Values of a load in the table of net benefits, from nothing to twice the user's."""


def measures_table(found: Appraised, each: ByReplication) -> pd.DataFrame:
    """Return every decision measure by rate and alternative.

    Columns: ``rate``, ``alternative``, ``capital_usd``, ``cost_usd``, ``user_benefit_usd`` with
    ``_low`` and ``_high``, ``loads`` (..), ``npv0_usd`` (..), ``dot_ratio``, ``life_cycle_ratio``,
    ``annualised_usd``, ``irr``, ``irr_reason``, ``payback_y``, ``discounted_payback_y``,
    ``break_even_usd_per_load`` (..), ``cost_usd_per_load`` (..), ``annual_gap_usd``,
    ``gap_deaths_per_y``, ``not_replaced_share``; ``npv_usd`` where the user gives a value of a
    load, which ratios, rates of return and paybacks then hold too.
    """
    rows = [
        _measures_row(found, each, rate, name)
        for rate, worths in found.worths.items()
        for name in worths
        if name != found.case.study.baseline
    ]
    return pd.DataFrame(rows)


def _measures_row(found: Appraised, each: ByReplication, rate: float, name: str) -> dict[str, Any]:
    worth, value = found.worths[rate][name], found.case.appraisal.interdiction_usd_per_load
    base = found.alternatives[found.case.study.baseline]
    net = net_flow(found.alternatives[name], base, value)
    internal, even = internal_rate(net), break_even(worth, found.case.harm)
    row: dict[str, Any] = {"rate": rate, "alternative": name}
    row |= {"capital_usd": worth.capital, "cost_usd": worth.cost}
    row |= _with_noise(found, each, rate, name)
    if value is not None:
        row["npv_usd"] = worth.npv(value)
    return row | {
        "dot_ratio": worth.dot_ratio(value),
        "life_cycle_ratio": worth.life_cycle_ratio(value),
        "annualised_usd": worth.annualised_net(value),
        "irr": internal.rate,
        "irr_reason": internal.reason,
        "payback_y": payback_y(net),
        "discounted_payback_y": payback_y(net, rate),
        "annual_gap_usd": even.annual_gap_usd,
        "gap_deaths_per_y": even.deaths_per_y,
        "not_replaced_share": even.not_replaced_share,
    }


def _with_noise(found: Appraised, each: ByReplication, rate: float, name: str) -> dict[str, Any]:
    """Return the measures that replications move, each with its paired interval."""
    worth, coverage = found.worths[rate][name], found.case.study.coverage
    row: dict[str, Any] = {}
    for measure, of in MEASURES.items():
        noise = measure_interval(each, rate, name, measure, coverage)
        row |= {measure: of(worth), f"{measure}_low": noise.low, f"{measure}_high": noise.high}
    ratios = {
        "break_even_usd_per_load": (lambda w: -w.npv0, lambda w: w.loads),
        "cost_usd_per_load": (lambda w: w.cost, lambda w: w.loads),
    }
    for measure, parts in ratios.items():
        more = worth.loads > 0.0
        noise = ratio_interval(each, rate, name, parts, coverage)
        row[measure] = parts[0](worth) / worth.loads if more else None
        row[f"{measure}_low"] = noise.low if more else None
        row[f"{measure}_high"] = noise.high if more else None
    return row


def ledger_table(found: Appraised) -> pd.DataFrame:
    """Return the annual ledger: who pays or gains what for what, year by year.

    Columns: ``alternative``, ``year``, ``calendar_year``, ``who``, ``kind``, ``usd`` (costs above,
    gains and residuals below zero), ``discounted_usd`` at the appraisal's own rate.
    """
    appraisal = found.case.appraisal
    factors = discount_factors(appraisal.discount_rate, appraisal.years)
    rows = []
    for name, who, kind, amounts in _lines(found):
        for year in np.flatnonzero(amounts):
            rows.append(
                {
                    "alternative": name,
                    "year": int(year),
                    "calendar_year": appraisal.base_year + int(year),
                    "who": who,
                    "kind": kind,
                    "usd": float(amounts[year]),
                    "discounted_usd": float(amounts[year] * factors[year]),
                }
            )
    return pd.DataFrame(rows)


def _lines(found: Appraised) -> Iterator[tuple[str, str, str, Any]]:
    for name, one in found.alternatives.items():
        for (who, kind), amounts in one.cost.lines.items():
            yield name, who, kind, amounts
        yield name, USERS, "time_and_fuel", -one.user_benefit


def frontier_table(found: Appraised) -> pd.DataFrame:
    """Return both frontiers at the appraisal's own rate.

    Columns: ``frontier`` (agency: what governments pay; social: users' time counted too),
    ``alternative``, ``cost_usd``, ``loads``, ``status`` (frontier, strong, extended, same),
    ``icer_usd_per_load`` (over the option before it), ``by`` (who dominates it).
    """
    worths = found.worths[found.case.appraisal.discount_rate]
    rows = []
    for frontier, places in (("agency", agency_places(worths)), ("social", social_places(worths))):
        rows += [{"frontier": frontier} | _place_row(place) for place in places]
    return pd.DataFrame(rows)


def _place_row(place: Place) -> dict[str, Any]:
    return {
        "alternative": place.name,
        "cost_usd": place.cost,
        "loads": place.effect,
        "status": place.status,
        "icer_usd_per_load": place.icer,
        "by": " + ".join(place.by) if place.status != "frontier" else "",
    }


def net_benefit_table(found: Appraised) -> pd.DataFrame | None:
    """Return net monetary benefits over values of a load; None unless the user gives one.

    Columns: ``usd_per_load``, ``alternative``, ``nmb_usd``, ``leads``. Nothing, the user's value,
    twice it and every break-even are among the values.
    """
    value = found.case.appraisal.interdiction_usd_per_load
    if value is None:
        return None
    worths = found.worths[found.case.appraisal.discount_rate]
    grid = sorted({*np.linspace(0.0, 2.0 * value, STEPS).tolist(), *_thresholds(worths)})
    rows = []
    for price, leader in zip(grid, leaders(worths, grid), strict=True):
        for name, worth in worths.items():
            nmb = worth.npv(price)
            rows.append(
                {
                    "usd_per_load": price,
                    "alternative": name,
                    "nmb_usd": nmb,
                    "leads": name == leader,
                }
            )
    return pd.DataFrame(rows)


def _thresholds(worths: dict[str, Worth] | Any) -> Iterator[float]:  # noqa: ANN401
    for worth in worths.values():
        if worth.loads > 0.0 and worth.npv0 < 0.0:
            yield -worth.npv0 / worth.loads


def inputs_table(found: Appraised) -> pd.DataFrame:
    """Return every number of the economics with its source.

    Columns: ``key``, ``value``, ``kind``, ``source``, ``confidence``, ``low``, ``high``, ``note``,
    ``file``.
    """
    return pd.DataFrame(
        {
            "key": row.key,
            "value": str(row.value),
            "kind": row.kind,
            "source": row.source_id,
            "confidence": row.confidence,
            "low": row.low,
            "high": row.high,
            "note": row.note,
            "file": row.file,
        }
        for row in found.case.inputs
    )
