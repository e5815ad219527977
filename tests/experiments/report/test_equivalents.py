"""What shared information is worth in portals."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from experiments.intervals import Sample
from experiments.report.equivalents import (
    portal_equivalent_clause,
    portal_equivalents,
    portal_equivalents_sentence,
    portals_to_match,
)
from experiments.report.findings import Findings, gather_findings
from experiments.study.study import compose_scenario
from tests import replications
from tests.replications import answer_text

MADE_UP = {
    "own": (31.0, 0.20, 0.277),
    "partner": (31.0, 0.26, 0.277),
    "everything": (31.0, 0.40, 0.277),
    "five": (31.0, 0.24, 0.34),
    "six": (31.0, 0.28, 0.41),
}
SET = {
    "own": (),
    "partner": ("risk.tier=partner", "sharing=partner"),
    "everything": ("risk.tier=tip", "sharing=full"),
    "five": ("scanner.portal.units=5",),
    "six": ("scanner.portal.units=6",),
}


def findings(names: tuple[str, ...] = tuple(SET)) -> Findings:
    made_up = {name: MADE_UP[name] for name in names}
    asked = replications.study(names, "replications=20", baseline="own")
    scenarios = {name: compose_scenario(("policy=top_share", "risk=boosted", *SET[name])) for name in names}
    asked = dataclasses.replace(asked, alternatives=scenarios)
    return gather_findings(asked, replications.done(made_up), replications.weekly(made_up))


def test_the_line_between_portals_is_met_where_it_should_be() -> None:
    found = {one.alternative: one for one in portal_equivalents(findings())}
    assert set(found) == {"partner", "everything"}
    worth = found["partner"].portals
    assert worth.low < 5.5 < worth.high
    assert worth.high - worth.low < 0.5
    assert np.isnan(found["everything"].portals.mean)
    assert found["everything"].most == 6


def test_words_say_the_interval_and_what_lies_beyond() -> None:
    known = findings()
    said = portal_equivalents_sentence(known)
    low, high = (float(x) for x in re.findall(r"5\.\d portals \[([\d.]+), ([\d.]+)\]", said)[0])
    assert low <= 5.5 <= high
    assert "more than 6 portals as everything" in said
    assert portal_equivalent_clause(known, "six") == ""
    assert answer_text(known).endswith("it would take more than 6 portals in place of 4.")
    without = findings(("own", "partner", "five", "six"))
    assert re.search(r"it would take 5\.\d portals \[.*\] in place of 4\.$", answer_text(without))


def test_nothing_is_said_where_nobody_tried_other_portals() -> None:
    alone = findings(("own", "partner"))
    assert portal_equivalents(alone) == []
    assert portal_equivalents_sentence(alone) == ""
    assert "portals" not in answer_text(alone)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_interval_holds_the_true_number(seed: int) -> None:
    """Of 200 studies about 95% hold it: at least 180 but for one study in ten thousand."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(200):
        weight = rng.gamma(60.0, 1.0, 12)
        at = [Sample.of(weight * (share + rng.normal(0.0, 0.01, 12)), weight) for share in (0.23, 0.20, 0.24, 0.28)]
        found = portals_to_match(at[0], [4, 5, 6], at[1:])
        held += found.low <= 4.75 <= found.high
    assert held >= 180


@pytest.mark.parametrize("target", [0.1, 0.5])
def test_beyond_the_rungs_there_is_no_number(target: float) -> None:
    rungs = [Sample.of(share * np.array([0.9, 1.0, 1.1])) for share in (0.2, 0.3, 0.4)]
    found = portals_to_match(Sample.of(np.full(3, target)), [4, 5, 6], rungs)
    assert np.isnan(found.mean)


def test_portals_that_find_less_buy_nothing() -> None:
    rungs = [Sample.of(share * np.array([0.9, 1.0, 1.1])) for share in (0.2, 0.3, 0.25)]
    found = portals_to_match(Sample.of(np.full(3, 0.24)), [4, 5, 6], rungs)
    assert np.isnan(found.mean)
