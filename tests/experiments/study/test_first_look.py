"""``quick=true`` sets what nobody set, and says what it leaves out."""

from __future__ import annotations

import pytest

from experiments.funding.request import build_case
from experiments.study.study import build_study
from experiments.sweeping.request import build_sweep
from sim.errors import ConfigError


def test_a_first_look_is_short_and_has_no_redraws() -> None:
    study = build_study(["quick=true"], "compare")
    assert (study.replications, study.robustness.draws, study.bottleneck, study.equal_levels) == (6, 0, False, False)
    assert "replications=6" in study.overrides


@pytest.mark.parametrize("overrides", [["quick=true", "replications=50"], ["replications=50", "quick=true"]])
def test_a_key_that_is_given_wins(overrides: list[str]) -> None:
    study = build_study([*overrides, "robustness={draws: 3}"], "run")
    assert (study.replications, study.robustness.draws, study.bottleneck) == (50, 3, False)


def test_a_year_takes_a_week_of_each_month_and_a_short_study_stays_short() -> None:
    assert build_study(["quick=true", "calendar=year"], "run").replications == 12
    assert build_study(["quick=false"], "run").replications == 20


def test_a_case_leaves_simulated_redraws_out() -> None:
    case = build_case(["quick=true"])
    assert "uncertainty.worlds=0" in case.overrides
    assert case.study.replications == 6


def test_what_has_no_first_look_is_refused() -> None:
    with pytest.raises(ConfigError, match="run, compare, fund have a first look, train has none"):
        build_study(["quick=true"], "train")
    with pytest.raises(ConfigError, match="a sweep has no first look"):
        build_sweep(["quick=true", "seed=1,2"])
