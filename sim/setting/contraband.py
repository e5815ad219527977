"""What is smuggled: the closed list of types, the unit of each, and whose load sizes it shares."""

from __future__ import annotations

from typing import Final

_TYPES: Final = (
    ("methamphetamine", "kg", "drugs_lb"),
    ("cocaine", "kg", "drugs_lb"),
    ("heroin", "kg", "drugs_lb"),
    ("fentanyl", "kg", "drugs_lb"),
    ("persons", "n", "persons_n"),
    ("firearms", "n", "firearms_n"),
    ("bulk_cash", "usd", "bulk_cash_usd"),
    ("precursors", "kg", "precursors_kg"),
)
CONTRABAND: Final = tuple(name for name, _, _ in _TYPES)
"""In the order of the codes in MANIFEST: northbound drugs and persons, then what goes south."""
CONTRABAND_UNIT: Final = {name: unit for name, unit, _ in _TYPES}
"""Unit of every amount in MANIFEST and METRICS; ``n`` is a count."""
LOAD_SIZE_OF: Final = {name: size for name, _, size in _TYPES}
"""Key of ``threat.loads`` for how much one load is and where it is hidden; it ends in its unit."""
KG_PER_LB: Final = 0.45359237
UNIT_FACTOR: Final = {name: KG_PER_LB if name.endswith("_lb") else 1.0 for name in LOAD_SIZE_OF.values()}
"""From the unit of ``threat.loads`` to that of MANIFEST."""
SOUTHBOUND_CONTRABAND: Final = ("firearms", "bulk_cash", "precursors")
"""Types that leave the United States."""


def amount_column(measure: str, kind: str) -> str:
    """Return the METRICS column of an amount, its unit in the name.

    >>> amount_column("seized", "bulk_cash"), amount_column("presented_expected", "heroin")
    ('seized_usd_bulk_cash', 'presented_expected_kg_heroin')
    """
    return f"{measure}_{CONTRABAND_UNIT[kind]}_{kind}"


CONCEALMENTS = ("in_cargo", "structure", "small")
"""Where a load is hidden: in the cargo space, among the goods where there are any; in the vehicle's
structure (persons: the sleeper or a hollow); as a small parcel."""


DENSITIES = ("low", "medium", "high")
"""Radiographic density of the declared cargo, in the order of the codes in MANIFEST."""
