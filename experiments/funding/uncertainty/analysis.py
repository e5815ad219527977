"""What is not known about a funding case, and what that does to the choice.

Parameters are drawn together, and each draw has its own best alternative. What more replications of
the same parameters would remove is no such uncertainty; it stands in `Uncertainty.noise`, and what is
left of it in the draws in `Uncertainty.noise_share`. Every field of `Uncertainty` is one table, written
as one CSV of its own name. Dollars are present values of the appraisal's price year above the baseline;
loads are discounted like money. ``usd_per_load`` is the axis of a sweep: no value of a load is claimed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

import pandas as pd

from experiments.economics.cost_effectiveness import break_even_usd_per_load
from experiments.execution.robustness import Retrain
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.noise import noise_table
from experiments.funding.sets.acting_inputs import acting_inputs
from experiments.funding.sets.input_distributions import uncertain_economic_inputs, uncertain_inputs_table
from experiments.funding.sets.simulated_sets import Scorers
from experiments.funding.uncertainty import scenarios as uncertainty_scenarios
from experiments.funding.uncertainty import sensitivity as uncertainty_sensitivity
from experiments.funding.uncertainty.draw_tables import (
    draw_points,
    drawn_numbers_table,
    draws_table,
    global_sensitivity_table,
    groups_known,
    headlines_of,
    leading_inputs,
    noise_share_table,
    ranks_of_draws,
)
from experiments.funding.uncertainty.evppi import evppi_table
from experiments.funding.uncertainty.sensitivity import tornado_table, widest_swing_inputs
from experiments.funding.uncertainty.simulation_stages import (
    Show,
    draw_sets,
    shows_nothing,
    simulated_matrices,
    with_moved_inputs,
)
from experiments.funding.uncertainty.sobol_estimates import FIRST_LOOK
from experiments.funding.uncertainty.sobol_matrices import SimulatedMatrices
from experiments.funding.uncertainty.valuation import Valuation, ValuationPoints, draws_at_other_rates, mean_response
from sim.arrays import FloatArray

LEADING: Final = 8
"""Inputs whose partial information is worked out one by one."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """All tables of the uncertainty of one case, at the appraisal's own discount rate."""

    inputs: pd.DataFrame
    """What is drawn: ``key`` (config key, or the keys that share one draw joined by " + "),
    ``group``, ``value`` (central), ``distribution`` (words), ``p10``, ``p50``, ``p90``, ``unit``
    (``x`` for a factor), ``source``, ``confidence``."""
    draws: pd.DataFrame
    """``draw``, ``alternative``, ``ask_usd`` (initial spending, undiscounted),
    ``ask_then_year_usd``, ``life_cycle_usd``, ``life_cycle_then_year_usd``, ``capital_usd``, ``cost_usd``,
    ``user_benefit_usd``, ``npv0_usd``, ``npv0_se_usd`` (standard error over seeds; 0: not simulated),
    ``loads``, ``break_even_usd`` (infinite: none), ``set`` (number of the simulated set; -1: the case's own
    response), and by simulated year ``truck_h_y1``, ``trips_y1``, ``loads_y1`` and so on."""
    drawn_numbers: pd.DataFrame
    """``draw``, and every drawn input by its key: the number, or the factor on a list."""
    headline: pd.DataFrame
    """Figures at a stated confidence, a row an alternative and ``figure`` (a column of the draws): ``planned``,
    ``planned_percentile`` (percent of draws no higher), ``mean``, ``p50``, ``p80`` and the ends of their
    intervals over draws (``p50_low``, ...), ``draws``. Shares of draws (``budget_holds_share``, ``pays_share``,
    ``pays_at_planned_break_even_share``) stand in ``mean``, their intervals in ``low``, ``high``."""
    noise_share: pd.DataFrame
    """What is left of the noise of simulation in the draws, on other seeds: ``alternative``, ``measure``
    (npv0, loads), ``share`` of the variance over draws, ``low``, ``high``, ``repeated`` (sets simulated again),
    ``seeds``, ``mean_se`` (of a draw's net value, over its seeds), ``common_se`` (of the mean of all draws, over the
    seeds that they share; no part of ``share``), ``sd`` over draws."""
    rank_estimates: pd.DataFrame
    """What single inputs say of net value, by ranks of the draws: ``alternative``, ``input``, ``rank_estimate``,
    ``dummy_floor`` (the largest of as many dummy inputs in one of twenty runs), ``above_floor``, ``draws``.
    Inputs that cannot act are left out."""
    acceptability: pd.DataFrame
    """``usd_per_load``, ``alternative``, ``acceptability`` (share of draws in which it is best),
    ``mean_nmb_usd``, ``expected_loss_usd``, ``best`` (highest mean: the frontier)."""
    information: pd.DataFrame
    """``usd_per_load``, ``best``, ``frontier_acceptability``, ``evpi_usd``."""
    partial_information: pd.DataFrame
    """Value of knowing one input or group: ``usd_per_load``, ``input``, ``group`` (True: several
    inputs), ``evppi_usd``, ``se_usd``, ``nothing_known_usd`` (what shuffled inputs reach in one of
    twenty cases), ``shown`` (whether it is above that), ``share_of_evpi``; those shown first."""
    intervals: pd.DataFrame
    """One row an alternative: ``npv0_mean_usd``, ``npv0_p5_usd``, ``npv0_p50_usd``,
    ``npv0_p95_usd``, ``pays_share`` (draws with NPV above zero), ``best_share`` (draws in which it
    is best without any worth of loads), ``break_even_p5_usd``, ``break_even_p50_usd``,
    ``break_even_p95_usd`` (NaN: no break-even at that percentile), ``no_break_even_share``,
    ``loads_p5``, ``loads_p50``, ``loads_p95``, ``not_replaced_p5``, ``.._p50``, ``.._p95``."""
    tornado: pd.DataFrame
    """One input at a time at its 10 and 90% points: ``alternative``, ``usd_per_load`` (0 or the
    alternative's break-even), ``input``, ``low_point``, ``high_point``, ``low_usd``, ``high_usd``,
    ``swing_usd``, ``base_usd``, ``se_usd`` (over seeds; 0: no simulation in it), ``dummy_floor_usd`` (the widest
    swing of as many dummy inputs as were simulated, in one of twenty runs); the widest swing first."""
    sensitivity: pd.DataFrame
    """Sobol's indices by group of inputs, simulated: ``output``, ``group``, ``first``, ``first_half_width``,
    ``first_resolved`` (half-width at most 0.1), the same of ``total``, ``noise_share`` (of the variance of one
    seed, taken out), ``rows``. Outputs: net value in normal scores, and whether it pays at its break-even."""
    scenarios: pd.DataFrame
    """``scenario`` (words), ``kind`` (rate, horizon, growth, late, downtime, displaced, view),
    ``alternative``, ``npv0_usd``, ``loads``, ``break_even_usd``, ``best`` (True for the highest
    NPV of the scenario)."""
    two_way: pd.DataFrame
    """``usd_per_load``, ``saving_factor`` (of simulated hours saved), ``best``, ``nmb_usd``."""
    noise: pd.DataFrame
    """Replication noise of paired differences from the baseline, no decision uncertainty:
    ``alternative``, ``measure`` (npv0, loads, break_even), ``mean``, ``low``, ``high``, ``se``,
    ``unpaired_se``, ``correlation``, ``replications``."""
    notes: tuple[str, ...]
    """Sentences that go beside the tables: number of draws and worlds, errors, what is fixed."""
    draws_at_rates: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The draws at the other rates: as ``draws``, with ``rate``; see `draws_at_other_rates`."""
    drawn_returns: pd.DataFrame = field(default_factory=pd.DataFrame)
    """``draw``, ``alternative``, ``irr``, ``irr_reason``, ``payback_y``,
    ``discounted_payback_y``."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name, in the order above."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "notes"}


