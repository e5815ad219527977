"""Months as they would have been: the counts of the plan, and what is refused."""

from __future__ import annotations

import math

import pytest

from experiments.diversion.normal_months import counted_trucks, normal_month, read_counts
from sim.errors import ConfigError

CONTROLS = ["otay_mesa", "calexico_east", "nogales"]


def test_september_2023_moved_the_log_odds_of_the_outer_ports_by_one() -> None:
    counts = read_counts("border_trucks")
    around = {"neighbors": [7, 8, 11, 12], "controls": CONTROLS}
    inner = normal_month(counts, ["el_paso", "ysleta"], "2023-09", **around)  # type: ignore[arg-type]
    outer = normal_month(counts, ["santa_teresa"], "2023-09", **around)  # type: ignore[arg-type]
    came = counted_trucks(counts, ["santa_teresa", "tornillo"], "2023-09")
    assert inner.counted == 42_347
    assert came == 20_032 + 2_785
    log_odds = math.log(came / inner.counted) - math.log(outer.trucks / inner.trucks)
    assert log_odds == pytest.approx(1.025, abs=0.05)
    assert (came - outer.trucks) / (inner.trucks - inner.counted) == pytest.approx(0.43, abs=0.05)
    assert inner.trucks + outer.trucks - inner.counted - came == pytest.approx(13_400, abs=2_000)
    assert 2023 not in inner.years


def test_a_season_that_all_ports_share_is_taken_off() -> None:
    season = {7: 1.0, 8: 1.3, 9: 0.8, 10: 1.0, 11: 0.9}
    counts = {(f"{y}-{m:02}", p): round(1000 * f) for y in range(2015, 2022) for m, f in season.items() for p in "ab"}
    shocked = counts | {("2021-09", "a"): 400}
    found = normal_month(shocked, ["a"], "2021-09", neighbors=[8, 10], controls=["b"])
    assert found.trucks == pytest.approx(800.0)
    assert found.ln_sd == pytest.approx(0.0, abs=1e-12)


def test_what_is_missing_is_refused() -> None:
    with pytest.raises(ConfigError, match="no file 'nothing'"):
        read_counts("nothing")
    with pytest.raises(ConfigError, match="needs the columns month, port and trucks"):
        read_counts("ysleta")
    with pytest.raises(ConfigError, match="around 2023-09 are missing"):
        normal_month({}, ["a"], "2023-09", neighbors=[8], controls=["b"])
