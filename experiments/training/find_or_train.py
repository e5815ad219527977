"""The fitted risk model of a scenario: found at once where it was trained before."""

from __future__ import annotations

import dataclasses

from rich.console import Console

from experiments.execution.content import digest, model_fingerprint
from experiments.execution.parallel import Progress
from experiments.execution.robustness import Retrain
from experiments.execution.run_folder import open_run
from experiments.report import terminal as report_terminal
from experiments.study.display_names import derived_label
from experiments.study.study import Study
from experiments.training.cache import model_folders
from experiments.training.past_practice import history_weeks, past_of
from models import baselines
from sim.replication import Scorer
from sim.scenario import Risk, Scenario
from sim.shared_draws import risk_key


def fitted_scorer(risk: Risk, scenario: Scenario, processes: int, progress: Progress | None = None) -> Scorer:
    """Return the fitted risk model, from the cache or trained now; ModelError: nothing to learn from."""
    if risk.name in baselines.KNOWN_SETTINGS:
        found = baselines.load_baseline(model_folders(risk, scenario).model)
        if found is not None:
            return dataclasses.replace(found, heeds_tips=risk.tier == "tip")
    from experiments.training import train

    return train.ensure_fitted(risk, scenario, processes, progress)


def train_all(study: Study, terminal: Console) -> dict[str, Scorer]:
    """Return the fitted risk model of every alternative, each trained once (step 2).

    All alternatives at the baseline's port share its past: that before the change under study.
    """
    scorers: dict[str, Scorer] = {}
    for scenario in study.alternatives.values():
        key, risk = risk_key(scenario), scenario.risk
        if key in scorers:
            continue
        with report_terminal.show_progress(
            terminal, history_weeks(risk), f"training the {derived_label(risk.name).lower()} risk model, weeks"
        ) as tell:
            past = past_of(scenario, study.alternatives[study.baseline])
            scorers[key] = fitted_scorer(risk, past, study.processes, tell)
        if (run := open_run()) is not None:
            learned_from = digest(key, past.port, past.traffic, past.threat)[:8]
            run.check_models({f"{risk.name} at {past.port.name} ({learned_from})": model_fingerprint(scorers[key])})
    return scorers


def retraining_of(study: Study, terminal: Console) -> Retrain | None:
    """Return how the study's learned models are retrained in redrawn sets of assumptions; None: it has none.

    The past whose trucks are labeled anew is drawn now where it is not kept.
    """
    learned = {name: s for name, s in study.alternatives.items() if s.risk.name not in baselines.KNOWN_SETTINGS}
    if not learned:
        return None
    # Late, because it imports the libraries of learning.
    from experiments.training.retrain import Retraining

    pasts = {name: past_of(scenario, study.alternatives[study.baseline]) for name, scenario in learned.items()}
    retraining = Retraining.of(study.mapping(study.baseline), pasts)
    weeks = max(history_weeks(past.risk) for past in pasts.values())
    with report_terminal.show_progress(terminal, weeks, "past to train on again, weeks") as tell:
        retraining.prepare(study.processes, tell)
    return retraining