def analyze_uncertainty(
    case: FundingCase,
    response: Response,
    scorers: Scorers,
    settings: UncertaintySettings,
    show: Show = shows_nothing,
    retrain: Retrain | None = None,
) -> Uncertainty:
    """Return all that is uncertain about a case.

    ``scorers`` are fitted risk models by `sim.shared_draws.risk_key`; ``retrain`` trains those that learn again in each
    drawn set of assumptions (None: no alternative has one).
    """
    economic = tuple(uncertain_economic_inputs(case, settings))
    sets = draw_sets(case, scorers, settings, show, retrain)
    valuation = Valuation(case, mean_response(response), economic, sets)
    drawn = draw_points(valuation, settings)
    acting: tuple[str, ...] = ()
    if sets is not None:
        with show("inputs that can act") as tell:
            acting = acting_inputs(case, scorers, sets.inputs, sets.uniforms, tell)
        leading = leading_inputs(valuation, *drawn, acting)
        moved = with_moved_inputs(valuation, sets, scorers, (leading, settings.growth_points), show)
        valuation = dataclasses.replace(valuation, sets=moved)
    matrices = None
    if settings.sobol_base:
        matrices = simulated_matrices(valuation, scorers, settings, show)
    with show("present values of the draws") as tell:
        found = tabulate_uncertainty(valuation, settings, noise_table(case, response), (acting, matrices), drawn)
        if tell is not None:
            tell(1, 1)
    return found


