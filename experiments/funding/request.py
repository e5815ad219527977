"""Overrides -> a funding case, checked whole before anything is simulated or written.

The study is composed as for every other verb; the economics beside it are composed by Hydra from ``configs/fund.yaml``,
so that groups, overrides and private folders work alike. A number whose source nobody has opened (confidence U in its
comment), or that has no comment at all, is refused until the user accepts it by its key; in a private folder a number
without a comment is the user's own. All refusals are collected and told at once.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from experiments.economics.appraisal import Appraisal
from experiments.economics.benefits import Benefit, truck_hour_value
from experiments.economics.budget_terms import BudgetTerms
from experiments.economics.cost_effectiveness import Harm
from experiments.economics.costs import InvestmentMeasure, purchase_cash_flow, restate_measure
from experiments.economics.discounting import Deflator
from experiments.funding.annual import CLASSES
from experiments.funding.case import CaseTerms, FundingCase, UncertaintySettings
from experiments.funding.checks import check_purchases_cover_use
from experiments.funding.portfolio_plan import PortfolioPlan
from experiments.study.compose import ECONOMIC, FUND, FUNDING, ComposedConfig, compose_config, parse_overrides
from experiments.study.first_look import with_first_look
from experiments.study.sources import CONFIGS, UNKNOWN, SourcedInput, describe_inputs, path_label, source_notes
from experiments.study.study import Study, build_study, overrides_with_experiment
from sim.errors import ConfigError, Refusals
from sim.setting.setting import Value
from sim.setting.spec import Spec, build_spec

COST: Final = "cost@"
"""How Hydra names the choice of a catalogue entry: ``cost@cost.portal``."""


def economic_inputs(config: ComposedConfig, user_overrides: Sequence[str]) -> list[SourcedInput]:
    """List every number of the economic groups, the catalogue and the keys of ``fund.yaml``.

    The composition is one from the root ``fund``; what the user's overrides set is of kind ``user``.

    Examples
    --------
    >>> from experiments.study.compose import compose_config
    >>> rows = {row.key: row for row in economic_inputs(compose_config([], "fund"), [])}
    >>> rows["cost.portal.assets.scanner.price_usd"].low, rows["harm.deaths_per_y"].source_id
    (3000000.0, 'S111')
    """
    path = CONFIGS / f"{FUND}.yaml"
    own = {key: (note, path_label(path)) for key, note in source_notes(path).items()}
    keys: dict[str, tuple[str, str | None]] = dict.fromkeys(FUNDING, ("", None))
    parts: dict[str, tuple[str, str | None]] = {group: (group, config.choices[group]) for group in ECONOMIC}
    measures = ((group, option) for group, option in sorted(config.choices.items()) if group.startswith(COST))
    parts |= {group.removeprefix(COST): ("cost", option) for group, option in measures}
    return describe_inputs(config, keys, user_overrides, own) + describe_inputs(config, parts, user_overrides, {})


def check_verified(row: SourcedInput) -> None:
    """Refuse (ConfigError) a number that is recalled or has no source.

    A number on the user's own command line, or without a comment in a private folder, is the user's and is taken.
    """
    if row.note == UNKNOWN.note or row.confidence == "U":
        problem = "unverified: nobody has checked its source"
        raise ConfigError(row.key, f"{problem}; set it yourself, or take it with accept=[{row.key}]")


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


def build_case(overrides: Sequence[str]) -> FundingCase:
    """Build the funding case that the overrides ask for; writes nothing.

    Raises
    ------
    ConfigError, CombinedConfigError
        All at once: a key that is unknown, missing, mistyped or out of range; mixed price years; a missing
        baseline; unverified numbers without consent; purchases that are not in service in time,
        that nobody asked for, or that do not cover what an alternative uses.
    OutputError
        A folder ``out`` that cannot be written.

    Examples
    --------
    >>> asked = build_case(["experiment=portals", "appraisal.discount_rate=0.03"])
    >>> asked.appraisal.discount_rate, asked.study.baseline
    (0.03, 'today')
    """
    _refuse_keys(overrides)
    overrides = with_first_look(overrides, overrides_with_experiment(overrides, FUND), FUND)
    users = (*overrides, *_value_of_benefit(overrides))
    found, refusals = _composed(users), Refusals()
    inputs = economic_inputs(found, users)
    given = {key: found.mapping[key] for key in FUNDING if key in found.mapping}
    terms = _taken(refusals, lambda: build_spec(CaseTerms, given))
    for row in inputs:
        if terms is None or row.key not in terms.accept:
            _taken(refusals, partial(check_verified, row))
    study = _taken(refusals, lambda: build_study(_of_study(users), FUND))
    _taken(refusals, lambda: build_spec(UncertaintySettings, found.mapping["uncertainty"], "uncertainty"))
    parts = _economics(found.mapping, refusals)
    if terms is not None:
        _collect_unknown(refusals, terms.accept, {row.key for row in inputs})
    if terms is not None and study is not None:
        _collect_purchases(refusals, study, terms, found.mapping["cost"])
    if terms is None or study is None or parts is None:
        raise refusals.error()
    purchases = {name: terms.purchases.get(name, ()) for name in study.alternatives}
    made = FundingCase(
        study=study, purchases=purchases, terms=terms, inputs=tuple(inputs), overrides=tuple(users), **parts
    )
    _collect_of_whole(refusals, made)
    if refusals.errors:
        raise refusals.error()
    return made


T = TypeVar("T")


def _taken(refusals: Refusals, make: Callable[[], T]) -> T | None:
    """Return what is made; None where it is refused, which is collected."""
    with refusals.collect():
        return make()
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class PortfolioRequest:
    """A plan of several ports, and the overrides that stand beside it."""

    plan: PortfolioPlan
    overrides: tuple[str, ...]


def build_case_or_plan(overrides: Sequence[str], _verb: str = FUND) -> FundingCase | PortfolioRequest:
    """Build the case, or the plan of several, as the command line asks every verb's question."""
    plan = read_portfolio_plan(overrides)
    return build_case(overrides) if plan is None else PortfolioRequest(plan, tuple(overrides))


