"""The past that risk models learn from: years of weeks under today's practice.

    1  sample   every tenth week, every 25th truck: the fixed scale of all scores
    2  plan     quantiles of the days before each quarter, as the port would have set them
    3  week     MANIFEST -> rules' SCORES -> the port -> LEDGER; keep the opened trucks
    4  history  all weeks, in parallel: visible columns and labels, nothing else; beside it, for redrawn
                assumptions, whom the port inspected (`experiments.training.common_past`)

Only opened trucks have labels. ``labels=oracle`` is the named upper bound: the truth of every
truck. History is drawn in its own epoch and seed, so no evaluated truck is ever among it; a week
is a pure function of (scenario, seed, week). It is the past of the port *before* the change under
study: baseline scanners, baseline staffing, today's practice with rules.

Tips are too few to learn from: they are heeded for what they state of themselves (`models.baselines`).
The partner's items are learnt from as they were agreed: what has leaked or been held back since,
the past does not show (`sim.setting.sharing.Sharing.as_agreed`).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr

from experiments.execution import journal
from experiments.execution.content import digest
from experiments.execution.parallel import Progress
from experiments.training.common_past import FeatureGrid, inspected_rows, inspected_trucks
from experiments.training.past_practice import DAYS_PER_YEAR, history_weeks
from models.features import feature_matrix, visible_part, width_of_tier
from models.fitted import Examples, FittedRisk
from models.registry import make_risk_model
from sim.arrays import Float32Array, FloatArray, IntArray
from sim.engine.kernel import loop
from sim.engine.ledger import build_ledger
from sim.engine.routes import route_standard
from sim.errors import ModelError
from sim.frames import column, only_columns
from sim.replication import OperatingPlan, Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Risk, Scenario
from sim.sensors import OperatingPoints, d_prime
from sim.setting.contraband import CONTRABAND, DENSITIES
from sim.setting.sharing import Tier
from sim.setting.window import HISTORY, Window
from sim.stations import SERVED
from sim.tables import visible_columns

Labels = Literal["opened", "oracle"]
QUARTER_WEEKS = 13
SAMPLE_EVERY_WEEK, SAMPLE_EVERY_TRUCK = 10, 25
ORACLE_EVERY_CLEAN = 200
"""Of clean trucks the oracle's history keeps one in this many, with that weight."""
LEARN_EVERY_CLEAN = 4
"""Of opened trucks that were clean one in this many is learnt from, with that weight: they are a
thousand to one, and a few of them say as much as all."""
NO_SEIZURE = (
    "risk: no seizure in the simulated past, so there is nothing to learn from; "
    "risk=rules and risk=constant need no labels"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedHistory:
    """What the port knows after the years.

    ``frame`` holds one row a truck: the visible columns, ``label`` (opened: seized; oracle:
    carried), ``weight`` (trucks that the row stands for), ``year`` of the history from 0,
    ``ordered`` (the exam had nothing to do with contraband) and ``inverse_alarm_weight`` (see `inverse_alarm_weight`).
    """

    frame: pd.DataFrame
    trucks: int
    """All trucks that came."""
    inspected: pd.DataFrame | None = None
    """Whom the port inspected, to be labeled anew (`experiments.training.common_past`); None where not just drawn."""
    opened_share: float = 1.0
    """Part of the trucks sent to a dock that were opened."""

    @property
    def tier(self) -> Tier:
        """What the port could see of its past trucks."""
        return "partner" if set(visible_columns("partner")) <= set(self.frame) else "own"

    @property
    def positives(self) -> int:
        """Trucks with label 1."""
        return int(self.frame["label"].sum())

    @property
    def prior(self) -> float:
        """Estimated share of all trucks that would yield a seizure if opened.

        The sum over seizures of the trucks that each stands for / all trucks; where no portal
        stands, plainly seizures / trucks, a lower bound.
        """
        label = self.frame["label"].to_numpy()
        found = float((label * self.frame["stands_for"]).sum()) or float(label.sum())
        return found / self.trucks

    def examples(self) -> Examples:
        """Return what a model may learn from; ModelError: no seizure in the whole past.

        Exams ordered for agriculture or trade compliance are left out: who is ordered follows the
        commodity and not suspicion, so they would teach that produce is safe. Among trucks opened
        on an alarm, how they came to be scanned cancels out of P(seizure | opened, features).
        """
        frame = self.frame[~self.frame["ordered"]]
        if not frame["label"].any():
            raise ModelError(NO_SEIZURE)
        frame, weight = thin_negatives(frame)
        return Examples(
            raw=feature_matrix(frame[[name for name in visible_columns("partner") if name in frame]], self.tier),
            label=frame["label"].to_numpy(dtype=np.float64),
            weight=weight,
            year=frame["year"].to_numpy(dtype=np.int64),
            prior=self.prior,
        )


def thin_negatives(frame: pd.DataFrame) -> tuple[pd.DataFrame, FloatArray]:
    """Return every positive and a part of the others, and the trucks that each row stands for."""
    positive = frame["label"].to_numpy() > 0.0
    kept = positive | (np.cumsum(~positive) % LEARN_EVERY_CLEAN == 0)
    weight = frame["weight"].to_numpy(dtype=np.float64) * np.where(positive, 1, LEARN_EVERY_CLEAN)
    return frame[kept], weight[kept]


def week_window(risk: Risk, week: int) -> Window:
    """Return one week of the history."""
    start = dt.date.fromisoformat(risk.history_start_date) + dt.timedelta(weeks=week)
    return Window(seed=risk.history_seed, epoch=HISTORY, replication=week, start_date=str(start), days=7)


def draw_feature_sample(past: Scenario) -> Float32Array:
    """Return raw features of trucks taken evenly from the whole past, [m, width], which nobody may write into.

    The last ones are kept: who draws a past, fits to it and labels it anew asks for the same trucks.

    Raises
    ------
    ModelError
        Not one truck came.
    """
    return _feature_sample(_Keyed(repr(past), past))


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A past that is equal to another if all that decides its trucks is."""

    key: str
    past: Scenario = field(compare=False)


@functools.lru_cache(maxsize=2)
def _feature_sample(keyed: _Keyed) -> Float32Array:
    past = keyed.past
    weeks, tier = range(0, history_weeks(past.risk), SAMPLE_EVERY_WEEK), past.risk.tier
    parts = (visible_part(draw_window_trucks(past, week_window(past.risk, week)), tier) for week in weeks)
    sample = np.concatenate([feature_matrix(part.iloc[::SAMPLE_EVERY_TRUCK], tier) for part in parts])
    if len(sample) == 0:
        raise ModelError("risk: not one truck came in the simulated past")
    sample.flags.writeable = False
    return sample


class HistoryPart(NamedTuple):
    """What a stretch of the past leaves."""

    frame: pd.DataFrame
    trucks: int
    """All that came."""
    inspected: pd.DataFrame | None
    """Rows of `experiments.training.common_past`; None of oracle labels."""
    sent: int
    """Trucks sent to a dock."""
    opened: int


def draw_opened_week(
    past: Scenario, rules: FittedRisk, plan: OperatingPlan, week: int, grid: FeatureGrid
) -> HistoryPart:
    """Return the trucks that the port opened in one week, with their labels, and whom it inspected."""
    window = week_window(past.risk, week)
    manifest = draw_window_trucks(past, window)
    scores = rules.score(manifest)
    flow, _ = Replication(past, window, manifest, scores, plan).flow()
    ledger = build_ledger(flow, loop.run(flow), manifest)
    scanned = np.asarray(ledger["portal_done"] == SERVED, dtype=np.float64)
    share = scanned_share_alike(scores["risk_score"].to_numpy(), scanned)
    worth = inverse_alarm_weight(share, portal_hit_share(past, plan.points))
    opened = np.flatnonzero(column(ledger, "opened"))
    by_alarm = column(ledger, "portal_alarm") & ~column(ledger, "ordered")
    frame = _at_rows(manifest, visible_columns(past.risk.tier), opened).assign(
        label=column(ledger, "seized")[opened].astype(np.float64),
        weight=1.0,
        ordered=column(ledger, "ordered")[opened],
        stands_for=np.where(by_alarm, worth, 0.0)[opened],
    )
    rows, met = inspected_rows(manifest, ledger)
    seen = _at_rows(manifest, visible_columns(), rows)
    codes = grid.codes(feature_matrix(seen))
    by_name = {name: column(seen, name) for name in visible_columns()}
    inspected = inspected_trucks(past, by_name, codes, met, share[rows], _year_of(week))
    sent = int((column(ledger, "dock_done") > 0).sum())
    return HistoryPart(frame, len(manifest), inspected, sent, int((column(ledger, "dock_done") == SERVED).sum()))


def _at_rows(manifest: pd.DataFrame, names: Sequence[str], rows: IntArray) -> pd.DataFrame:
    """Return some columns of some trucks [m]; a whole table of all trucks takes as long as simulating them."""
    return pd.DataFrame({name: column(manifest, name)[rows] for name in names})


def scanned_share_alike(risk_score: FloatArray, scanned: FloatArray) -> FloatArray:
    """Return the share of the trucks with the same rules' score that were scanned (n values).

    Targeted trucks are scanned always, the others by the random fill.
    """
    _, group = np.unique(risk_score, return_inverse=True)
    share = np.bincount(group, scanned) / np.bincount(group)
    return np.asarray(share[group])


def inverse_alarm_weight(scanned_share: FloatArray, hit_share: float) -> FloatArray:
    """Return how many such trucks came for each one that a portal alarm led to (n values).

    1 / (share of the trucks with the same rules' score that were scanned x P(alarm | carrying)).
    """
    return 1.0 / np.maximum(scanned_share * hit_share, 1e-9)


def portal_hit_share(past: Scenario, points: OperatingPoints) -> float:
    """Return P(portal alarm | carrying), as test images would measure it: mean of Phi(d' - t).

    Averaged over contraband and over the concealments of laden trucks, at medium density.
    """
    separation = d_prime(past, "portal")[:, :, DENSITIES.index("medium")]
    hits = dict(zip(CONTRABAND, ndtr(separation - points.threshold("portal")), strict=True))
    threat = past.threat
    shares = {name: threat.load(name).shares(laden=True) for name in threat.types()}
    return float(sum(threat.type_share[name] * (hits[name] @ shares[name]) for name in shares))


def draw_oracle_week(past: Scenario, week: int) -> HistoryPart:
    """Return all trucks that carried and a sample of the clean ones, and how many came."""
    manifest = draw_window_trucks(past, week_window(past.risk, week))
    carrying = manifest["true_carrying"].to_numpy()
    kept = carrying | (np.cumsum(~carrying) % ORACLE_EVERY_CLEAN == 0)
    frame = (
        only_columns(manifest, visible_columns(past.risk.tier))
        .loc[kept]
        .assign(
            label=carrying[kept].astype(np.float64),
            weight=np.where(carrying[kept], 1.0, float(ORACLE_EVERY_CLEAN)),
            ordered=False,
            stands_for=1.0,
        )
    )
    return HistoryPart(frame, len(manifest), None, 0, 0)


def draw_quarter(past: Scenario, rules: FittedRisk, labels: Labels, grid: FeatureGrid, weeks: range) -> HistoryPart:
    """Return what consecutive weeks leave."""
    if labels == "oracle":
        parts = [draw_oracle_week(past, week) for week in weeks]
    else:
        days = draw_window_trucks(past, past_window(week_window(past.risk, weeks[0])))
        plan = make_plan(past, days, rules.score(visible_part(days)))
        parts = [draw_opened_week(past, rules, plan, week, grid) for week in weeks]
    years = map(_year_of, weeks)
    return _joined([p._replace(frame=p.frame.assign(year=year)) for year, p in zip(years, parts, strict=True)])


def _year_of(week: int) -> int:
    return int(7 * week // DAYS_PER_YEAR)


def _joined(parts: Sequence[HistoryPart]) -> HistoryPart:
    kept = [part.inspected for part in parts if part.inspected is not None]
    return HistoryPart(
        frame=pd.concat([part.frame for part in parts], ignore_index=True),
        trucks=sum(part.trucks for part in parts),
        inspected=pd.concat(kept, ignore_index=True) if kept else None,
        sent=sum(part.sent for part in parts),
        opened=sum(part.opened for part in parts),
    )


def draw_history(past: Scenario, labels: Labels, processes: int, progress: Progress | None = None) -> SimulatedHistory:
    """Run the years of ``past`` through the port and keep what it learns of its trucks.

    ``labels`` say who has a label; ``processes`` quarters are worked on at the same time.
    """
    own = draw_feature_sample(past)[:, : width_of_tier("own")]
    rules = FittedRisk.without_labels("rules", make_risk_model(past.risk), own)
    if labels == "opened":
        # Compile, or load what was compiled, before any worker needs it.
        loop.compiled_event_loop()
        loop.cached_route(route_standard)
    total = history_weeks(past.risk)
    pieces = [range(start, min(start + QUARTER_WEEKS, total)) for start in range(0, total, QUARTER_WEEKS)]
    parts = []
    keys = [digest(past, labels, piece) for piece in pieces]
    work = functools.partial(draw_quarter, past, rules, labels, FeatureGrid.of(own))
    quarters = journal.results("history", work, pieces, processes, None, keys)
    for piece, part in zip(pieces, quarters, strict=True):
        parts.append(part)
        if progress is not None:
            progress(piece.stop, total)
    whole = _joined(parts)
    opened_share = whole.opened / whole.sent if whole.sent else 1.0
    return SimulatedHistory(
        frame=whole.frame, trucks=whole.trucks, inspected=whole.inspected, opened_share=opened_share
    )
