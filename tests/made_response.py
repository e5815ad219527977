"""A response of the small case that nobody simulated, and formulas with a known truth."""

from __future__ import annotations

import functools

import numpy as np
from small_case import SMALL

from experiments.funding.annual import CLASSES, Response
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.request import build_case, read_economic_option
from experiments.funding.uncertainty.accepted_draws import drawn_simulation_inputs
from experiments.funding.uncertainty.emulator import fit_emulator
from experiments.funding.uncertainty.input_distributions import uncertain_economic_inputs
from experiments.funding.uncertainty.redrawn_worlds import OUTPUTS, FittedFormulas
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


@functools.cache
def formulas() -> FittedFormulas:
    """Growth moves the baseline's hours by its position, up and down; nothing else matters."""
    inputs = drawn_simulation_inputs(small())
    place = [one.name for one in inputs].index(GROWTH)
    centre = np.array([one.law.b for one in inputs])
    rng = np.random.default_rng(2)
    x = rng.random((WORLDS, len(inputs)))
    columns = len(OUTPUTS) * 2 * 2
    y = 1e-3 * rng.normal(size=(WORLDS, columns))
    y[:, :2] += x[:, [place]] - centre[place]
    relevant = np.zeros((len(inputs), columns), bool)
    relevant[place] = True
    emulator = fit_emulator(x, y, centre, relevant, 1)
    again = {place: y[place] + 1e-3 * rng.normal(size=columns) for place in range(8)}
    first = {place: y[place] for place in range(8)}
    return FittedFormulas(tuple(inputs), emulator, ("today", "more"), (1, 4), 0, x, first, 0, again, WORLDS, {})


def valuation(*, simulated: bool = False) -> Valuation:
    return Valuation(
        small(),
        mean_response(response()),
        tuple(uncertain_economic_inputs(small(), standard())),
        formulas() if simulated else None,
    )