def read_portfolio_plan(overrides: Sequence[str]) -> PortfolioPlan | None:
    """Return the portfolio that the overrides ask for; None: a case of one port.

    Raises
    ------
    ConfigError
        A key of ``portfolio`` that is unknown, missing or out of range.
    """
    found = _composed(overrides).mapping.get("portfolio")
    return None if found is None else build_spec(PortfolioPlan, found, "portfolio")


def read_uncertainty_settings(case: FundingCase) -> UncertaintySettings:
    """Return how sure the numbers of a case are held to be, as its overrides have it.

    Raises
    ------
    ConfigError
        A key of ``uncertainty`` that is out of range.
    """
    return build_spec(UncertaintySettings, _composed(case.overrides).mapping["uncertainty"], "uncertainty")


def _composed(overrides: Sequence[str]) -> ComposedConfig:
    return compose_config(overrides_with_experiment(overrides, FUND), FUND)


def _refuse_keys(overrides: Sequence[str]) -> None:
    """Refuse keys that mean nothing here, and groups without an option."""
    for override in parse_overrides(overrides):
        if (key := override.key_or_group) in NOT_HERE:
            raise ConfigError(key, f"has no meaning to fund: {NOT_HERE[key]}")
    mapping = _composed(overrides).mapping
    if missing := [group for group in ECONOMIC if group not in mapping]:
        raise ConfigError(missing[0], "missing; expected the name of an option")


def _collect_unknown(refusals: Refusals, accepted: Sequence[str], known_keys: Collection[str]) -> None:
    """Refuse consent to a number that is not there: the key is misspelt."""
    for place, key in enumerate(accepted):
        if key not in known_keys:
            near = difflib.get_close_matches(key, sorted(known_keys), n=1) or ["see data/inputs.csv"]
            refusals.add(ConfigError(f"accept[{place}]", f"no number {key!r}; nearest: {near[0]}"))


def _value_of_benefit(overrides: Sequence[str]) -> tuple[str, ...]:
    """Return the option of ``value`` that goes with the benefit, unless the user names one."""
    asked = {override.key_or_group for override in parse_overrides(overrides)}
    if "value" in asked or not any(key.split(".")[0] == "benefit" for key in asked):
        return ()
    benefit = _composed(overrides).mapping["benefit"]
    name = benefit.get("value") if isinstance(benefit, Mapping) else None
    return (f"value={name}",) if isinstance(name, str) else ()


def _of_study(user_overrides: Sequence[str]) -> list[str]:
    """Return the overrides that reach the study: all but the economics'."""
    return [
        str(override.input_line)
        for override in parse_overrides(user_overrides)
        if override.key_or_group.split(".")[0].split("@")[0] not in ONLY_FUND
    ]


