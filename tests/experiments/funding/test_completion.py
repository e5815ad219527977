"""Who cannot carry the design year, and the cheapest way to complete them."""

from __future__ import annotations

import dataclasses
import math

import pytest
from ports import FlatScorer
from small_case import SMALL

from experiments.economics.costs import purchase_cash_flow
from experiments.economics.discounting import present_value
from experiments.funding.case import FundingCase
from experiments.funding.checks import ENOUGH, base_year_plans, load_shares, units_not_bought
from experiments.funding.completion import COLUMNS, complete_alternatives, completions_table, measures_for_one_more
from experiments.funding.request import build_case
from sim.errors import ConfigError
from sim.replication import Scorer
from sim.shared_draws import risk_key

SHORT = (
    "+alternatives.short=['policy=scan_everything', 'port.portal.servers=2']",
    "+purchases.short=[{measure: portal, units: 1, order_y: 0, late_y: 0}]",
    "demand.growth_share_per_y=0.03",
)
"""An alternative that scans everybody with two portals, one analyst and the docks of today."""
CROWDED = ("traffic.volume_scale=2.0", "staffing=timetable", "demand.most_elsewhere_share=1.0")
"""Booths by the timetable alone: lanes that follow the line let more trips through than the docks of ``more`` carry."""


@pytest.fixture(scope="module")
def asked() -> FundingCase:
    return build_case([*SMALL, *SHORT, *CROWDED])


@pytest.fixture(scope="module")
def scorers(asked: FundingCase) -> dict[str, Scorer]:
    return {risk_key(scenario): FlatScorer() for scenario in asked.study.alternatives.values()}


def test_what_is_short_is_refused_with_its_completion(asked: FundingCase, scorers: dict[str, Scorer]) -> None:
    found, left = complete_alternatives(asked, scorers)
    assert list(found) == ["short"]
    assert list(left.study.alternatives) == list(left.purchases) == ["today", "more"]
    one = found["short"]
    flow = purchase_cash_flow(one.purchases, asked.catalogue, asked.appraisal.years, 2023)
    assert one.price_usd == pytest.approx(present_value(0.07, flow.total()))
    table = completions_table(found, completed=False)
    assert tuple(table.columns) == COLUMNS
    assert "of its weekly capacity" in table["short"][0]


def test_the_completion_carries_the_load_pays_for_it_and_has_no_unit_too_many(
    asked: FundingCase, scorers: dict[str, Scorer]
) -> None:
    willing = dataclasses.replace(asked, terms=dataclasses.replace(asked.terms, complete=True))
    found, whole = complete_alternatives(willing, scorers)
    scenario = whole.study.alternatives["short"]
    shares = load_shares(whole, scenario, base_year_plans(whole, scorers)["short"])
    assert max(shares[s] for s in ("portal", "analyst", "dock", "secondary")) <= ENOUGH
    assert units_not_bought(whole, "short") == {}
    for one in found["short"].short:
        units = scenario.servers(one.station)
        assert units > one.units
        if one.station != "analyst":
            assert math.ceil(shares[one.station] * units / ENOUGH) == units
    assert whole.study.overrides_of("short")[-1].split("=")[0] in (
        "staffing.analysts",
        "staffing.docks",
        "scanner.portal.units",
        "scanner.secondary.units",
    )


def test_portals_in_secondary_are_completed_by_more_of_their_own() -> None:
    """What is priced is the machine that is simulated, with the persons bought for each."""
    asked = build_case(
        [
            *SMALL,
            "+alternatives.inside=['policy=todays_practice', 'scanner=in_secondary', "
            "'scanner.secondary.units=2', 'staffing.analysts=0']",
            "+purchases.inside=[{measure: portal, units: 2, order_y: 0, late_y: 0}, "
            "{measure: officer, units: 6.4, order_y: 0, late_y: 0}]",
        ]
    )
    assert measures_for_one_more(asked, "inside", "secondary") == {"portal": 1.0, "officer": 3.2}
    assert measures_for_one_more(asked, "more", "secondary") == {"secondary_scanner": 1.0}
    assert measures_for_one_more(asked, "inside", "dock") == {"dock": 1.0}


def test_the_overrides_proposed_are_those_a_user_may_write(asked: FundingCase, scorers: dict[str, Scorer]) -> None:
    one = complete_alternatives(asked, scorers)[0]["short"]
    before = ("policy=scan_everything", "port.portal.servers=2")
    written = [line for line in SHORT if "short" not in line]
    quoted = ", ".join(f"'{o}'" for o in (*before, *one.overrides))
    bought = f"{{measure: portal, units: 1, order_y: 0, late_y: 0}}, {one.purchase_words()}"
    own = [f"+alternatives.short=[{quoted}]", f"+purchases.short=[{bought}]"]
    again = build_case([*SMALL, *written, *own, *CROWDED])
    assert complete_alternatives(again, scorers)[0] == {}


def test_nothing_left_is_one_clear_line(asked: FundingCase, scorers: dict[str, Scorer]) -> None:
    names = ("today", "short")
    study = dataclasses.replace(asked.study, alternatives={name: asked.study.alternatives[name] for name in names})
    alone = dataclasses.replace(asked, study=study)
    with pytest.raises(ConfigError, match=r"alternatives.short: cannot carry year 4.*complete"):
        complete_alternatives(alone, scorers)
