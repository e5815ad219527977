"""What a risk model sees of a truck: visible manifest columns, and nothing else.

The whitelist is `sim.tables.visible`. Identity codes (carrier, driver, plate, shipper, consignee)
are visible but are no features: a model would learn names, and names change; what the names have
done before (ages, crossings, exams, finds) are features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ModelError
from sim.tables import MANIFEST, visible

Form = Literal["number", "log1p", "abs_log", "day_distance", "due_ratio", "code"]
HALF_DAY_H: Final = 12.0
DUE_H, DUE_FAST_H = 1.0, 0.5
"""An e-Manifest is due an hour before arrival, half an hour for FAST (final rule, 5 Dec 2003)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One visible column as a model uses it.

    ``form`` says how `signals` turns the raw column into a number; ``sign`` is what an inspector
    would expect before seeing any data: +1 more is riskier, -1 more is safer, 0 no opinion.
    """

    name: str
    form: Form
    sign: Literal[-1, 0, 1]


DECLARED: Final = (
    Feature("arrive_hour", "day_distance", 1),
    Feature("weekday", "number", 0),
    Feature("fast", "number", -1),
    Feature("ctpat_carrier", "number", -1),
    Feature("laden", "number", 0),
    Feature("commodity", "code", 0),
    Feature("density", "code", 0),
    Feature("hazmat", "number", 0),
    Feature("pieces", "log1p", 0),
    Feature("weight_kg", "log1p", 0),
    Feature("weight_ratio", "abs_log", 1),
    Feature("value_usd", "log1p", 0),
    Feature("entry_type", "code", 0),
    Feature("origin_state", "code", 0),
    Feature("lead_time_h", "due_ratio", -1),
    Feature("amended", "number", 1),
    Feature("seal_mismatch", "number", 1),
    Feature("driver_change", "number", 1),
    Feature("carrier_age_days", "log1p", -1),
    Feature("shipper_age_days", "log1p", -1),
    Feature("first_pair", "number", 1),
    Feature("carrier_crossings_12m", "log1p", -1),
    Feature("driver_crossings_12m", "log1p", -1),
    Feature("plate_crossings_12m", "log1p", -1),
    Feature("shipper_entries_12m", "log1p", -1),
    Feature("carrier_exams_12m", "log1p", 0),
    Feature("shipper_exams_12m", "log1p", 0),
    Feature("carrier_finds_5y", "log1p", 1),
    Feature("shipper_finds_5y", "log1p", 1),
)
"""Every feature, in the order of the columns of `matrix`."""

FEATURES: Final = tuple(feature.name for feature in DECLARED)
"""Names of the features, in the order of the columns of `matrix`."""

CODES: Final = tuple(place for place, feature in enumerate(DECLARED) if feature.form == "code")
"""Positions of the features that are codes without an order."""

SIGNS: Final = tuple(int(feature.sign) for feature in DECLARED)
"""Expected direction of each feature."""

NO_SHIPPER: Final = {"shipper_age_days": 3650.0, "shipper_entries_12m": 1000.0}
"""What stands for the shipper's record of an empty truck: an old, busy one."""


def visible_part(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the key and the visible columns of a manifest: all that may be handed to a model.

    Raises
    ------
    ModelError
        A column that MANIFEST does not declare: what a ledger knows is not known in advance.
    """
    declared = {column.name for column in MANIFEST}
    for name in manifest.columns:
        if name not in declared:
            raise ModelError(f"a risk model may not see the column '{name}'")
    return manifest[[name for name in ("truck", *visible()) if name in manifest.columns]]


def matrix(manifest: pd.DataFrame) -> NDArray[np.float32]:
    """Return the raw features of every truck.

    Parameters
    ----------
    manifest : DataFrame
        n trucks; may hold ``truck`` and visible columns (tier ``own`` of ``sim.tables.MANIFEST``)
        and nothing else: see `visible_part`.

    Returns
    -------
    ndarray of float32, shape (n, len(FEATURES))
        Flags are 0 or 1; codes stay codes; units are those of the manifest.

    Raises
    ------
    ModelError
        A column that is hidden, decided later or undeclared, or a feature that is missing or NaN.

    Examples
    --------
    >>> matrix(pd.DataFrame({"true_carrying": [True]}))
    Traceback (most recent call last):
    ...
    sim.errors.ModelError: a risk model may not see the column 'true_carrying'
    """
    allowed = {"truck", *visible()}
    for column in manifest.columns:
        if column not in allowed:
            raise ModelError(f"a risk model may not see the column '{column}'")
    for name in FEATURES:
        if name not in manifest.columns:
            raise ModelError(f"a risk model needs the column '{name}'")
    raw = np.empty((len(manifest), len(FEATURES)), dtype=np.float32)
    for place, name in enumerate(FEATURES):
        raw[:, place] = manifest[name].to_numpy()
    if not np.isfinite(raw).all():
        place = int(np.flatnonzero(~np.isfinite(raw).all(axis=0))[0])
        raise ModelError(f"the column '{FEATURES[place]}' holds a value that is not a number")
    return raw


def column(raw: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    """Return one raw feature (n values) of a matrix by its name."""
    return raw[:, FEATURES.index(name)]


def signals(raw: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the features in the form that statistical models use.

    ``log1p``: ln(1 + x), as ages and counts run over decades; ``abs_log``: abs(ln x), as too
    light and too heavy are both odd; ``day_distance``: hours from noon (0-12), as the middle of the
    night is far from noon on both sides; ``due_ratio``: ln of the lead time over the least that the
    law allows this truck; ``code``: x + 1, so that "none" (-1) is a category. The shipper of an
    empty truck, which has none, counts as long known.

    Parameters
    ----------
    raw : ndarray of float32, shape (n, len(FEATURES))
        From `matrix`.

    Returns
    -------
    ndarray of float64, shape (n, len(FEATURES))
    """
    values = raw.astype(np.float64)
    empty = column(raw, "laden") == 0.0
    for name, known in NO_SHIPPER.items():
        values[empty, FEATURES.index(name)] = known
    due_h = np.where(column(raw, "fast") > 0.0, DUE_FAST_H, DUE_H)
    for place, feature in enumerate(DECLARED):
        values[:, place] = _shape(values[:, place], feature.form, due_h)
    return values


def _shape(
    values: NDArray[np.float64], form: Form, due_h: NDArray[np.float64]
) -> NDArray[np.float64]:
    shaped: NDArray[np.float64] = values
    if form == "log1p":
        shaped = np.log1p(np.maximum(values, 0.0))
    elif form == "abs_log":
        shaped = np.abs(np.log(np.maximum(values, 1e-3)))
    elif form == "due_ratio":
        shaped = np.log(np.maximum(values, 1e-3) / due_h)
    elif form == "day_distance":
        shaped = np.abs(values - HALF_DAY_H)
    elif form == "code":
        shaped = values + 1.0
    return shaped
