"""Overrides -> a funding case, checked whole before anything is simulated or written.

The study is composed as for every other verb; the economics beside it are composed by Hydra from
``configs/fund.yaml``, so that groups, overrides and private folders work alike.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from experiments.compose import (
    ECONOMIC,
    FUND,
    FUNDING,
    Composed,
    composed,
    parse,
)
from experiments.economics.appraisal import Appraisal
from experiments.economics.break_even import Harm
from experiments.economics.doubt import Doubt
from experiments.economics.life_cycle import cash_flow
from experiments.economics.measure import Measure, in_dollars_of
from experiments.economics.price_year import Deflator
from experiments.economics.truck_hour import Benefit, truck_hour
from experiments.funding.case import Case
from experiments.funding.day_totals import CLASSES
from experiments.funding.economic_inputs import economic_inputs, refuse_unverified
from experiments.funding.enough_bought import check_bought
from experiments.funding.terms import Plan, Terms
from experiments.load import Study, study, with_experiment
from sim.build import build
from sim.errors import ConfigError
from sim.scenario import Value

ONLY_FUND: Final = (*ECONOMIC, "cost", *FUNDING)
"""Roots of the keys that belong to the economics alone."""
NOT_HERE: Final = {
    "days": "a year is made of representative days of one day each",
    "calendar": "a year is made of representative days; start_date names the year",
    "manifest": "a year of traffic is simulated; one stretch of trucks says nothing of it",
    "ledger": "ask throughgate run for single trucks",
    "bottleneck": "ask throughgate compare for one more of each resource",
}
"""Study keys that mean nothing to ``fund``, and why."""


def case(overrides: Sequence[str]) -> Case:
    """Build the funding case that the overrides ask for; writes nothing.

    Raises
    ------
    ConfigError
        A key that is unknown, missing, mistyped or out of range; mixed price years; a missing
        baseline; unverified numbers without consent; purchases that are not in service in time,
        that nobody asked for, or that do not cover what an alternative uses.
    OutputError
        A folder ``out`` that cannot be written.

    Examples
    --------
    >>> asked = case(["experiment=portals", "appraisal.discount_rate=0.03"])
    >>> asked.appraisal.discount_rate, asked.study.baseline
    (0.03, 'today')
    """
    _refuse_study_keys(overrides)
    _refuse_missing(overrides)
    users = (*overrides, *_value_of_benefit(overrides))
    found = composed(with_experiment(users, FUND), FUND)
    terms = build(Terms, {key: found.mapping[key] for key in FUNDING if key in found.mapping})
    inputs = economic_inputs(found, users)
    _refuse_unknown(terms.accept, {row.key for row in inputs})
    refuse_unverified(inputs, terms.accept)
    asked = study(_of_study(users), FUND)
    made = _case(asked, found, terms, tuple(users), tuple(inputs))
    _check(made)
    return made


def case_of(overrides: Sequence[str], _verb: str) -> Case | Plan:
    """Build the case, or the plan of several, as the command line asks every verb's question."""
    return plan(overrides) or case(overrides)


def plan(overrides: Sequence[str]) -> Plan | None:
    """Return the portfolio that the overrides ask for; None: a case of one port.

    Raises
    ------
    ConfigError
        A key of ``portfolio`` that is unknown, missing or out of range.
    """
    found = composed(with_experiment(overrides, FUND), FUND).mapping.get("portfolio")
    return None if found is None else build(Plan, found, "portfolio")


def doubt(asked: Case) -> Doubt:
    """Return how sure the numbers of a case are held to be, as its overrides have it.

    Raises
    ------
    ConfigError
        A key of ``uncertainty`` that is out of range.
    """
    found = composed(with_experiment(asked.overrides, FUND), FUND)
    return build(Doubt, found.mapping["uncertainty"], "uncertainty")


def _refuse_study_keys(overrides: Sequence[str]) -> None:
    for override in parse(overrides):
        if (key := override.key_or_group) in NOT_HERE:
            raise ConfigError(key, f"has no meaning to fund: {NOT_HERE[key]}")


