"""What a trained model is worth on the year after its past, and why single trucks score high.

    1  after      weeks of the year after the history, the truth of every truck known
    2  spread     the model trained on as many other pasts of the same port, judged on those weeks
    3  table      the same for oracle labels: what only-opened labels cost
    4  reasons    the riskiest trucks of the first of those weeks, each in one line

A port could do none of this but the last: it does not know what it let pass, and has one past.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.training import simulated_history
from experiments.training.past_practice import history_weeks
from models.base import RiskModel
from models.evaluate import auc, evaluate_at_capacity
from models.explain import explain, explanation_sentence
from models.features import feature_matrix, visible_part
from models.fitted import Examples, FittedRisk, fit
from models.registry import make_risk_model
from sim.arrays import Float32Array, FloatArray
from sim.replication import draw_window_trucks
from sim.scenario import Risk, Scenario

WEEKS = tuple(range(0, 52, 6))
"""Weeks of the year after the history on which models are judged."""
EVERY_TRUCK = 4
SHARES = (0.036, 0.10, 0.27, 0.50)
FIGURES = ("AUC", *(f"loads in {share:.1%}" for share in SHARES))


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutTrucks:
    """Trucks (n) of weeks that no model was trained on, with the truth."""

    raw: Float32Array
    p_carrying: FloatArray
    week: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutScores:
    """One model trained on several pasts."""

    values: FloatArray
    """Figures, shape (pasts, len(FIGURES))."""
    leave_one_out: FloatArray
    """Mean figures over pasts with one week left out, shape (weeks, len(FIGURES))."""


def draw_holdout(past: Scenario) -> HoldoutTrucks:
    """Return every fourth truck of nine weeks of the year after the history (step 1)."""
    first = history_weeks(past.risk)
    raw, p, week = [], [], []
    for place in WEEKS:
        manifest = draw_window_trucks(past, simulated_history.week_window(past.risk, first + place))
        manifest = manifest.iloc[::EVERY_TRUCK]
        raw.append(feature_matrix(visible_part(manifest, past.risk.tier), past.risk.tier))
        p.append(manifest["true_p_carrying"].to_numpy())
        week.append(np.full(len(manifest), place))
    return HoldoutTrucks(raw=np.concatenate(raw), p_carrying=np.concatenate(p), week=np.concatenate(week))


def holdout_measures(
    score: FloatArray, holdout: HoldoutTrucks, keep: npt.NDArray[np.bool_] | None = None
) -> FloatArray:
    """Return AUC and the share of loads among the riskiest of all trucks, at each capacity."""
    kept = np.ones(len(score), dtype=bool) if keep is None else keep
    s, p = score[kept], holdout.p_carrying[kept]
    return np.array([auc(s, p), *(evaluate_at_capacity(s, p, share).detection_rate for share in SHARES)])


def judge_pasts(pasts: Iterable[tuple[Risk, Examples]], sample: Float32Array, holdout: HoldoutTrucks) -> HoldoutScores:
    """Train on each past, with its own seed of the model; judge on the same trucks (step 2).

    Drawing one past's trucks with replacement instead would be quicker and wrong: with some hundred
    finds it lowers the share of loads found by a tenth and doubles the spread.
    """
    values, left_out = [], []
    for seed, (risk, examples) in enumerate(pasts):
        model: RiskModel = make_risk_model(risk).set_params(seed=seed)
        every = np.ones(len(examples.label), dtype=bool)
        score = fit(model, examples, every, sample).decision_function(holdout.raw)
        values.append(holdout_measures(score, holdout))
        left_out.append([holdout_measures(score, holdout, holdout.week != week) for week in WEEKS])
    return HoldoutScores(values=np.array(values), leave_one_out=np.mean(left_out, axis=0))


def mean_half_widths(scores: HoldoutScores, level: float = 0.95) -> FloatArray:
    """Return half-widths of the means over pasts: luck of the pasts and of the weeks together."""
    n_weeks, n = len(scores.leave_one_out), len(scores.values)
    gap = scores.leave_one_out - scores.leave_one_out.mean(axis=0)
    of_weeks = (n_weeks - 1) / n_weeks * (gap**2).sum(axis=0)
    of_pasts = scores.values.var(axis=0, ddof=1) / n
    scale = stats.t.ppf(0.5 + level / 2, min(n_weeks, n) - 1)
    return np.asarray(scale * np.sqrt(of_weeks + of_pasts))


def label_comparison_lines(opened: HoldoutScores, oracle: HoldoutScores, holdout: HoldoutTrucks) -> list[str]:
    """Return lines: what each kind of labels gives on the same weeks, and the cost (step 3)."""
    gap = HoldoutScores(values=oracle.values - opened.values, leave_one_out=oracle.leave_one_out - opened.leave_one_out)
    ends = (opened.values.min(axis=0), opened.values.max(axis=0))
    columns = {
        "opened": _with_half(opened),
        "least to most": [f"{low:.3f}-{high:.3f}" for low, high in zip(*ends, strict=True)],
        "oracle": _with_half(oracle),
        "cost of opened": _with_half(gap),
        "best": [f"{value:.3f}" for value in holdout_measures(holdout.p_carrying, holdout)],
    }
    rows = zip(FIGURES, zip(*columns.values(), strict=True), strict=True)
    return [_line("", list(columns)), *(_line(name, cells) for name, cells in rows)]


def _with_half(scores: HoldoutScores) -> list[str]:
    means = zip(scores.values.mean(axis=0), mean_half_widths(scores), strict=True)
    return [f"{value:.3f} ±{half:.3f}" for value, half in means]


def _line(name: str, cells: Sequence[str]) -> str:
    return f"  {name:<13}" + "".join(f"{cell:>15}" for cell in cells[:-1]) + f"{cells[-1]:>7}"


def score_reasons(fitted: FittedRisk, past: Scenario, sample: Float32Array, n: int) -> list[str]:
    """Return a line for each of the ``n`` riskiest trucks of the week after the past (step 4)."""
    window, tier = simulated_history.week_window(past.risk, history_weeks(past.risk)), past.risk.tier
    shown = visible_part(draw_window_trucks(past, window), tier)
    scores = dataclasses.replace(fitted, heeds_tips=False).score(shown)
    worst = np.argsort(-scores["p_hit"].to_numpy(), kind="stable")[:n]
    raw = feature_matrix(shown, tier)
    lines = [f"  the {len(worst)} riskiest trucks of the week from {window.start_date}, each feature's"]
    lines.append("  share in log odds of a find against the trucks of the past:")
    error = 0.0
    for place in worst:
        found = explain(fitted, raw[place : place + 1], sample)
        told = explanation_sentence(found, raw[place : place + 1], float(scores["risk_score"].iloc[place]))
        lines.append(f"  truck {int(shown['truck'].iloc[place])}: {told}")
        error = max(error, float(found.error.max()))
    lines.append(f"  standard error of a share: {error:.2f} at most" if error else "  exact")
    return lines
