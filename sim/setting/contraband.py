"""What is smuggled: the closed list of types, the unit of each, and the key of its load sizes."""

from __future__ import annotations

from typing import Final

CONTRABAND_UNIT: Final = {
    "methamphetamine": "kg",
    "cocaine": "kg",
    "heroin": "kg",
    "fentanyl": "kg",
    "persons": "n",
    "firearms": "n",
    "bulk_cash": "usd",
    "precursors": "kg",
}
"""Unit of every amount in ``threat.loads``, MANIFEST and METRICS; ``n`` is a count."""
CONTRABAND: Final = tuple(CONTRABAND_UNIT)
"""In the order of the codes in MANIFEST: northbound drugs and persons, then what goes south."""
LOAD_SIZE_OF: Final = {name: f"{name}_{unit}" for name, unit in CONTRABAND_UNIT.items()}
"""Key of ``threat.loads`` for how much one load is and where it is hidden: every type has its own."""
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
