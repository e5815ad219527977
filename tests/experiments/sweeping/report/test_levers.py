"""Levers against effects that are known because they were made up."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sweeping.effects import main_effects
from experiments.sweeping.report.levers import Levers, find_levers
from experiments.sweeping.report.readings import DETECTION, WAIT, read_points, reading_of
from experiments.sweeping.report.wording import lever_answer
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from tests import made_sweep

BASE = ["policy=top_share", "days=1", "replications=6"]
GRID = [*BASE, "port.portal.servers=2,4,8", "staffing.extra_lanes=-1,0,1", "policy.share=0.1,0.3"]
NAME = "todays_practice"


def wait(values: made_sweep.Values, place: int) -> float:
    return (
        40.0 - 4.0 * values["staffing.extra_lanes"] - 0.5 * values["port.portal.servers"] + 5.0 * values["policy.share"]
    )


def found(values: made_sweep.Values, place: int) -> float:
    return 0.1 + 0.5 * values["policy.share"] + 0.01 * values["port.portal.servers"]


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return made_sweep.sweep_of(*GRID, f"measures=[{WAIT},{DETECTION}]")


def levers_of(sweep: Sweep, outcomes: list[PointResult], measure: str) -> Levers:
    baseline = sweep.baseline_study.baseline
    return find_levers(sweep, reading_of(sweep, outcomes, read_points(sweep, outcomes), measure, (baseline, "")))


def test_the_strongest_axis_is_named_with_its_change(sweep: Sweep) -> None:
    outcomes = made_sweep.outcomes(sweep, wait, found)
    waits, finds = (levers_of(sweep, outcomes, measure) for measure in (WAIT, DETECTION))
    assert [lever.axis.key for lever in waits.order] == ["staffing.extra_lanes", "port.portal.servers", "policy.share"]
    assert finds.order[0].axis.key == "policy.share"
    strongest = waits.order[0].strongest
    assert strongest is not None
    assert (strongest.reference, strongest.value, strongest.pairs) == ("-1", "1", 6)
    assert strongest.gap.mean == pytest.approx(-8.0, abs=0.3)
    assert strongest.gap.low < -8.0 < strongest.gap.high
    assert strongest.gap.high - strongest.gap.low < 1.0, "luck that points share is not in a paired difference"
    head, rest = lever_answer(waits)
    assert head == "Average wait moves most with booths opened beyond the timetable."
    assert "from -1 to 1: falls by 8." in rest or "from -1 to 1: falls by 7.9" in rest
    assert "Mean over 6 pairs" in rest
    assert "Next is portals from 2 to 8: falls by" in rest
    lead = waits.lead()
    assert lead is not None
    assert lead.low < 5.0 < lead.high


def test_levers_are_the_effects_of_the_table(sweep: Sweep) -> None:
    outcomes = made_sweep.outcomes(sweep, wait, found, lambda values: values["port.portal.servers"] == 2)
    effects = main_effects(sweep, outcomes).set_index(["axis", "value", "measure"])
    for measure, scale in ((WAIT, 1.0), (DETECTION, 100.0)):
        for lever in levers_of(sweep, outcomes, measure).order:
            for change in lever.changes:
                row = effects.loc[(lever.axis.key, change.value, measure)]
                ours = [change.gap.mean, change.gap.low, change.gap.high, change.pairs, change.left_out]
                theirs = [scale * row[name] for name in ("effect", "low", "high")] + [row["pairs"], row["left_out"]]
                assert np.allclose(ours, theirs, equal_nan=True)
                assert change.reference == row["reference_value"]


def test_pairs_that_are_left_out_are_said(sweep: Sweep) -> None:
    def heavy(values: made_sweep.Values) -> bool:
        return bool(values["staffing.extra_lanes"] == -1 and values["policy.share"] > 0.2)

    def bent(values: made_sweep.Values, place: int) -> float:
        return float(40.0 - 4.0 * values["staffing.extra_lanes"] - values["staffing.extra_lanes"] ** 2)

    waits = levers_of(sweep, made_sweep.outcomes(sweep, bent, found, heavy), WAIT)
    rest = lever_answer(waits)[1]
    assert "Booths opened beyond the timetable from 0 to 1: falls by" in rest
    assert "Mean over 6 pairs of points that differ in nothing else. More pairs are left out at -1 (3 of 6)." in rest
    finds = levers_of(sweep, made_sweep.outcomes(sweep, bent, found, heavy), DETECTION)
    assert "Mean over 6 pairs of points that differ in nothing else; 3 more are left out" in lever_answer(finds)[1]


def test_what_is_not_sure_is_not_said_to_move(sweep: Sweep) -> None:
    def flat(values: made_sweep.Values, place: int) -> float:
        return 30.0

    head, _ = lever_answer(levers_of(sweep, made_sweep.outcomes(sweep, flat, found), WAIT))
    assert head == "Average wait: no axis clearly moves it."
    rest = lever_answer(
        levers_of(sweep, made_sweep.outcomes(sweep, lambda v, _: 30.0 - 9.0 * v["policy.share"], found), WAIT)
    )
    assert "No other axis clearly moves it." in rest[1]


OVER = "over={port.portal.servers: [2,8], policy.share: [0.1,0.5], port.primary.service.mean_min: [1.6,2.2]}"
DESIGN = [*BASE, "design=lhs", "points=40", OVER]


def test_a_fit_says_what_a_drawn_axis_changes() -> None:
    sweep = made_sweep.sweep_of(*DESIGN)
    share = [point.values[1] for point in sweep.points]

    def curved(values: made_sweep.Values, place: int) -> float:
        return 20.0 + 60.0 * values["policy.share"] ** 2 + 3.0 * values["port.primary.service.mean_min"]

    levers = levers_of(sweep, made_sweep.outcomes(sweep, curved, found), WAIT)
    assert levers.fit is not None
    assert levers.fit.r2 > 0.9
    first = levers.order[0]
    strongest = first.strongest
    assert strongest is not None
    assert (first.axis.key, first.kind) == ("policy.share", "fit")
    assert strongest.gap.low < 60.0 * (max(share) ** 2 - min(share) ** 2) < strongest.gap.high
    assert "Read off a fit to 40 stable points" in lever_answer(levers)[1]


def test_without_a_fit_that_holds_only_the_order_is_said() -> None:
    sweep = made_sweep.sweep_of(*DESIGN)

    def steep(values: made_sweep.Values, place: int) -> float:
        return 10.0 + float(np.exp(60.0 * (values["policy.share"] - 0.35)))

    levers = levers_of(sweep, made_sweep.outcomes(sweep, steep, found), WAIT)
    assert levers.fit is not None
    assert levers.fit.r2 < 0.7
    head, rest = lever_answer(levers)
    assert head == "Average wait goes most closely with share of trucks selected."
    assert "no fit reaches a held-out R2 of 0.7" in rest
    rho, low, high = levers.order[0].rank
    assert low < rho < high <= 1.0


def test_axes_crossed_with_a_design_have_pairs() -> None:
    sweep = made_sweep.sweep_of(*DESIGN, "staffing.extra_lanes=0,2")

    def lanes(values: made_sweep.Values, place: int) -> float:
        return 30.0 - 6.0 * values["staffing.extra_lanes"] + values["policy.share"]

    first = levers_of(sweep, made_sweep.outcomes(sweep, lanes, found), WAIT).order[0]
    strongest = first.strongest
    assert strongest is not None
    assert (first.axis.key, first.kind, strongest.pairs) == ("staffing.extra_lanes", "pairs", 40)
    assert strongest.gap.low < -12.0 < strongest.gap.high


def test_differences_from_the_baseline_have_levers() -> None:
    words = ["experiment=lanes", "calendar=week", "days=1", "replications=4", "traffic.volume_scale=0.8,1.0"]
    sweep = made_sweep.sweep_of(*words, "port.portal.servers=4,6")

    def scaled(values: made_sweep.Values, place: int) -> float:
        return float(30.0 * values["traffic.volume_scale"] * (1.0 - 0.2 * place))

    outcomes = made_sweep.outcomes(sweep, scaled, lambda values, place: 0.2)
    names = list(sweep.baseline_study.alternatives)
    base = sweep.baseline_study.baseline
    other = names[names.index(base) + 1]
    reading = reading_of(sweep, outcomes, read_points(sweep, outcomes), WAIT, (other, base))
    strongest = find_levers(sweep, reading).order[0].strongest
    assert strongest is not None
    # 30 x .2 more volume x .2 less wait
    assert strongest.gap.low < -1.2 < strongest.gap.high
