"""The verbs of ``throughgate``: one row each. Nothing heavy is imported here, so that help is on the screen at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Verb:
    """One question that can be asked: the module that answers it, and a line about it."""

    module: str
    """Its ``carry_out`` takes what the builder gives; without a builder its ``main`` takes the words."""
    line: str
    builder: str | None = "experiments.study.study:build_study"
    """What builds the question from Hydra overrides and the verb, and refuses a bad one before anything runs."""
    long: bool = False
    """Whether it keeps what it has finished, and can be resumed."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that no other verb has, with a line about each."""
    own_experiments: bool = False
    """Whether ``experiment=NAME`` names one of its own, and no study of ``configs/experiment``."""


VERBS: Final[dict[str, Verb]] = {
    "compare": Verb("experiments.compare", "compare alternatives with a baseline, on the same trucks", long=True),
    "run": Verb("experiments.run", "run one alternative", long=True),
    "sweep": Verb(
        "experiments.sweep",
        "run a grid or a design of points, in one table",
        builder="experiments.sweeping.request:build_sweep",
        long=True,
    ),
    "train": Verb("experiments.train", "train the risk models that a study asks for", long=True),
    "fund": Verb(
        "experiments.fund",
        "make the case for money: costs, benefits and thresholds over the years",
        builder="experiments.funding.request:build_case_or_plan",
        long=True,
    ),
    "campaign": Verb(
        "experiments.adaptation.campaign",
        "weeks in a row against organizations that learn where their loads are found",
        builder="experiments.adaptation.request:build_campaign",
        long=True,
        keys={
            "weeks": "weeks in a row, 52 by default; week 0 is the week of compare",
            "adversaries": "whom each alternative meets: static, responsive, learning, fictitious, exp3, knowing",
            "margins": "what organizations can change: front, day_part, concealment",
            "adversary.KEY": "how they react: the keys of configs/adversary/standard.yaml",
            "rules.ALTERNATIVE": "what it changes from week to week: chase, surges_fixed, surges_redrawn, minimax, "
            "stackelberg, monotone, retrain, retrain_partner",
            "effort.KEY": "how rules move scans: the keys of configs/effort/standard.yaml",
            "retraining.KEY": "how models are trained anew: the keys of configs/retraining/standard.yaml",
        },
    ),
    "collusion": Verb(
        "experiments.collusion.collusion",
        "how soon a port's logs show an officer and a carrier who arrange to meet",
        builder="experiments.collusion.request:build_collusion",
        long=True,
        keys={
            "test_weeks": "the log is tested after so many weeks, 4, 13 and 26 by default",
            "steered_shares": "of a carrier's trucks, those that are to reach their officer",
            "KEY": "the other keys of configs/collusion.yaml",
        },
    ),
    "corridor": Verb(
        "experiments.diversion.corridor",
        "several ports that share traffic: where trucks and loads go when one of them changes",
        builder="experiments.diversion.request:build_corridor",
        long=True,
        own_experiments=True,
        keys={
            "corridor": "ports that share traffic: laredo or el_paso",
            "experiment": "el_paso_2023, pharr_2022 or corridor_displacement: a corridor with its question",
            "corridor.KEY": "how trucks choose and what changes: the keys of configs/corridor",
            "port.NAME.KEY": "a key of one port of the corridor: what changes there",
            "weeks": "weeks that organizations have to answer what changed, 26 by default",
            "adversaries": "who carries loads: static, responsive, learning, fictitious, exp3, knowing",
            "adversary.KEY": "how they react: the keys of configs/adversary/standard.yaml",
            "most_steps": "steps after which an equilibrium is taken as it is, 40 by default",
        },
    ),
    "calibrate": Verb(
        "experiments.calibration.calibrate",
        "fit a port's arrivals, lanes and day-to-day demand to observed waits",
        builder="experiments.calibration.request:build_calibration",
        long=True,
    ),
    "capacity": Verb(
        "experiments.planning.capacity",
        "the first month in which growth of demand fills a station",
        builder="experiments.planning.capacity_request:build_capacity",
        keys={
            "growth_share_per_y": "growth of demand a year, a share; default and range: those of a funding case",
            "growth_range": "[LOW, HIGH] of that growth; where growth is given without a range, none is taken",
            "last_year": "last year that is looked at; 50 years after the counts by default",
        },
    ),
    "new": Verb("experiments.planning.new", "begin a port, cost, target or experiment file of your own", builder=None),
    "scorecard": Verb("experiments.scorecard", "measures against targets, over one or several runs", builder=None),
    "query": Verb("experiments.store.query", "ask the store of all runs a question in SQL", builder=None),
    "results": Verb("experiments.store.results", "list, show, label and prune the runs of the store", builder=None),
    "compare-runs": Verb(
        "experiments.store.compare_runs", "what differs between two or three runs: inputs, then measures", builder=None
    ),
    "why": Verb(
        "experiments.ledgers.why",
        "why one truck was selected, referred or examined: truck=N",
        builder="experiments.ledgers.request:build_why",
        keys={
            "truck": "number of the truck, as in ledger.csv",
            "alternative": "alternative that is run; the baseline by default",
            "replication": "replication in which the truck comes, from 0; 0 by default",
        },
    ),
    "bench": Verb("experiments.bench", "time the engines and every stage"),
    "cache": Verb("experiments.cache", "show, check or clear what is kept between runs", builder=None),
}
"""Every verb, in the order in which they are listed."""
ANSWERING: Final = (
    *("compare", "run", "sweep", "train", "fund", "campaign"),
    *("corridor", "collusion", "calibrate", "capacity", "scorecard"),
)
"""Verbs that begin with an answer and keep to a screen; ``-q`` says less, ``details=true`` and ``-v`` say more."""
SWEEP: Final = "sweep"
SWEPT: Final = ("compare", "run")
"""Verbs whose ``-m`` is a sweep: the same points, in one table."""


def verb_module(verb: str) -> Any:  # noqa: ANN401
    """Return the module that answers a verb; late, because it brings compilers and plotting along."""
    return importlib.import_module(VERBS[verb].module)
