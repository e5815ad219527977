"""Keys of inputs in a reader's words: what it is of, what is counted, and its unit."""

from __future__ import annotations

import re
from typing import Final

from experiments.funding.exhibits.input_phrases import NAMES, PHRASES, STATIONS
from experiments.study.inputs import unit_of_key

PARTS_OF_COST: Final = {
    ("assets", "price_usd"): "price of {0}",
    ("assets", "life_y"): "life of {0}",
    ("assets", "removal_usd"): "removal of {0}",
    ("once", "cost_usd"): "{0}, once",
    ("yearly", "cost_usd_per_y"): "{0}, a year",
}
"""Group and field of a catalogue entry -> words with the part's name."""
WORDS: Final = {"construction_y": "years of building", "ramp_up_share": "share of full effect in the first years"}
"""Segments of keys of costs that say little by themselves."""
UNIT_ENDING: Final = re.compile(
    r"(_(usd|gal|kg|share|min|h|y|t|mi|miles|mph|per_y|per_h|per_d))(_per_[a-z]+(_[a-z])?)?$"
)
PATTERNS: Final = [(re.compile(re.escape(key).replace(r"\*", "([^.]+)")), phrase) for key, phrase in PHRASES.items()]
"""`PHRASES` as what a whole key must match."""


def input_words(key: str) -> str:
    """Return an input, or several that are one number, as a reader writes it; words stay as they are.

    Examples
    --------
    >>> input_words("cost.portal.yearly.upkeep.cost_usd_per_y"), input_words("cost.portal.staff.analyst")
    ('portal: upkeep, a year', 'portal: analysts for each')
    >>> input_words("value.value_of_time_usd_per_truck_h"), input_words("hours saved")
    ('value of time', 'hours saved')
    >>> input_words("cost.a.yearly.salary.cost_usd_per_y + cost.b.yearly.salary.cost_usd_per_y")
    'a and b: salary, a year'
    """
    parts = [_words(one) for one in key.split(" + ")]
    heads, tails = zip(*(part.partition(": ")[::2] for part in parts), strict=True)
    if len(parts) > 1 and len(set(tails)) == 1 and tails[0]:
        return f"{' and '.join(dict.fromkeys(heads))}: {tails[0]}"
    return " and ".join(dict.fromkeys(parts))


def _words(key: str) -> str:
    key = key.strip()
    segments = key.split(".")
    if len(segments) == 1 and "_" not in key:
        return key
    for pattern, phrase in PATTERNS:
        if (found := pattern.fullmatch(key)) is not None:
            return phrase.format(*(_name(one, segments[0]) for one in found.groups()))
    if segments[0] == "cost" and len(segments) > 2:
        return f"{_plain(segments[1])}: {_cost_words(segments[2:])}"
    above = [_plain(one) for one in segments[:-1]]
    leaf = _plain(UNIT_ENDING.sub("", segments[-1]))
    if segments[0] in ("demand", "benefit", "harm", "value"):
        above = above[1:]
    return f"{' '.join(above)}: {leaf}" if above else leaf


def _name(segment: str, group: str) -> str:
    """Return what fills a phrase: the name of a segment of a key of a group."""
    if group == "port" and segment in STATIONS:
        return STATIONS[segment]
    plain = _plain(UNIT_ENDING.sub("", segment))
    return NAMES.get(segment) or (plain.title() if segment.endswith("_day") else plain)


def _cost_words(segments: list[str]) -> str:
    group, leaf = segments[0], segments[-1]
    if (pattern := PARTS_OF_COST.get((group, leaf))) is not None and len(segments) > 2:
        return pattern.format(_plain(segments[1]))
    if group == "staff":
        return f"{_plain(leaf)}s for each"
    return WORDS.get(leaf) or " ".join(_plain(UNIT_ENDING.sub("", one)) for one in segments)


def _plain(segment: str) -> str:
    return segment.replace("_", " ").replace("[", " ").replace("]", "")


def input_unit(key: str) -> str:
    """Return the unit of an input, as its key says it; of several that are one number, the first's."""
    return unit_of_key(key.partition(" + ")[0])
