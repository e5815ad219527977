"""A funding case before anything is simulated: who asks for what, and how it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.economics.appraisal import Appraisal
from experiments.economics.break_even import Harm
from experiments.economics.life_cycle import Purchase
from experiments.economics.measure import Measure
from experiments.economics.price_year import Deflator
from experiments.economics.truck_hour import Benefit
from experiments.funding.terms import Terms
from sim.scenario import Value

if TYPE_CHECKING:
    from experiments.load import Study
    from experiments.provenance import Input


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is fixed before the first truck is drawn."""

    study: Study
    """The alternatives of the first year's traffic, its baseline, seed, replications, engine."""
    appraisal: Appraisal
    benefit: Benefit
    value: Value
    deflator: Deflator
    harm: Harm
    catalogue: Mapping[str, Measure]
    """Every measure, in dollars of the appraisal's price year."""
    purchases: Mapping[str, tuple[Purchase, ...]]
    """What each alternative buys; nothing for the baseline."""
    terms: Terms
    """Demand, simulated years and consents (``configs/fund.yaml``)."""
    inputs: tuple[Input, ...]
    """Every number of the economics with its source; the study's own: `Study.inputs`."""
    overrides: tuple[str, ...]
    """What the user asked for, economics included."""
