"""Axes are Hydra's, counted before they are listed."""

from __future__ import annotations

import pytest

from experiments.study.compose import sweep_jobs
from experiments.sweeping.axes import axis_of_values, levels_in_order, range_length, read_axes
from sim.errors import ConfigError


@pytest.mark.parametrize(
    "words",
    [
        ["a=1,2", "b=range(0,4,2)", "c=[1,2]", "d='x,y'", "e=x,'y z',null,true"],
        ["a=choice(1.5,2)", "b=range(1,0,-0.25)", "c=sort(3,1,2)", "d=float(range(1,3))"],
    ],
)
def test_points_are_those_that_hydra_lists(words: list[str]) -> None:
    swept = read_axes(words, 1000)
    points = []
    for levels in levels_in_order(swept.axes):
        texts = iter(axis.override(level) for axis, level in zip(swept.axes, levels, strict=True))
        points.append(tuple(word if isinstance(word, str) else next(texts) for word in swept.words))
    assert points == sweep_jobs(words, multirun=True)


def test_values_are_plain_and_typed() -> None:
    (axis,) = read_axes(["a=1,2.5,x,'1',null,true,[1,x]"], 10).axes
    assert axis.values == (1, 2.5, "x", "1", None, True, [1, "x"])
    assert [type(value) for value in axis.values[:4]] == [int, float, str, str]


def test_glob_takes_the_options_of_a_group() -> None:
    (axis,) = read_axes(["staffing=glob([a*,b*],exclude=b*)"], 10).axes
    assert axis.values == ("april_2019",)


@pytest.mark.parametrize(
    ("start", "stop", "step", "length"),
    [(0, 10, 3, 4), (10, 0, -3, 4), (0, 1, 0.1, 10), (1, 1, 1, 0), (5, 1, 1, 0), (0, 0.3, 0.1, 3)],
)
def test_a_range_is_counted_as_it_is_listed(start: float, stop: float, step: float, length: int) -> None:
    assert range_length("a", start, stop, step) == length
    if length:
        assert len(read_axes([f"a=range({start},{stop},{step})"], 100).axes[0].values) == length


@pytest.mark.parametrize("text", ["range(0,1,1e-300)", "range(0,1e300,1)", "range(0,101)"])
def test_a_huge_grid_is_refused_before_it_is_listed(text: str) -> None:
    with pytest.raises(ConfigError, match="most_points=100 points"):
        read_axes([f"a={text}"], 100)


def test_the_limit_can_be_raised() -> None:
    assert len(read_axes(["a=range(0,101)"], 101).axes[0].values) == 101


@pytest.mark.parametrize("values", [[], [1, 1], [{"a": 1}]])
def test_values_that_make_no_axis_are_refused(values: list[object]) -> None:
    with pytest.raises(ConfigError):
        axis_of_values("a", values)


def test_values_of_a_file_read_back_the_same() -> None:
    values = [1, 0.1, "plain", "two words", "it's", None, True]
    axis = axis_of_values("a", values)
    assert read_axes([f"a={','.join(axis.texts)}"], 10).axes[0].values == tuple(values)
