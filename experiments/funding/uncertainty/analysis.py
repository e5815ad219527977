"""What is not known about a funding case, and what that does to the choice.

Parameters are drawn together, and each draw has its own best alternative. What more replications of
the same parameters would remove is no such uncertainty; it stands in `Uncertainty.noise` alone.
Every field of `Uncertainty` is one table, written as one CSV of its own name. Dollars are present
values of the appraisal's price year above the baseline; loads are discounted like money.
``usd_per_load`` is the axis of a sweep: no value of a load is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import qmc

from experiments.economics.appraisal import appraise, project_returns
from experiments.economics.cost_effectiveness import break_even_usd_per_load
from experiments.execution.parallel import Progress
from experiments.funding.annual import Response
from experiments.funding.budget.draws import with_budget_columns
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.noise import noise_table
from experiments.funding.uncertainty import scenarios as uncertainty_scenarios
from experiments.funding.uncertainty import sensitivity as uncertainty_sensitivity
from experiments.funding.uncertainty.evppi import evppi_table
from experiments.funding.uncertainty.input_distributions import uncertain_economic_inputs, uncertain_inputs_table
from experiments.funding.uncertainty.redrawn_worlds import fit_formulas, formula_errors_table
from experiments.funding.uncertainty.sensitivity import sobol_indices, tornado_table, widest_swing_inputs
from experiments.funding.uncertainty.valuation import Valuation, ValuationPoints, mean_response
from sim.arrays import FloatArray
from sim.replication import Scorer

DRAW_KEY: Final = 2_100_000
"""Stream key of the draws."""
LEADING: Final = 8
"""Inputs whose partial information is worked out one by one."""
RATE_COLUMNS: Final = (
    "draw", "alternative", "rate", "capital_usd", "cost_usd", "user_benefit_usd", "npv0_usd", "loads",
)  # fmt: skip
RETURN_COLUMNS: Final = ("draw", "alternative", "irr", "irr_reason", "payback_y", "discounted_payback_y")


def draws_at_other_rates(
    valuation: Valuation, uniforms: FloatArray, shifts: FloatArray | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every draw at every other rate (`RATE_COLUMNS`), and every draw's returns (`RETURN_COLUMNS`).

    ``uniforms`` are [draw, economic input], ``shifts`` [draw, column] those of the headline's draws.
    The baseline, which is zero, is left out. Missing: no rate, or never paid back within the years.
    Where the user gives a value of a load, it is in the returns as in the headline's.
    """
    case, baseline = valuation.asked, valuation.asked.study.baseline
    price = case.appraisal.interdiction_usd_per_load
    rates: list[tuple[object, ...]] = []
    returns: list[tuple[object, ...]] = []
    for number, draw in enumerate(valuation.drawn_cases(uniforms.T, shifts, len(uniforms))):
        alternatives = price_alternatives(draw.case, draw.response)
        rates += [
            (number, name, rate, worth.capital, worth.cost, worth.user_benefit, worth.npv0, draw.scale * worth.loads)
            for rate in case.appraisal.rates()
            if rate != case.appraisal.discount_rate
            for name, worth in appraise(alternatives, baseline, rate).items()
            if name != baseline
        ]
        scaled = None if price is None else draw.scale * price
        for name, flows in alternatives.items():
            if name != baseline:
                found = project_returns(flows, alternatives[baseline], scaled, case.appraisal.discount_rate)
                returns.append((number, name, *found))
    return pd.DataFrame(rates, columns=list(RATE_COLUMNS)), pd.DataFrame(returns, columns=list(RETURN_COLUMNS))


def uncertainty_notes(valuation: Valuation, settings: UncertaintySettings) -> tuple[str, ...]:
    """Return the sentences that go beside the tables: what was drawn, ruled out, left to chance."""
    return (
        f"{settings.draws} draws of {len(valuation.beliefs)} uncertain numbers, all together, by a "
        "Latin hypercube; discount rate, years and price index are scenarios and never drawn.",
        "Prices that are one number written twice share a draw; one overrun hits all equipment, "
        "one all civil works; all else is drawn independently.",
        *_world_notes(valuation, settings.draws),
    )


