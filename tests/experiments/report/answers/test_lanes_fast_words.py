"""What FAST lanes are worth is said for either class of trucks."""

from __future__ import annotations

import dataclasses

import numpy as np

from experiments.comparison import comparison_row
from experiments.execution.replicate import Replications
from experiments.report.answers import lanes
from experiments.report.findings import Findings, gather_findings
from experiments.study.study import compose_scenario
from tests import replications
from tests.replications import answer_text

RULES = {"exclusive": "port.approach.fast_lane=own", "trapped": "port.approach.fast_lane=shared"}
NUMBERS = dict.fromkeys(RULES, (30.0, 0.12, 0.277))


def findings(over: dict[str, tuple[str, ...]] | None = None) -> Findings:
    asked = replications.study(list(RULES), "replications=20", baseline="exclusive")
    worlds = {name: compose_scenario([rule]) for name, rule in RULES.items()}
    done = replications.done(NUMBERS)
    trapped = done.metrics["alternative"].to_numpy() == "trapped"
    noise = np.random.default_rng(3).normal(0.0, 0.2, len(trapped))
    fast = np.where(trapped, 24.0, 2.0) + noise
    table = done.metrics.assign(n_waits_fast=100.0, wait_fast_sum_min=100.0 * fast)
    table = table.assign(n_waits_general=300.0, wait_general_sum_min=300.0 * (38.0 + noise))
    asked = dataclasses.replace(asked, alternatives=worlds)
    return gather_findings(asked, Replications(table, done.profiles), replications.weekly(NUMBERS, over))


def test_either_class_is_told_and_nothing_is_claimed_that_is_not_sure() -> None:
    found = findings()
    text = answer_text(found)
    row = comparison_row(found.comparison, "trapped", "wait_fast_mean_min")
    assert text.startswith("Under exclusive FAST trucks wait 2.")
    assert f"under trapped FAST trucks {row['difference']:.1f} [{row['diff_low']:.1f}, " in text
    assert "the others as long (within [" in text


def test_an_overloaded_rule_is_said_to_be_one() -> None:
    assert "trapped cannot carry its load (primary is" in answer_text(findings({"trapped": ("primary",)}))


def test_studies_of_anything_else_are_not_asked() -> None:
    assert not lanes.varies_fast_lanes(replications.findings())
