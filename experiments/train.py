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
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.report import terminal as report_terminal
from experiments.study.study import Study
from experiments.training import holdout, simulated_history
from experiments.training.cache import model_folders
from experiments.training.past_practice import history_weeks, port_before_change
from experiments.training.train import ensure_fitted, load_or_draw_past
from models import store
from models.fitted import Examples
from models.model_card import model_card_lines
from models.registry import make_risk_model
from sim.scenario import Risk, Scenario


def carry_out(study: Study) -> int:
    """Train every risk model of a study and say what was done."""
    terminal = report_terminal.open_console()
    done: set[Path] = set()

    def say(line: str) -> None:
        report_terminal.print_line(terminal, line)

    for scenario in study.alternatives.values():
        place = model_folders(scenario.risk, scenario)
        if place.model in done:
            continue
        done.add(place.model)
        begin = time.perf_counter()
        with report_terminal.show_progress(terminal, history_weeks(scenario.risk)) as tell:
            ensure_fitted(scenario.risk, scenario, study.processes, tell, say)
        first, *lines = training_summary(store.load_card(place.model), time.perf_counter() - begin)
        report_terminal.print_answer(terminal, first)
        for line in lines:
            say(line)
        say("  model and card:")
        report_terminal.print_path(terminal, place.model)
        for line in spread_and_explain_lines(scenario, study):
            terminal.print(line, soft_wrap=True, markup=False)
    return 0


def spread_and_explain_lines(scenario: Scenario, study: Study) -> Iterator[str]:
    """Yield the lines that ``spread`` and ``explain`` ask for."""
    risk = scenario.risk
    if not (study.spread or study.explain):
        return
    past = port_before_change(risk, scenario)
    sample = simulated_history.draw_feature_sample(past)
    if study.explain:
        yield from holdout.score_reasons(ensure_fitted(risk, scenario, 1), past, sample, study.explain)
    if study.spread and make_risk_model(risk).LEARNS:
        after = holdout.draw_holdout(past)
        opened, oracle = (
            holdout.judge_pasts(draw_pasts(risk, scenario, labels, study), sample, after)
            for labels in ("opened", "oracle")
        )
        yield f"  trained on {study.spread} pasts, judged on {len(after.p_carrying):,} trucks after"
        yield from holdout.label_comparison_lines(opened, oracle, after)


def draw_pasts(
    risk: Risk, scenario: Scenario, labels: simulated_history.Labels, study: Study
) -> Iterator[tuple[Risk, Examples]]:
    """Yield the risk's own past and others of the same port, each with its own seed."""
    for number in range(study.spread):
        one = dataclasses.replace(risk, labels=labels, history_seed=risk.history_seed + number)
        past = port_before_change(one, scenario)
        folders = model_folders(one, scenario)
        yield one, load_or_draw_past(folders, one, past, study.processes, None).examples()


def training_summary(record: Mapping[str, Any], seconds: float) -> list[str]:
    """Return the lines that say what a training gave."""
    past = record["training"]
    lines = [f"{record['model']}: ready in {seconds:.1f} s; labels: {record['labels']}"]
    if "positives" in past:
        lines.append(
            f"  {past['positives']} positives among {past['trucks_with_labels']:,} examined of "
            f"{past['trucks']:,} trucks, {past['period']}"
        )
    if record["held_out"] is not None:
        lines += model_card_lines(record)
    return lines


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("train")
