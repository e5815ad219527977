"""Which year's counted volumes a study's days have: their own year's, or the nearest that was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from experiments.number_format import listed
from experiments.study.study import MONTHS, Study


def volume_years(study: Study) -> dict[str, dict[str, int]]:
    """Return by alternative, for each calendar year of its days, the year whose month counts they have.

    Nothing stands there where no counts are used: under rates for theory, with a file of trucks, and where the port
    has one set of counts for every year.
    """
    windows = [study.window(replication) for replication in range(min(study.replications, MONTHS))]
    years = {date.year for window in windows for date in window.dates()}
    found = {}
    for name, scenario in study.alternatives.items():
        used = {str(year): scenario.port.volume.year_of_counts(year) for year in sorted(years)}
        counted = scenario.traffic.name == "profile" and study.manifest is None
        found[name] = {year: counts for year, counts in used.items() if counts is not None and counted}
    return found


def stand_in_note(studies: Iterable[Study]) -> str:
    """Return a sentence on the years that were not counted, and which stand in; nothing where all were."""
    pairs: set[tuple[str, int]] = set()
    for study in studies:
        for years in volume_years(study).values():
            pairs |= _stand_ins(years)
    words = [f"those of {counts} for {year}" for year, counts in sorted(pairs)]
    if not words:
        return ""
    return f"Month counts of the nearest counted year stand in where a year has none: {listed(words)}."


def _stand_ins(years: Mapping[str, int]) -> set[tuple[str, int]]:
    return {(year, counts) for year, counts in years.items() if int(year) != counts}
