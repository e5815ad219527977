"""What the terminal says of the draws."""

from __future__ import annotations

import dataclasses

import pandas as pd

from experiments.funding.report.terminal import draw_ranges_note, draw_ranges_table
from experiments.funding.uncertainty.analysis import Uncertainty

NAN = float("nan")
ROW = {
    "alternative": "portals",
    "npv0_p5_usd": -3e6,
    "npv0_p95_usd": 4e6,
    "loads_p5": 1.0,
    "loads_p95": 9.0,
    "break_even_p5_usd": 2e5,
    "break_even_p95_usd": 5e5,
    "pays_share": 0.25,
    "best_share": 0.125,
}
EMPTY = {f.name: pd.DataFrame() for f in dataclasses.fields(Uncertainty) if f.name != "notes"}


def unsure(**changed: float) -> Uncertainty:
    more = {"intervals": pd.DataFrame([ROW | changed]), "draws": pd.DataFrame({"draw": [0, 0, 1], "set": -1})}
    return Uncertainty(**(EMPTY | more), notes=())


def test_ranges_are_those_of_the_draws() -> None:
    rows = draw_ranges_table(unsure()).lines()
    assert rows == [["portals", "-3.0 to 4.0", "1.0 to 9.0", "200 to 500", "25", "12"]]


def test_a_threshold_that_some_draws_lack_has_no_range() -> None:
    rows = draw_ranges_table(unsure(break_even_p95_usd=NAN)).lines()
    assert rows[0][3] == "none in part"


def test_draws_are_counted_once() -> None:
    assert draw_ranges_note(unsure()).startswith("2 draws of ")


def test_what_may_stand_in_the_baselines_row_is_left_out() -> None:
    rows = draw_ranges_table(unsure(loads_p95=0.0, loads_p5=0.0, npv0_p5_usd=0.0, npv0_p95_usd=0.0)).lines()
    assert rows == []


NOISE = {"alternative": "portals", "measure": "npv0", "low": -1e6, "high": 2.5e6}


def test_the_noise_is_measured_against_the_draws_and_never_called_small() -> None:
    """A run of two replications had noise as wide as its draws, under a fixed sentence that called it small."""
    base = unsure()
    wide = dataclasses.replace(base, noise=pd.DataFrame([NOISE]))
    assert "is 50% of the range of net values" in draw_ranges_note(wide)
    narrow = dataclasses.replace(base, noise=pd.DataFrame([NOISE | {"low": 0.0, "high": 0.7e6}]))
    assert "is 10% of the range of net values" in draw_ranges_note(narrow)
    for noise in (pd.DataFrame(), pd.DataFrame([NOISE | {"low": NAN, "high": NAN}])):
        assert "is not known beside it" in draw_ranges_note(dataclasses.replace(base, noise=noise))


def test_what_was_held_is_said_and_nothing_more_is_claimed() -> None:
    held = draw_ranges_note(unsure())
    assert "simulation's inputs were held" in held
    assert "assumptions" not in held
    simulated = draw_ranges_note(
        dataclasses.replace(unsure(), draws=pd.DataFrame({"draw": [0, 0, 1], "set": [0, 0, 1]}))
    )
    assert "held" not in simulated
    assert "prices, values and assumptions" in simulated
