"""How many trips may leave before a case is refused, and who can carry its load in the shipped questions."""

from __future__ import annotations

import pytest
from ports import FlatScorer
from small_case import SMALL

from experiments.funding.checks import base_year_plans, check_trips_stay, elsewhere_share, shortages
from experiments.funding.completion import complete_alternatives
from experiments.funding.request import build_case
from sim.errors import ConfigError
from sim.replication import Scorer
from sim.shared_draws import risk_key

CROWDED = ("traffic.volume_scale=3.0", "staffing=timetable")
"""Three times the trucks of today, and booths by the timetable alone."""


def test_who_sends_away_more_than_a_price_holds_for_is_refused_in_one_line() -> None:
    asked = build_case([*SMALL, *CROWDED])
    scorers: dict[str, Scorer] = {risk_key(one): FlatScorer() for one in asked.study.alternatives.values()}
    plans = base_year_plans(asked, scorers)
    share = elsewhere_share(asked, asked.study.alternatives["today"], plans["today"], 4)
    assert share > 0.1
    said = rf"^alternatives\.today: {100.0 * share:.0f}% of the trips wanted in year 4 would go by the other bridge; at"
    with pytest.raises(ConfigError, match=said) as refused:
        complete_alternatives(asked, scorers)
    assert "at most 10% may (demand.most_elsewhere_share)" in str(refused.value)
    assert "\n" not in str(refused.value)
    check_trips_stay(build_case([*SMALL, *CROWDED, "demand.most_elsewhere_share=1.0"]), plans)


def test_no_ceiling_sends_nobody_away() -> None:
    asked = build_case([*SMALL, "demand.wait_ceiling_min=1440"])
    scorers: dict[str, Scorer] = {risk_key(one): FlatScorer() for one in asked.study.alternatives.values()}
    plan = base_year_plans(asked, scorers)["today"]
    assert elsewhere_share(asked, asked.study.alternatives["today"], plan, 1) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("experiment", "names"),
    [
        ("placement_case", ("before_primary", "in_secondary", "in_secondary_eight")),
        ("state_inspection", ("one_in_twenty", "one_in_four")),
    ],
)
def test_the_shipped_questions_keep_the_alternatives_that_they_ask_about(
    experiment: str, names: tuple[str, ...]
) -> None:
    """Four portals stand before primary and four in secondary, each at the share of trucks that it carries."""
    asked = build_case([f"experiment={experiment}"])
    scorers: dict[str, Scorer] = {risk_key(one): FlatScorer() for one in asked.study.alternatives.values()}
    plans = base_year_plans(asked, scorers)
    check_trips_stay(asked, plans)
    for name in names:
        assert shortages(asked, asked.study.alternatives[name], plans[name]) == []
    if experiment == "placement_case":
        four = [asked.study.alternatives[name] for name in names[:2]]
        assert [one.servers("portal") + one.servers("secondary") for one in four] == [6, 4]  # two legacy scanners stay
