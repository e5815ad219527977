"""What policies that plan for their port mean to do, in words, before anything is simulated."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.findings import Findings
from experiments.load import Study
from experiments.pipeline import Scorer
from experiments.replicate import plan_of
from experiments.wording import percent, span


def plans(study: Study, scorers: Mapping[str, Scorer]) -> dict[str, str]:
    """Return the plan of each alternative that makes one, as made for the study's first window."""
    found = {}
    for name, scenario in study.alternatives.items():
        if not scenario.policy.plans_ahead:
            continue
        past = plan_of(scenario, scorers, study.window(0)).past
        found[name] = scenario.policy.describe(scenario, past)
    return found


def plan_rows(found: Findings) -> list[dict[str, str]]:
    """Return each plan beside what its port found."""
    rows = []
    for name, words in found.plans.items():
        own = found.interval(name, "detection_expected")
        rows.append(
            {
                "name": name,
                "words": words,
                "found": f"{percent(own.mean)} of loads {span(own, 100.0)}",
            }
        )
    return rows


def plan_note() -> str:
    """Return what a plan leaves out, and so why the port falls short of it."""
    return (
        "The plan takes sensors to be independent, openings to find everything and yards to have "
        "room; the port has loads hidden well from every sensor, exams that miss, and queues."
    )