def _economics(mapping: Mapping[str, Any], refusals: Refusals) -> dict[str, Any] | None:
    """Return the economic fields of a case, in dollars of the appraisal's year; None: one is refused."""
    kinds: dict[str, type[Spec]] = {
        "appraisal": Appraisal,
        "deflator": Deflator,
        "harm": Harm,
        "benefit": Benefit,
        "budget": BudgetTerms,
        "value": Value,
    }
    made: dict[str, Any] = {
        name: _taken(refusals, partial(build_spec, cls, mapping[name], name)) for name, cls in kinds.items()
    }
    catalogue = {
        name: _taken(refusals, partial(build_spec, InvestmentMeasure, one, f"cost.{name}"))
        for name, one in sorted(mapping["cost"].items())
    }
    if made["appraisal"] is None or made["deflator"] is None or made["harm"] is None:
        return None
    year, deflator, harm = made["appraisal"].price_year, made["deflator"], made["harm"]
    made["quoted"] = catalogue
    made["catalogue"] = {
        name: _taken(refusals, partial(restate_measure, measure, year, deflator))
        for name, measure in catalogue.items()
        if measure is not None
    }
    life = (harm.value_of_statistical_life_usd, harm.price_year, year)
    life_usd = _taken(refusals, partial(deflator.restated, *life))
    if None in (life_usd, *made.values(), *catalogue.values(), *made["catalogue"].values()):
        return None
    return made | {"harm": dataclasses.replace(harm, value_of_statistical_life_usd=life_usd, price_year=year)}


def _collect_of_whole(refusals: Refusals, case: FundingCase) -> None:
    """Collect what only the whole shows: years, dollars, and who buys what."""
    years, simulated = case.appraisal.years, case.terms.simulated_years
    optimized = case.budget.mexico.optimized_baseline
    if optimized is not None and optimized not in case.study.alternatives:
        problem = f"no such alternative {optimized!r}; known {list(case.study.alternatives)}"
        refusals.add(ConfigError("budget.mexico.optimized_baseline", problem))
    if not simulated or simulated[0] != 1 or simulated[-1] != years:
        problem = f"hours are never extrapolated: begin with 1 and end with {years}"
        refusals.add(ConfigError("simulated_years", f"{problem}, got {list(simulated)}"))
    for name in CLASSES:
        value = (case.value, case.benefit, name, case.appraisal.price_year, case.deflator)
        _taken(refusals, partial(truck_hour_value, *value))
    for name, bought in case.purchases.items():
        if any(purchase.measure not in case.catalogue for purchase in bought):
            continue  # collected already
        with refusals.collect():
            purchase_cash_flow(bought, case.catalogue, years, case.appraisal.price_year)
            if name != case.study.baseline:
                check_purchases_cover_use(case, name)


def _collect_purchases(refusals: Refusals, study: Study, terms: CaseTerms, measures: Collection[str]) -> None:
    """Collect purchases of nobody, of the baseline, and of what is no measure."""
    for name, bought in terms.purchases.items():
        if name not in study.alternatives:
            problem = f"no such alternative; known {list(study.alternatives)}"
            refusals.add(ConfigError(f"purchases.{name}", problem))
        if name == study.baseline and bought:
            refusals.add(ConfigError(f"purchases.{name}", "the baseline is today's port and buys nothing"))
        for place, purchase in enumerate(bought):
            if purchase.measure not in measures:
                problem = f"no measure {purchase.measure!r}; known {sorted(measures)}"
                refusals.add(ConfigError(f"purchases.{name}[{place}].measure", problem))


S = TypeVar("S", bound=Spec)


def read_economic_option(
    cls: type[S], group: str, name: str, accepted: Collection[str] = (), folder: Path = CONFIGS
) -> S:
    """Return one option of one group; ``accepted`` are keys of unverified numbers that the user takes all the same.

    Raises
    ------
    ConfigError
        No such option, whatever building refuses, or an unverified number without consent.

    Examples
    --------
    >>> read_economic_option(Deflator, "deflator", "gdp").name
    'gdp'
    """
    path = folder / group / f"{name}.yaml"
    if not path.is_file():
        known = sorted(option.stem for option in (folder / group).glob("*.yaml"))
        raise ConfigError(group, f"no option {name!r}; known {known}")
    key = f"{group}.{name}" if group == "cost" else group
    for unverified in unverified_keys(path):
        if f"{key}.{unverified}" not in accepted:
            problem = "nobody has checked its source; accept it by name or set another value"
            raise ConfigError(f"{key}.{unverified}", problem)
    return build_spec(cls, yaml.safe_load(path.read_text(encoding="utf-8")), key)


def unverified_keys(path: Path) -> list[str]:
    """Return the numbers of a config file that are recalled (confidence U) or have no source."""
    return [key for key, note in source_notes(path).items() if note is None or note.confidence == "U"]


def read_time_values(benefit: Benefit, accepted: Collection[str] = ()) -> Value:
    """Return the prices of time and fuel that a benefit goes with."""
    return read_economic_option(Value, "value", benefit.value, accepted)
