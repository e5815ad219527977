"""Every input of a study in words: value, unit, source, confidence, range.

``python -m experiments.study.inputs`` writes ``docs/reference/assumptions.md`` anew: every assumed number of
``configs/``, its range and its reason; a test holds the page to the configs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.number_format import typeset
from experiments.study.sources import CONFIGS, SourcedInput, SourceNote, numbers_in, source_notes

UNITS: Final = {
    **{unit: unit for unit in ("min", "h", "kg", "lb", "share", "years", "days", "trucks", "officers")},
    **{per: per.replace("_", " ") for per in ("per_h", "per_truck", "per_day", "per_month")},
    "usd": "USD", "z": "z", "prime": "z", "rho": "correlation", "lanes": "lanes", "servers": "units",
    "cv": "sd/mean", "ln_sd": "ln", "ln_odds": "ln odds", "share_laden": "share", "share_empty": "share",
    "persons_n": "people", "firearms_n": "firearms", "y": "years", "g_per_h": "g per h", "per_y": "per year",
    "gal_per_h": "gal per h", "kg_per_gal": "kg per gal", "kg_per_y": "kg per year",
    "usd_per_gal": "USD per gal", "usd_per_t": "USD per t", "usd_per_y": "USD per year",
    "miles": "miles", "usd_per_mile": "USD per mile", "usd_per_truck": "USD per truck",
    "usd_per_truck_h": "USD per truck-h",
}  # fmt: skip
"""Unit by the end of a key's name, the longest that fits."""


HOURS: Final = ("from_h", "to_h")
"""Keys between which a shift lies."""


def input_groups(inputs: list[SourcedInput]) -> list[dict[str, Any]]:
    """Return the inputs by config group: value, unit, source, confidence."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in inputs:
        groups.setdefault(row.key.split(".", 1)[0], []).append(input_row(row))
    return [{"name": name, "rows": rows} for name, rows in groups.items()]


def input_row(row: SourcedInput) -> dict[str, str]:
    """Return one input in words, with the address of its source where the repository has it."""
    badge = {
        "source": f"{row.source_id} {row.confidence}",
        "assumption": "assumed",
        "definition": "by definition",
        "user": "user",
    }[row.kind]
    ends = (row.low, row.high)
    held = "" if None in ends else " to ".join(_end_text(end, row.key) for end in ends)
    words, address = source_words(row)
    return {
        "key": row.key,
        "value": value_text(row.value, row.key),
        "unit": unit_of_key(row.key),
        "badge": badge,
        "range": f"times {held}" if row.factor else held,
        "words": words,
        "address": address,
    }


def source_words(note: SourcedInput | SourceNote) -> tuple[str, str]:
    """Return a number's source and reason in words, and the source's address; empty: none."""
    source, address = source_library().get(note.source_id or "", ("", ""))
    return "; ".join(text for text in (source, typeset(note.note)) if text), address


def _end_text(end: object, key: str) -> str:
    """Return one end of a range: whole thousands with their commas, never powers of ten."""
    return value_text(int(end) if isinstance(end, float) and end.is_integer() else end, key)


def value_text(value: object, key: str = "") -> str:
    """Return a value as a reader would write it: thousands with commas, but those of a year; ``key`` tells which.

    Examples
    --------
    >>> value_text(9000, "traffic.n_drivers"), value_text(2024, "port.volume.counted_year"), value_text(0.25)
    ('9,000', '2024', '0.25')
    >>> value_text([{"from_h": 6, "to_h": 16, "fast_lanes": 1}, {"from_h": 16, "to_h": 24, "fast_lanes": 0}])
    '6 to 16 h: fast lanes 1; 16 to 24 h: fast lanes 0'
    """
    if isinstance(value, list):
        mark = "; " if any(isinstance(item, dict) for item in value) else ", "
        return mark.join(value_text(item, key) for item in value)
    if isinstance(value, dict):
        return _group_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = float(value).is_integer() and abs(value) < 1e15
        is_year = key.endswith("year") and "_per_" not in key and not key.endswith("_unit_year")
        return f"{value:,.0f}" if whole and not is_year else f"{value:g}"
    return str(value)


def unit_of_key(key: str) -> str:
    """Return the unit that a key's name ends in, or that of the group it stands in.

    Examples
    --------
    >>> unit_of_key("value.value_of_time_usd_per_truck_h"), unit_of_key("threat.type_share.heroin")
    ('USD per truck-h', 'share')
    """
    for part in reversed(key.split(".")):
        words = part.split("_")
        for start in range(len(words)):
            ending = "_".join(words[start:])
            if ending in UNITS:
                return UNITS[ending]
    return ""


def _group_text(values: Mapping[str, object]) -> str:
    """Return keys in words with their values, two hours of a day before all others."""
    hours = HOURS if values.keys() >= set(HOURS) else ()
    rest = [f"{key.replace('_', ' ')} {value_text(value, key)}" for key, value in values.items() if key not in hours]
    head = f"{' to '.join(value_text(values[end]) for end in hours)} h: " if hours else ""
    return head + ", ".join(rest)


@cache
def source_library() -> dict[str, tuple[str, str]]:
    """Return source and address by id from ``docs/reference/sources.md``; empty outside a checkout."""
    path = CONFIGS.parent / "docs/reference/sources.md"
    if not path.is_file():
        return {}
    rows = [line.strip("| ").split(" | ") for line in path.read_text("utf-8").splitlines()]
    return {row[0]: (row[3], row[4]) for row in rows if len(row) == 6 and row[0][1:].isdigit()}


PAGE: Final = CONFIGS.parent / "docs/reference/assumptions.md"
HEAD: Final = """\
# Assumptions

Numbers that nobody has published, by config file: the value that is used, the range over which it
is swept (of a list, a factor on all of it where the range holds none of its numbers), and why.
`compare` redraws those of ports, traffic, threats, scanners and staffing, all together
(`robustness.draws`). Written by `python -m experiments.study.inputs`.

| file | key | value | range | why |
|---|---|---|---|---|
"""


def assumptions_page() -> str:
    """Return the whole page."""
    files = sorted(path for path in CONFIGS.rglob("*.yaml") if path.parent != CONFIGS)
    return HEAD + "".join(row for path in files for row in assumption_rows(path))


def assumption_rows(path: Path) -> Iterator[str]:
    """Yield a line for every assumed number of one config file."""
    values = dict(numbers_in(yaml.safe_load(path.read_text(encoding="utf-8")) or {}))
    name = path.relative_to(CONFIGS).with_suffix("").as_posix()
    for key, note in source_notes(path).items():
        if note is not None and note.kind == "assumption":
            # an alternative's override is its own key: it holds the value that it sets
            shown, _, overridden = key.partition("=")
            value = value_text(values[key], key) if key in values else overridden
            why = typeset(note.note).replace("|", "/") or "-"
            ends = " to ".join(_end_text(end, key) for end in (note.low, note.high))
            yield f"| {name} | `{shown}` | {value} | {ends} | {why} |\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(assumptions_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
