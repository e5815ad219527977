"""Before a run it is said what will be run and how long it will take; the pace is this machine's after a stage."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from experiments.command_line.verbosity import spoken_at
from experiments.report.screen.before import Stages, print_overloads, print_plan
from experiments.report.screen.expected_time import (
    LEVELS,
    PASSAGE_S,
    REDRAWS,
    REPLICATIONS,
    TRAINING_S,
    rounded_time,
    stages_of,
    truck_passages,
)
from experiments.study.study import build_study
from tests import replications


def log() -> tuple[Console, io.StringIO]:
    page = io.StringIO()
    return Console(file=page, width=80, highlight=False, no_color=True), page


def test_the_plan_names_alternatives_replications_trucks_sets_and_time() -> None:
    console, page = log()
    study = build_study(["experiment=placement", "days=2", "replications=5", "robustness.draws=4"], "compare")
    print_plan(console, study, Stages(console, study))
    text = " ".join(page.getvalue().split())
    assert text.startswith("5 alternatives, 5 replications of 2 days, ")
    assert "commercial trucks in each, 4 sets of assumptions: " in text
    assert "core" in text
    assert "First look" not in text


def test_a_first_look_says_what_it_leaves_out() -> None:
    console, page = log()
    study = build_study(["experiment=placement", "days=2", "quick=true", "bottleneck=true"], "compare")
    print_plan(console, study, Stages(console, study))
    text = " ".join(page.getvalue().split())
    assert "6 replications" in text
    assert "Left out: redrawn assumptions, alternatives set to equal levels. Kept as given: bottleneck=true." in text


def test_stages_are_announced_with_their_number_and_the_pace_is_taken_from_the_first() -> None:
    settings = ["days=7", "replications=20", "robustness.draws=4", "bottleneck=false"]
    study = build_study(["experiment=placement", *settings], "compare")
    assert [(stage.name, stage.total) for stage in stages_of(study)] == [(REPLICATIONS, 20), (LEVELS, 20), (REDRAWS, 4)]
    console, page = log()
    first = stages_of(study)[0].cost_s
    stages = Stages(console, study, iter([0.0, 100.0 * first]).__next__)
    whole = stages.expected_s()
    with stages.show(REPLICATIONS) as tell:
        tell(20, 20)
    assert stages.pace == pytest.approx(100.0)
    assert stages.expected_s() > whole
    lines = page.getvalue().splitlines()
    assert lines[0] == "stage 1 of 3, replications: 20 of 20"
    assert lines[1] == f"At this machine's pace {rounded_time(stages.expected_s())} more."


def test_a_first_stage_that_is_mostly_start_up_tells_no_pace() -> None:
    settings = ["days=1", "replications=2", "robustness.draws=4", "bottleneck=false"]
    study = build_study(["experiment=placement", *settings], "compare")
    console, page = log()
    stages = Stages(console, study, iter([0.0, 60.0]).__next__)
    before = stages.pace
    with stages.show(REPLICATIONS) as tell:
        tell(2, 2)
    assert stages.pace == before
    assert "pace" not in page.getvalue()


def test_what_cannot_carry_its_load_is_named_and_loads_are_a_detail() -> None:
    study = replications.study(["calm", "busy", "full"])
    weekly = replications.weekly(study.alternatives, {"busy": ("dock",), "full": ("portal",)})
    console, page = log()
    print_overloads(console, study, weekly, {"calm": "a plan"})
    text = " ".join(page.getvalue().split())
    assert "Unstable: Busy: dock is asked for 130% of its weekly capacity." in text
    assert "Saturated: Full: portal is asked for 130%" in text
    assert "Weekly load" not in text
    assert "a plan" not in text
    with spoken_at("details"):
        print_overloads(console, study, weekly, {"calm": "a plan"})
    text = page.getvalue()
    assert "Weekly load" in text
    assert "a plan" in text


def test_each_model_that_learns_is_trained_once_in_each_set() -> None:
    settings = ["days=1", "replications=5", "robustness.draws=4", "bottleneck=false", "equal_levels=false"]
    costs = {}
    for experiment in ("strategies", "placement"):
        study = build_study([f"experiment={experiment}", *settings], "compare")
        redraws = next(stage for stage in stages_of(study) if stage.name == REDRAWS)
        passages = 4 * study.robustness.replications * truck_passages(study)
        costs[experiment] = redraws.cost_s - PASSAGE_S[REDRAWS] * passages
    # one boosted model among the strategies; where portals stand, nothing learns
    assert costs["strategies"] == pytest.approx(4 * TRAINING_S)
    assert costs["placement"] == pytest.approx(0.0)