def _world_notes(valuation: Valuation, draws: int) -> Iterator[str]:
    if (formulas := valuation.formulas) is None:
        yield "Simulation inputs stay as they are: nothing was redrawn."
        return
    worlds, refused = len(formulas.simulated), formulas.refused
    senseless = f"; {refused} more made no sense" if refused else ""
    rest = (
        f"; {draws - worlds} follow formulas, their error on unseen sets of assumptions added" if draws > worlds else ""
    )
    yield f"{worlds} of the draws were simulated, each as a set of assumptions{senseless}{rest}."
    if formulas.tried:
        yield (
            f"Of {formulas.tried} sets of assumptions looked at, {formulas.tried - draws} were drawn again: a station "
            "of today's port would have been asked for more than it can do, with the trucks counted there."
        )
    if len(formulas.repeated) > 1:
        yield (
            f"{len(formulas.repeated)} sets of assumptions were simulated twice, with other random numbers: "
            f"chance makes up {100.0 * chance_variance_share(valuation):.0f}% of the spread (variance) of users' gain "
            "over sets of assumptions; the rest is doubt about inputs."
        )
    yield (
        "In the tornado, simulation inputs that lead were simulated at both ends; other simulation "
        "inputs there, and all of them in the global sensitivity, act through formulas fitted to "
        "the sets of assumptions and cover what these explain (table emulator), not the rest."
    )


def chance_variance_share(valuation: Valuation) -> float:
    """Return the share of the variance of users' gain over worlds that is luck, of the worst rival.

    Half of the mean square between two simulations of the same world.
    """
    formulas = valuation.formulas
    if formulas is None:
        raise ValueError("no sets of assumptions were simulated")

    def gains(shifts: Sequence[FloatArray]) -> FloatArray:
        rows = [valuation.worths({}, one) for one in formulas.factors(np.array(shifts))]
        base = valuation.asked.study.baseline
        return np.array([[w.user_benefit for n, w in row.items() if n != base] for row in rows])

    first = gains([formulas.simulated[place] for place in formulas.repeated])
    between = ((first - gains(list(formulas.repeated.values()))) ** 2).mean(axis=0) / 2.0
    whole = gains(list(formulas.simulated.values())).var(axis=0, ddof=1)
    return float((between / np.maximum(whole, 1e-300)).max())


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """All tables of the uncertainty of one case, at the appraisal's own discount rate."""

    inputs: pd.DataFrame
    """What is drawn: ``key`` (config key, or the keys that share one draw joined by " + "),
    ``group``, ``value`` (central), ``distribution`` (words), ``p10``, ``p50``, ``p90``, ``unit``
    (``x`` for a factor), ``source``, ``confidence``."""
    draws: pd.DataFrame
    """``draw``, ``alternative``, ``capital_usd``, ``cost_usd``, ``user_benefit_usd``, ``npv0_usd``,
    ``loads``; not discounted: ``ask_usd``, ``ask_then_year_usd``, ``life_cycle_usd``, ``life_cycle_then_year_usd``."""
    emulator: pd.DataFrame
    """How well cheap formulas stand in for the simulation: ``output`` (``truck_h``, ``loads``),
    ``alternative``, ``year``, ``method``, ``worlds``, ``mean``, ``cv_rmse``, ``cv_r2``; the error
    is added to every draw."""
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
    ``swing_usd``, ``base_usd``; the widest swing first."""
    sensitivity: pd.DataFrame
    """Sobol's indices by group of inputs: ``output``, ``group``, ``first``, ``first_half_width``,
    ``total``, ``total_half_width``, at 95 %. Outputs: ``lead`` (how far the choice is ahead of the
    best of the others) and ``rank`` (whether it leads at all: 1 or 0)."""
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
    scorers: Mapping[str, Scorer],
    settings: UncertaintySettings,
    progress: Progress | None = None,
) -> Uncertainty:
    """Return all that is uncertain about a case.

    ``scorers`` are fitted risk models by `sim.shared_draws.risk_key`; ``progress`` is told how many
    worlds of all are simulated.
    """
    formulas = fit_formulas(case, scorers, settings.draws, settings.worlds, progress)
    valuation = Valuation(case, mean_response(response), tuple(uncertain_economic_inputs(case, settings)), formulas)
    return tabulate_uncertainty(valuation, settings, noise_table(case, response))


def tabulate_uncertainty(valuation: Valuation, settings: UncertaintySettings, noise: pd.DataFrame) -> Uncertainty:
    """Return every table of a case whose formulas are fitted."""
    formulas = valuation.formulas
    uniforms, shifts, points = _drawn(valuation, settings)
    n = len(valuation.economic)
    at_rates, returns = draws_at_other_rates(valuation, uniforms[:, :n], shifts)
    base = valuation.worths({}, None)
    thresholds = {name: break_even_usd_per_load(worth) for name, worth in base.items()}
    prices = uncertainty_sensitivity.sweep_points(settings.usd_per_load, thresholds.values())
    shown = [price for price in prices if price == 0.0 or price in thresholds.values()]
    swings, places = tornado_table(valuation), {one.name: place for place, one in enumerate(valuation.beliefs)}
    return Uncertainty(
        inputs=uncertain_inputs_table(valuation.beliefs),
        draws=with_budget_columns(_draws_table(points), _economic_cases(valuation, uniforms[:, :n])),
        emulator=pd.DataFrame() if formulas is None else formula_errors_table(formulas, valuation.response),
        acceptability=uncertainty_sensitivity.acceptability_table(points.outcomes, prices),
        information=uncertainty_sensitivity.perfect_information_table(points.outcomes, prices),
        partial_information=evppi_table(
            points.outcomes,
            {name: uniforms[:, [places[name]]] for name in widest_swing_inputs(swings, LEADING)},
            _groups_known(valuation, uniforms),
            shown,
            valuation.asked.study.seed,
        ),
        intervals=uncertainty_sensitivity.draw_intervals_table(
            points.outcomes, points.harm_usd_per_load, points.not_replaced, valuation.asked.study.baseline
        ),
        tornado=swings,
        sensitivity=_sensitivity(valuation, settings, shown),
        scenarios=uncertainty_scenarios.scenario_table(valuation, settings),
        two_way=uncertainty_scenarios.two_way_table(valuation, settings, prices),
        noise=noise,
        notes=uncertainty_notes(valuation, settings),
        draws_at_rates=at_rates,
        drawn_returns=returns,
    )


def _drawn(
    valuation: Valuation, settings: UncertaintySettings
) -> tuple[FloatArray, FloatArray | None, ValuationPoints]:
    """Return the draws' uniforms [draw, belief], their shifts, and what they come to."""
    seeds = np.random.SeedSequence(valuation.asked.study.seed, spawn_key=(DRAW_KEY,))
    rng = np.random.default_rng(seeds)
    economic = qmc.LatinHypercube(d=len(valuation.economic), rng=rng).random(settings.draws)
    if valuation.formulas is None:
        return economic, None, valuation.at(economic, None)
    shifts = valuation.formulas.shifts(rng)
    points = valuation.at(economic, shifts)
    return np.hstack([economic, valuation.formulas.uniforms]), shifts, points


