from __future__ import annotations

import pytest

from experiments.study.study import build_study
from sim.errors import ConfigError


@pytest.mark.parametrize("n", [1, 6, 13, 20])
def test_a_year_takes_whole_multiples_of_twelve(n: int) -> None:
    with pytest.raises(ConfigError, match=r"^replications: .*multiples of 12.*got "):
        build_study(["calendar=year", f"replications={n}"], "run")


@pytest.mark.parametrize("n", [12, 24, 60])
def test_every_month_comes_equally_often(n: int) -> None:
    asked = build_study(["calendar=year", f"replications={n}"], "run")
    months = [asked.window(r).dates()[0].month for r in range(n)]
    assert {months.count(month) for month in range(1, 13)} == {n // 12}


def test_redraws_and_the_ledger_are_on_unless_switched_off() -> None:
    asked = build_study([], "compare")
    assert asked.bottleneck
    assert (asked.robustness.draws, asked.robustness.replications) == (30, 1)
    off = build_study(["robustness.draws=0", "bottleneck=false"], "compare")
    assert (off.bottleneck, off.robustness.draws) == (False, 0)


@pytest.mark.parametrize(
    "bad",
    [
        "robustness.draws=-1",
        "robustness.traits=narrow",
        "robustness.wide_traits.high=-3",
        "robustness.replications=0",
        "robustness.draws=many",
        "bottleneck=perhaps",
    ],
)
def test_nonsense_costs_one_line(bad: str) -> None:
    key = bad.partition("=")[0]
    with pytest.raises(ConfigError, match=f"^{key}"):
        build_study([bad], "run")
