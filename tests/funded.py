"""The worked example as a whole funding case: appraised, with made-up draws and a portfolio."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
from swings import Swing

from experiments.economics.appraisal import Appraisal, PresentWorth, appraise
from experiments.economics.budget_terms import BudgetTerms
from experiments.economics.cost_effectiveness import DrawOutcomes, Harm, break_even_usd_per_load, decide_at_value
from experiments.economics.costs import Purchase
from experiments.funding.annual import Response
from experiments.funding.budget.spending import budget_totals
from experiments.funding.case import CaseTerms, Demand, PublishedGains
from experiments.funding.case import FundingCase as Funding
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.page import build_case_report, render_case_report
from experiments.funding.request import economic_inputs, read_economic_option
from experiments.funding.uncertainty.analysis import Uncertainty
from experiments.funding.uncertainty.headline import headline_of, headline_table
from experiments.study.compose import compose_config
from experiments.study.sources import SourcedInput
from experiments.study.study import Study, build_study
from tests import worked_example as example

RATES = (0.02, 0.03, 0.07, 0.10)
YEARS = (1, 7, 13, 20)
REPLICATIONS = 6


def appraised(usd_per_load: float | None = None, names: tuple[str, ...] = tuple(example.OPTIONS)) -> AppraisedCase:
    """Return the worked example, with waits that vary a little between replications."""
    case = example.Case()
    alternatives = {n: a for n, a in case.alternatives().items() if n in names}
    return AppraisedCase(
        case=funding(usd_per_load, names),
        response=response(names),
        alternatives=alternatives,
        worths={rate: appraise(alternatives, "A0", rate) for rate in RATES},
        completions=pd.DataFrame(columns=["alternative", "short", "completion", "price_usd"]),
    )


def page(
    usd_per_load: float | None = None,
    names: tuple[str, ...] = tuple(example.OPTIONS),
    uncertainty: Uncertainty | None = None,
) -> str:
    """Return the page of the case, as a run writes it."""
    evidence = Evidence(appraised(usd_per_load, names), uncertainty)
    return render_case_report(evidence, build_case_report(evidence))


@functools.cache
def _strategies() -> Study:
    return build_study(["experiment=strategies", "replications=6"], "compare")


@functools.cache
def _inputs_of_economics() -> tuple[SourcedInput, ...]:
    return tuple(economic_inputs(compose_config([], "fund"), []))


def funding(usd_per_load: float | None, names: tuple[str, ...]) -> Funding:
    base = _strategies()
    scenario = base.alternatives[base.baseline]
    asked = dataclasses.replace(
        base,
        verb="fund",
        experiment="example",
        baseline="A0",
        alternatives=dict.fromkeys(names, scenario),
        own_overrides=dict.fromkeys(names, base.own_overrides[base.baseline]),
    )
    appraisal = read_economic_option(Appraisal, "appraisal", "dot")
    # the example's ratios of cost to loads are worked out at the rate of its net values
    appraisal = dataclasses.replace(
        appraisal, interdiction_usd_per_load=usd_per_load, cost_effectiveness_rate=appraisal.discount_rate
    )
    bought = {n: () if n == "A0" else (Purchase(measure=n, units=1.0, order_y=0, late_y=0),) for n in names}
    return Funding(
        study=asked,
        appraisal=appraisal,
        benefit=example.BENEFIT,
        value=example.VALUE,
        deflator=example.NONE,
        harm=read_economic_option(Harm, "harm", "opioids"),
        budget=read_economic_option(BudgetTerms, "budget", "federal"),
        quoted={n: example.measure(n) for n in names if n != "A0"},
        catalogue={n: example.measure(n) for n in names if n != "A0"},
        purchases=bought,
        terms=CaseTerms(
            portfolio=None,
            purchases=bought,
            simulated_years=YEARS,
            demand=Demand(
                growth_share_per_y=0.02, wait_ceiling_min=90.0, most_elsewhere_share=0.1, elsewhere_detection_share=None
            ),
            published=PublishedGains(
                officer_usd_per_y=500_000.0,
                officer_price_year=example.PRICE_YEAR,
                delay_usd_per_truck=15.0,
                delay_price_year=example.PRICE_YEAR,
                most_multiple=3.0,
            ),
            persons_per_post=3.2,
            complete=False,
            accept=(),
        ),
        inputs=_inputs_of_economics(),
        overrides=("experiment=example",),
    )


def response(names: tuple[str, ...]) -> Response:
    rng = np.random.default_rng(1)
    busy = rng.normal(1.0, 0.05, REPLICATIONS)
    shape = (len(names), len(YEARS), REPLICATIONS)
    wait, loads, growth = np.empty(shape), np.empty(shape), np.empty(shape)
    for place, name in enumerate(names):
        option = example.OPTIONS[name]
        growth[place] = np.array([1.02 ** (year - 1) for year in YEARS])[:, None]
        wait[place] = option.wait_h * busy * growth[place] * rng.normal(1.0, 0.004, REPLICATIONS)
        loads[place] = option.loads * busy * rng.normal(1.0, 0.02, REPLICATIONS)
    found = {"truck_h_all": wait * example.TRUCKS * growth, "trips_all": example.TRUCKS * growth}
    minutes = 60.0 * wait
    found |= {
        "loads": loads,
        "loads_fentanyl": 0.1 * loads,
        "presented_fentanyl": np.full(shape, 20.0),
        "loads_methamphetamine": 0.9 * loads,
        "presented_methamphetamine": np.full(shape, 180.0),
        "wait_mean_min": minutes,
        "crossing_mean_min": minutes + 6.0,
        "crossing_p50_min": 0.9 * minutes + 5.0,
        "crossing_p95_min": 2.5 * minutes,
        "buffer_index": 1.4 + 0.01 * wait,
        "planning_time_index": 6.0 + wait,
        "scan_rate": loads / 60.0,
        "exam_rate": 0.02 + loads / 2000.0,
        "false_alarm_rate": np.full(shape, 0.04),
        "detection_expected": loads / 200.0,
        "availability_portal": np.full(shape, 0.94),
        "officer_h": np.full(shape, 4e5),
    }
    return Response(names, YEARS, found)


def worlds(draws: int = 40) -> list[dict[str, PresentWorth]]:
    """Return the worths of draws of six inputs; a world that is good for one is so for all."""
    rng = np.random.default_rng(2)
    return [
        example.Case(
            capital=float(rng.lognormal(np.log(1.1), 0.15)),
            opex=float(rng.uniform(0.7, 1.4)),
            growth=float(rng.uniform(0.0, 0.03)),
            usd_per_h=float(rng.normal(62.0, 9.0)),
            saving=float(rng.uniform(0.6, 1.4)),
            more_loads=float(rng.uniform(0.4, 1.6)),
        ).worths()
        for _ in range(draws)
    ]


@functools.cache
def uncertainty(draws: int = 40) -> Uncertainty:
    found = worlds(draws)
    outcomes = DrawOutcomes.of(found)
    thresholds = [0.0, 20e3, 40840.0, 60e3, 100e3, 300e3]
    at = {usd: decide_at_value(outcomes, usd) for usd in thresholds}
    rivals = [name for name in outcomes.names if name != "A0"]
    return Uncertainty(
        inputs=_inputs(),
        draws=pd.DataFrame([_draw(k, n, w[n]) for k, w in enumerate(found) for n in w]),
        drawn_numbers=pd.DataFrame({"draw": range(draws), "cost.capital": np.linspace(0.9, 1.5, draws)}),
        headline=pd.DataFrame([row for n in rivals for row in _headline(n, found)]),
        noise_share=pd.DataFrame(
            [
                {
                    "alternative": "A4",
                    "measure": "npv0",
                    "share": 0.05,
                    "low": 0.02,
                    "high": 0.09,
                    "repeated": 20,
                    "seeds": 16,
                    "mean_se": 1e6,
                    "sd": 5e6,
                }
            ]
        ),
        rank_estimates=pd.DataFrame(
            [
                {
                    "alternative": n,
                    "input": "cost.capital",
                    "rank_estimate": 0.4,
                    "dummy_floor": 0.1,
                    "above_floor": True,
                    "draws": draws,
                }
                for n in rivals
            ]
        ),
        acceptability=pd.DataFrame(
            {
                "usd_per_load": usd,
                "alternative": name,
                "acceptability": s.acceptability[i],
                "mean_nmb_usd": outcomes.benefit(usd)[:, i].mean(),
                "expected_loss_usd": s.expected_loss[i],
                "best": name == s.best,
            }
            for usd, s in at.items()
            for i, name in enumerate(outcomes.names)
        ),
        information=pd.DataFrame(
            {
                "usd_per_load": usd,
                "best": s.best,
                "frontier_acceptability": s.frontier,
                "evpi_usd": s.perfect_information,
            }
            for usd, s in at.items()
        ),
        partial_information=pd.DataFrame(
            [
                {
                    "usd_per_load": 40840.0,
                    "input": "hours saved",
                    "group": False,
                    "evppi_usd": 2.1e6,
                    "se_usd": 3e5,
                    "nothing_known_usd": 4e5,
                    "shown": True,
                    "share_of_evpi": 0.6,
                }
            ]
        ),
        intervals=pd.DataFrame([_quantiles(n, found) for n in rivals]),
        tornado=pd.DataFrame([row for n in rivals for row in _tornado(n)]),
        sensitivity=pd.DataFrame(
            [
                {
                    "output": "lead",
                    "group": "time",
                    "first": 0.5,
                    "first_half_width": 0.08,
                    "first_resolved": True,
                    "total": 0.6,
                    "total_half_width": 0.2,
                    "total_resolved": False,
                    "noise_share": 0.1,
                    "rows": 128,
                }
            ]
        ),
        scenarios=pd.DataFrame(
            [
                {
                    "scenario": "a year late",
                    "kind": "late",
                    "alternative": n,
                    "npv0_usd": -2e7,
                    "loads": 300.0,
                    "break_even_usd": 6e4,
                    "best": n == "A4",
                }
                for n in rivals
            ]
        ),
        two_way=pd.DataFrame(
            [
                {"usd_per_load": usd, "saving_factor": f, "best": "A4" if f > 0.5 else "A0", "nmb_usd": 1e6}
                for usd in thresholds
                for f in (0.0, 0.5, 1.0, 1.5)
            ]
        ),
        noise=pd.DataFrame(
            {
                "alternative": n,
                "measure": "npv0",
                "mean": -1e7,
                "low": -1.2e7,
                "high": -8e6,
                "se": 1e6,
                "unpaired_se": 3e6,
                "correlation": 0.9,
                "replications": REPLICATIONS,
            }
            for n in rivals
        ),
        notes=(f"{draws} draws of six inputs; nothing else varies.",),
    )


def _inputs() -> pd.DataFrame:
    row = {
        "key": "cost.capital",
        "group": "cost",
        "value": 1.0,
        "distribution": "lognormal",
        "p10": 0.9,
        "p50": 1.1,
        "p90": 1.5,
        "unit": "x",
        "source": "assumed",
        "confidence": "A",
    }
    return pd.DataFrame([row])


def _headline(name: str, found: list[dict[str, PresentWorth]]) -> list[dict[str, object]]:
    drawn = pd.DataFrame([_draw(k, n, w[n]) for k, w in enumerate(found) for n in w])
    own = example.Case().worths()[name]
    least = break_even_usd_per_load(own)
    planned = {"ask_usd": own.capital, "cost_usd": own.cost, "npv0_usd": own.npv0, "loads": own.loads}
    planned["ask_then_year_usd"] = _then_year(name)["ask_then_year_usd"]
    planned["break_even_usd"] = float("nan") if least is None else least
    return headline_table([headline_of(drawn, name, planned)]).to_dict("records")


@functools.cache
def _then_year(name: str) -> dict[str, float]:
    """Return the planner's own budget."""
    return budget_totals(funding(None, tuple(example.OPTIONS)), example.Case().alternatives()[name])


