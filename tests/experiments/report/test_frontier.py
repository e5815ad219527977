from __future__ import annotations

import re

import pandas as pd
import pytest

from experiments.execution.tuning import MatchedMetrics
from experiments.report.frontier import FrontierPoint, compare_at_equal_level, frontier_points
from experiments.study.settings import AlikeMargins
from tests import replications


def standing(strategies: dict[str, tuple[float, float, float]], **options: object) -> dict[str, FrontierPoint]:
    unstable = options.pop("unstable", {})
    points = frontier_points(replications.metrics(strategies), unstable, **options)  # type: ignore[arg-type]
    return {point.alternative: point for point in points}


def test_strategies_at_world_trade_bridge() -> None:
    found = standing(replications.STRATEGIES)
    assert found["no_referral"].status == "frontier"
    assert found["boosted_27"].status == "frontier"
    assert found["scan_everything"].status == "frontier"
    assert found["random_27"].status == "dominated"
    assert found["random_27"].by == ("boosted_27",)
    assert "dominated by boosted_27" in found["todays_practice"].words()


def test_strong_dominance_needs_no_loss_anywhere() -> None:
    found = standing({"good": (20.0, 0.3, 0.3), "bad": (30.0, 0.2, 0.3), "costly": (40.0, 0.4, 0.3)})
    words = found["bad"].words()
    assert re.fullmatch(
        r"dominated by good \((wait (9|10)\.\d min shorter), (9|10)\.\d points more loads detected\)", words
    )
    assert found["costly"].status == "frontier"


def test_equal_waits_leave_detection_to_decide() -> None:
    found = standing({"one": (30.0, 0.2, 0.3), "two": (30.0, 0.3, 0.3)})
    assert found["one"].words().startswith("dominated by two (")
    assert found["one"].words().endswith("points more loads detected, wait longer by less than 0.5 min)")


def test_the_dominator_named_is_itself_undominated() -> None:
    chain = {"worst": (30.0, 0.1, 0.3), "middle": (20.0, 0.3, 0.3), "best": (10.0, 0.3, 0.3)}
    assert standing(chain)["worst"].by == ("best",)


def test_twins_are_surely_within_the_margins_and_neither_is_dominated() -> None:
    found = standing({"one": (30.0, 0.2, 0.3), "two": (30.0, 0.2, 0.3)})
    assert [point.status for point in found.values()] == ["frontier", "frontier"]
    assert found["one"].like == ("two",)
    assert found["one"].words() == "like two, within 0.5 min and 0.5 points of loads"


def test_what_is_not_told_apart_is_not_thereby_alike() -> None:
    narrow = AlikeMargins(wait_min=0.01, found_share=0.0001)
    found = standing({"one": (30.0, 0.2, 0.3), "two": (30.0, 0.2, 0.3)}, margins=narrow)
    assert found["one"].like == ()
    assert found["one"].words() == "on the frontier"


def test_a_longer_wait_within_the_margin_is_no_reason_and_one_beyond_it_is() -> None:
    alternatives = {"finds_more": (30.3, 0.3, 0.3), "finds_less": (30.0, 0.2, 0.3)}
    assert standing(alternatives, margins=AlikeMargins(wait_min=1.0, found_share=0.005))["finds_less"].by == (
        "finds_more",
    )
    assert (
        standing(alternatives, margins=AlikeMargins(wait_min=0.1, found_share=0.005))["finds_less"].status == "frontier"
    )


def dominated(metrics: pd.DataFrame) -> set[str]:
    return {point.alternative for point in frontier_points(metrics, {}) if point.status == "dominated"}


@pytest.mark.parametrize("seed", range(6))
def test_fewer_replications_never_make_one_dominate_another(seed: int) -> None:
    """Every replication twice says the same means with less doubt: whoever dominates with half of it does with all."""
    few = replications.metrics(n=5, seed=seed)
    many = pd.concat([few, few.assign(replication=few["replication"] + 5)])
    assert dominated(few) <= dominated(many)


@pytest.mark.parametrize("n", [2, 3])
def test_without_intervals_nobody_dominates(n: int) -> None:
    assert {point.status for point in frontier_points(replications.metrics(n=n), {})} == {"frontier"}


def test_more_spread_about_the_same_means_never_makes_one_dominate_another() -> None:
    calm = replications.metrics()
    wait = calm.groupby("alternative")["wait_sum_min"].transform("mean")
    wild = calm.assign(wait_sum_min=wait + 20.0 * (calm["wait_sum_min"] - wait))
    assert dominated(wild) < dominated(calm)


def test_a_mix_of_two_dominates_what_lies_above_their_line() -> None:
    corners = {"low": (10.0, 0.1, 0.3), "high": (50.0, 0.5, 0.3)}
    above = standing(corners | {"middle": (45.0, 0.3, 0.3)})
    assert above["middle"].words() == "dominated by a mix of low and high"
    below = standing(corners | {"middle": (15.0, 0.3, 0.3)})
    assert {point.status for point in below.values()} == {"frontier"}


def test_an_unstable_alternative_dominates_nobody() -> None:
    found = standing({"good": (20.0, 0.3, 0.3), "bad": (30.0, 0.2, 0.3)}, unstable={"good": "dock, load 1.20"})
    assert found["good"].words() == "unstable: dock, load 1.20"
    assert found["bad"].status == "frontier"


def test_equal_scan_share_is_within_half_a_point_of_what_was_realised() -> None:
    shares = compare_at_equal_level(MatchedMetrics(replications.metrics(), {}), "todays_practice", {})
    equal = {share.alternative for share in shares if share.equal}
    assert equal == {"todays_practice", "random_27", "rules_27", "boosted_27"}
    boosted = next(share for share in shares if share.alternative == "boosted_27")
    assert boosted.found_gap is not None
    assert boosted.found_gap.low < 0.07 < boosted.found_gap.high
    assert boosted.sure(0.05)
    assert boosted.wait_gap is not None
    other = next(share for share in shares if share.alternative == "scan_everything")
    assert other.scanned.mean == pytest.approx(0.99)
    assert other.found_gap is None
    assert not other.sure(0.05)


def test_an_unstable_one_has_no_wait_at_equal_share_but_its_detection_counts() -> None:
    shares = compare_at_equal_level(
        MatchedMetrics(replications.metrics(), {}), "todays_practice", {"boosted_27": "dock"}
    )
    boosted = next(share for share in shares if share.alternative == "boosted_27")
    assert boosted.found_gap is not None
    assert boosted.wait_gap is None


def test_one_replication_dominates_nobody() -> None:
    points = frontier_points(replications.metrics(n=1), {})
    assert {point.status for point in points} == {"frontier"}
