"""What CBP's field offices seized, and the loads of trucks that follow: the arithmetic of ``threat=hard_drugs``.

``tests/data/drug_seizures_by_field_office.csv`` holds the events and pounds of four drugs on land, summed over the
months of a fiscal year from CBP's Drug Seizure Statistics (S36): all vehicles and pedestrians, not trucks alone.
``northbound_trucks_by_field_office.csv`` holds the trucks of the office's ports by calendar year (BTS, S11).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

DATA: Final = Path(__file__).parent / "data"
DRUGS: Final = ["methamphetamine", "cocaine", "heroin", "fentanyl"]
OFFICES: Final = ["laredo", "el_paso", "tucson", "san_diego"]
KG_PER_LB: Final = 0.45359237
YEARS: Final = (2023, 2024, 2025)
"""The last three whole fiscal years; trucks are counted to the end of 2024."""
PART_IN_TRUCKS: Final = pd.Series({"methamphetamine": 0.5, "cocaine": 0.5, "heroin": 0.5, "fentanyl": 0.05})
"""Of the kilograms seized: half in cargo trucks (S37), fentanyl a twentieth (S38); assumed of each drug."""
PRESS_LB: Final = (
    5655, 1140, 549, 88, 1636, 311, 1349, 1203, 421, 1853, 83, 180, 165, 30, 663, 2033, 98, 1527,
)  # fmt: skip
"""Hard-drug loads found in trucks at Laredo, Pharr and Otay Mesa, 2018-26, in CBP's releases (S30)."""


def seized(office: str | None = None) -> pd.DataFrame:
    """Return events and kilograms of `YEARS` by drug; None: of all four offices."""
    rows = pd.read_csv(DATA / "drug_seizures_by_field_office.csv")
    rows = rows[rows["fiscal_year"].isin(YEARS) & rows["field_office"].isin(OFFICES if office is None else [office])]
    found = rows.groupby("drug")[["events", "pounds"]].sum().loc[DRUGS]
    return pd.DataFrame({"events": found["events"], "kg": found["pounds"] * KG_PER_LB})


def trucks_per_year(office: str | None = None) -> float:
    """Return the northbound trucks of a year, mean of 2023 and 2024."""
    rows = pd.read_csv(DATA / "northbound_trucks_by_field_office.csv")
    rows = rows[rows["field_office"].isin(OFFICES if office is None else [office])]
    return float(rows["trucks"].sum() / rows["year"].nunique())


def seized_kg_per_100k_trucks(office: str | None = None) -> pd.Series:
    """Return kilograms by drug that an office seized from all vehicles, over 100,000 of its trucks."""
    return seized(office)["kg"] / (trucks_per_year(office) * len(YEARS)) * 1e5


def press_ln_lb() -> tuple[float, float]:
    """Return mean and standard deviation of ln(pounds) of the loads in the releases."""
    ln = np.log(PRESS_LB)
    return float(ln.mean()), float(ln.std(ddof=1))


def median_kg(news_bias: float = 0.5) -> pd.Series:
    """Return the median load of a truck by drug.

    A load that is told of with a probability in proportion to size^b turns a lognormal of mean m of the log into one of
    mean m + b s^2. Other drugs stand to methamphetamine as the kilograms of an event do.
    """
    mean, sd = press_ln_lb()
    kg_per_event = seized()["kg"] / seized()["events"]
    ratio = kg_per_event / kg_per_event["methamphetamine"]
    return KG_PER_LB * math.exp(mean - news_bias * sd**2) * ratio


def mean_kg() -> pd.Series:
    """Return the mean load of a truck by drug."""
    return median_kg() * math.exp(press_ln_lb()[1] ** 2 / 2.0)


def loads_seized_per_year(office: str | None = None, part_in_trucks: pd.Series = PART_IN_TRUCKS) -> pd.Series:
    """Return the loads that an office seizes in trucks a year, by drug: kilograms x part in trucks / mean load."""
    return seized(office)["kg"] * part_in_trucks / mean_kg() / len(YEARS)


def type_share(office: str | None = None) -> pd.Series:
    """Return the shares of loads by drug."""
    loads = loads_seized_per_year(office)
    return loads / loads.sum()