def _draw(draw: int, name: str, worth: PresentWorth) -> dict[str, object]:
    dearer = worth.capital / max(example.Case().worths()[name].capital, 1.0)
    return {
        "draw": draw,
        "alternative": name,
        "set": draw,
        **{column: dearer * planned for column, planned in _then_year(name).items()},
        "ask_usd": worth.capital,
        "break_even_usd": -worth.npv0 / worth.loads if worth.loads > 0.0 else np.inf,
        "cost_usd": worth.cost,
        "capital_usd": worth.capital,
        "npv0_usd": worth.npv0,
        "user_benefit_usd": worth.user_benefit,
        "loads": worth.loads,
    }


def _quantiles(name: str, found: list[dict[str, PresentWorth]]) -> dict[str, object]:
    def at(figure: Callable[[PresentWorth], float | None]) -> list[float]:
        values = [figure(world[name]) for world in found]
        known = [value for value in values if value is not None]
        return [float(q) for q in np.percentile(known, [5, 50, 95])]

    harm = read_economic_option(Harm, "harm", "opioids")
    per_load = harm.pure_kg_per_load * harm.deaths_per_pure_kg * harm.value_of_statistical_life_usd
    row: dict[str, object] = {"alternative": name}
    for key, figure in (
        ("npv0", lambda w: w.npv0),
        ("loads", lambda w: w.loads),
        ("break_even", break_even_usd_per_load),
        ("not_replaced", lambda w: w.npv0 / w.loads / -per_load),
    ):
        unit = "_usd" if key in ("npv0", "break_even") else ""
        row |= {f"{key}_p{p}{unit}": v for p, v in zip((5, 50, 95), at(figure), strict=True)}
    row["npv0_mean_usd"] = float(np.mean([world[name].npv0 for world in found]))
    row["pays_share"] = float(np.mean([world[name].npv0 > 0.0 for world in found]))
    row["best_share"], row["no_break_even_share"] = 0.2, 0.0
    return row


def _tornado(name: str) -> list[dict[str, object]]:
    def outcome(**change: float) -> float:
        return example.Case(**change).worths()[name].npv0  # type: ignore[arg-type]

    points = {
        "capital": (0.9, 1.5),
        "opex": (0.8, 1.3),
        "growth": (0.0, 0.04),
        "usd_per_h": (37.0, 80.0),
        "saving": (0.5, 1.5),
    }
    base = outcome()
    swings = [Swing(k, outcome(**{k: lo}), outcome(**{k: hi})) for k, (lo, hi) in points.items()]
    return [
        {
            "alternative": name,
            "usd_per_load": 0.0,
            "input": s.name,
            "low_point": points[s.name][0],
            "high_point": points[s.name][1],
            "low_usd": s.low,
            "high_usd": s.high,
            "swing_usd": s.width,
            "se_usd": 0.0,
            "dummy_floor_usd": 1e6,
            "base_usd": base,
        }
        for s in sorted(swings, key=lambda s: -s.width)
    ]
