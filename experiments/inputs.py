"""Every input of a study in words: value, unit, source, confidence, range."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from experiments.provenance import CONFIGS, Input

UNITS: Final = {
    "min": "min",
    "h": "h",
    "usd": "USD",
    "kg": "kg",
    "lb": "lb",
    "share": "share",
    "z": "z",
    "prime": "z",
    "rho": "correlation",
    "years": "years",
    "days": "days",
    "per_h": "per h",
    "trucks": "trucks",
    "lanes": "lanes",
    "servers": "units",
    "cv": "sd/mean",
    "per_truck": "per truck",
    "usd_per_truck_h": "USD per truck-h",
    "usd_per_gal": "USD per gal",
    "gal_per_h": "gal per h",
    "per_day": "per day",
    "ln_sd": "ln",
    "ln_odds": "ln odds",
    "per_month": "per month",
    "officers": "officers",
    "share_laden": "share",
    "share_empty": "share",
    "persons_n": "people",
    "firearms_n": "firearms",
    "usd_per_unit": "USD per unit",
    "usd_per_unit_year": "USD per unit and year",
    "usd_per_y": "USD per year",
    "usd_per_t": "USD per t",
    "y": "years",
    "g_per_h": "g per h",
    "kg_per_gal": "kg per gal",
    "kg_per_y": "kg per year",
    "per_y": "per year",
}
"""Unit by the end of a key's name, the longest that fits."""


def input_groups(inputs: list[Input]) -> list[dict[str, Any]]:
    """Return the inputs by config group: value, unit, source, confidence."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in inputs:
        groups.setdefault(row.key.split(".", 1)[0], []).append(input_row(row))
    return [{"name": name, "rows": rows} for name, rows in groups.items()]


def input_row(row: Input) -> dict[str, str]:
    """Return one input in words, with the address of its source where the repository has it."""
    badge = {
        "source": f"{row.source_id} {row.confidence}",
        "assumption": "assumed",
        "definition": "by definition",
        "user": "user",
    }[row.kind]
    ends = (row.low, row.high)
    held = "" if None in ends else " to ".join(_end_text(end) for end in ends)
    held = f"times {held}" if row.factor else held
    source, address = library().get(row.source_id or "", ("", ""))
    words = "; ".join(text for text in (source, row.note) if text)
    return {
        "key": row.key,
        "value": value_text(row.value),
        "unit": unit_of(row.key),
        "badge": badge,
        "range": held,
        "words": words,
        "address": address,
    }


def _end_text(end: object) -> str:
    """Return one end of a range: whole thousands with their commas, never powers of ten."""
    whole = isinstance(end, float) and end.is_integer()
    return value_text(int(end) if whole and isinstance(end, float) else end)


def value_text(value: object) -> str:
    """Return a value as a reader would write it; long lists in short."""
    if isinstance(value, list):
        return ", ".join(value_text(item) for item in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}" if isinstance(value, int) and value >= 10_000 else f"{value:g}"
    return str(value)


def unit_of(key: str) -> str:
    """Return the unit that a key's name ends in, or that of the group it stands in.

    Examples
    --------
    >>> unit_of("value.value_of_time_usd_per_truck_h"), unit_of("threat.type_share.heroin")
    ('USD per truck-h', 'share')
    """
    for part in reversed(key.split(".")):
        words = part.split("_")
        for start in range(len(words)):
            ending = "_".join(words[start:])
            if ending in UNITS:
                return UNITS[ending]
    return ""


@cache
def library() -> dict[str, tuple[str, str]]:
    """Return source and address by id from ``docs/sources.md``; empty outside a checkout."""
    path = CONFIGS.parent / "docs" / "sources.md"
    if not path.is_file():
        return {}
    rows = [line.strip("| ").split(" | ") for line in path.read_text("utf-8").splitlines()]
    return {row[0]: (row[3], row[4]) for row in rows if len(row) == 6 and row[0][1:].isdigit()}
