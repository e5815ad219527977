"""Draws that the trucks counted in the base year rule out are drawn again."""

from __future__ import annotations

import dataclasses

import numpy as np
from made_response import small

from experiments.compare import train
from experiments.funding.carrying import plans
from experiments.funding.possible_worlds import (
    base_year_loads,
    numbers,
    positions,
    redrawn,
    sampled,
    simulation_beliefs,
)
from experiments.funding.world import at_demand
from experiments.screen import console


def test_the_middle_of_every_law_is_the_case_itself() -> None:
    inputs = simulation_beliefs(small())
    middle = np.array([one.law.b for one in inputs])
    for one, (assumption, number) in zip(inputs, numbers(inputs, middle), strict=True):
        if not assumption.factor:
            assert number == np.float64(one.value) or abs(number / one.value - 1.0) < 1e-9


def test_draws_that_are_kept_can_have_carried_the_base_year() -> None:
    asked = small()
    scorers = train(asked.study, console())
    inputs = simulation_beliefs(asked)
    found = sampled(asked, scorers, inputs, 12)
    assert found.uniforms.shape == (12, len(inputs))
    assert found.tried == 0 or found.tried >= 12
    again = sampled(asked, scorers, inputs, 12)
    assert found.uniforms.tolist() == again.uniforms.tolist()
    drawn = numbers(inputs, positions(inputs, found.uniforms[:1])[0])
    name = asked.study.baseline
    moved, mapping = redrawn(asked, {name: asked.study.mapping(name)}, drawn)
    assert moved.terms.demand != asked.terms.demand
    assert mapping[name] != asked.study.mapping(name)


def test_more_trucks_load_every_station_alike() -> None:
    asked = small()
    scorers = train(asked.study, console())
    name = asked.study.baseline
    expected = plans(asked, scorers)[name].expected
    own = at_demand(asked.study.alternatives[name], asked.terms.demand, 0)
    more = dataclasses.replace(
        own, traffic=dataclasses.replace(own.traffic, volume_scale=2.0 * own.traffic.volume_scale)
    )
    once, twice = (base_year_loads(one, expected, asked) for one in (own, more))
    assert once
    assert all(abs(twice[station] / once[station] - 2.0) < 1e-6 for station in once)
