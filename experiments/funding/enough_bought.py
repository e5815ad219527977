"""Whether an alternative pays for what it uses: nothing may stand at the port that nobody bought.

What is counted is what the scenario has above the baseline's: scanners, docks, booths and analysts'
posts, and the officers who man more booth-hours a week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from experiments.economics.life_cycle import Purchase
from experiments.economics.measure import Measure
from experiments.funding.case import Case
from sim.capacity import schedule
from sim.errors import ConfigError
from sim.order import PRIMARY
from sim.scenario import Scenario
from sim.usage import open_min
from sim.window import EVALUATION, Window

WEEK: Final = Window(seed=0, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
"""A plain week: what is manned by the timetable does not hang on chance."""
TOLERANCE: Final = 0.06
"""Persons and units that rounding may leave out."""
SCANNERS: Final = ("portal", "secondary_scanner")
MANS: Final = {"analyst": ("portal",), "officer": ("booth",)}
"""Measures whose staff man what is counted here, by person."""


def bought_units(
    purchases: Sequence[Purchase], catalogue: Mapping[str, Measure]
) -> dict[str, float]:
    """Return the units bought of every measure, and of those persons who man what is counted.

    An officer of a dock mans no booth, and an analyst who reads a risk model's errors reads no
    images: only persons of `MANS` are added to those bought by themselves.

    Examples
    --------
    >>> bought_units([], {})
    {}
    """
    units: dict[str, float] = {}
    for purchase in purchases:
        units[purchase.measure] = units.get(purchase.measure, 0.0) + purchase.units
        for person, persons in catalogue[purchase.measure].staff.items():
            if purchase.measure in MANS.get(person, ()):
                units[person] = units.get(person, 0.0) + purchase.units * persons
    return units


def used(scenario: Scenario, persons_per_post: float) -> dict[str, float]:
    """Return what stands and serves at the port, in the catalogue's units."""
    primary = scenario.port.primary
    per_week_h = persons_per_post / (open_min(scenario, WEEK) / 60.0)
    return {
        "portal": float(scenario.servers("portal") + scenario.servers("secondary")),
        "dock": float(scenario.servers("dock")),
        "booth": float(primary.lanes + primary.fast_lanes),
        "analyst": scenario.servers("analyst") * persons_per_post,
        "officer": booth_hours(scenario) * per_week_h,
    }


def booth_hours(scenario: Scenario) -> float:
    """Return the hours a week that booths are manned, all booths together."""
    spans = [
        down - up
        for (station, _), times in schedule(scenario, WEEK).items()
        if station == PRIMARY
        for up, down in times
    ]
    return sum(spans) / 60.0


def lacking(made: Case, name: str) -> dict[str, float]:
    """Return what an alternative uses above the baseline and has not bought, by measure."""
    alternatives = made.study.alternatives
    persons = made.terms.persons_per_post
    base, own = (used(alternatives[n], persons) for n in (made.study.baseline, name))
    units = bought_units(made.purchases[name], made.catalogue)
    units["portal"] = sum(units.get(one, 0.0) for one in SCANNERS)
    short = {what: own[what] - base[what] - units.get(what, 0.0) for what in own}
    return {what: number for what, number in short.items() if number > TOLERANCE}


def check_bought(made: Case) -> None:
    """Refuse an alternative that uses what it does not buy.

    Raises
    ------
    ConfigError
        ``purchases.<alternative>``: the measure, and how many units are missing.
    """
    for name in made.study.alternatives:
        if name == made.study.baseline:
            continue
        if short := lacking(made, name):
            words = ", ".join(f"{number:.2f} of {what}" for what, number in short.items())
            problem = f"uses more than it buys: {words} are missing"
            raise ConfigError(f"purchases.{name}", problem)
