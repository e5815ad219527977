from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.intervals import holm_adjusted
from experiments.scorecards.card import Scorecard, judge_line
from experiments.scorecards.levels import LineLevel
from experiments.scorecards.lines import METRIC_LINES
from experiments.scorecards.page import render_scorecard
from experiments.scorecards.wording import scorecard_answer
from tests import cards

LINES = {line.key: line for line in METRIC_LINES}
WAIT = LINES["wait_mean"]


def at(low: float, high: float, **more: float) -> LineLevel:
    return LineLevel(value=(low + high) / 2.0, low=low, high=high, n=9, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(20.0, 30.0, "on target"), (20.0, 30.1, "cannot tell"), (30.1, 40.0, "off target")]
)
def test_a_wait_is_judged_by_its_interval(low: float, high: float, verdict: str) -> None:
    assert judge_line(WAIT, at(low, high), 30.0)[0] == verdict


def test_of_more_is_better_the_sides_change() -> None:
    share = {"range_low": 21.0, "range_high": 25.0}
    assert judge_line(LINES["detection"], at(22.0, 23.0, **share), 0.2)[0] == "on target"
    assert judge_line(LINES["detection"], at(22.0, 23.0, **share), 0.3)[0] == "off target"


def test_what_rests_on_assumptions_is_judged_by_their_range_too() -> None:
    verdict, why = judge_line(LINES["detection"], at(22.0, 23.0, range_low=5.0, range_high=30.0), 0.2)
    assert verdict == "cannot tell"
    assert "range over assumptions" in why
    verdict, why = judge_line(LINES["detection"], at(22.0, 23.0), 0.2)
    assert (verdict, why) == ("cannot tell", "range over assumptions not computed")


def test_a_predicted_line_says_when_redraws_reach_the_other_side() -> None:
    verdict, why = judge_line(WAIT, at(20.0, 25.0, range_low=1.0, range_high=80.0), 30.0)
    assert verdict == "on target"
    assert "redraws reach the other side" in why
    assert judge_line(WAIT, at(20.0, 25.0, range_low=1.0, range_high=29.0), 30.0)[1] == ""


@pytest.mark.parametrize(
    ("n_overloaded", "verdict", "words"),
    [
        (0, "on target", ""),
        (1, "on target", "redraws reach the other side"),
        (15, "on target", "redraws reach the other side"),
        (18, "cannot tell", "the port is overloaded in 18 of 30 redraws"),
    ],
)
def test_a_wait_that_most_redraws_do_not_have_is_not_on_target(n_overloaded: int, verdict: str, words: str) -> None:
    within = at(20.0, 25.0, range_low=1.0, range_high=29.0, n_overloaded=n_overloaded, n_redraws=30)
    assert judge_line(WAIT, within, 30.0) == (verdict, words)
    beyond = at(40.0, 45.0, range_low=35.0, range_high=50.0, n_overloaded=n_overloaded, n_redraws=30)
    assert judge_line(WAIT, beyond, 30.0) == ("off target", "")


def test_a_verdict_that_holds_only_as_assumed_says_so_wherever_it_stands(card: Scorecard) -> None:
    """One of the six redraws overloads the port."""
    wait = row(card, "wait_mean")
    assert (wait.last.n_overloaded, wait.last.n_redraws) == (1, 6)
    assert wait.verdict_words == "on target, as assumed"
    assert "on target, as assumed" in render_scorecard(card)
    assert "of them only as assumed)" in scorecard_answer(card)


def test_without_interval_or_target_there_is_no_verdict() -> None:
    assert judge_line(WAIT, LineLevel(value=20.0, reason="one replication only"), 30.0) == (
        "cannot tell",
        "no interval: one replication only",
    )
    assert judge_line(WAIT, at(1.0, 2.0), None)[0] == "no target"
    assert judge_line(LINES["seized_per_100k"], at(1.0, 2.0), 5.0)[0] == "no target"
    assert judge_line(WAIT, LineLevel(value=np.nan, reason="unstable"), 30.0) == ("cannot tell", "unstable")


def test_all_is_as_good_as_all() -> None:
    assert judge_line(LINES["detection"], at(100.0, 100.0, range_low=100.0, range_high=100.0), 1.0)[0] == "on target"


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    return cards.card(tmp_path_factory.mktemp("card"), 45.0, 24.0)


def row(card: Scorecard, key: str):  # noqa: ANN201
    return next(one for one in card.rows if one.line.key == key)


def test_the_last_period_is_judged_and_the_trend_says_which_way(card: Scorecard) -> None:
    wait = row(card, "wait_mean")
    assert wait.verdict == "on target"
    assert wait.direction(card.alpha) == "better"
    assert row(card, "detection").direction(card.alpha) == "not clear"


def test_the_same_run_twice_has_not_changed(tmp_path: Path) -> None:
    same = cards.card(tmp_path, 30.0, 30.0, seed=1)
    assert row(same, "wait_mean").direction(same.alpha) == "unchanged"


def test_trends_are_sure_for_all_lines_at_once(card: Scorecard) -> None:
    p = [np.nan if one.trend is None else one.trend.p_value for one in card.rows]
    assert [one.p_holm for one in card.rows] == pytest.approx(holm_adjusted(p).tolist(), nan_ok=True)
    assert row(card, "wait_mean").p_holm > row(card, "wait_mean").trend.p_value


def test_a_verdict_that_hangs_on_an_assumed_target_says_so(tmp_path: Path) -> None:
    near = row(cards.card(tmp_path, 24.0), "wait_mean")
    assert near.goal_range() == (15.0, 45.0)
    assert near.hangs
    own = "scorecard.northbound.wait_mean_at_most_min=28"
    users = row(cards.card(tmp_path, 24.0, overrides=[own]), "wait_mean")
    assert users.goal_range() is None
    assert not users.hangs


def test_badges_follow_what_a_number_is(card: Scorecard, tmp_path: Path) -> None:
    assert row(card, "wait_mean").badge == "fitted"
    assert row(card, "crossing_mean").badge == "predicted"
    assert row(card, "detection").badge == row(card, "false_alarms").badge == "assumed"
    run = cards.write_run(tmp_path / "x", "staffing.extra_lanes=1")
    (period,) = cards.series(run)
    assert not period.fitted


def test_counts_add_up(card: Scorecard) -> None:
    verdicts = ("on target", "off target", "cannot tell", "no target")
    assert sum(card.count(verdict) for verdict in verdicts) == len(card.rows)
