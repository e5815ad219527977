"""What is found by type of contraband, each in its own unit; types that do not occur are left out.

What a policy finds of a type is what the probes lose over what they carry: expected amounts, with
their intervals, because a counted week holds a handful of loads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from experiments.findings import Findings
from experiments.load import Study
from experiments.wording import listed, number, percent, span
from sim.contraband import CONTRABAND, SOUTHBOUND, UNIT, amount

WORDS: Final = dict(zip(CONTRABAND, CONTRABAND, strict=True)) | {
    "persons": "people",
    "bulk_cash": "bulk cash",
    "precursors": "precursor chemicals",
}
"""Types as a reader knows them."""
UNIT_WORDS: Final = {"kg": "kg", "usd": "USD", "n": ""}
TRUCKS_ONLY: Final = (
    "Trucks only: most fentanyl that is seized travels in passenger vehicles, "
    "which are not modelled."
)
"""What every report says; `trucks_only` adds what is known of the threat's own types."""


def types(study: Study) -> list[str]:
    """Return the types that occur under some alternative, in the order of their codes."""
    occur = {name for scenario in study.alternatives.values() for name in scenario.threat.types()}
    return [name for name in CONTRABAND if name in occur]


def trucks_only(study: Study) -> str:
    """Return in words what is left out by modelling trucks alone, and what nobody publishes."""
    occur = types(study)
    south = [WORDS[name] for name in occur if name in SOUTHBOUND]
    unknown = [*(["people smuggled north"] if "persons" in occur else [])]
    unknown += [f"{listed(south)} smuggled south"] if south else []
    if not unknown:
        return TRUCKS_ONLY
    return (
        f"{TRUCKS_ONLY} What part of the {listed(unknown)} goes in trucks is not published; "
        "it is assumed."
    )


def unit_words(kind: str) -> str:
    """Return what stands behind an amount of this type.

    Examples
    --------
    >>> unit_words("persons"), unit_words("bulk_cash"), unit_words("heroin")
    ('people', 'USD', 'kg')
    """
    return UNIT_WORDS[UNIT[kind]] or WORDS[kind]


def digits(largest: float) -> int:
    """Return the decimals that an amount of this size deserves.

    Examples
    --------
    >>> digits(1234.0), digits(12.3), digits(0.4)
    (0, 1, 2)
    """
    return 0 if abs(largest) >= 100.0 else 1 if abs(largest) >= 10.0 else 2


def amount_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield one row a type: its words and unit, and what each alternative finds of it."""
    for kind in types(found.study):
        cells = [_cell(found, name, kind) for name in found.names]
        if any(cell["share"] for cell in cells):
            yield {"words": WORDS[kind], "unit": unit_words(kind), "cells": cells}


def _cell(found: Findings, name: str, kind: str) -> dict[str, str]:
    share = found.interval(name, f"detection_expected_{kind}")
    if kind not in found.study.alternatives[name].threat.types() or share.mean != share.mean:
        return {"share": "", "span": "", "amount": ""}
    seized = found.interval(name, amount("seized_expected", kind))
    carried = found.interval(name, amount("presented_expected", kind))
    places = digits(seized.mean)
    return {
        "share": percent(share.mean),
        "span": span(share, 100.0),
        "amount": f"{number(seized.mean, places)} {span(seized, digits=places)} of "
        f"{number(carried.mean, digits(carried.mean))}",
    }


def amount_words(found: Findings) -> str:
    """Return what the baseline finds of every type, in a sentence; empty: nothing occurs."""
    base = found.study.baseline
    parts = []
    for kind in types(found.study):
        cell = _cell(found, base, kind)
        if cell["share"]:
            unit = UNIT_WORDS[UNIT[kind]]
            what = f"{unit} of {WORDS[kind]}" if unit else WORDS[kind]
            parts.append(f"{cell['amount']} {what} ({cell['share']} of loads)")
    days = found.study.days
    when = "a day" if days == 1 else f"{days} days"
    return f"Expected finds of {base} in {when}: {'; '.join(parts)}." if parts else ""
