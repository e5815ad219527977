"""Inputs as a reader meets them: their keys in words."""

from __future__ import annotations

from typing import Final

from experiments.number_format import station_title

DROPPED: Final = ("sensing", "service", "volume", "loads")
"""Levels of a key that say nothing to a reader."""
WORDS: Final = {
    "trait_ln_odds": "odds of smuggling",
    "d_prime": "sensitivity to loads in",
    "contraband_shift": "visibility of",
    "density_shift": "visibility in cargo of density",
    "threshold_z": "alarm threshold",
    "prevalence_per_truck": "prevalence of smuggling",
    "concealment_share_laden": "where it hides in laden trucks",
    "concealment_share_empty": "where it hides in empty trucks",
    "type_share": "share of loads of",
    "in_cargo": "cargo",
    "small": "small hides",
    "cv": "spread",
}
"""Levels of a key whose names say too little."""
UNITS: Final = ("kg", "min", "h", "usd")


def input_title(key: str) -> str:
    """Return what an input is called in a chart; its key stands in a table.

    Examples
    --------
    >>> input_title("scanner.portal.sensing.contraband_shift.firearms")
    'Portal: visibility of firearms'
    >>> input_title("threat.trait_ln_odds.new_shipper"), input_title("traffic.declared.usual_weight_kg.produce")
    ('Threat: odds of smuggling, new shipper', 'Traffic: declared, usual weight (kg), produce')
    """
    group, *parts = key.split(".")
    if group == "scanner" and len(parts) > 1:
        group, *parts = station_title(parts[0]), *parts[1:]
    said = [_words(part) for part in parts if part not in DROPPED]
    text = ", ".join(said)
    for joint in ("visibility of", "visibility in cargo of density", "sensitivity to loads in", "share of loads of"):
        text = text.replace(f"{joint}, ", f"{joint} ")
    head = group.replace("_", " ")
    return f"{head[0].upper()}{head[1:]}: {text}"


def _words(part: str) -> str:
    if part in WORDS:
        return WORDS[part]
    name, _, unit = part.rpartition("_")
    plain = part.replace("_", " ").replace(" ln sd", " spread").replace("ln ", "log ")
    return f"{name.replace('_', ' ')} ({unit.upper() if unit == 'usd' else unit})" if name and unit in UNITS else plain