def _economic_cases(valuation: Valuation, uniforms: FloatArray) -> Iterator[FundingCase]:
    """Yield every draw's case with its prices and lives; what is simulated moves no payment."""
    return (drawn.case for drawn in valuation.drawn_cases(uniforms.T, None, len(uniforms)))


def _groups_known(valuation: Valuation, uniforms: FloatArray) -> dict[str, FloatArray]:
    """Return what each group's draws say: the outcomes if it alone moved [draw, feature]."""
    groups = [one.group for one in valuation.beliefs]
    found = {}
    for group in dict.fromkeys(groups):
        if group == "harm":
            continue
        outcomes = valuation.only(uniforms, [one == group for one in groups])
        features = np.hstack([outcomes.npv0, outcomes.loads])
        found[group] = features[:, np.ptp(features, axis=0) > 0.0]
    return found


def _sensitivity(valuation: Valuation, settings: UncertaintySettings, prices: list[float]) -> pd.DataFrame:
    """Return Sobol's indices of the lead of the case's own choice, and of whether it leads.

    Of what the formulas say: what they leave unexplained is no input that could be known.
    """
    groups = [one.group for one in valuation.beliefs]
    base = valuation.worths({}, None)
    first = {p: max(base, key=lambda name: (base[name].npv(p), -base[name].cost)) for p in prices}

    def outputs(points: FloatArray) -> dict[str, FloatArray]:
        n = len(valuation.economic)
        found = valuation.at(points[:, :n], valuation.emulated(points[:, n:])).outcomes
        columns: dict[str, FloatArray] = {}
        for price in prices:
            benefit = found.benefit(price)
            place = found.names.index(first[price])
            lead = benefit[:, place] - np.delete(benefit, place, axis=1).max(axis=1)
            what = f"of {first[price]} at {price:.0f} USD a load"
            columns |= {f"lead {what}": lead, f"rank {what}": (lead >= 0.0).astype(np.float64)}
        return columns

    return sobol_indices(outputs, groups, settings.sobol_base, valuation.asked.study.seed)


def _draws_table(points: ValuationPoints) -> pd.DataFrame:
    names, (n, width) = points.outcomes.names, points.outcomes.npv0.shape
    return pd.DataFrame(
        {
            "draw": np.repeat(np.arange(n), width),
            "alternative": np.tile(np.array(names, dtype=object), n),
            "capital_usd": points.capital.ravel(),
            "cost_usd": points.costs.ravel(),
            "user_benefit_usd": points.user_benefit.ravel(),
            "npv0_usd": points.outcomes.npv0.ravel(),
            "loads": points.outcomes.loads.ravel(),
        }
    )
