"""Dominance against brute force: who leads at some worth of an effect, in exact fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.economics.appraisal import PresentWorth
from experiments.economics.cost_effectiveness import (
    agency_frontier,
    best_by_value,
    frontier_places,
    icer,
    social_frontier,
)

POINTS = st.lists(st.tuples(st.integers(-12, 12), st.integers(-6, 12)), min_size=1, max_size=9).map(
    lambda found: {f"o{i}": point for i, point in enumerate(found)}
)


def led(points: dict[str, tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the points that lead alone over an open interval of the worth of an effect."""
    distinct = set(points.values())
    crossings = {Fraction(a[0] - b[0], a[1] - b[1]) for a in distinct for b in distinct if a[1] != b[1]}
    at = [Fraction(0), *sorted(worth for worth in crossings if worth > 0)]
    middles = [(low + high) / 2 for low, high in itertools.pairwise(at)] + [at[-1] + 1]
    return {max(distinct, key=lambda p: (worth * p[1] - p[0], -p[0])) for worth in middles}


@given(POINTS)
def test_the_frontier_is_who_leads_somewhere(points: dict[str, tuple[int, int]]) -> None:
    found = frontier_places(points)
    on = [place for place in found if place.status == "frontier"]
    assert {points[place.name] for place in on} == led(points)
    assert len({points[place.name] for place in on}) == len(on)


@given(POINTS)
def test_ratios_rise_and_are_never_negative(points: dict[str, tuple[int, int]]) -> None:
    on = sorted(
        (place for place in frontier_places(points) if place.status == "frontier"), key=lambda place: place.effect
    )
    ratios = [place.icer for place in on]
    assert ratios[0] is None
    assert all(ratio is not None and ratio > 0.0 for ratio in ratios[1:])
    assert ratios[1:] == sorted(set(ratios[1:]), key=float)  # type: ignore[arg-type]
    for before, place in itertools.pairwise(on):
        assert place.by == (before.name,)


@given(POINTS)
def test_who_dominates_does(points: dict[str, tuple[int, int]]) -> None:
    status = {place.name: place.status for place in frontier_places(points)}
    for place in frontier_places(points):
        cost, effect = points[place.name]
        if place.status == "strong":
            (other,) = place.by
            c, e = points[other]
            assert c <= cost
            assert e >= effect
            assert (c, e) != (cost, effect)
        if place.status == "extended":
            below, above = (points[name] for name in place.by)
            assert {status[name] for name in place.by} == {"frontier"}
            assert below[1] < effect < above[1]
            mixed = below[0] + (effect - below[1]) * icer(below, above)
            assert mixed <= cost + 1e-9


@given(POINTS, st.integers(0, 8), st.integers(0, 5), st.integers(0, 5))
def test_a_dominated_option_changes_nothing(
    points: dict[str, tuple[int, int]], which: int, worse: int, less: int
) -> None:
    cost, effect = points[f"o{which % len(points)}"]
    more = {**points, "new": (cost + worse, effect - less)}
    assert frontier_places(more)[-1].status != "frontier"
    before = {p.name: (p.status, p.icer) for p in frontier_places(points) if p.status == "frontier"}
    after = {p.name: (p.status, p.icer) for p in frontier_places(more) if p.status == "frontier"}
    assert after == before


def worths(points: dict[str, tuple[int, int]]) -> dict[str, PresentWorth]:
    return {
        name: PresentWorth(20, 0.07, 0.0, float(cost), 0.0, float(effect)) for name, (cost, effect) in points.items()
    }


@given(POINTS)
def test_both_frontiers_are_what_the_sweep_finds(points: dict[str, tuple[int, int]]) -> None:
    found = worths(points)
    for frontier in (agency_frontier(found), social_frontier(found)):
        on = {place.name: place for place in frontier if place.status == "frontier"}
        turns = sorted(place.icer for place in on.values() if place.icer is not None)
        at = [0.0, *turns, (turns[-1] if turns else 0.0) + 2.0]
        middles = [(low + high) / 2.0 for low, high in itertools.pairwise(at)]
        led_by = best_by_value(found, middles)
        assert {points[name] for name in led_by} == {points[name] for name in on}


def test_options_alike_name_the_first() -> None:
    found = frontier_places({"a": (1.0, 1.0), "b": (1.0, 1.0)})
    assert [(place.status, place.by) for place in found] == [("frontier", ()), ("same", ("a",))]


def test_a_cheaper_and_better_option_dominates_the_baseline() -> None:
    found = {place.name: place for place in frontier_places({"none": (0.0, 0.0), "free": (-1.0, 2.0)})}
    assert (found["none"].status, found["none"].by) == ("strong", ("free",))
    assert found["free"].icer is None


@pytest.mark.parametrize("cost", [2.0, 2.0001])
def test_a_tie_with_a_mix_is_extended_dominance(cost: float) -> None:
    found = frontier_places({"none": (0.0, 0.0), "half": (cost, 1.0), "whole": (4.0, 2.0)})
    assert found[1].status == "extended"
