"""Which pairs are simulated and why others are not; packages that nobody needs; a chosen package is simulated whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_response import response, small
from planned import asked

from experiments.economics.costs import Purchase
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase
from experiments.funding.portfolio import package_runs
from experiments.funding.portfolio.options import SimulatedPort, portfolio_limits
from experiments.funding.portfolio.package_runs import (
    affordable,
    check_package_plan,
    package_tables,
    screen_pairs,
    settled_choice,
    with_pairs,
    without_dominated,
)
from experiments.funding.portfolio.packages import clash, package_overrides, with_packages
from experiments.funding.portfolio_plan import PackagePlan
from sim.errors import ConfigError

FEW = PackagePlan(most_measures=3, replications=2, years=(1, 4), checked=1)
SINGLES = ("more", "docks", "booths")
LINES = {
    "more": ("policy=todays_practice", "port.portal.servers=3"),
    "docks": ("policy=todays_practice", "port.dock.servers=9"),
    "booths": ("policy=todays_practice", "port.primary.lanes=17"),
}


def case(**lines: tuple[str, ...]) -> FundingCase:
    """Return the small case with three alternatives beside its baseline; what they set is not simulated."""
    made = small()
    study, own = made.study, LINES | lines
    scenario = study.alternatives["more"]
    study = dataclasses.replace(
        study,
        alternatives={"today": study.alternatives["today"], **dict.fromkeys(SINGLES, scenario)},
        own_overrides={"today": study.own_overrides["today"], **own},
    )
    bought = {
        "more": made.purchases["more"],
        "docks": (Purchase(measure="dock", units=1.0, order_y=0, late_y=0),),
        "booths": (Purchase(measure="booth", units=1.0, order_y=0, late_y=0),),
    }
    return dataclasses.replace(made, study=study, purchases={"today": (), **bought})


def simulated(hours: dict[str, float], loads: dict[str, float]) -> Response:
    """Return a response in which each alternative has so many times the baseline's hours and so many more loads."""
    base = response()
    amounts = {}
    for name, values in base.amounts.items():
        factor = {one: hours[one] if name.startswith("truck_h") else 1.0 for one in hours}
        more = {one: loads[one] if name == "loads" else 0.0 for one in hours}
        amounts[name] = np.array([values[0], *(values[0] * factor[one] + more[one] for one in hours)])
    amounts["wait_mean_min"] = amounts["truck_h_loaded"] / 1000.0
    return Response(("today", *hours), base.years, amounts)


OWN = simulated({"more": 0.9, "docks": 0.95, "booths": 0.8}, {"more": 2.0, "docks": 1.0, "booths": 0.0})


