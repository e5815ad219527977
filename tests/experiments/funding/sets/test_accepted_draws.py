"""Draws that the trucks counted in the base year rule out are drawn again."""

from __future__ import annotations

import dataclasses

import numpy as np
from made_response import small

from experiments.funding.checks import base_year_plans
from experiments.funding.demand_years import scenario_at_demand
from experiments.funding.sets.accepted_draws import (
    base_year_load_shares,
    case_with_drawn_inputs,
    draw_accepted,
    drawn_simulation_inputs,
    numbers_at_positions,
    range_positions,
)
from experiments.report.terminal import open_console
from experiments.training.find_or_train import train_all


def test_the_middle_of_every_law_is_the_case_itself() -> None:
    inputs = drawn_simulation_inputs(small())
    middle = np.array([one.law.b for one in inputs])
    for one, (assumption, number) in zip(inputs, numbers_at_positions(inputs, middle), strict=True):
        if not assumption.factor:
            assert number == np.float64(one.value) or abs(number / one.value - 1.0) < 1e-9


def test_draws_that_are_kept_can_have_carried_the_base_year() -> None:
    asked = small()
    scorers = train_all(asked.study, open_console())
    inputs = drawn_simulation_inputs(asked)
    found = draw_accepted(asked, scorers, inputs, 12)
    assert found.uniforms.shape == (12, len(inputs))
    assert found.tried == 0 or found.tried >= 12
    again = draw_accepted(asked, scorers, inputs, 12)
    assert found.uniforms.tolist() == again.uniforms.tolist()
    drawn = numbers_at_positions(inputs, range_positions(inputs, found.uniforms[:1])[0])
    name = asked.study.baseline
    moved, mapping = case_with_drawn_inputs(asked, {name: asked.study.mapping(name)}, drawn)
    assert moved.terms.demand != asked.terms.demand
    assert mapping[name] != asked.study.mapping(name)


def test_more_trucks_load_every_station_alike() -> None:
    asked = small()
    scorers = train_all(asked.study, open_console())
    name = asked.study.baseline
    expected = base_year_plans(asked, scorers)[name].expected
    own = scenario_at_demand(asked.study.alternatives[name], asked.terms.demand, 0)
    more = dataclasses.replace(
        own, traffic=dataclasses.replace(own.traffic, volume_scale=2.0 * own.traffic.volume_scale)
    )
    once, twice = (base_year_load_shares(one, expected, asked) for one in (own, more))
    assert once
    assert all(abs(twice[station] / once[station] - 2.0) < 1e-6 for station in once)