def _refuse_missing(overrides: Sequence[str]) -> None:
    found = composed(with_experiment(overrides, FUND), FUND)
    for group in ECONOMIC:
        if group not in found.mapping:
            raise ConfigError(group, "missing; expected the name of an option")


def _refuse_unknown(accepted: Sequence[str], known: Collection[str]) -> None:
    """Refuse consent to a number that is not there: the key is misspelt."""
    for place, key in enumerate(accepted):
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1) or ["see data/inputs.csv"]
            raise ConfigError(f"accept[{place}]", f"no number {key!r}; nearest: {near[0]}")


def _value_of_benefit(overrides: Sequence[str]) -> tuple[str, ...]:
    """Return the option of ``value`` that goes with the benefit, unless the user names one."""
    asked = {override.key_or_group for override in parse(overrides)}
    if "value" in asked or not any(key.split(".")[0] == "benefit" for key in asked):
        return ()
    benefit = composed(with_experiment(overrides, FUND), FUND).mapping["benefit"]
    name = benefit.get("value") if isinstance(benefit, Mapping) else None
    return (f"value={name}",) if isinstance(name, str) else ()


def _of_study(users: Sequence[str]) -> list[str]:
    """Return the overrides that reach the study: all but the economics'."""
    return [
        str(override.input_line)
        for override in parse(users)
        if override.key_or_group.split(".")[0].split("@")[0] not in ONLY_FUND
    ]


def _case(
    asked: Study,
    found: Composed,
    terms: Terms,
    users: tuple[str, ...],
    inputs: tuple[Any, ...],
) -> Case:
    mapping = found.mapping
    appraisal = build(Appraisal, mapping["appraisal"], "appraisal")
    deflator = build(Deflator, mapping["deflator"], "deflator")
    catalogue = {
        name: in_dollars_of(build(Measure, one, f"cost.{name}"), appraisal.price_year, deflator)
        for name, one in sorted(mapping["cost"].items())
    }
    return Case(
        study=asked,
        appraisal=appraisal,
        benefit=build(Benefit, mapping["benefit"], "benefit"),
        value=build(Value, mapping["value"], "value"),
        deflator=deflator,
        harm=_restated(build(Harm, mapping["harm"], "harm"), appraisal.price_year, deflator),
        catalogue=catalogue,
        purchases={name: terms.purchases.get(name, ()) for name in asked.alternatives},
        terms=terms,
        inputs=inputs,
        overrides=users,
    )


def _restated(harm: Harm, price_year: int, deflator: Deflator) -> Harm:
    usd = deflator.restated(harm.value_of_statistical_life_usd, harm.price_year, price_year)
    return dataclasses.replace(harm, value_of_statistical_life_usd=usd, price_year=price_year)


def _check(made: Case) -> None:
    """Refuse what only the whole shows: years, dollars, and who buys what."""
    _check_purchases(made)
    years, simulated = made.appraisal.years, made.terms.simulated_years
    if not simulated or simulated[0] != 1 or simulated[-1] != years:
        problem = f"hours are never extrapolated: begin with 1 and end with {years}"
        raise ConfigError("simulated_years", f"{problem}, got {list(simulated)}")
    for bought in made.purchases.values():
        cash_flow(bought, made.catalogue, years, made.appraisal.price_year)
    for name in CLASSES:
        truck_hour(made.value, made.benefit, name, made.appraisal.price_year, made.deflator)
    check_bought(made)


def _check_purchases(made: Case) -> None:
    for name, bought in made.terms.purchases.items():
        if name not in made.study.alternatives:
            known = list(made.study.alternatives)
            raise ConfigError(f"purchases.{name}", f"no such alternative; known {known}")
        if name == made.study.baseline and bought:
            raise ConfigError(f"purchases.{name}", "the baseline is today's port and buys nothing")
        for place, purchase in enumerate(bought):
            if purchase.measure not in made.catalogue:
                problem = f"no measure {purchase.measure!r}; known {sorted(made.catalogue)}"
                raise ConfigError(f"purchases.{name}[{place}].measure", problem)
