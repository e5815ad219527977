"""The whole of a funding case as one JSON, and the schema that describes it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from experiments.funding.appraised import Appraised
from experiments.provenance import run_record

FORMAT: Final = "throughgate-fund/1"
"""Name and version of the JSON's layout; described by ``fund.schema.json`` beside it."""
CELL: Final = {"type": ["string", "number", "boolean", "null"]}


def record(found: Appraised, tables: Mapping[str, pd.DataFrame], wall_s: float) -> dict[str, Any]:
    """Return the whole case as plain values: what was asked, every table, how it was run."""
    asked = found.case
    return {
        "format": FORMAT,
        "experiment": asked.study.experiment,
        "baseline": asked.study.baseline,
        "alternatives": list(asked.study.alternatives),
        "appraisal": {
            "base_year": asked.appraisal.base_year,
            "price_year": asked.appraisal.price_year,
            "years": asked.appraisal.years,
            "discount_rate": asked.appraisal.discount_rate,
            "view": asked.benefit.view,
            "interdiction_usd_per_load": asked.appraisal.interdiction_usd_per_load,
        },
        "purchases": {
            name: [_purchase(one) for one in bought] for name, bought in asked.purchases.items()
        },
        "tables": {name: plain_rows(table) for name, table in tables.items()},
        "run": run_record(asked.study, wall_s) | {"overrides": list(asked.overrides)},
    }


def _purchase(one: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "measure": one.measure,
        "units": one.units,
        "order_y": one.order_y,
        "late_y": one.late_y,
    }


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values; what is no number becomes null.

    Examples
    --------
    >>> plain_rows(pd.DataFrame({"a": [1.0, float("nan")]}))
    [{'a': 1.0}, {'a': None}]
    """
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def schema(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the JSON Schema of `record`, with the columns of these tables."""
    described = {name: _table_schema(table) for name, table in tables.items()}
    keys = ["format", "experiment", "baseline", "alternatives", "appraisal", "purchases", "tables",
            "run"]  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A funding case of Throughgate",
        "type": "object",
        "required": keys,
        "properties": {
            "format": {"const": FORMAT},
            "experiment": {"type": ["string", "null"]},
            "baseline": {"type": "string"},
            "alternatives": {"type": "array", "items": {"type": "string"}},
            "appraisal": {"type": "object"},
            "purchases": {"type": "object"},
            "tables": {
                "type": "object",
                "required": list(tables),
                "properties": described,
            },
            "run": {"type": "object"},
        },
    }


def _table_schema(table: pd.DataFrame) -> dict[str, Any]:
    columns = [str(name) for name in table.columns]
    row = {
        "type": "object",
        "required": columns,
        "properties": dict.fromkeys(columns, CELL),
        "additionalProperties": False,
    }
    return {"type": "array", "items": row}
