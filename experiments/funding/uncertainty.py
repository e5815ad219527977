"""What is not known about a funding case, and what that does to the choice.

Two kinds of doubt, never mixed. *Decision uncertainty*: parameters (prices, lives, values of time,
arrivals, service times, detection) are drawn together, and each draw has its own best alternative.
*Replication noise*: what more replications of the same parameters would remove; it stands in
`Uncertainty.noise` alone.

Every field is one table, written as one CSV of its own name. Dollars are present values of the
appraisal's price year above the baseline; loads are discounted like money. ``usd_per_load`` is the
axis of a sweep (0 and each break-even among its points): no value of a load is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import qmc

from experiments.economics.break_even import break_even_usd_per_load
from experiments.economics.doubt import Doubt
from experiments.funding import acceptability, scenario_tables
from experiments.funding.beliefs import Belief, economic
from experiments.funding.case import Case
from experiments.funding.drawn_rates import drawn_rates
from experiments.funding.global_sensitivity import sobol
from experiments.funding.paired_noise import noise_table
from experiments.funding.partial_information import partial_information
from experiments.funding.redrawn_worlds import errors_table, fitted
from experiments.funding.response import Response
from experiments.funding.tornado import leading, tornado
from experiments.funding.uncertainty_notes import uncertainty_notes
from experiments.funding.valuation import Points, Valuation, mean_response

if TYPE_CHECKING:
    from experiments.pipeline import Scorer

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
DRAW_KEY: Final = 2_100_000
"""Stream key of the draws."""
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
    """``draw``, ``alternative``, ``capital_usd``, ``cost_usd``, ``user_benefit_usd``, ``npv0_usd``,
    ``loads``."""
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
    """One input at a time at its 10 and 90 % points: ``alternative``, ``usd_per_load`` (0 or the
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
    """The draws at the other rates: as ``draws``, with ``rate``; see `drawn_rates`."""
    drawn_returns: pd.DataFrame = field(default_factory=pd.DataFrame)
    """``draw``, ``alternative``, ``irr``, ``irr_reason``, ``payback_y``,
    ``discounted_payback_y``."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name, in the order above."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "notes"}


def uncertain(
    asked: Case,
    response: Response,
    scorers: Mapping[str, Scorer],
    doubt: Doubt,
    progress: Progress | None = None,
) -> Uncertainty:
    """Return all that is uncertain about a case.

    Parameters
    ----------
    scorers : mapping
        Fitted risk model by `experiments.replicate.risk_key`.
    progress : callable, optional
        Told (worlds simulated, worlds in all).
    """
    formulas = fitted(asked, scorers, doubt.draws, doubt.worlds, progress)
    valuation = Valuation(asked, mean_response(response), tuple(economic(asked, doubt)), formulas)
    return tables_of(valuation, doubt, noise_table(asked, response))


def tables_of(valuation: Valuation, doubt: Doubt, noise: pd.DataFrame) -> Uncertainty:
    """Return every table of a case whose formulas are fitted."""
    asked, formulas = valuation.asked, valuation.formulas
    uniforms, shifts, points = _drawn(valuation, doubt)
    n = len(valuation.economic)
    at_rates, returns = drawn_rates(valuation, uniforms[:, :n], shifts)
    base = valuation.worths({}, None)
    thresholds = {name: break_even_usd_per_load(worth) for name, worth in base.items()}
    prices = acceptability.sweep(doubt.usd_per_load, thresholds.values())
    shown = [price for price in prices if price == 0.0 or price in thresholds.values()]
    swings = tornado(valuation)
    return Uncertainty(
        inputs=_inputs_table(valuation.beliefs),
        draws=_draws_table(points),
        emulator=pd.DataFrame() if formulas is None else errors_table(formulas, valuation.response),
        acceptability=acceptability.acceptability(points.outcomes, prices),
        information=acceptability.information(points.outcomes, prices),
        partial_information=partial_information(
            points.outcomes,
            _known(valuation, uniforms, leading(swings, LEADING)),
            _groups_known(valuation, uniforms),
            shown,
            asked.study.seed,
        ),
        intervals=acceptability.intervals(
            points.outcomes, points.harm_usd_per_load, points.not_replaced, asked.study.baseline
        ),
        tornado=swings,
        sensitivity=_sensitivity(valuation, doubt, shown),
        scenarios=scenario_tables.scenario_table(valuation, doubt),
        two_way=scenario_tables.two_way(valuation, doubt, prices),
        noise=noise,
        notes=uncertainty_notes(valuation, doubt),
        draws_at_rates=at_rates,
        drawn_returns=returns,
    )


def _drawn(valuation: Valuation, doubt: Doubt) -> tuple[Floats, Floats | None, Points]:
    """Return the draws' uniforms [draw, belief], their shifts, and what they come to."""
    seeds = np.random.SeedSequence(valuation.asked.study.seed, spawn_key=(DRAW_KEY,))
    rng = np.random.default_rng(seeds)
    economic = qmc.LatinHypercube(d=len(valuation.economic), rng=rng).random(doubt.draws)
    if valuation.formulas is None:
        return economic, None, valuation.at(economic, None)
    shifts = valuation.formulas.shifts(rng)
    points = valuation.at(economic, shifts)
    return np.hstack([economic, valuation.formulas.uniforms]), shifts, points


def _known(valuation: Valuation, uniforms: Floats, names: list[str]) -> dict[str, Floats]:
    """Return what each leading input's draws say [draw, 1]."""
    places = {one.name: place for place, one in enumerate(valuation.beliefs)}
    return {name: uniforms[:, [places[name]]] for name in names}


def _groups_known(valuation: Valuation, uniforms: Floats) -> dict[str, Floats]:
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


def _sensitivity(valuation: Valuation, doubt: Doubt, prices: list[float]) -> pd.DataFrame:
    """Return Sobol's indices of the lead of the case's own choice, and of whether it leads.

    Of what the formulas say: what they leave unexplained is no input that could be known.
    """
    groups = [one.group for one in valuation.beliefs]
    base = valuation.worths({}, None)
    first = {p: max(base, key=lambda name: (base[name].npv(p), -base[name].cost)) for p in prices}

    def outputs(points: Floats) -> dict[str, Floats]:
        n = len(valuation.economic)
        found = valuation.at(points[:, :n], valuation.emulated(points[:, n:])).outcomes
        made: dict[str, Floats] = {}
        for price in prices:
            benefit = found.benefit(price)
            place = found.names.index(first[price])
            lead = benefit[:, place] - np.delete(benefit, place, axis=1).max(axis=1)
            made[f"lead of {first[price]} at {price:.0f} USD a load"] = lead
            rank = (lead >= 0.0).astype(np.float64)
            made[f"rank of {first[price]} at {price:.0f} USD a load"] = rank
        return made

    return sobol(outputs, groups, doubt.sobol_base, valuation.asked.study.seed)


def _inputs_table(beliefs: tuple[Belief, ...]) -> pd.DataFrame:
    rows = [
        {
            "key": one.name,
            "group": one.group,
            "value": one.value,
            "distribution": one.words,
            "p10": one.number(0.1),
            "p50": one.number(0.5),
            "p90": one.number(0.9),
            "unit": one.unit,
            "source": one.source,
            "confidence": one.confidence,
        }
        for one in beliefs
    ]
    return pd.DataFrame(rows)


def _draws_table(points: Points) -> pd.DataFrame:
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
