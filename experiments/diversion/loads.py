"""Loads over the ports of a corridor: smugglers choose a port by what is found there, not by how long it takes.

What each organization of a campaign makes of options, it makes here of ports: an option is a port, priced by its
probes as usual in week 0 and under the measures from week 1 on. Trucks that came over thin what is scanned where they
went, and organizations see that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from experiments.adaptation.attempts import AttemptWeek, play_weeks
from experiments.adaptation.options import Prices
from experiments.diversion.request import Corridor
from experiments.games import displacement
from sim.setting.window import EVALUATION, Window


def port_prices(ports: pd.DataFrame, side: str, replication: int, names: tuple[str, ...]) -> Prices:
    """Return the loads that ports have as usual, and what would be found of them on one side.

    A port that nobody could reach under the measures takes no load.
    """
    rows = ports[ports["replication"] == replication]
    columns = ["true_loads_expected", "true_found_expected"]
    usual, now = (
        rows[rows["side"] == one].groupby("port")[columns].sum().reindex(list(names), fill_value=0.0)
        for one in ("usual", side)
    )
    loads, came = usual["true_loads_expected"].to_numpy(), now["true_loads_expected"].to_numpy()
    chance = np.divide(now["true_found_expected"].to_numpy(), came, out=np.zeros_like(came), where=came > 0.0)
    taken = np.where(came > 0.0, loads, 0.0)
    return Prices(loads=taken, caught=taken * chance)


def play_loads(corridor: Corridor, ports: pd.DataFrame) -> pd.DataFrame:
    """Return where loads go, a row an organization, replication and week.

    Columns
    -------
    adversary, replication, week
    true_detection : found per load that came by truck at a port of the corridor
    true_caught, true_outside, true_delivered : of all attempts, found, by other ways, through
    true_share_<port> : of the loads that came by truck
    true_detection_<port>
    """
    rows = []
    for replication in range(corridor.study.replications):
        before = port_prices(ports, "usual", replication, corridor.used)
        after = port_prices(ports, "changed", replication, corridor.used)
        weeks = list(_weeks(corridor, replication, before, after))
        for name, settings in corridor.attempt_settings().items():
            for week, played in enumerate(play_weeks(weeks, before, settings)):
                rows.append({"adversary": name, "replication": replication, "week": week} | _row(corridor, played))
    return pd.DataFrame(rows)


def _weeks(corridor: Corridor, replication: int, before: Prices, after: Prices) -> Iterator[tuple[Window, Prices]]:
    study = corridor.study
    first = Window(seed=study.seed, epoch=EVALUATION, replication=replication, start_date=study.start_date, days=7)
    yield first, before
    for week in range(1, corridor.keys.weeks + 1):
        start = dt.date.fromisoformat(first.start_date) + dt.timedelta(weeks=week)
        yield replace(first, epoch=LOADS + week, start_date=start.isoformat()), after


LOADS = 3000
"""Epoch of week 0 of the organizations' weeks plus the week's number keys the loads that are drawn."""


def _row(corridor: Corridor, played: AttemptWeek) -> dict[str, float]:
    loads, attempts = played.loads.sum(axis=0), played.attempts
    of_ports = zip(corridor.used, loads / max(loads.sum(), 1e-300), played.detection, strict=True)
    return {
        "true_detection": played.detection_rate,
        "true_caught": played.caught / attempts,
        "true_outside": played.outside / attempts,
        "true_delivered": (float(loads.sum()) - played.caught) / attempts,
    } | {
        f"true_{key}_{name}": float(value)
        for name, share, chance in of_ports
        for key, value in (("share", share), ("detection", chance))
    }


def logit_response(corridor: Corridor, ports: pd.DataFrame, replication: int) -> displacement.Response:
    """Return what organizations end at that see the chances of every port and react by logit, in closed form."""
    before = port_prices(ports, "usual", replication, corridor.used)
    after = port_prices(ports, "changed", replication, corridor.used)
    reaction = corridor.adversary.reaction()
    return displacement.response(
        before.shares,
        np.nan_to_num(before.detection),
        np.nan_to_num(after.detection),
        scale=reaction.reaction_per_detection,
        outside_share=reaction.outside_share,
    )
