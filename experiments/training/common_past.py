"""The trucks that today's practice inspected, and all that decides whether they carried: kept to be labeled anew.

In each redrawn set of assumptions the same trucks get a new truth (`experiments.training.relabel`). So of every truck
that rules, the random fill or an officer sent to a sensor one row of some forty bytes is kept:

    f0, f1, ...   code of each feature's value on a grid of at most `MOST_VALUES`, as fine as the bins of boosted trees
    traits        bits in the order of TRAIT_NAMES, from the exact values
    firms         the carrier's and the shipper's propensity, before the threat scales it
    share         part of the trucks with the same rules' score that the portal scanned in that week
    met           bits: the sensors that it met, or would have met had none alarmed before; the check on leaving
    shipper, year, code of the shipper and year of the history

Exams ordered for other reasons teach nothing and are left out.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.features import DECLARED_FEATURES, FEATURES, Feature
from sim.arrays import BoolArray, Float32Array, FloatArray, IntArray
from sim.frames import column
from sim.setting.setting import Setting
from sim.setting.threat import TRAIT_NAMES
from sim.stations import PRIMARY, SENSORS, SERVED, STATIONS
from sim.trucks.population import draw_population
from sim.trucks.threat import TRAITS, firms_propensity

MOST_VALUES: Final = 254
"""Values of a feature that are told apart; with one for what an empty truck lacks, trees' own 255 bins."""
MET: Final = ("origin", *(STATIONS[number] for number in SENSORS))
"""Stations in the order of the bits of ``met``."""
LATE_SENSORS: Final = frozenset(STATIONS[number] for number in SENSORS if number > PRIMARY)
FEATURE_PREFIX: Final = "f"

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FeatureGrid:
    """Values of each feature that are told apart, ascending."""

    levels: tuple[Float32Array, ...]

    @classmethod
    def of(cls, sample: Float32Array, features: Sequence[Feature] = DECLARED_FEATURES) -> FeatureGrid:
        """Return the grid of trucks taken evenly from the past, raw features [m, width]: their quantiles.

        Lead times are used in two forms, of FAST and other trucks, and so have half as many.
        """
        most = [MOST_VALUES // 2 if feature.form == "due_ratio" else MOST_VALUES for feature in features]
        return cls(tuple(_grid(sample[:, place], n) for place, n in enumerate(most)))

    def codes(self, raw: Float32Array) -> Codes:
        """Return the code of the nearest value, uint8 [n, width]."""
        found = np.empty(raw.shape, dtype=np.uint8)
        for place, values in enumerate(self.levels):
            middle = (values[1:] + values[:-1]) / 2.0
            found[:, place] = np.searchsorted(middle, raw[:, place])
        return found

    def raw(self, codes: Codes) -> Float32Array:
        """Return the values of codes, [n, width]."""
        found = np.empty(codes.shape, dtype=np.float32)
        for place, values in enumerate(self.levels):
            found[:, place] = values[codes[:, place]]
        return found


def _grid(values: Float32Array, most: int) -> Float32Array:
    distinct = np.unique(values)
    if len(distinct) <= most:
        return distinct
    return np.unique(np.quantile(values, np.linspace(0.0, 1.0, most), method="inverted_cdf"))


def inspected_rows(manifest: pd.DataFrame, ledger: pd.DataFrame) -> tuple[IntArray, Codes]:
    """Return the trucks [m] that met a sensor or the check on leaving, and which of `MET` (bits).

    Whom an alarm sent to the dock would else have gone on to the sensors beyond primary, were it referred.
    """
    early = np.zeros(len(manifest), dtype=bool)
    met = np.zeros(len(manifest), dtype=np.uint8)
    for bit, name in enumerate(MET):
        served = column(ledger, f"{name}_done") == SERVED
        if name in LATE_SENSORS:
            served = served | (early & column(ledger, "referred"))
        elif name != "origin":
            early |= column(ledger, f"{name}_alarm")
        met |= served.astype(np.uint8) << bit
    rows = np.flatnonzero((met > 0) & ~column(ledger, "ordered"))
    return rows, met[rows]


def inspected_trucks(
    setting: Setting, seen: Mapping[str, npt.NDArray[Any]], codes: Codes, met: Codes, share: FloatArray, year: int
) -> pd.DataFrame:
    """Return the rows of trucks (m) that are kept; ``seen`` holds their visible columns."""
    traits = np.zeros(len(met), dtype=np.uint16)
    for bit, name in enumerate(TRAIT_NAMES):
        traits |= np.asarray(TRAITS[name](seen)).astype(np.uint16) << bit
    columns = {f"{FEATURE_PREFIX}{place}": codes[:, place] for place in range(codes.shape[1])}
    return pd.DataFrame(
        columns
        | {
            "traits": traits,
            "firms": firms_propensity(draw_population(setting), seen).astype(np.float32),
            "share": share.astype(np.float32),
            "met": met,
            "shipper": seen["shipper"].astype(np.int32),
            "year": np.full(len(met), year, dtype=np.uint8),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonPast:
    """The inspected trucks (n) of one past, whatever they are taken to have carried."""

    rows: pd.DataFrame
    sample: Float32Array
    """Raw features of trucks taken evenly from the whole past, [m, width]."""
    grid: FeatureGrid
    trucks: int
    """All trucks that came."""
    opened_share: float
    """Part of the trucks sent to a dock that were opened; the others met a full yard."""

    def codes(self, rows: IntArray) -> Codes:
        """Return the codes of the features of some trucks."""
        names = [f"{FEATURE_PREFIX}{place}" for place in range(len(self.grid.levels))]
        return np.column_stack([self.rows[name].to_numpy()[rows] for name in names])

    def values(self, name: str, rows: IntArray) -> Float32Array:
        """Return one feature of some trucks."""
        place = FEATURES.index(name)
        codes = self.rows[f"{FEATURE_PREFIX}{place}"].to_numpy()
        return np.asarray(self.grid.levels[place][codes[rows]])

    def has_trait(self, name: str) -> BoolArray:
        """Return which trucks (n) have a trait."""
        return np.asarray(self.rows["traits"].to_numpy() >> TRAIT_NAMES.index(name) & 1 == 1)

    def met(self, station: str) -> BoolArray:
        """Return which trucks (n) met a station of `MET`."""
        return np.asarray(self.rows["met"].to_numpy() >> MET.index(station) & 1 == 1)


@functools.cache
def trait_table() -> npt.NDArray[np.bool_]:
    """Return every combination of traits, bool [2^k, k]."""
    k = len(TRAIT_NAMES)
    return (np.arange(2**k)[:, None] >> np.arange(k) & 1).astype(bool)
