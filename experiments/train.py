"""``throughgate train``: train the risk models that a study asks for, or find them in the cache.

    1  key      scenario, risk, code -> the folder that this model has, whoever trains it
    2  find     a folder that is whole is read back
    3  past     otherwise the simulated past is drawn, or read if another model has drawn it
    4  train    fit, calibrate on held-out years, evaluate at capacity
    5  store    model, facts and card, whole or not at all
    6  more     if asked for: the spread over other pasts, and why trucks score high

The cache is the user's own folder; ``THROUGHGATE_CACHE`` names another.
"""

from __future__ import annotations

import dataclasses
import io
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments import history, judge, screen
from experiments.informed import before, n_weeks
from experiments.load import Study, study
from experiments.trained import Place, places
from models import store
from models.base import RiskModel
from models.calibration import reliability
from models.card import card, on_screen
from models.evaluate import evaluate
from models.fitted import Examples, FittedRisk
from models.importance import importance
from models.risk import make
from sim import cache_files
from sim.errors import ModelError
from sim.scenario import Risk, Scenario

Sample = npt.NDArray[np.float32]
Say = Callable[[str], None]
CAPACITIES = (0.036, 0.10, 0.27, 0.50)
"""Shares at which models are judged: the rules' target, a tenth, today's scan share, a half."""


def main(overrides: Sequence[str]) -> int:
    """Train every risk model of a study, say what was done, and return the exit status."""
    asked = study(overrides, "train")
    terminal = screen.console()
    done: set[Path] = set()

    def say(line: str) -> None:
        screen.say(terminal, line)

    for scenario in asked.alternatives.values():
        place = places(scenario.risk, scenario)
        if place.model in done:
            continue
        done.add(place.model)
        begin = time.perf_counter()
        with screen.progress(terminal, n_weeks(scenario.risk)) as tell:
            ensure(scenario.risk, scenario, asked.processes, tell, say)
        for line in summary(store.load_card(place.model), place, time.perf_counter() - begin):
            say(line)
        for line in more(scenario, asked):
            terminal.print(line, soft_wrap=True, markup=False)
    return 0


def more(scenario: Scenario, asked: Study) -> Iterator[str]:
    """Yield the lines that ``spread`` and ``explain`` ask for."""
    risk = scenario.risk
    if not (asked.spread or asked.explain):
        return
    past = before(risk, scenario)
    sample = history.draw_sample(past)
    if asked.explain:
        yield from judge.reasons(ensure(risk, scenario, 1), past, sample, asked.explain)
    if asked.spread and make(risk).LEARNS:
        after = judge.draw_after(past)
        opened, oracle = (
            judge.spread(pasts(risk, scenario, labels, asked), sample, after)
            for labels in ("opened", "oracle")
        )
        yield f"  trained on {asked.spread} pasts, judged on {len(after.p_carrying):,} trucks after"
        yield from judge.table(opened, oracle, after)


def pasts(
    risk: Risk, scenario: Scenario, labels: history.Labels, asked: Study
) -> Iterator[tuple[Risk, Examples]]:
    """Yield the risk's own past and others of the same port, each with its own seed."""
    for number in range(asked.spread):
        one = dataclasses.replace(risk, labels=labels, history_seed=risk.history_seed + number)
        past = before(one, scenario)
        known = recall(places(one, scenario).history, one, past, asked.processes, None)
        yield one, known.examples()


def ensure(
    risk: Risk,
    scenario: Scenario,
    processes: int,
    progress: history.Progress | None = None,
    say: Say | None = None,
) -> FittedRisk:
    """Return the fitted risk model: from the cache, or trained now and kept there.

    Parameters
    ----------
    risk : Risk
        Model, labels, years, settings.
    scenario : Scenario
        Gives port, traffic and threat; its policy, scanners and staffing play no part, because the
        past is that of today's practice (`experiments.informed.before`).
    processes : int
        Used to draw the past; the result does not depend on it.
    progress : callable, optional
        Told how many weeks of the past are done.
    say : callable, optional
        Told what is worth a line; by default a damaged cache is told on stderr.

    Raises
    ------
    ModelError
        Nothing to learn from.
    """
    tell = say or _to_stderr
    place = places(risk, scenario)
    heeds_tips = risk.tier == "tip"
    if place.model.exists():
        try:
            return dataclasses.replace(store.load(place.model), heeds_tips=heeds_tips)
        except ModelError as error:
            tell(f"training again: {error}")
    fitted, record = train(risk, scenario, place, processes, progress)
    try:
        store.save(fitted, place.model, record)
    except ModelError as error:
        # a model that cannot be kept is as good as one that is
        tell(f"not kept: {error}")
    return dataclasses.replace(fitted, heeds_tips=heeds_tips)


