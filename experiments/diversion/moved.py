"""Trucks of several ports as they would come to each of them: the same trucks, the same luck.

A truck that comes over arrives later by its drive, and asks of each station there the time that its own random numbers
give under that port's distribution. Everything else it brings along: what is declared, who it is, its score and load.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.frames import LazyColumns, LazyFrame, column, column_names, with_columns
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.tables import MANIFEST, visible_columns
from sim.trucks.arrivals import draw_arrivals
from sim.trucks.manifest import draw_trucks

Ints = npt.NDArray[np.int64]
SERVICES = tuple(one.name for one in MANIFEST if one.name.startswith("service_") and one.name.endswith("_min"))
"""Columns that hang on the port: how long each of its stations needs."""


def come_over(
    manifest: pd.DataFrame, home: Scenario, there: Scenario, window: Window, *, extra_min: float
) -> pd.DataFrame:
    """Return all trucks of a port as they would come to another one.

    Parameters
    ----------
    manifest : DataFrame
        MANIFEST of the window, as drawn at home.
    home, there : Scenario
        Where they come as usual, and where they go now.
    window : Window
        That of the home port.
    extra_min : float
        Their drive, minutes.

    Returns
    -------
    DataFrame
        MANIFEST, row by row the same trucks; arrivals may lie beyond the window.
    """
    times, draw = draw_arrivals(home, window)
    known = {name: column(manifest, name) for name in visible_columns()}
    served = draw_trucks(there, window, times, draw, known)
    new = {name: functools.partial(column, served, name) for name in SERVICES}
    return with_columns(manifest, new | {"arrive_min": lambda: column(manifest, "arrive_min") + extra_min})


@dataclass(frozen=True, slots=True)
class Comers:
    """Who comes to one port: of the trucks of every port, those that chose it.

    Attributes
    ----------
    manifests, scores : mapping of DataFrame
        All trucks of each port as they would come here, and their SCORES.
    """

    manifests: Mapping[str, pd.DataFrame]
    scores: Mapping[str, pd.DataFrame]

    def chosen(self, rows: Mapping[str, Ints]) -> tuple[pd.DataFrame, pd.DataFrame, tuple[npt.NDArray[np.str_], Ints]]:
        """Return MANIFEST and SCORES of the trucks that come, by arrival, and where each comes from: (port, row).

        Where all are the port's own, in their order, both are its own tables, unchanged.
        """
        homes = [name for name, of in rows.items() if len(of)]
        if len(homes) == 1 and len(rows[homes[0]]) == len(self.manifests[homes[0]]):
            name = homes[0]
            whole = rows[name]
            return self.manifests[name], self.scores[name], (np.full(len(whole), name), whole)
        whose = np.repeat(np.array(homes or [""]), [len(rows[name]) for name in homes] or [0])
        row = np.concatenate([rows[name] for name in homes]) if homes else np.zeros(0, dtype=np.int64)
        arrive = self._joined(self.manifests, homes, rows, "arrive_min", None)
        order = np.argsort(arrive, kind="stable")
        manifest = self._table(self.manifests, homes, rows, order)
        scores = self._table(self.scores, homes, rows, order)
        return manifest, scores, (whose[order], row[order])

    def _table(
        self, tables: Mapping[str, pd.DataFrame], homes: Sequence[str], rows: Mapping[str, Ints], order: Ints
    ) -> pd.DataFrame:
        first = tables[homes[0]] if homes else next(iter(tables.values()))
        names = [name for name in column_names(first) if all(name in column_names(tables[home]) for home in homes)]
        columns = LazyColumns()
        for name in names:
            columns.add(name, functools.partial(self._joined, tables, homes, rows, name, order))
        if "truck" in names:
            columns = LazyColumns({"truck": np.arange(len(order))}, rest=columns)
        return LazyFrame(columns, names, len(order))

    @staticmethod
    def _joined(
        tables: Mapping[str, pd.DataFrame],
        homes: Sequence[str],
        rows: Mapping[str, Ints],
        name: str,
        order: Ints | None,
    ) -> npt.NDArray[np.float64]:
        parts = [column(tables[home], name)[rows[home]] for home in homes]
        whole = np.concatenate(parts) if parts else column(next(iter(tables.values())), name)[:0]
        return whole if order is None else whole[order]
