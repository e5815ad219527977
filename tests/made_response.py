"""A response of the small case that nobody simulated, and sets of assumptions with a known truth."""

from __future__ import annotations

import functools

import numpy as np
from small_case import SMALL

from experiments.funding.annual import CLASSES, Response
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.request import build_case, read_economic_option
from experiments.funding.sets.accepted_draws import drawn_simulation_inputs, range_positions
from experiments.funding.sets.input_distributions import uncertain_economic_inputs
from experiments.funding.sets.set_days import BlockAmounts
from experiments.funding.sets.simulated_sets import ENDS, SetAmounts, SimulatedSets, centre_positions
from experiments.funding.uncertainty.valuation import Valuation, mean_response

REPLICATIONS = 4
WORLDS = 40
GROWTH = "demand.growth_share_per_y"


@functools.cache
def small() -> FundingCase:
    return build_case(SMALL)


@functools.cache
def standard() -> UncertaintySettings:
    return read_economic_option(UncertaintySettings, "uncertainty", "standard")


@functools.cache
def response() -> Response:
    """Hours fall by a tenth and a fifth, loads rise by a quarter; luck is shared."""
    rng = np.random.default_rng(1)
    luck = 1.0 + 0.1 * rng.normal(size=(1, 1, REPLICATIONS))
    own = 1.0 + 0.01 * rng.normal(size=(2, 2, REPLICATIONS))
    hours = np.array([[20e3, 30e3], [18e3, 24e3]])[:, :, None] * luck * own
    amounts = {}
    for name in CLASSES:
        amounts[f"truck_h_{name}"] = hours
        amounts[f"trips_{name}"] = np.full((2, 2, REPLICATIONS), 25e3)
        amounts[f"deviation_h_{name}"] = np.full((2, 2, REPLICATIONS), 0.2)
    amounts["loads"] = np.array([[8.0, 8.0], [10.0, 10.0]])[:, :, None] * luck * own
    return Response(("today", "more"), (1, 4), amounts)


def response_with_trips_that_leave() -> Response:
    """Return the response with a fifth more trips made here by the alternative, and hours of inspection."""
    made = response()
    amounts = {f"trips_{name}": made.amounts[f"trips_{name}"] * np.array([1.0, 1.2])[:, None, None] for name in CLASSES}
    minutes = np.full_like(made.amounts["loads"], 40.0)
    amounts |= {"crossing_mean_min": minutes + 25.0, "wait_mean_min": minutes}
    return Response(made.alternatives, made.years, {**made.amounts, **amounts})


def _block(factor: float, rng: np.random.Generator) -> BlockAmounts:
    """Hours of the made response times a factor, and some luck of the block."""
    luck = 1.0 + 0.003 * rng.normal(size=(2, 2, 1))
    amounts = {
        name: values.mean(axis=2, keepdims=True) * (factor * luck if name.startswith("truck_h_") else 1.0)
        for name, values in response().amounts.items()
    }
    return BlockAmounts(Response(("today", "more"), (1, 4), amounts), np.array([0.0, 1e8]))


def _amounts(factor: float, rng: np.random.Generator, blocks: int = 1) -> SetAmounts:
    return SetAmounts(tuple(_block(factor, rng) for _ in range(blocks)))


@functools.cache
def sets() -> SimulatedSets:
    """Growth moves all hours by its position, up and down; nothing else matters."""
    inputs = drawn_simulation_inputs(small())
    place = [one.name for one in inputs].index(GROWTH)
    centre = centre_positions(inputs)[place]
    rng = np.random.default_rng(2)
    uniforms = rng.random((WORLDS, len(inputs)))
    moved = np.exp(range_positions(inputs, uniforms)[:, place] - centre)
    ends = {(place, u): _amounts(float(np.exp(inputs[place].law.at(u) - centre)), rng, 2) for u in ENDS}
    return SimulatedSets(
        inputs=tuple(inputs),
        uniforms=uniforms,
        drawn=tuple(_amounts(factor, rng, 1 + (place % 2)) for place, factor in enumerate(moved.tolist())),
        itself=_amounts(1.0, rng, 2),
        again={number: _block(float(moved[number]), rng) for number in range(8)},
        tried=WORLDS + 10,
        senseless=0,
        ends=ends,
        growth={0.02: _amounts(1.1, rng, 2)},
    )


def valuation(*, simulated: bool = False) -> Valuation:
    return Valuation(
        small(),
        mean_response(response()),
        tuple(uncertain_economic_inputs(small(), standard())),
        sets() if simulated else None,
    )
