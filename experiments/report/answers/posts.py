"""The answer where the number of one post differs: the least number that is enough.

One is *enough* where its mean wait is less than `WORTH_MIN` above that of the most that was tried; intervals hold for
all numbers at once (Bonferroni).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from experiments.comparison import metric_samples
from experiments.intervals import Difference, paired_difference
from experiments.number_format import listed, with_span
from experiments.report.answers.claim import Lead
from experiments.report.answers.differences import lead_on
from experiments.report.findings import Findings
from experiments.report.frontier import WAIT
from sim.scenario import Scenario, replace_parts

WORTH_MIN: Final = 0.5
"""A mean wait longer by less than this is not worth a post."""
POSTS: Final = {"analysts": "analyst", "docks": "dock"}
"""Keys of ``staffing`` that are posts, and the station whose posts they are."""


def varies_staffing(findings: Findings) -> bool:
    """Return whether the alternatives differ in the number of one post, and in nothing else."""
    return len(findings.names) > 2 and _post(findings) is not None


def staffing_answer(findings: Findings) -> Lead:
    """Return the least number that is enough, and how much longer waits are with fewer."""
    key = str(_post(findings))
    posts = {name: _count(scenario, key) for name, scenario in findings.study.alternatives.items()}
    ladder = sorted(findings.names, key=lambda name: posts[name])
    most = ladder[-1]
    if most in findings.unstable:
        text = f"{posts[most]} {key} are not enough: {findings.unstable[most]}."
        other = next(name for name in reversed(ladder) if name != findings.study.baseline)
        return lead_on(findings, other, "exited", text)
    gaps = {name: _behind(findings, name, most) for name in ladder if name not in findings.unstable}
    enough = next(n for n in ladder if n == most or (n in gaps and gaps[n].high < WORTH_MIN))
    base = findings.study.baseline
    head = f"{posts[enough]} {key} are enough{f' ({posts[base]} are there)' if enough != base else ''}"
    head += f": trucks wait {with_span(findings.interval(enough, WAIT), ' min')} on average"
    if enough != most:
        head += f", {_over(gaps[enough])} than with {posts[most]}"
    elif len(ladder) > 1:
        head = f"No number tried is clearly enough but the most, {head}"
    fewer = ladder[: ladder.index(enough)]
    over = [str(posts[name]) for name in fewer if name in findings.unstable]
    parts = [f"with {posts[name]} {_over(gaps[name])}" for name in reversed(fewer) if name in gaps]
    text = f"{'; '.join([head, *parts, *([f'{listed(over)} cannot carry the load'] if over else [])])}."
    told = enough if enough != most else next(name for name in reversed(ladder) if name != most)
    if told not in gaps:
        return lead_on(findings, told if told != base else most, "exited", text)
    sure = gaps[told].high >= WORTH_MIN
    return Lead(text=text, alternative=told, against=most, metric=WAIT, gap=gaps[told], sure=sure, least=WORTH_MIN)


def _over(gap: Difference) -> str:
    """Return how much longer than with the most a mean wait is."""
    size = gap.size()
    return with_span(size, f" min {'longer' if gap.mean >= 0.0 else 'shorter'}", digits=2 if size.mean < 1.0 else 1)


def _post(findings: Findings) -> str | None:
    """Return the one key of staffing that differs between alternatives; None: another study."""
    scenarios = list(findings.study.alternatives.values())
    for key in POSTS:
        rest = [_without_post(scenario, key) for scenario in scenarios]
        counts = {_count(scenario, key) for scenario in scenarios}
        if len(counts) == len(scenarios) and all(other == rest[0] for other in rest[1:]):
            return key
    return None


def _without_post(scenario: Scenario, key: str) -> Scenario:
    nobody: dict[str, Any] = {key: None}
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, **nobody))


def _count(scenario: Scenario, key: str) -> int:
    return scenario.servers(POSTS[key])


def _behind(findings: Findings, name: str, largest: str) -> Difference:
    """Return how much longer trucks wait than with the most, paired, sure for all at once."""
    samples = metric_samples(findings.metrics, WAIT, findings.strata)
    return paired_difference(samples[name], samples[largest], 1.0 - findings.alpha / max(len(findings.names) - 1, 1))
