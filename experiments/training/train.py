"""Train a risk model: draw its past, or read it, fit, calibrate on held-out years, store."""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.execution.parallel import Progress
from experiments.training import simulated_history
from experiments.training.cache import ModelFolders, model_folders
from experiments.training.past_practice import history_weeks, port_before_change
from models import store
from models.calibration import reliability_table
from models.evaluate import evaluate
from models.explain import feature_importance
from models.fitted import FittedRisk
from models.model_card import build_model_card
from models.registry import make_risk_model
from sim.caching import cache_files
from sim.errors import ModelError
from sim.scenario import Risk, Scenario

Say = Callable[[str], None]
CAPACITIES = (0.036, 0.10, 0.27, 0.50)
"""Shares at which models are judged: the rules' target, a tenth, today's scan share, a half."""


def ensure_fitted(
    risk: Risk, scenario: Scenario, processes: int, progress: Progress | None = None, say: Say | None = None
) -> FittedRisk:
    """Return the fitted risk model: from the cache, or trained now and kept there; ModelError: nothing to learn from.

    ``scenario`` gives port, traffic and threat; its policy, scanners and staffing play no part, because the past is
    that of today's practice (`experiments.training.past_practice.port_before_change`). ``progress`` is told how many
    weeks of the past are done, ``say`` (stderr if left out) what is worth a line, as a damaged cache.
    """
    tell = say or _to_stderr
    place = model_folders(risk, scenario)
    heeds_tips = risk.tier == "tip"
    if place.model.exists():
        try:
            return dataclasses.replace(store.load_model(place.model), heeds_tips=heeds_tips)
        except ModelError as error:
            tell(f"training again: {error}")
    fitted, record = train_model(risk, scenario, place, processes, progress)
    try:
        store.save_model(fitted, place.model, record)
    except ModelError as error:
        # a model that cannot be kept is as good as one that is
        tell(f"not kept: {error}")
    return dataclasses.replace(fitted, heeds_tips=heeds_tips)


def train_model(
    risk: Risk, scenario: Scenario, folders: ModelFolders, processes: int, progress: Progress | None = None
) -> tuple[FittedRisk, dict[str, Any]]:
    """Return a newly trained model and its card (steps 3 and 4)."""
    model = make_risk_model(risk)
    past = port_before_change(risk, scenario)
    sample = simulated_history.draw_feature_sample(past)
    if not model.LEARNS:
        fitted = FittedRisk.without_labels(risk.name, model, sample)
        return fitted, build_model_card(fitted, risk, training_record(past, None))
    known = load_or_draw_past(folders, risk, past, processes, progress)
    fitted, held = FittedRisk.from_labels(risk.name, model, known.examples(), sample)
    judged = evaluate(held.score, held.p_hit, held.label, held.weight, CAPACITIES)
    table = reliability_table(held.p_hit, held.label, held.weight)
    return fitted, build_model_card(fitted, risk, training_record(past, known), judged, table, feature_importance(held))


def training_record(past: Scenario, past_history: simulated_history.SimulatedHistory | None) -> dict[str, Any]:
    """Return what the card says of the past that a model learnt from."""
    weeks = history_weeks(past.risk)
    first = simulated_history.week_window(past.risk, 0).start_date
    last = simulated_history.week_window(past.risk, weeks - 1).dates()[-1]
    record: dict[str, Any] = {
        "port": past.port.name,
        "practice": f"{past.policy.name} with {past.risk.name}, simulated",
        "period": f"{first} to {last}",
        "weeks": weeks,
    }
    if past_history is None:
        return record
    drugs = past_history.frame[~past_history.frame["ordered"]]
    return record | {
        "trucks": past_history.trucks,
        "trucks_with_labels": len(past_history.frame),
        "left_out_as_ordered_for_other_reasons": len(past_history.frame) - len(drugs),
        "positives": int(drugs["label"].sum()),
        "prior_p_hit": past_history.prior,
    }


def load_or_draw_past(
    folders: ModelFolders, risk: Risk, past: Scenario, processes: int, progress: Progress | None
) -> simulated_history.SimulatedHistory:
    """Return the past from the cache, or draw it and keep it (step 3), with whom the port inspected beside it.

    Models that differ only in name or settings share one past.
    """
    kept = read_table(folders.history)
    if kept is not None:
        return simulated_history.SimulatedHistory(frame=kept, trucks=int(kept.attrs["trucks"]))
    known = simulated_history.draw_history(past, risk.labels, processes, progress)
    write_table(folders.history, known.frame, {"trucks": known.trucks})
    keep_inspected(folders.inspected, known)
    return known


def keep_inspected(path: Path, known: simulated_history.SimulatedHistory) -> None:
    """Keep whom the port inspected in a past that was just drawn, where that was noted."""
    if known.inspected is not None:
        write_table(path, known.inspected, {"trucks": known.trucks, "opened_share": known.opened_share})


def read_table(path: Path) -> pd.DataFrame | None:
    """Return a table of the cache with its ``attrs``; None: it is not there, or is thrown away."""
    content = cache_files.read(path)
    if content is None:
        return None
    try:
        frame = pd.read_parquet(io.BytesIO(content))
        int(frame.attrs["trucks"])
    # Another version of pandas may fail in any way; a past can always be drawn again.
    except Exception as error:
        cache_files.throw_away(path, f"{path}: cannot be read ({type(error).__name__})")
        return None
    return frame


def write_table(path: Path, table: pd.DataFrame, facts: Mapping[str, float]) -> None:
    """Keep a table in the cache; ``facts`` become its ``attrs``."""
    frame = table.copy(deep=False)
    frame.attrs.update(facts)
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False)
    cache_files.write(path, buffer.getvalue())


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