def port(**lines: tuple[str, ...]) -> SimulatedPort:
    return SimulatedPort("here", case(**lines), OWN, None)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take it that every pair can be built and carries its load: that is tested with real runs of a case."""
    monkeypatch.setattr(package_runs, "_unfit", lambda *_: "")


def test_what_two_set_apart_is_no_package_and_lines_are_set_once() -> None:
    made = case(docks=("policy=todays_practice", "port.portal.servers=4"))
    assert clash(made, ("more", "docks")) == "port.portal.servers"
    assert clash(made, ("more", "booths")) == ""
    assert package_overrides(made, ("more", "booths")) == (
        "policy=todays_practice",
        "port.portal.servers=3",
        "port.primary.lanes=17",
    )


@pytest.mark.usefixtures("fits")
def test_pairs_that_cannot_be_bought_or_cannot_act_are_not_simulated() -> None:
    still = simulated({"more": 0.9, "docks": 1.0, "booths": 0.8}, {"more": 2.0, "docks": 0.0, "booths": 0.0})
    plan = asked(budget_usd=9e6, units={})
    limits = portfolio_limits(plan, 4)
    made = dataclasses.replace(port(), found=still)
    screen = screen_pairs(made, plan, limits, {})
    assert screen.simulated == ()
    assert screen.dropped[("more", "booths")].startswith("above a budget")
    assert screen.dropped[("more", "docks")].startswith("docks changes nothing")
    rich = asked(budget_usd=50e6, units={})
    assert screen_pairs(made, rich, portfolio_limits(rich, 4), {}).simulated == (("more", "booths"),)
    assert not affordable(case(), ("more", "booths"), plan, limits)
    assert affordable(case(), ("more", "booths"), rich, portfolio_limits(rich, 4))


def packaged(monkeypatch: pytest.MonkeyPatch, third: float = 1.0, of_booths: float = 0.0) -> SimulatedPort:
    """Return the port with all its packages; together they do what they do alone, but for three at once."""

    def simulate(case: FundingCase, members: list, *_: object) -> Response:  # type: ignore[type-arg]
        del case
        hours, loads = {"more": 0.9, "docks": 0.95, "booths": 0.8}, {"more": 2.0, "docks": 1.0, "booths": of_booths}
        together = {
            "_with_".join(one): float(np.prod([hours[m] for m in one])) * (third if len(one) > 2 else 1.0)
            for one in members
        }
        found = simulated(together, {"_with_".join(one): sum(loads[m] for m in one) for one in members})
        return Response(found.alternatives[1:], found.years, {n: v[1:] for n, v in found.amounts.items()})

    monkeypatch.setattr(package_runs, "simulate_packages", simulate)
    plan = asked(budget_usd=50e6, units={})
    own = simulated({"more": 0.9, "docks": 0.95, "booths": 0.8}, {"more": 2.0, "docks": 1.0, "booths": of_booths})
    made = dataclasses.replace(port(), found=own)
    return with_pairs(made, FEW, screen_pairs(made, plan, portfolio_limits(plan, 4), {}), {})


@pytest.mark.usefixtures("fits")
def test_a_package_that_is_chosen_by_formula_is_simulated_and_chosen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = packaged(monkeypatch, third=2.0, of_booths=0.5)
    assert made.by_formula == ("more_with_docks_with_booths",)
    plan = asked(budget_usd=50e6, units={}, packages=FEW, objective="npv", usd_per_load=1e9, ports={"here": PORT_FREE})
    said: list[str] = []
    ports, options, chosen, checked = settled_choice([made], plan, {"here": {}}, said.append)
    assert checked == 1
    assert "is chosen by formula, and simulated whole" in said[0]
    assert ports[0].by_formula == ()
    best = options[chosen.solved.chosen[0]]
    assert not best.by_formula
    formula = next(o for o in made.options(plan) if o.name == "more_with_docks_with_booths")
    whole = next(o for o in options if o.name == formula.name and o.start_y == formula.start_y)
    assert whole.npv0_usd < formula.npv0_usd, "three at once cost hours that no pair told of"
    table, interactions = package_tables(ports, {"here": package_runs.PackageScreen((), {})})
    assert table["checked"].tolist() == [1]
    # hours multiply in truth too; loads add up, which is less than their factors would make of them
    assert interactions["wait_share"].abs().max() == pytest.approx(0.0, abs=1e-9)
    assert interactions["loads_share"].min() < -0.01
    # without leave to simulate, the formula stands and says so
    none = dataclasses.replace(plan, packages=dataclasses.replace(FEW, checked=0))
    _, kept, stays, zero = settled_choice([made], none, {"here": {}}, said.append)
    assert zero == 0
    assert kept[stays.solved.chosen[0]].by_formula


@pytest.mark.usefixtures("fits")
def test_packages_that_another_option_beats_go_and_the_best_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    made = packaged(monkeypatch)
    plan = asked(budget_usd=50e6, units={}, packages=dataclasses.replace(FEW, checked=0), ports={"here": PORT_FREE})
    fewer = without_dominated(made, plan)
    # booths add no loads: with loads sought, what holds them is dearer and no better
    assert set(fewer.packages.members) == {"more_with_docks"}
    whole, less = (settled_choice([one], plan, {"here": {}}, print)[2] for one in (made, fewer))
    assert whole.value == pytest.approx(less.value)
    names = list(less.options.loc[less.options["chosen"], "option"])
    assert names == ["more_with_docks"]


def test_the_years_of_pairs_are_years_of_the_case() -> None:
    for years in ((1,), (2, 4), (4, 1)):
        with pytest.raises(ConfigError, match=r"portfolio\.packages\.years"):
            check_package_plan(dataclasses.replace(FEW, years=years), small())
    check_package_plan(FEW, small())
    check_package_plan(None, small())


def test_a_package_has_the_names_of_its_members() -> None:
    made = with_packages(case(), {"more_with_docks": ("more", "docks")})
    labels = [made.study.names.label(name) for name in ("more", "docks")]
    assert made.study.names.label("more_with_docks") == " + ".join(labels)
    assert len(made.purchases["more_with_docks"]) == len(made.purchases["more"]) + 1


PORT_FREE = dataclasses.replace(asked().ports["here"], wait_limit=None)
