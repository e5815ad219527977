"""What equipment finds and costs, claimed as far as the verdicts go."""

from __future__ import annotations

import dataclasses
import re

from experiments.execution.replicate import Replications
from experiments.report.answers import equipment
from experiments.report.findings import Findings, gather_findings
from experiments.study.study import compose_scenario
from tests import replications
from tests.replications import answer_text

WORLDS = {
    "before_primary": "scanner=baseline",
    "in_secondary": "scanner=in_secondary",
    "same": "scanner.portal.sensing.threshold_z=1.7",
}
NUMBERS = {"before_primary": (31.0, 0.12, 0.277), "in_secondary": (27.0, 0.14, 0.20), "same": (31.0, 0.12, 0.277)}
SOUTH = ["port=world_trade_bridge_south", "threat=outbound", "scanner=nuevo_laredo"]


def findings(over: dict[str, tuple[str, ...]] | None = None) -> Findings:
    asked = replications.study(list(NUMBERS), "replications=20", baseline="before_primary")
    worlds = {name: compose_scenario([change]) for name, change in WORLDS.items()}
    asked = dataclasses.replace(asked, alternatives=worlds)
    return gather_findings(asked, replications.done(NUMBERS), replications.weekly(NUMBERS, over))


def test_gains_and_prices_are_those_of_the_comparison() -> None:
    found = findings()
    text = answer_text(found)
    row = found.row("in_secondary", "detection_expected")
    low, high = (
        float(x) for x in re.findall(r"with in_secondary \(scanning 20%\), 2\.0 \[([\d.]+), ([\d.]+)\] points", text)[0]
    )
    assert abs(low - 100.0 * row["diff_low"]) < 0.051
    assert abs(high - 100.0 * row["diff_high"]) < 0.051
    assert "min less average wait [" in text
    assert "with same, as many to within 0.5 points, at no clear price" in text


def test_an_overloaded_alternative_is_said_to_be_one() -> None:
    text = answer_text(findings({"in_secondary": ("dock",)}))
    assert "in_secondary cannot carry its load (dock is asked for 130%" in text


def test_southbound_the_types_are_told_in_their_units() -> None:
    numbers = {"pulses": (1.0, 0.04, 0.1), "scanned": (1.0, 0.06, 0.1)}
    asked = replications.study(list(numbers), "replications=20", baseline="pulses")
    worlds = {"pulses": compose_scenario(SOUTH)}
    worlds["scanned"] = compose_scenario([*SOUTH, "scanner.secondary.units=8"])
    done = replications.done(numbers)
    more = 10.0 * done.metrics["detection_expected"]
    table = done.metrics.assign(seized_expected_n_firearms=more)
    asked = dataclasses.replace(asked, alternatives=worlds)
    found = gather_findings(asked, Replications(table, done.profiles), replications.weekly(numbers))
    assert re.search(r"points more \(0\.2 \[0\.\d, 0\.\d\] firearms a week\)", answer_text(found))


def test_a_choice_of_trucks_is_another_question() -> None:
    assert not equipment.varies_equipment(replications.findings())