def tabulate_uncertainty(
    valuation: Valuation,
    settings: UncertaintySettings,
    noise: pd.DataFrame,
    acting_and_matrices: tuple[Sequence[str], SimulatedMatrices | None] = ((), None),
    drawn: tuple[FloatArray, ValuationPoints] | None = None,
) -> Uncertainty:
    """Return every table of a case whose sets of assumptions are simulated.

    ``drawn`` are its `draw_points`; None: they are drawn here.
    """
    (acting, matrices), baseline = acting_and_matrices, valuation.asked.study.baseline
    uniforms, points = draw_points(valuation, settings) if drawn is None else drawn
    n = valuation.n_independent(settings.draws)
    at_rates, returns = draws_at_other_rates(valuation, points)
    base = valuation.worths({})
    thresholds = {name: break_even_usd_per_load(worth) for name, worth in base.items()}
    prices = uncertainty_sensitivity.sweep_points(settings.usd_per_load, thresholds.values())
    shown = [price for price in prices if price == 0.0 or price in thresholds.values()]
    swings, places = tornado_table(valuation), {one.name: place for place, one in enumerate(valuation.beliefs)}
    draws = draws_table(valuation, points, uniforms)
    sensitivity = global_sensitivity_table(valuation, matrices, thresholds)
    return Uncertainty(
        inputs=uncertain_inputs_table(valuation.beliefs),
        draws=draws,
        drawn_numbers=drawn_numbers_table(valuation, uniforms),
        headline=headlines_of(valuation, draws),
        noise_share=noise_share_table(valuation, points, uniforms, draws),
        rank_estimates=ranks_of_draws(valuation, uniforms, points, acting),
        acceptability=uncertainty_sensitivity.acceptability_table(points.outcomes, prices),
        information=uncertainty_sensitivity.perfect_information_table(points.outcomes, prices),
        partial_information=evppi_table(
            points.outcomes.first(n),
            {name: uniforms[:n, [places[name]]] for name in widest_swing_inputs(swings, LEADING)},
            groups_known(valuation, uniforms[:n]),
            shown,
            valuation.asked.study.seed,
        ),
        intervals=uncertainty_sensitivity.draw_intervals_table(
            points.outcomes, points.harm_usd_per_load, points.not_replaced, baseline
        ),
        tornado=swings,
        sensitivity=sensitivity,
        scenarios=uncertainty_scenarios.scenario_table(valuation, settings),
        two_way=uncertainty_scenarios.two_way_table(valuation, settings, prices),
        noise=noise,
        notes=uncertainty_notes(valuation, settings, matrices),
        draws_at_rates=at_rates,
        drawn_returns=returns,
    )


def uncertainty_notes(
    valuation: Valuation, settings: UncertaintySettings, matrices: SimulatedMatrices | None = None
) -> tuple[str, ...]:
    """Return the sentences that go beside the tables: what was drawn, ruled out, left to chance."""
    return (
        f"{settings.draws} draws of {len(valuation.beliefs)} uncertain numbers, all together, by a "
        "Latin hypercube; discount rate, years and price index are scenarios and never drawn.",
        "Prices that are one number written twice share a draw; one overrun hits all equipment, "
        "one all civil works; all else is drawn independently.",
        *_set_notes(valuation, settings.draws),
        *_matrix_notes(valuation, matrices, settings.sobol_base),
    )


def _set_notes(valuation: Valuation, draws: int) -> Iterator[str]:
    if (sets := valuation.sets) is None:
        yield "Simulation inputs stay as they are: nothing was redrawn."
        return
    n = len(sets.drawn)
    senseless = f"; {sets.senseless} more made no sense" if sets.senseless else ""
    shared = f"; {draws - n} more draws take them in turn" if draws > n else ""
    yield f"{n} sets of assumptions were simulated, all on the same {sets.seeds} seeds{senseless}{shared}."
    if sets.tried:
        yield (
            f"Of {sets.tried} sets of assumptions looked at, {sets.tried - n - sets.senseless} were rejected and drawn "
            "again: a station of today's port would have been asked for more than it can do, with the trucks counted "
            "there. Inputs so depend on each other, in the draws as in the global sensitivity."
        )


def _matrix_notes(valuation: Valuation, matrices: SimulatedMatrices | None, sobol_base: int) -> Iterator[str]:
    if matrices is None or valuation.sets is None:
        return
    rows = len(matrices.matrices.economic)
    look = ", a first look (uncertainty=full takes 1,024)" if sobol_base < FIRST_LOOK else ""
    left = matrices.matrices.left_out
    out = f" {left} rows were left out: nothing that was drawn anew was accepted." if left else ""
    yield (
        f"Global sensitivity: {rows} rows of each sample{look}, every row simulated on a seed of its own, noise of "
        f"simulation taken out; learned models are those of the case there, and are not trained again.{out}"
    )
