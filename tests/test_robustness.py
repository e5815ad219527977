from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from ports import TruthScorer

from experiments import robustness
from experiments.load import Study, compose_scenario, study
from experiments.matched import SHARE
from experiments.replicate import risk_key
from experiments.robustness import COLUMNS, Redrawn, culprit, redraw, standings, undominated
from sim.errors import ConfigError

SHORT = ["replications=2", "days=1", "processes=1", "start_date=2024-05-14", "robustness.draws=4",
         "robustness.replications=1"]  # fmt: skip


@pytest.fixture(scope="module")
def asked() -> Study:
    one = study(SHORT, "run")
    scenarios = {
        "random": compose_scenario(["policy=random_share", "policy.share=0.1"]),
        "truth": compose_scenario(["policy=top_share", "policy.share=0.2"]),
    }
    own = {"random": ("policy=random_share", "policy.share=0.1"),
           "truth": ("policy=top_share", "policy.share=0.2")}  # fmt: skip
    return dataclasses.replace(one, alternatives=scenarios, baseline="random", own_overrides=own)


@pytest.fixture(scope="module")
def found(asked: Study) -> Redrawn:
    scorers = {risk_key(s): TruthScorer() for s in asked.alternatives.values()}
    return redraw(asked, scorers, {"truth": "policy.share=0.1"})


def test_who_knows_the_truth_finds_more_in_every_world(found: Redrawn) -> None:
    random, truth = standings(found, "random")
    assert truth.more == (4, 4)
    assert random.more == (0, 4)
    assert truth.gap[0] > 0.05
    low, share, high = truth.interval("more")
    assert (share, high) == (1.0, 1.0)
    assert 0.3 < low < 0.5


def test_worlds_differ_and_are_the_same_for_every_alternative(found: Redrawn) -> None:
    assert len(found.rows) == 8
    assert found.numbers["scanner.rho"].nunique() == 4
    assert found.rows.groupby("draw")["detection_expected"].mean().nunique() == 4


def test_the_knob_is_turned_within_each_world(found: Redrawn) -> None:
    wide = found.rows.pivot_table(index="draw", columns="alternative")
    before = (wide["scan_rate"]["truth"] - wide["scan_rate"]["random"]).abs()
    after = (wide["equal_scan_rate"]["truth"] - wide["equal_scan_rate"]["random"]).abs()
    assert (before > SHARE.equal).all()
    assert (after < SHARE.equal).all()


def test_a_draw_that_makes_no_sense_is_counted(
    asked: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ConfigError("port", "nonsense")

    monkeypatch.setattr(robustness, "redrawn_mapping", refuse)
    again = redraw(asked, {}, {})
    assert len(again.refused) == again.asked == 4
    assert "nonsense" in again.refused[0]
    assert len(again.rows) == 0
    assert standings(again, "random") == []
    assert again.overloaded == 0


def draw_of(*rows: tuple[str, float, float, bool]) -> pd.DataFrame:
    """Return one draw: name, wait, loads found, unstable."""
    table = pd.DataFrame(0.0, index=range(len(rows)), columns=list(COLUMNS))
    table[["alternative", "wait_mean_min", "detection_expected", "unstable"]] = rows
    return table.astype({"unstable": bool, "wait_mean_min": float, "detection_expected": float})


@pytest.mark.parametrize(
    ("rows", "best"),
    [([("a", 20.0, 0.10, False), ("b", 20.05, 0.20, False)], {"b"}),
     ([("a", 20.0, 0.10, False), ("b", 25.0, 0.20, False)], {"a", "b"}),
     ([("a", 20.0, 0.10, False), ("b", 20.05, 0.101, False)], {"a", "b"}),
     ([("a", 20.0, 0.10, False), ("b", 5.0, 0.20, True)], {"a"})],
)  # fmt: skip
def test_dominance_within_a_draw(
    rows: list[tuple[str, float, float, bool]], best: set[str]
) -> None:
    judged = undominated(draw_of(*rows))
    assert set(judged.loc[judged["undominated"], "alternative"]) == best


def test_where_nobody_can_carry_the_load_nobody_is_ranked() -> None:
    assert len(undominated(draw_of(("a", 1.0, 0.1, True), ("b", 1.0, 0.1, True)))) == 0


def test_the_input_on_which_a_difference_hangs_is_named() -> None:
    rng = np.random.default_rng(1)
    numbers = pd.DataFrame(rng.random((30, 40)), columns=[f"key_{k}" for k in range(40)])
    blame = culprit(numbers["key_7"] ** 3 + 0.01 * numbers["key_8"], numbers)
    assert blame is not None
    assert blame.key == "key_7"
    assert blame.p_holm < 0.01
    assert blame.rho.low > 0.9
    chance = culprit(pd.Series(rng.random(30)), numbers)
    assert chance is not None
    assert chance.p_holm > 0.05
