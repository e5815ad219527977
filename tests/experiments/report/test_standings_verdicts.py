from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.execution.robustness import COLUMNS
from experiments.report.standings import leading_input, mark_undominated


def draw_of(*rows: tuple[str, float, float, bool]) -> pd.DataFrame:
    """Return one draw: name, wait, loads found, unstable."""
    table = pd.DataFrame(0.0, index=range(len(rows)), columns=list(COLUMNS))
    table[["alternative", "wait_mean_min", "detection_expected", "unstable"]] = rows
    return table.astype({"unstable": bool, "wait_mean_min": float, "detection_expected": float})


@pytest.mark.parametrize(
    ("rows", "best"),
    [
        ([("a", 20.0, 0.10, False), ("b", 20.05, 0.20, False)], {"b"}),
        ([("a", 20.0, 0.10, False), ("b", 25.0, 0.20, False)], {"a", "b"}),
        ([("a", 20.0, 0.10, False), ("b", 20.05, 0.101, False)], {"a", "b"}),
        ([("a", 20.0, 0.10, False), ("b", 5.0, 0.20, True)], {"a"}),
    ],
)
def test_dominance_within_a_draw(rows: list[tuple[str, float, float, bool]], best: set[str]) -> None:
    judged = mark_undominated(draw_of(*rows))
    assert set(judged.loc[judged["undominated"], "alternative"]) == best


def test_where_nobody_can_carry_the_load_nobody_is_ranked() -> None:
    assert len(mark_undominated(draw_of(("a", 1.0, 0.1, True), ("b", 1.0, 0.1, True)))) == 0


def test_the_input_on_which_a_difference_hangs_is_named() -> None:
    rng = np.random.default_rng(1)
    numbers = pd.DataFrame(rng.random((30, 40)), columns=[f"key_{k}" for k in range(40)])
    blame = leading_input(numbers["key_7"] ** 3 + 0.01 * numbers["key_8"], numbers)
    assert blame is not None
    assert blame.key == "key_7"
    assert blame.p_holm < 0.01
    assert blame.rho.low > 0.9
    chance = leading_input(pd.Series(rng.random(30)), numbers)
    assert chance is not None
    assert chance.p_holm > 0.05


def test_of_few_draws_no_input_is_blamed() -> None:
    rng = np.random.default_rng(2)
    numbers = pd.DataFrame(rng.random((8, 190)), columns=[f"key_{k}" for k in range(190)])
    assert leading_input(pd.Series(rng.random(6)), numbers) is None
    blame = leading_input(pd.Series(rng.random(8)), numbers)
    assert blame is not None
    assert blame.p_holm > 0.05
