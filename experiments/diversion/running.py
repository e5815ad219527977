"""Carrying a corridor out: one piece a replication, each stretch of days as usual and changed."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.diversion.assumed import drawn_values, inspected, with_scaled_trucks, with_trucks, with_values
from experiments.diversion.choice import LOST, port_seed
from experiments.diversion.equilibrium import STARTS, Equilibrium, are_alike, port_shares, settle
from experiments.diversion.lines import CLASSES, hourly_waits
from experiments.diversion.port_days import Lines, PortDays, PortNow, measured
from experiments.diversion.request import Corridor, changed_name, measures_of
from experiments.diversion.settings import CorridorSettings
from experiments.diversion.stretches import Stretch
from experiments.execution import journal
from experiments.execution.content import digest, replication_keys
from experiments.execution.parallel import Progress
from experiments.execution.replicate import ProcessCache, compile_for_run, process_cache, scorers_token, trucks_met
from sim.replication import Outcome, Scorer
from sim.results.expected_detection import ExpectedDetection
from sim.scenario import Scenario
from sim.shared_draws import SharedDraws, risk_key
from sim.tables import FLOWS, check_table
from sim.trucks.arrivals import rates_per_h

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SIDES: Final = ("usual", "changed")
WEEK_H: Final = 168
DAYS_A_MONTH: Final = 365.25 / 12.0
CHECKED: Final = 2
"""Replications that look for the equilibrium from both starts; the others begin with all at home."""


class CorridorTables(NamedTuple):
    """What all replications leave."""

    flows: pd.DataFrame
    """FLOWS."""
    ports: pd.DataFrame
    """A row a side, replication, stretch and port: trucks, waits, loads."""
    equilibria: pd.DataFrame
    """A row a replication, changed stretch and start."""
    assumed: pd.DataFrame
    """A row a replication: the values of the keys that vary."""


def run_corridor(corridor: Corridor, scorers: Mapping[str, Scorer], progress: Progress | None = None) -> CorridorTables:
    """Run every replication of a corridor; those that a resumed run has kept are not run again.

    Parameters
    ----------
    scorers : mapping
        Fitted risk models by `sim.shared_draws.risk_key`.
    """
    study = corridor.study
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    work = functools.partial(run_corridor_replication, corridor, scorers, scorers_token(scorers))
    keys = functools.partial(_keys, corridor, scorers)
    done = list(journal.results("corridor", work, range(study.replications), study.processes, progress, keys))
    flows = pd.concat([piece.flows for piece in done], ignore_index=True)
    order = np.lexsort((flows["replication"], np.where(flows["side"] == SIDES[0], 0, 1)))
    flows = flows.iloc[order].reset_index(drop=True)
    texts = dict.fromkeys(("side", "start_date", "port"), "str")
    return CorridorTables(
        check_table(flows.astype(texts), FLOWS, "flows"),
        pd.concat([piece.ports for piece in done], ignore_index=True),
        pd.concat([piece.equilibria for piece in done], ignore_index=True),
        pd.concat([piece.assumed for piece in done], ignore_index=True),
    )


def _keys(corridor: Corridor, scorers: Mapping[str, Scorer]) -> Sequence[str]:
    months = digest(corridor.normal, corridor.stretches)
    return replication_keys(corridor.study, scorers, repr(corridor.settings), corridor.keys.most_steps, months)


def run_corridor_replication(
    corridor: Corridor, scorers: Mapping[str, Scorer], token: str, replication: int
) -> CorridorTables:
    """Run one replication: every stretch as usual, and changed from both starts."""
    study = corridor.study
    values = drawn_values(corridor.ranges(), study.seed, study.replications, replication)
    settings = with_values(corridor.settings, {key: values[key] for key in corridor.settings.varied})
    run = _Run(corridor, settings, scorers, process_cache(token), replication)
    for stretch in corridor.stretches:
        run.add(stretch)
    assumed = pd.DataFrame([{"replication": replication} | values])
    flows = pd.concat(run.flows, ignore_index=True)
    return CorridorTables(flows, pd.DataFrame(run.rows[0]), pd.DataFrame(run.rows[1]), assumed)


class _Side(NamedTuple):
    """One stretch on one side."""

    name: str
    taken: Ints
    lines: Lines
    expected: Array
    outcomes: Mapping[str, Outcome]


class _Run:
    """One replication as it goes."""

    def __init__(
        self,
        corridor: Corridor,
        settings: CorridorSettings,
        scorers: Mapping[str, Scorer],
        shared: ProcessCache,
        replication: int,
    ) -> None:
        self.corridor, self.settings, self.scorers, self.shared = corridor, settings, scorers, shared
        self.replication = replication
        self.flows: list[pd.DataFrame] = []
        self.rows: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])

    def add(self, stretch: Stretch) -> None:
        """Run one stretch."""
        days = self._port_days(stretch)
        if not sum(days.counts):
            return
        outcomes, lines = self._usual(days)
        usual = days.home.copy()
        self._note(stretch, days, _Side("usual", usual, lines, lines.hourly, outcomes))
        tolls = any(port.toll_change_usd for port in self.settings.ports.values())
        if not stretch.measures and not tolls:
            self._note(stretch, days, _Side("changed", usual, lines, lines.hourly, outcomes))
            return
        found = self._equilibria(days, lines.hourly)
        taken = found[0].taken
        changed, waits = {}, np.full(len(taken), np.nan)
        hourly = np.zeros_like(lines.hourly)
        for k, name in enumerate(days.names):
            replication = days.replication_of(taken, name)
            if replication is not None:
                changed[name], of_these = measured(replication[0])
                waits[replication[1]] = of_these
                hourly[k] = hourly_waits(replication[0].manifest, of_these, days.days)
        self._note(stretch, days, _Side("changed", taken, Lines(waits, hourly), found[0].expected, changed))
        self._note_equilibria(stretch, days, found)

    def _port_days(self, stretch: Stretch) -> PortDays:
        ports, trucks = {}, {}
        for name in self.settings.ports:
            ports[name], trucks[name] = self._port(stretch, name)
        total = sum(trucks.values())
        base = {}
        for name, port in self.settings.ports.items():
            own = port.latent_share if port.latent_share is not None else port.base_share
            base[name] = trucks[name] / total if own is None and total else own or 0.0
        study = self.corridor.study
        value = next(iter(study.alternatives.values())).value.value_of_time_usd_per_truck_h
        return PortDays(self.settings, ports, base, study.engine, value)

    def _port(self, stretch: Stretch, name: str) -> tuple[PortNow, float]:
        study, settings = self.corridor.study, self.settings
        usual = study.alternatives[name]
        own = measures_of(settings, stretch, name)
        changed = study.alternatives[changed_name(name, own)]
        if any(settings.measures[measure].inspected for measure in own):
            changed = inspected(changed, settings.inspection)
        usual, changed = (self._with_demand(scenario, stretch, name) for scenario in (usual, changed))
        window = stretch.window(port_seed(study.seed, name), self.replication)
        scorer = self.scorers[risk_key(usual)]
        is_used = settings.ports[name].latent_share is None
        manifest = scores = None
        if is_used:
            manifest, scores = trucks_met(SharedDraws(), usual, scorer, window, None)
        here = [settings.measures[measure] for measure in stretch.measures if settings.measures[measure].port == name]
        is_open = (is_used or any(one.opens for one in here)) and not any(one.closed for one in here)
        first = replace(window, start_date=self.corridor.stretches[0].first.isoformat())
        plan = self.shared.plan(usual, scorer, first)
        plan_changed = plan if changed is usual else self.shared.plan(changed, self.scorers[risk_key(changed)], first)
        trucks = float(rates_per_h(usual, window).sum()) if is_used else 0.0
        return PortNow(usual, changed, plan, plan_changed, window, is_used, is_open, manifest, scores), trucks

    def _with_demand(self, scenario: Scenario, stretch: Stretch, name: str) -> Scenario:
        """Return a port with the trucks that a counted month would have had, or its base share of all trucks.

        A port that is not in use has the trucks of its latent share: on them rest quantiles of its past days.
        """
        port, study = self.corridor.settings.ports[name], self.corridor.study
        if stretch.month is not None:
            trucks = self.corridor.months_trucks[stretch.month]
            latent = (port.latent_share or 0.0) * sum(trucks.values())
            return with_trucks(scenario, trucks.get(name, latent))
        if port.base_share is None and port.latent_share is None:
            return scenario
        window = stretch.window(study.seed, self.replication)
        of_all = {one: float(rates_per_h(study.alternatives[one], window).sum()) for one in self.corridor.used}
        if port.latent_share is not None:
            a_month = sum(of_all.values()) / stretch.days * DAYS_A_MONTH
            return with_trucks(scenario, port.latent_share * a_month)
        share = port.base_share or 0.0
        return with_scaled_trucks(scenario, share * sum(of_all.values()) / of_all[name]) if of_all[name] else scenario

    def _usual(self, days: PortDays) -> tuple[dict[str, Outcome], Lines]:
        outcomes, waits = {}, np.full(len(days.home), np.nan)
        hourly = np.zeros((len(days.names), CLASSES, 24 * days.days))
        for k, name in enumerate(days.names):
            if days.counts[k]:
                replication = days.usual_replication(name)
                outcomes[name], of_these = measured(replication)
                waits[days.first[k] : days.first[k] + days.counts[k]] = of_these
                hourly[k] = np.minimum(hourly_waits(replication.manifest, of_these, days.days), days.longest_min)
        return outcomes, Lines(waits, hourly)

    def _equilibria(self, days: PortDays, usual: Array) -> list[Equilibrium]:
        starts = STARTS if self.replication < CHECKED else STARTS[:1]
        return [
            settle(
                days.first_choice(start, usual),
                lambda hourly: days.choose(hourly, usual),
                lambda taken: days.simulate(taken).hourly,
                most_steps=self.corridor.keys.most_steps,
                ports=len(days.names),
            )
            for start in starts
        ]

    def _note(self, stretch: Stretch, days: PortDays, side: _Side) -> None:
        taken, lines = side.taken, side.lines
        keys = {"side": side.name, "replication": self.replication, "start_date": stretch.first.isoformat()}
        joined = (taken >= 0) & np.isfinite(lines.waits)
        for k, name in enumerate(days.names):
            mine, here = days.home == k, taken == k
            self.flows.append(_flows(keys, stretch, days, k, side))
            met = here & joined
            outcome = side.outcomes.get(name)
            metrics = {} if outcome is None else outcome.metrics
            found = None if outcome is None else outcome.detection
            self.rows[0].append(
                keys
                | {
                    "month": stretch.month or "",
                    "port": name,
                    "demand": int(mine.sum()),
                    "diverted_in": int((here & ~mine).sum()),
                    "diverted_out": int((mine & ~here & (taken != LOST)).sum()),
                    "lost": int((mine & (taken == LOST)).sum()),
                    "crossed": int(met.sum()),
                    "wait_sum_min": float(lines.waits[met].sum()),
                    "n_scanned": float(metrics.get("n_scanned", 0.0)),
                    "exited": float(metrics.get("exited", 0.0)),
                }
                | _loads(found)
            )

    def _note_equilibria(self, stretch: Stretch, days: PortDays, ends: Sequence[Equilibrium]) -> None:
        alike = are_alike(ends[0].taken, ends[-1].taken, len(days.names))
        for start, one in zip(STARTS, ends, strict=False):
            shares = port_shares(one.taken, len(days.names)).tolist()
            self.rows[1].append(
                {
                    "replication": self.replication,
                    "start_date": stretch.first.isoformat(),
                    "start": start,
                    "steps": one.steps,
                    "moved_share": one.moved_share,
                    "surprise_min": _surprise(days, one),
                    "alike": alike,
                }
                | {f"share_{name}": share for name, share in zip((*days.names, "lost"), shares, strict=True)}
            )


def _loads(detection: ExpectedDetection | None) -> dict[str, float]:
    """Return the loads that these trucks bring under the static threat, expected, and those that are found."""
    if detection is None:
        return {"true_loads_expected": 0.0, "true_found_expected": 0.0}
    return {"true_loads_expected": float(detection.weight), "true_found_expected": float(detection.caught)}


def _surprise(days: PortDays, end: Equilibrium) -> float:
    """Return the mean wait that trucks met less the one that they expected, minutes, of all that joined a line."""
    joined = end.taken >= 0
    if not joined.any():
        return 0.0
    rows, place = np.flatnonzero(joined), end.taken[joined]
    hour = days.hour[rows, place]
    gaps = (end.waits - end.expected)[place, days.lane_class[rows], hour]
    return float(gaps.mean())


def _flows(keys: Mapping[str, object], stretch: Stretch, days: PortDays, k: int, side: _Side) -> pd.DataFrame:
    taken, lines = side.taken, side.lines
    hours = 24 * days.days
    mine, here = days.home == k, taken == k

    def count(rows: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(days.hour[rows, k], minlength=hours).astype(np.int64)

    met = here & np.isfinite(lines.waits)
    total = np.bincount(days.hour[met, k], lines.waits[met], minlength=hours)
    many = count(met)
    return pd.DataFrame(
        dict(keys)
        | {
            "port": days.names[k],
            "hour_of_week": (24 * stretch.first.weekday() + np.arange(hours)) % WEEK_H,
            "demand": count(mine),
            "diverted_in": count(here & ~mine),
            "diverted_out": count(mine & ~here & (taken != LOST)),
            "lost": count(mine & (taken == LOST)),
            "trucks": count(here),
            "wait_expected_min": side.expected[k, 0],
            "wait_mean_min": np.divide(total, many, out=np.full(hours, np.nan), where=many > 0),
        }
    )
