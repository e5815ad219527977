"""What a funding case comes to: read by the terminal, the report, CSV and JSON alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.economics.appraisal import Alternative, Worth
from experiments.funding.case import Case
from experiments.funding.response import Response

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Appraised:
    """The deterministic case, with the uncertainty beside it."""

    case: Case
    response: Response
    alternatives: Mapping[str, Alternative]
    """Cash flows, users' gain and loads by year, from the means of the replications."""
    worths: Mapping[float, Mapping[str, Worth]]
    """By discount rate, then by alternative."""
    completions: pd.DataFrame
    """Alternatives that could not carry the design year, what was short, and the cheapest way to
    complete them with its price; empty if all could."""
