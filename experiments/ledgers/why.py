"""``throughgate why truck=N``: why one truck was selected, referred or examined, and when it was where.

1  words     overrides         -> WhyRequest  (nothing is run before this succeeds)
2  train     Study             -> risk model  (from the cache, where it is known)
3  run       one replication   -> LEDGER, SCORES, reasons
4  explain   the truck's score -> what moved it, against trucks of the past
5  say       all of it         -> the terminal; nothing is written
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.ledgers.readable import clock_times, outcomes, station_words
from experiments.ledgers.request import WhyRequest
from experiments.ledgers.write import TrackedTrucks, track_trucks
from experiments.report import terminal as report_terminal
from experiments.study.study import Study
from experiments.training import simulated_history
from experiments.training.find_or_train import train_all
from experiments.training.past_practice import past_of, port_before_change
from experiments.training.train import ensure_fitted
from models.explain import explain, explanation_sentence
from models.features import feature_matrix, visible_part
from sim.errors import ConfigError
from sim.frames import column, some_rows
from sim.results.times import line_joined_min
from sim.scenario import Scenario
from sim.stations import STATIONS
from sim.tables import LANE_CLASSES

MOMENT_WORDS: Final = {"start": "begins", "end": "ends"}


def carry_out(request: WhyRequest) -> int:
    """Run the replication and tell the truck's story (steps 2 to 5)."""
    study, terminal = request.study, report_terminal.open_console()
    scorers = train_all(study, terminal)
    tracked = track_trucks(study, scorers, request.alternative, request.replication)
    (row,) = row_of_truck(tracked, request.truck).tolist()
    risk = score_line(study, study.alternatives[request.alternative], tracked, row)
    for line in truck_story(tracked, row, risk):
        report_terminal.print_line(terminal, line)
    return 0


def row_of_truck(tracked: TrackedTrucks, truck: int) -> np.ndarray[Any, Any]:
    """Return the row of a truck [1]; ConfigError: there is none of that number."""
    numbers = column(tracked.ledger, "truck")
    found = np.flatnonzero(numbers == truck)
    if len(found) == 0:
        problem = f"no truck {truck} in this replication; it has {numbers.min()} to {numbers.max()}"
        raise ConfigError("truck", problem)
    return found


def score_line(study: Study, scenario: Scenario, tracked: TrackedTrucks, row: int) -> str:
    """Return the risk score and what moved it most, in log odds against trucks of the past."""
    tier, past = scenario.risk.tier, past_of(scenario, study.alternatives[study.baseline])
    fitted = ensure_fitted(scenario.risk, past, 1)
    sample = simulated_history.draw_feature_sample(port_before_change(scenario.risk, past))
    raw = feature_matrix(visible_part(some_rows(tracked.manifest, np.array([row])), tier), tier)
    found = explain(fitted, raw, sample)
    return explanation_sentence(found, raw, float(column(tracked.scores, "risk_score")[row]))


def truck_story(tracked: TrackedTrucks, row: int, risk: str) -> list[str]:
    """Return the lines about one truck: what it was, its score, why it went where, and when."""
    ledger = some_rows(tracked.ledger, np.array([row]))
    truck, date = int(column(ledger, "truck")[0]), dt.date.fromisoformat(tracked.window.start_date)
    kind = LANE_CLASSES[int(column(ledger, "lane_class")[0])]
    lines = [f"Truck {truck} ({kind}), window from {date:%A} {date}", f"Risk {risk}", ""]
    told = [(name, texts[row]) for name, texts in tracked.reasons.items() if texts[row]]
    lines += [f"{station_words(name)}: {text}" for name, text in told] or ["Primary inspection only."]
    return [*lines, "", *timeline(tracked, ledger), "", ending(ledger)]


def timeline(tracked: TrackedTrucks, ledger: pd.DataFrame) -> list[str]:
    """Return a line for each moment of one truck, in the order of time."""
    moments = [(float(column(ledger, "arrive_min")[0]), 0, "arrives at the end of the line")]
    for place, name in enumerate(STATIONS, start=1):
        for moment, words in MOMENT_WORDS.items():
            at = float(column(ledger, f"{name}_{moment}_min")[0])
            if np.isfinite(at):
                moments.append((at, place, f"{station_words(name)} {words}"))
    exit_min = float(column(ledger, "exit_min")[0])
    if np.isfinite(exit_min):
        moments.append((exit_min, len(STATIONS) + 1, "leaves the port"))
    moments.sort()
    times = clock_times(np.array([at for at, _, _ in moments]), tracked.window)
    return [f"  {time}  {words}" for time, (_, _, words) in zip(times.tolist(), moments, strict=True)]


def ending(ledger: pd.DataFrame) -> str:
    """Return one sentence: what became of the truck, how long it waited and crossed."""
    arrive, left = column(ledger, "arrive_min"), column(ledger, "exit_min")
    wait = (column(ledger, "primary_start_min") - line_joined_min(arrive, column(ledger, "origin_leave_min")))[0]
    parts = [str(outcomes(ledger)[0]).capitalize()]
    if np.isfinite(wait):
        parts.append(f"waited {wait:.1f} min for primary inspection")
    if np.isfinite(left[0]):
        parts.append(f"crossed in {left[0] - arrive[0]:.1f} min")
    return "; ".join(parts) + "."


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("why")
