"""Options of a port: later starts, waits until service, and plans that name what is not there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_response import small
from planned import LIMIT, PORT, asked, port

from experiments.economics.benefits import interpolate_years
from experiments.funding.portfolio.options import check_comparable_cases, check_portfolio_plan
from experiments.funding.portfolio.waits import WAIT, wait_by_year
from experiments.funding.portfolio_plan import Appropriation
from experiments.funding.uncertainty.scenarios import defer_purchases
from sim.errors import ConfigError


def test_later_starts_cost_and_find_less() -> None:
    made = port("here").options(asked(start_y=(0, 2)))
    assert [(one.name, one.start_y) for one in made] == [("today", 0), ("more", 0), ("more", 2)]
    none, early, late = made
    assert (none.initial_usd, none.npv0_usd, none.loads) == (0.0, 0.0, 0.0)
    assert early.initial_usd == late.initial_usd > 0.0
    assert late.loads < early.loads
    assert late.cost_usd < early.cost_usd
    assert early.spend_usd[0] > 0.0
    assert late.spend_usd[:2].sum() == 0.0
    assert early.units == {"portal": 1.0, "analyst": 1.0}


def test_running_costs_fall_into_the_fiscal_years_of_their_months() -> None:
    """Study years that begin in January spend a quarter of a year's running costs in the fiscal year after."""
    here, plan = port("here"), asked(start_y=(0,), appropriations={"staff": STAFF})
    early = dataclasses.replace(small(), budget=dataclasses.replace(small().budget, first_month=1))
    aligned, split = (dataclasses.replace(here, asked=case).options(plan)[1] for case in (small(), early))
    staff, late = aligned.by_appropriation["staff"], split.by_appropriation["staff"]
    assert len(late) == len(staff) + 1
    assert late == pytest.approx(0.75 * np.append(staff, 0.0) + 0.25 * np.append(0.0, staff))
    assert split.spend_usd.sum() == pytest.approx(aligned.spend_usd.sum())


STAFF = Appropriation(payer="united_states", kinds=("staff",), grants_usd=(), later_usd_per_y=1e6, carry_over_y=None)


def test_what_comes_too_late_to_serve_is_no_option() -> None:
    assert [one.start_y for one in port("here").options(asked(start_y=(0, 60)))] == [0, 0]


def test_until_it_is_in_service_an_option_keeps_the_ports_wait() -> None:
    here = port("here")
    base = interpolate_years(here.found.mean("wait_mean_min", "today"), 4)
    more = interpolate_years(here.found.mean("wait_mean_min", "more"), 4)
    assert (more < base).all()
    moved = defer_purchases(small(), 2)
    found = wait_by_year(moved, here.found, "more", WAIT)
    # ordered in year 2, built in one, half in service in its first year and whole from the next
    assert found[:4] == pytest.approx(base[:4])
    assert found[4] == pytest.approx(more[4])
    assert wait_by_year(small(), here.found, "today", WAIT) == pytest.approx(base)


def test_a_limit_may_begin_when_something_can_stand() -> None:
    here = port("here")
    late = next(o for o in here.options(asked(start_y=(0, 2))) if o.start_y == 2)
    from_last = dataclasses.replace(here, wait_limit=dataclasses.replace(LIMIT, from_y=4))
    later = next(o for o in from_last.options(asked(start_y=(0, 2))) if o.start_y == 2)
    base = interpolate_years(here.found.mean("wait_mean_min", "today"), 4)
    more = interpolate_years(here.found.mean("wait_mean_min", "more"), 4)
    assert late.wait_counted == pytest.approx(base[3])
    assert later.wait_counted == pytest.approx(more[4])
    assert later.wait_counted < late.wait_counted


def test_a_replication_by_itself_is_part_of_the_mean() -> None:
    here, plan = port("here"), asked()
    whole = np.array([one.loads for one in here.options(plan)])
    parts = [[one.loads for one in here.only(r).options(plan)] for r in range(4)]
    assert np.mean(parts, axis=0) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"price_year": 2020}, "portfolio.price_year: budgets in dollars of 2020"),
        ({"units": {"dirigible": 1.0}}, "portfolio.units.dirigible: no such measure"),
        ({"needs": (("here.more", "here.none"),)}, "portfolio.needs: no option 'here.none'"),
        ({"excludes": (("here.more", "x.y"),)}, "portfolio.excludes: no option 'x.y'"),
        (
            {"ports": {"here": dataclasses.replace(PORT, wait_limit=dataclasses.replace(LIMIT, from_y=9))}},
            "portfolio.ports.here.wait_limit.from_y",
        ),
        (
            {
                "appropriations": {
                    "a": Appropriation(
                        payer="mexico", kinds=("staff",), grants_usd=(1.0,) * 9, later_usd_per_y=0.0, carry_over_y=None
                    )
                }
            },
            "portfolio.appropriations.a.grants_usd: at most years 0 to 4",
        ),
    ],
)
def test_a_plan_that_names_what_no_port_has_is_one_line(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_portfolio_plan(asked(**changes), {"here": small()})
    assert str(refused.value).startswith(key)
    assert "\n" not in str(refused.value)


def test_ports_that_cannot_be_added_up_are_refused() -> None:
    other = dataclasses.replace(small(), appraisal=dataclasses.replace(small().appraisal, discount_rate=0.01))
    check_comparable_cases({"here": small(), "there": small()})
    with pytest.raises(ConfigError, match=r"portfolio.ports.there: another appraisal than here"):
        check_comparable_cases({"here": small(), "there": other})
    shorter = dataclasses.replace(small(), study=dataclasses.replace(small().study, replications=9))
    with pytest.raises(ConfigError, match="another number of replications"):
        check_comparable_cases({"here": small(), "there": shorter})