def train(
    risk: Risk,
    scenario: Scenario,
    place: Place,
    processes: int,
    progress: history.Progress | None = None,
) -> tuple[FittedRisk, dict[str, Any]]:
    """Return a newly trained model and its card (steps 3 and 4)."""
    model = make(risk)
    past = before(risk, scenario)
    sample = history.draw_sample(past)
    if not model.LEARNS:
        fitted = FittedRisk.without_labels(risk.name, model, sample)
        return fitted, card(fitted, risk, training(past, None))
    known = recall(place.history, risk, past, processes, progress)
    return _learn(model, risk, past, known, sample)


def _learn(
    model: RiskModel, risk: Risk, past: Scenario, known: history.History, sample: Sample
) -> tuple[FittedRisk, dict[str, Any]]:
    fitted, held = FittedRisk.from_labels(risk.name, model, known.examples(), sample)
    judged = evaluate(held.score, held.p_hit, held.label, held.weight, CAPACITIES)
    table = reliability(held.p_hit, held.label, held.weight)
    rests = importance(held)
    return fitted, card(fitted, risk, training(past, known), judged, table, rests)


def training(past: Scenario, known: history.History | None) -> dict[str, Any]:
    """Return what the card says of the past that a model learnt from."""
    weeks = n_weeks(past.risk)
    first = history.week_window(past.risk, 0).start_date
    last = history.week_window(past.risk, weeks - 1).dates()[-1]
    record: dict[str, Any] = {
        "port": past.port.name,
        "practice": f"{past.policy.name} with {past.risk.name}, simulated",
        "period": f"{first} to {last}",
        "weeks": weeks,
    }
    if known is None:
        return record
    drugs = known.frame[~known.frame["ordered"]]
    return record | {
        "trucks": known.trucks,
        "trucks_with_labels": len(known.frame),
        "left_out_as_ordered_for_other_reasons": len(known.frame) - len(drugs),
        "positives": int(drugs["label"].sum()),
        "prior_p_hit": known.prior,
    }


def recall(
    path: Path, risk: Risk, past: Scenario, processes: int, progress: history.Progress | None
) -> history.History:
    """Return the past from the cache, or draw it and keep it (step 3).

    Models that differ only in name or settings share one past.
    """
    content = cache_files.read(path)
    if content is not None:
        try:
            frame = pd.read_parquet(io.BytesIO(content))
            return history.History(frame=frame, trucks=int(frame.attrs["trucks"]))
        # Another version of pandas may fail in any way; a past can always be drawn again.
        except Exception as error:
            cache_files.throw_away(path, f"{path}: cannot be read ({type(error).__name__})")
    known = history.draw_history(past, risk.labels, processes, progress)
    frame = known.frame.copy(deep=False)
    frame.attrs = {"trucks": known.trucks}
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False)
    cache_files.write(path, buffer.getvalue())
    return known


def summary(record: Mapping[str, Any], place: Place, seconds: float) -> list[str]:
    """Return the lines that say what a training gave."""
    past = record["training"]
    lines = [f"{record['model']}: ready in {seconds:.1f} s; labels: {record['labels']}"]
    if "positives" in past:
        lines.append(
            f"  {past['positives']} positives among {past['trucks_with_labels']:,} opened of "
            f"{past['trucks']:,} trucks, {past['period']}"
        )
    if record["held_out"] is not None:
        lines += on_screen(record)
    return [*lines, f"  model and card: {place.model}"]


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("train")
