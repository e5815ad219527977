"""A user's own trucks -> MANIFEST: what they say is kept, the rest is drawn.

Luck and hidden truth are always drawn, keyed by the window as for simulated trucks, by the truck's
place in the order of arrival. So the trucks of a simulated window, given whole, come back whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.errors import TableError
from sim.manifest import draw_trucks
from sim.population import Columns
from sim.scenario import Scenario
from sim.streams import BoolArray, FloatArray, Purpose, uniform
from sim.tables import visible
from sim.window import Window

CALENDAR = ("weekday", "month")
"""Columns that arrival time and start date decide: never drawn."""
EMPTY_CODE = {"shipper": -1, "commodity": -1, "consignee": -1, "entry_type": 3}
"""Columns that show whether a truck is empty, and what they hold then."""


def complete(scenario: Scenario, window: Window, given: pd.DataFrame) -> pd.DataFrame:
    """Return the MANIFEST of trucks of which only some columns are known.

    Parameters
    ----------
    scenario : Scenario
        Draws what is missing; P(carrying) follows from its ``threat`` and the trucks' traits.
    window : Window
        Calendar and luck.
    given : DataFrame
        ``arrive_min`` and any columns of tier ``own``, of the kinds that ``sim.tables`` declares,
        in any order of rows. A firm that is not of the population has no propensity of its own,
        and no history unless it is given.

    Raises
    ------
    TableError
        Arrival times that are missing or outside the window, or a column that cannot be given.

    Examples
    --------
    >>> drawn_columns(pd.DataFrame({"arrive_min": [3.0], "fast": [True]}))[:3]
    ('arrive_hour', 'carrier', 'driver')
    """
    _check(given, window)
    rows = given.sort_values("arrive_min", kind="stable", ignore_index=True)
    times = rows["arrive_min"].to_numpy(dtype=np.float64)
    columns = {name: rows[name].to_numpy() for name in visible() if name in rows.columns}
    laden = _laden(columns)
    if laden is not None:
        columns["laden"] = laden

    def draw(purpose: Purpose) -> FloatArray:
        return uniform(window, purpose, times.size)

    return draw_trucks(scenario, window, times, draw, columns)


def drawn_columns(given: pd.DataFrame) -> tuple[str, ...]:
    """Return the visible columns that the trucks do not say and that are drawn for them."""
    known = {*given.columns, *CALENDAR}
    if known & set(EMPTY_CODE):
        known.add("laden")
    if "weight_kg" in known:
        known.add("weight_ratio")
    return tuple(name for name in visible() if name not in known)


def _laden(columns: Columns) -> BoolArray | None:
    """Return whether each truck carries goods, as far as its columns say so."""
    if "laden" in columns:
        return columns["laden"]
    for name, code in EMPTY_CODE.items():
        if name in columns:
            laden: BoolArray = columns[name] != code
            return laden
    return None


def _check(given: pd.DataFrame, window: Window) -> None:
    if "arrive_min" not in given.columns:
        raise TableError("manifest: missing column 'arrive_min'")
    for name in given.columns:
        if name != "arrive_min" and name not in visible():
            raise TableError(f"manifest: the column '{name}' cannot be given")
    times = given["arrive_min"].to_numpy(dtype=np.float64)
    if not ((times >= 0.0) & (times < window.horizon_min)).all():
        raise TableError(f"manifest.arrive_min: outside the window's {window.days} days")
