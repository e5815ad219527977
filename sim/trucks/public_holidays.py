"""On which days the holidays of both countries fall, and what they leave of a day's trucks.

Dates of federal holidays: the library ``holidays`` (the United States with observed days, Mexico by article 74 of its
labor law), from 1776 to 2100. Easter: the Gregorian rule of ``dateutil``.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from sim.setting.demand import Holiday, HolidayShares

US_NAMES: Final[dict[str, Holiday]] = {
    "New Year's Day": "new_years_day",
    "Martin Luther King Jr. Day": "martin_luther_king_day",
    "Washington's Birthday": "washingtons_birthday",
    "Memorial Day": "memorial_day",
    "Juneteenth National Independence Day": "juneteenth",
    "Independence Day": "independence_day",
    "Labor Day": "labor_day",
    "Columbus Day": "columbus_day",
    "Veterans Day": "veterans_day",
    "Thanksgiving Day": "thanksgiving_day",
    "Christmas Day": "christmas_day",
}
MEXICAN_NAMES: Final[dict[str, Holiday]] = {
    "New Year's Day": "new_years_day",
    "Constitution Day": "constitution_day",
    "Benito Juárez's birthday": "benito_juarez_day",
    "Labor Day": "mexican_labor_day",
    "Independence Day": "mexican_independence_day",
    "Change of Federal Government": "change_of_government",
    "Revolution Day": "revolution_day",
    "Christmas Day": "christmas_day",
}
OBSERVED: Final = " (observed)"
"""What the library adds to the name of a holiday that is kept on a Friday or Monday; it counts as the holiday."""


@functools.cache
def holidays_of_year(year: int) -> Mapping[int, tuple[Holiday, ...]]:
    """Return the holidays of a year by the day's ordinal (`datetime.date.toordinal`).

    Examples
    --------
    >>> holidays_of_year(2024)[dt.date(2024, 9, 16).toordinal()]
    ('mexican_independence_day',)
    """
    # Late: both take a quarter of a second that a port without holidays can spare.
    import holidays
    from dateutil.easter import easter

    days: defaultdict[int, dict[Holiday, None]] = defaultdict(dict)
    for country, names in (("US", US_NAMES), ("MX", MEXICAN_NAMES)):
        for date, text in holidays.country_holidays(country, years=year, language="en_US").items():
            for name in text.split(holidays.HOLIDAY_NAME_DELIMITER):
                if date.year == year and (key := names.get(name.removesuffix(OBSERVED))):
                    days[date.toordinal()][key] = None
    sunday = easter(year).toordinal()
    days[sunday - 3]["maundy_thursday"] = None
    days[sunday - 2]["good_friday"] = None
    for day in range(27, 31):
        days[dt.date(year, 12, day).toordinal()]["year_end"] = None
    return {day: tuple(found) for day, found in days.items()}


def share_of_usual_day(shares: Mapping[Holiday, HolidayShares] | None, date: dt.date) -> float:
    """Return what holidays leave of a usual day's trucks on a date: the product of all that touch it.

    Examples
    --------
    >>> shares = {"thanksgiving_day": HolidayShares(before=1.1, day=0.5, after=0.7)}
    >>> [share_of_usual_day(shares, dt.date(2024, 11, day)) for day in (26, 27, 28, 29, 30)]
    [1.0, 1.1, 0.5, 0.7, 1.0]
    """
    if not shares:
        return 1.0
    share = 1.0
    for shift, part in ((1, "before"), (0, "day"), (-1, "after")):
        for holiday in _holidays_on(date.toordinal() + shift):
            if holiday in shares:
                share *= getattr(shares[holiday], part)
    return share


def _holidays_on(ordinal: int) -> tuple[Holiday, ...]:
    if not 1 <= ordinal <= dt.date.max.toordinal():
        return ()
    return holidays_of_year(dt.date.fromordinal(ordinal).year).get(ordinal, ())
