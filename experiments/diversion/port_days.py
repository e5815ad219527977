"""All ports of a corridor over one stretch of days: who comes as usual, who could go where, and what lines do then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.diversion.choice import LOST, choose_ports, patience_uniforms, port_uniforms, utilities
from experiments.diversion.lines import CLASSES, hourly_waits, waits_in_line
from experiments.diversion.moved import Comers, come_over
from experiments.diversion.settings import LAG_H, CorridorSettings
from sim.frames import column
from sim.replication import OperatingPlan, Outcome, Replication
from sim.results.times import line_joined_min
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.shared_draws import SharedDraws, manifest_key
from sim.trucks.arrivals import day_type, hour_shares

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
BEYOND = 1.2
"""Longest wait in choices, as a multiple of what the most patient truck stands."""


@dataclass(frozen=True, slots=True)
class PortNow:
    """One port in a stretch.

    Attributes
    ----------
    usual, changed : Scenario
    plan, plan_changed : OperatingPlan
    window : Window
        Of the port's own luck.
    is_used : bool
        Whether trucks come as usual.
    is_open : bool
        Whether trucks can come under the measures.
    manifest, scores : DataFrame
        Its own trucks; None: it is not in use as usual.
    """

    usual: Scenario
    changed: Scenario
    plan: OperatingPlan
    plan_changed: OperatingPlan
    window: Window
    is_used: bool
    is_open: bool
    manifest: pd.DataFrame | None
    scores: pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class Lines:
    """What the lines of all ports did with the trucks that came.

    Attributes
    ----------
    waits : float[truck]
        Minutes in line of each truck of the corridor; NaN: it did not cross.
    hourly : float[port, class, hour]
        Mean waits, no longer than `PortDays.longest_min`.
    """

    waits: Array
    hourly: Array


@dataclass(frozen=True)
class PortDays:
    """One replication of a stretch: all trucks of the corridor, one after the other by their own port."""

    settings: CorridorSettings
    ports: Mapping[str, PortNow]
    base: Mapping[str, float]
    """Base shares, and latent ones of ports that are not in use."""
    engine: str
    usd_per_h: float
    """Value of an hour of a truck, for tolls."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The ports, in the order of all arrays."""
        return tuple(self.ports)

    @cached_property
    def days(self) -> int:
        """Days of the stretch."""
        return next(iter(self.ports.values())).window.days

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Ports whose trucks the corridor has."""
        return tuple(name for name, port in self.ports.items() if port.manifest is not None)

    def _own(self, name: str) -> pd.DataFrame:
        manifest = self.ports[name].manifest
        assert manifest is not None  # noqa: S101  (a port in use)
        return manifest

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Trucks of each port, 0 of one that is not in use."""
        return tuple(len(self._own(name)) if name in self.used else 0 for name in self.names)

    @cached_property
    def home(self) -> Ints:
        """The port of each truck as usual, int[truck]."""
        return np.repeat(np.arange(len(self.names)), self.counts)

    @cached_property
    def first(self) -> Ints:
        """Where the trucks of each port begin, int[port]."""
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)

    def _joined(self, name: str) -> npt.NDArray[np.float64]:
        return np.concatenate([column(self._own(port), name) for port in self.used])

    @cached_property
    def lane_class(self) -> Ints:
        """0 general, 1 FAST, int[truck]."""
        return self._joined("fast").astype(np.int64)

    @cached_property
    def arrive_min(self) -> Array:
        """When each truck would reach each port, float[truck, port]."""
        extra = np.array([self.settings.ports[name].extra_min for name in self.names])
        away = self.home[:, None] != np.arange(len(self.names))[None, :]
        return np.asarray(self._joined("arrive_min")[:, None] + np.where(away, extra[None, :], 0.0))

    @cached_property
    def hour(self) -> Ints:
        """The hour of the stretch in which each truck would reach each port, int[truck, port]."""
        return np.minimum((self.arrive_min / 60.0).astype(np.int64), 24 * self.days - 1)

    def _coming(self, name: str, scenario: Scenario) -> Bools:
        """Return the hours in which trucks come to a port, bool[hour]: open, or the hour before."""
        window = self.ports[name].window
        return np.concatenate([hour_shares(scenario, day_type(day.weekday())) > 0.0 for day in window.dates()])

    def _reached(self, hours: Mapping[str, Bools]) -> Bools:
        inside = self.arrive_min < 1440.0 * self.days
        reached = np.stack([hours[name][self.hour[:, k]] for k, name in enumerate(self.names)], axis=1)
        return np.asarray(inside & reached)

    @cached_property
    def utility(self) -> Array:
        """What each port is worth to each truck as usual, float[truck, port]; -inf where it cannot go there now."""
        nowhere = np.zeros(24 * self.days, dtype=bool)
        flat = self.ports[self.used[0]].usual.traffic.name != "profile"
        everywhere = np.ones(24 * self.days, dtype=bool)
        usual, now = {}, {}
        for name, port in self.ports.items():
            usual[name] = (everywhere if flat else self._coming(name, port.usual)) if port.is_used else nowhere
            now[name] = (everywhere if flat else self._coming(name, port.changed)) if port.is_open else nowhere
        could = self._reached(usual)
        can = self._reached(now)
        rows = np.arange(len(self.home))
        can[rows, self.home] = np.array([port.is_open for port in self.ports.values()])[self.home]
        uniforms = [
            port_uniforms(self.ports[name].window, name, self.names, len(self._own(name))) for name in self.used
        ]
        drive = self.arrive_min - self.arrive_min[rows, self.home][:, None]
        return utilities(
            np.array([self.base[name] for name in self.names]) * np.exp(-self.settings.per_min * drive),
            np.concatenate(uniforms),
            home=self.home,
            usual=could,
            open_now=can,
        )

    @cached_property
    def patience_min(self) -> Array | None:
        """Wait beyond which each truck does not cross, float[truck]; None: all cross."""
        limit = self.settings.demand_lost_after_min
        if limit is None:
            return None
        u = [patience_uniforms(self.ports[name].window, name, len(self._own(name))) for name in self.used]
        return limit * (1.0 + self.settings.patience_spread_share * (2.0 * np.concatenate(u) - 1.0))

    @property
    def longest_min(self) -> float:
        """Wait that stands for all longer ones where trucks choose: nobody joins a line of that length."""
        limit = self.settings.demand_lost_after_min
        return 1440.0 if limit is None else limit * (1.0 + self.settings.patience_spread_share) * BEYOND

    def expected(self, hourly: Array, usual: Array) -> Array:
        """Return the waits that drivers know of those that happen, float[port, class, hour]; see `LAG_H`."""
        lag = min(LAG_H[self.settings.information], hourly.shape[2])
        return np.concatenate([usual[:, :, :lag], hourly[:, :, : hourly.shape[2] - lag]], axis=2)

    def _at(self, hourly: Array) -> Array:
        """Return the wait of the hour in which each truck would reach each port, float[truck, port]."""
        places = np.arange(len(self.names))[None, :]
        return np.asarray(hourly[places, self.lane_class[:, None], self.hour])

    def choose(self, hourly: Array, usual: Array) -> Ints:
        """Return the port that each truck takes if these are the waits, and those were the usual ones."""
        known, before = self._at(self.expected(hourly, usual)), self._at(usual)
        rows = np.arange(len(self.home))
        for k, name in enumerate(self.names):
            if not self.ports[name].is_used:
                before[:, k] = before[rows, self.home]
        toll = np.array([self.settings.ports[name].toll_change_usd for name in self.names]) / self.usd_per_h * 60.0
        minutes = known - before + toll[None, :]
        return choose_ports(self.utility, minutes, known, self.patience_min, per_min=self.settings.per_min)

    def first_choice(self, start: str, usual: Array) -> Ints:
        """Return where trucks go at the start: each to its own port, or all to that with the least wait as usual.

        Who cannot go there takes the best port that is open.
        """
        worth = self.utility.copy()
        rows = np.arange(len(self.home))
        if start == "home":
            wanted = self.home
        else:
            waits = np.where(np.isfinite(worth), self._at(usual), np.inf)
            wanted = waits.argmin(axis=1).astype(np.int64)
        best = worth.argmax(axis=1).astype(np.int64)
        taken = np.where(np.isfinite(worth[rows, wanted]), wanted, best)
        taken[~np.isfinite(worth[rows, taken])] = LOST
        return np.asarray(taken, dtype=np.int64)

    @cached_property
    def comers(self) -> dict[str, Comers]:
        """Of each port all trucks of the corridor as they would come to it."""
        found = {}
        for name in self.names:
            extra = self.settings.ports[name].extra_min
            manifests = {home: self._at_port(home, name, extra) for home in self.used}
            scores = {home: self.ports[home].scores for home in self.used}
            found[name] = Comers(manifests, scores)  # type: ignore[arg-type]
        return found

    def _at_port(self, home: str, name: str, extra_min: float) -> pd.DataFrame:
        """Return all trucks of a port as they would come to another, or to itself under the measures."""
        own, there = self._own(home), self.ports[name].changed
        usual = self.ports[home].usual
        if home == name and manifest_key(usual) == manifest_key(there):
            return own
        drive = 0.0 if home == name else extra_min
        return come_over(own, usual, there, self.ports[home].window, extra_min=drive)

    def rows_of(self, taken: Ints, name: str) -> dict[str, Ints]:
        """Return who comes to a port: rows of each port's own trucks."""
        place = self.names.index(name)
        return {
            home: np.flatnonzero(taken[self.first[k] : self.first[k] + self.counts[k]] == place)
            for k, home in enumerate(self.names)
            if home in self.used
        }

    def replication_of(self, taken: Ints, name: str) -> tuple[Replication, Ints] | None:
        """Return a port with the trucks that come to it, and the place of each in the corridor; None: nobody comes."""
        port = self.ports[name]
        rows = self.rows_of(taken, name)
        if not any(len(of) for of in rows.values()):
            return None
        manifest, scores, (whose, row) = self.comers[name].chosen(rows)
        places = {home: int(self.first[self.names.index(home)]) for home in self.used}
        where = np.array([places[str(home)] for home in np.unique(whose)])[np.unique(whose, return_inverse=True)[1]]
        replication = Replication(
            port.changed, port.window, manifest, scores, port.plan_changed, self.engine, SharedDraws()
        )
        return replication, np.asarray(where + row, dtype=np.int64)

    def usual_replication(self, name: str) -> Replication:
        """Return a port as usual."""
        port = self.ports[name]
        assert port.scores is not None  # noqa: S101  (a port in use)
        return Replication(port.usual, port.window, self._own(name), port.scores, port.plan, self.engine, SharedDraws())

    def simulate(self, taken: Ints) -> Lines:
        """Return what lines do if each truck takes this port."""
        waits = np.full(len(taken), np.nan)
        hourly = np.zeros((len(self.names), CLASSES, 24 * self.days))
        for k, name in enumerate(self.names):
            found = self.replication_of(taken, name)
            if found is not None:
                replication, where = found
                waits[where] = of_these = waits_in_line(replication)
                hourly[k] = hourly_waits(replication.manifest, of_these, self.days)
        return Lines(waits, np.minimum(hourly, self.longest_min))


def measured(replication: Replication) -> tuple[Outcome, Array]:
    """Return what a port leaves, its last line served, and the wait of each of its trucks, NaN: none took it."""
    outcome = replication.run_served_out()
    ledger = outcome.ledger
    joined = line_joined_min(column(ledger, "arrive_min"), column(ledger, "origin_leave_min"))
    return outcome, np.asarray(column(ledger, "primary_start_min") - joined)
