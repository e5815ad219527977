"""What is smuggled: the closed list of types, the unit of each, and whose load sizes it shares."""

from __future__ import annotations

from typing import Final

CONTRABAND: Final = (
    "methamphetamine",
    "cocaine",
    "heroin",
    "fentanyl",
    "persons",
    "firearms",
    "bulk_cash",
    "precursors",
)
"""In the order of the codes in MANIFEST: northbound drugs and persons, then what goes south."""
UNIT: Final = {
    "methamphetamine": "kg",
    "cocaine": "kg",
    "heroin": "kg",
    "fentanyl": "kg",
    "persons": "n",
    "firearms": "n",
    "bulk_cash": "usd",
    "precursors": "kg",
}
"""Unit of every amount in MANIFEST and METRICS; ``n`` is a count."""
LOAD: Final = {
    "methamphetamine": "drugs_lb",
    "cocaine": "drugs_lb",
    "heroin": "drugs_lb",
    "fentanyl": "drugs_lb",
    "persons": "persons_n",
    "firearms": "firearms_n",
    "bulk_cash": "bulk_cash_usd",
    "precursors": "precursors_kg",
}
"""Key of ``threat.loads`` for how much one load is and where it is hidden; it ends in its unit."""
KG_PER_LB: Final = 0.45359237
FACTOR: Final = {name: KG_PER_LB if name.endswith("_lb") else 1.0 for name in LOAD.values()}
"""From the unit of ``threat.loads`` to that of MANIFEST."""
SOUTHBOUND: Final = ("firearms", "bulk_cash", "precursors")
"""Types that leave the United States."""


def amount(measure: str, kind: str) -> str:
    """Return the METRICS column of an amount, its unit in the name.

    Examples
    --------
    >>> amount("seized", "bulk_cash"), amount("presented_expected", "heroin")
    ('seized_usd_bulk_cash', 'presented_expected_kg_heroin')
    """
    return f"{measure}_{UNIT[kind]}_{kind}"
