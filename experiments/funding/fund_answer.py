"""The answer of a funding case in a sentence, claiming no more than its intervals do."""

from __future__ import annotations

from experiments.economics.break_even import break_even, break_even_usd_per_load
from experiments.funding.appraised import Appraised
from experiments.funding.replication_noise import (
    ByReplication,
    measure_interval,
    ratio_interval,
)
from experiments.intervals import Interval
from experiments.wording import listed, number, percent, span

MILLION = 1e-6
THOUSAND = 1e-3


def answer(found: Appraised, each: ByReplication) -> str:
    """Return what pays, or else what an interdicted load must be worth for the best of them.

    With a value of a load from the user, who has the highest net present value at that value.
    """
    value = found.case.appraisal.interdiction_usd_per_load
    if value is not None:
        return _at_value(found, value)
    paying = _paying(found)
    if paying:
        return _pays(found, each, paying)
    return _threshold(found, each)


def choice(found: Appraised) -> str:
    """Return the alternative that the headline is about; the baseline where none is worth having.

    The highest net present value where one is above zero (at the user's value of a load, if there
    is one); else the lowest break-even; else the baseline.
    """
    value, base = found.case.appraisal.interdiction_usd_per_load, found.case.study.baseline
    worths = found.worths[found.case.appraisal.discount_rate]
    best = max(worths, key=lambda name: worths[name].npv(value))
    if best != base or value is not None:
        return best
    thresholds = {n: break_even_usd_per_load(worth) for n, worth in worths.items() if n != base}
    known = {name: usd for name, usd in thresholds.items() if usd is not None}
    return min(known, key=lambda name: known[name]) if known else base


def _paying(found: Appraised) -> list[str]:
    worths = found.worths[found.case.appraisal.discount_rate]
    paying = [name for name, worth in worths.items() if worth.npv0 > 0.0]
    return sorted(paying, key=lambda name: -worths[name].npv0)


def _pays(found: Appraised, each: ByReplication, paying: list[str]) -> str:
    best, rate = paying[0], found.case.appraisal.discount_rate
    worth = found.worths[rate][best]
    npv = measure_interval(each, rate, best, "npv0_usd", found.case.study.coverage)
    words = f"On time and money alone, {best} pays: {_millions(worth.npv0, npv)} net at "
    words += f"{percent(rate, 0)} over {found.case.appraisal.years} years"
    ratio = worth.dot_ratio(None)
    words += f", {number(ratio, 2)} for a dollar of capital" if ratio is not None else ""
    more = measure_interval(each, rate, best, "loads", found.case.study.coverage)
    words += f"; {_loads(more)}."
    if len(paying) > 1:
        words += f" So {'does' if len(paying) == 2 else 'do'} {listed(paying[1:])}, with less."
    return words


def _threshold(found: Appraised, each: ByReplication) -> str:
    name, rate = choice(found), found.case.appraisal.discount_rate
    if name == found.case.study.baseline:
        return (
            "Nothing pays on time and money alone, and nothing finds more loads than the baseline: "
            f"keep {name}. Present values: {_burdens(found)}."
        )
    even = break_even(found.worths[rate][name], found.case.harm)
    noise = ratio_interval(
        each, rate, name, (lambda w: -w.npv0, lambda w: w.loads), found.case.study.coverage
    )
    words = "Nothing pays on time and money alone. "
    words += f"{name} comes nearest: it pays if each extra interdicted load is worth at least "
    words += f"{number(THOUSAND * (even.usd_per_load or 0.0), 0)} thousand USD "
    words += f"{span(noise, THOUSAND, 0)}"
    if even.not_replaced_share is not None:
        words += f", that is if at least {percent(even.not_replaced_share, 1)} of what is seized "
        words += "is not replaced"
    return f"{words}."


def _burdens(found: Appraised) -> str:
    """Return what each alternative costs and what users lose or gain by it."""
    base, worths = found.case.study.baseline, found.worths[found.case.appraisal.discount_rate]
    parts = [
        f"{name} costs {number(MILLION * worth.cost)} million USD and users "
        f"{'lose' if worth.user_benefit < 0.0 else 'gain'} "
        f"{number(MILLION * abs(worth.user_benefit))}"
        for name, worth in worths.items()
        if name != base
    ]
    return "; ".join(parts)


def _at_value(found: Appraised, value: float) -> str:
    rate = found.case.appraisal.discount_rate
    best = choice(found)
    worth = found.worths[rate][best]
    head = f"At your value of {number(THOUSAND * value, 0)} thousand USD a load, "
    if best == found.case.study.baseline:
        return f"{head}nothing is worth more than it costs; keep {best}."
    net = number(MILLION * worth.npv(value))
    return f"{head}{best} is worth most: {net} million USD net at {percent(rate, 0)}."


def _millions(usd: float, noise: Interval) -> str:
    return f"{number(MILLION * usd)} million USD {span(noise, MILLION)}"


def _loads(more: Interval) -> str:
    if more.low <= 0.0 <= more.high:
        return f"loads found hardly change ({number(more.mean)} {span(more)}, discounted)"
    change = "more" if more.mean > 0.0 else "fewer"
    low, high = sorted((abs(more.low), abs(more.high)))
    size = Interval(abs(more.mean), low, high, more.n)
    return f"it finds {number(size.mean)} loads {change} {span(size)} (discounted)"
