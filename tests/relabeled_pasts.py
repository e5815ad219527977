"""The common past labeled anew beside a past that is simulated whole, for the same set of assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from experiments.execution.redraws import assumed_inputs, mapping_with_redraws, redraw_inputs
from experiments.study.compose import PARTS
from experiments.study.study import build_study, compose_mapping
from experiments.training.holdout import draw_holdout
from experiments.training.past_practice import TODAYS_OVERRIDES, port_before_change
from experiments.training.relabel import relabeled_examples
from experiments.training.retrain import common_past_of
from experiments.training.simulated_history import draw_feature_sample, draw_history
from models.evaluate import evaluate_at_capacity
from models.fitted import FittedRisk
from models.registry import make_risk_model
from sim.errors import ModelError
from sim.scenario import Scenario, build_scenario, replace_parts

SHARE = 0.27


class PastPair(NamedTuple):
    """Share of loads among the riskiest 27% of trucks of the year after, by either past's model, and their finds."""

    place: int
    simulated: float
    relabeled: float
    finds: tuple[int, int]


def redrawn_pasts(n: int, *overrides: str) -> Iterator[tuple[Scenario, Scenario]]:
    """Yield the alternative under study and today's practice before it, under the first ``n`` sets of assumptions."""
    study = build_study(["policy=top_share", "risk=boosted", f"robustness.draws={n}", *overrides], "run")
    base = study.mapping(study.baseline)
    whole = compose_mapping(TODAYS_OVERRIDES)
    today, scenario = {part: whole[part] for part in PARTS}, study.alternatives[study.baseline]
    for drawn in redraw_inputs(study, assumed_inputs(study.inputs(study.baseline))):
        world = build_scenario(mapping_with_redraws(base, base, drawn))
        scanner = build_scenario(mapping_with_redraws(today, base, drawn)).scanner
        past = port_before_change(scenario.risk, replace_parts(scenario, threat=world.threat))
        yield scenario, replace_parts(past, scanner=scanner)


def past_pairs(n: int, processes: int, *overrides: str) -> Iterator[PastPair]:
    """Yield what both pasts teach, for ``n`` sets; sets in whose past nothing is found are passed over."""
    for place, (scenario, past) in enumerate(redrawn_pasts(n, *overrides)):
        common = common_past_of(scenario)
        try:
            anew, sample = relabeled_examples(common, past, "opened", place)
            whole = draw_history(past, "opened", processes).examples()
            of_whole = draw_feature_sample(past)
            holdout = draw_holdout(past)
            models = [
                FittedRisk.from_labels("boosted", make_risk_model(scenario.risk), examples, trucks)[0]
                for examples, trucks in ((whole, of_whole), (anew, sample))
            ]
        except ModelError:
            continue
        found = [
            evaluate_at_capacity(model.model.decision_function(holdout.raw), holdout.p_carrying, SHARE).detection_rate
            for model in models
        ]
        finds = (int(np.sum(whole.label)), int(np.sum(anew.label)))
        yield PastPair(place, *found, finds)
