"""The economic groups of ``configs/`` and the whole catalogue, file by file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from experiments.economics.appraisal import Appraisal
from experiments.economics.benefits import Benefit
from experiments.economics.budget_terms import BudgetTerms
from experiments.economics.cost_effectiveness import Harm
from experiments.economics.costs import InvestmentMeasure, restate_measure
from experiments.economics.discounting import Deflator
from experiments.funding.case import UncertaintySettings
from experiments.funding.request import read_economic_option
from experiments.study.sources import CONFIGS
from sim.setting.spec import Spec

ECONOMICS: dict[str, type[Spec]] = {
    "appraisal": Appraisal,
    "benefit": Benefit,
    "budget": BudgetTerms,
    "cost": InvestmentMeasure,
    "deflator": Deflator,
    "harm": Harm,
    "uncertainty": UncertaintySettings,
}
"""Config groups of the economics, one file an option; they fill no part of the scenario."""


def read_catalogue(
    price_year: int, deflator: Deflator, accepted: Collection[str] = (), folder: Path = CONFIGS
) -> dict[str, InvestmentMeasure]:
    """Return the whole catalogue in dollars of one year, by name."""
    names = sorted(path.stem for path in (folder / "cost").glob("*.yaml"))
    found = {name: read_economic_option(InvestmentMeasure, "cost", name, accepted, folder) for name in names}
    return {name: restate_measure(measure, price_year, deflator) for name, measure in found.items()}
