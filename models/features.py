"""What a risk model sees of a truck: visible manifest columns, and nothing else.

The whitelist is `sim.tables.visible_columns`. Identity codes (carrier, driver, plate, shipper,
consignee) are visible but are no features: a model would learn names, and names change; what the
names have done before (ages, crossings, exams, finds) are features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from sim.arrays import Float32Array, FloatArray
from sim.errors import ModelError
from sim.frames import column, column_names, only_columns
from sim.setting.sharing import TIERS, Tier
from sim.tables import MANIFEST, visible_columns

Form = Literal["number", "log1p", "abs_log", "day_distance", "due_ratio", "code", "abs"]
HALF_DAY_H: Final = 12.0
DUE_H, DUE_FAST_H = 1.0, 0.5
"""An e-Manifest is due an hour before arrival, half an hour for FAST (final rule, 5 Dec 2003)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One visible column as a model uses it.

    ``form`` says how `transformed_features` turns the raw column into a number; ``sign`` is what an
    inspector would expect before seeing any data: +1 more is riskier, -1 more is safer, 0 no opinion.
    ``absent`` stands for what did not arrive: a value that speaks neither for nor against a truck.
    """

    name: str
    form: Form
    sign: Literal[-1, 0, 1]
    absent: float | None = None


DECLARED_FEATURES: Final = (
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
"""Every feature of tier ``own``, in the order of the columns of `feature_matrix`."""

PARTNER_FEATURES: Final = (
    Feature("partner_weight_gap", "abs", 1, 0.04),
    Feature("partner_scan_z", "number", 1, 0.6),
    Feature("partner_certified", "number", -1, 0.5),
    Feature("partner_dwell_h", "number", 1, 0.6),
)
"""Features that tier ``partner`` adds after them: a matrix's width says which tier it is of. Where
clean and loaded trucks are equally likely, at the readings assumed in ``configs/sharing``, stands
what is absent. Tips are no feature: see `models.baselines`."""

ALL_FEATURES: Final = (*DECLARED_FEATURES, *PARTNER_FEATURES)

FEATURES: Final = tuple(feature.name for feature in DECLARED_FEATURES)
"""Names of the features of tier ``own``, in the order of the columns of `feature_matrix`."""

CODE_COLUMNS: Final = tuple(place for place, feature in enumerate(DECLARED_FEATURES) if feature.form == "code")
"""Positions of the features that are codes without an order."""

NO_SHIPPER: Final = {"shipper_age_days": 3650.0, "shipper_entries_12m": 1000.0}
"""What stands for the shipper's record of an empty truck: an old, busy one."""


def features_of_width(width: int) -> tuple[Feature, ...]:
    """Return the features of a matrix of this width."""
    return ALL_FEATURES[:width]


def feature_names(width: int) -> tuple[str, ...]:
    """Return their names."""
    return tuple(feature.name for feature in features_of_width(width))


def feature_signs(width: int) -> tuple[int, ...]:
    """Return their expected directions."""
    return tuple(int(feature.sign) for feature in features_of_width(width))


def width_of_tier(tier: Tier) -> int:
    """Return how many features a model of this tier learns from."""
    return len(DECLARED_FEATURES) if tier == "own" else len(ALL_FEATURES)


def tier_of_width(width: int) -> Tier:
    """Return the first tier whose matrix has this width."""
    return next(tier for tier in TIERS if width_of_tier(tier) == width)


def visible_part(manifest: pd.DataFrame, tier: Tier = "own") -> pd.DataFrame:
    """Return the key and the visible columns of a manifest: all that may be handed to a model.

    Raises
    ------
    ModelError
        A column that MANIFEST does not declare: what a ledger knows is not known in advance.
    """
    known = {declared.name for declared in MANIFEST}
    for name in column_names(manifest):
        if name not in known:
            raise ModelError(f"a risk model may not see the column '{name}'")
    return only_columns(manifest, [name for name in ("truck", *visible_columns(tier)) if name in manifest])


def feature_matrix(manifest: pd.DataFrame, tier: Tier = "own") -> Float32Array:
    """Return the raw features of n trucks, float32 [n, width_of_tier(tier)].

    The manifest may hold ``truck`` and the columns of `sim.tables.MANIFEST` that the tier sees, and
    nothing else: see `visible_part`. Flags are 0 or 1; codes stay codes; units are those of the
    manifest. What did not arrive of the partner's items is replaced by ``absent``.

    Raises
    ------
    ModelError
        A column that is hidden, decided later or undeclared, or a feature that is missing or NaN.

    Examples
    --------
    >>> feature_matrix(pd.DataFrame({"true_carrying": [True]}))
    Traceback (most recent call last):
    ...
    sim.errors.ModelError: a risk model may not see the column 'true_carrying'
    """
    allowed = {"truck", *visible_columns(tier)}
    for name in column_names(manifest):
        if name not in allowed:
            raise ModelError(f"a risk model may not see the column '{name}'")
    features = features_of_width(width_of_tier(tier))
    # column by column in memory, as it is written here and read by `signals`
    raw = np.empty((len(manifest), len(features)), dtype=np.float32, order="F")
    for place, feature in enumerate(features):
        raw[:, place] = feature_values(manifest, feature)
    return raw


def feature_values(manifest: pd.DataFrame, feature: Feature) -> Float32Array:
    """Return one raw feature of n trucks; ModelError: it is missing, or holds a value that is not a number."""
    if feature.name not in manifest:
        raise ModelError(f"a risk model needs the column '{feature.name}'")
    values = column(manifest, feature.name)
    if feature.absent is not None:
        values = np.where(np.isnan(values), feature.absent, values)
    raw = values.astype(np.float32)
    if not np.isfinite(raw).all():
        raise ModelError(f"the column '{feature.name}' holds a value that is not a number")
    return raw


def feature_column(raw: Float32Array, name: str) -> Float32Array:
    """Return one raw feature (n values) of a matrix by its name."""
    return raw[:, feature_names(raw.shape[1]).index(name)]


def transformed_features(raw: Float32Array) -> FloatArray:
    """Return the features of a matrix of any tier [n, width] in the form that statistical models use.

    ``log1p``: ln(1 + x), as ages and counts run over decades; ``abs_log``: abs(ln x), as too
    light and too heavy are both odd; ``day_distance``: hours from noon (0-12), as the middle of the
    night is far from noon on both sides; ``due_ratio``: ln of the lead time over the least that the
    law allows this truck; ``code``: x + 1, so that "none" (-1) is a category. The shipper of an
    empty truck, which has none, counts as long known.
    """
    values = raw.astype(np.float64)
    empty = feature_column(raw, "laden") == 0.0
    for name, known in NO_SHIPPER.items():
        values[empty, FEATURES.index(name)] = known
    due_h = np.where(feature_column(raw, "fast") > 0.0, DUE_FAST_H, DUE_H)
    for place, feature in enumerate(features_of_width(raw.shape[1])):
        values[:, place] = _shape(values[:, place], feature.form, due_h)
    return values


def _shape(values: FloatArray, form: Form, due_h: FloatArray) -> FloatArray:
    shapes: dict[Form, Callable[[], FloatArray]] = {
        "number": lambda: values,
        "log1p": lambda: np.log1p(np.maximum(values, 0.0)),
        "abs": lambda: np.abs(values),
        "abs_log": lambda: np.abs(np.log(np.maximum(values, 1e-3))),
        "due_ratio": lambda: np.log(np.maximum(values, 1e-3) / due_h),
        "day_distance": lambda: np.abs(values - HALF_DAY_H),
        "code": lambda: values + 1.0,
    }
    return shapes[form]()
