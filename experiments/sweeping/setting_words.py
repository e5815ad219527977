"""What readers meet in place of a swept key and of its options; keys are for files and the command line."""

from __future__ import annotations

import re
from typing import Final

from experiments.funding.exhibits.input_words import input_words
from experiments.study.display_names import derived_label, lower_first
from experiments.study.inputs import unit_of_key
from experiments.study.study import Study
from experiments.sweeping.axes import Axis
from experiments.sweeping.points import Point
from experiments.sweeping.request import Sweep

SETTINGS: Final = {
    "days": "days simulated",
    "insider": "insiders",
    "policy": "inspection policy",
    "policy.cutoff": "risk score from which trucks are selected",
    "policy.random_floor_share": "least share of trucks selected at random",
    "policy.scan_share": "share of trucks scanned",
    "policy.share": "share of trucks selected",
    "policy.stop_queue_trucks": "line at which referrals stop",
    "port.analyst.servers": "image analysts",
    "port.approach.lanes": "lanes of the approach",
    "port.canine.servers": "dog teams",
    "port.closing": "rule at closing time",
    "port.dock.servers": "exam docks",
    "port.low_energy.servers": "low-energy portals",
    "port.portal.servers": "portals",
    "port.primary.fast_lanes": "FAST booths built",
    "port.primary.lanes": "booths built",
    "port.secondary.servers": "secondary scanners",
    "risk": "risk model",
    "risk.history_years": "years of history that train the risk model",
    "risk.labels": "outcomes that train the risk model",
    "scanner": "machines",
    "seed": "seed of the random numbers",
    "sharing": "information shared",
    "staffing.analysts": "image analysts on duty",
    "staffing.docks": "exam docks staffed",
    "staffing.extra": "booths opened between two hours",
    "staffing.extra_fast_lanes": "FAST booths opened beyond the timetable",
    "staffing.extra_lanes": "booths opened beyond the timetable",
    "staffing.max_fast_lanes": "most FAST booths open",
    "staffing.max_lanes": "most booths open",
    "staffing.responsive": "lanes that follow the line",
    "staffing.roster.extra_officers": "officers added to every shift",
    "start_date": "first day",
    "traffic.trucks_per_h": "trucks an hour",
    "traffic.volume_scale": "traffic as a multiple of the counted year's",
}
"""Words for keys that planners sweep; all others have those of a funding case's inputs."""
COUNTED: Final = ("units", "share", "lanes", "officers", "trucks", "days", "years")
"""Units that the words of a setting name themselves."""


def setting_words(key: str) -> str:
    """Return what a reader meets in place of a key that is swept.

    Examples
    --------
    >>> setting_words("port.portal.servers"), setting_words("port.primary.service.mean_min")
    ('portals', 'primary inspection: mean time')
    """
    plain = key.lstrip("+~").partition("@")[0]
    return SETTINGS.get(plain) or input_words(plain)


def setting_heading(axis: Axis) -> str:
    """Return the words of a setting with its unit, where they do not name what is counted.

    Examples
    --------
    >>> setting_heading(Axis("port.primary.service.mean_min", (1.6, 2.0), ("1.6", "2.0")))
    'primary inspection: mean time, min'
    """
    words, unit = setting_words(axis.key), unit_of_key(axis.key)
    return f"{words}, {unit}" if unit and unit not in COUNTED and _is_number(axis.values[0]) else words


def chosen_text(point: Point, place: int) -> str:
    """Return the value that a point has on an axis, as Hydra reads it."""
    return point.overrides[place].partition("=")[2]


def option_labels(sweep: Sweep) -> dict[str, dict[str, str]]:
    """Return, by axis and option, what readers meet in place of an option's name; numbers stand for themselves."""
    return {axis.key: _labels(sweep, place) for place, axis in enumerate(sweep.axes)}


def _labels(sweep: Sweep, place: int) -> dict[str, str]:
    axis = sweep.axes[place]
    found = {text: text for text in axis.texts}
    for point in sweep.points:
        text = chosen_text(point, place)
        if re.fullmatch(r"[a-z][a-z0-9_]*", text) and text not in ("true", "false", "null"):
            found[text] = _option_label(axis.key, text, point.study)
    return found if len(set(found.values())) == len(found) else {text: text for text in found}


def _option_label(key: str, text: str, study: Study) -> str:
    if key == "port":
        return study.alternatives[study.baseline].port.title
    if key == "policy" and text in study.alternatives:
        return study.names.label(text)
    return lower_first(derived_label(text))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
