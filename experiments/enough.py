"""The answer of a study that tries several numbers of one post: how many are enough.

A number is *enough* where its mean wait is surely less than `WORTH_MIN` above that of the most that
was tried: the upper end of the paired interval says so. Intervals hold for all numbers at once
(Bonferroni).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from experiments.comparison import by_alternative, sample
from experiments.findings import Findings
from experiments.gaps import WAIT
from experiments.intervals import Difference, difference
from experiments.settings import MONTHS
from experiments.wording import listed, number, span
from sim.scenario import Scenario, replace

WORTH_MIN: Final = 0.5
"""A mean wait longer by less than this is not worth a post."""
POSTS: Final = {"analysts": "analyst", "docks": "dock"}
"""Keys of ``staffing`` that are posts, and the station whose posts they are."""


def asked(found: Findings) -> bool:
    """Return whether the alternatives differ in the number of one post, and in nothing else."""
    return len(found.names) > 2 and _post(found) is not None


def answer(found: Findings) -> str:
    """Return the least number that is enough, and how much longer waits are with fewer."""
    key = str(_post(found))
    ladder = sorted(found.names, key=lambda name: _posts(found, name))
    most = ladder[-1]
    if most in found.unstable:
        return f"{_posts(found, most)} {key} are not enough: {found.unstable[most]}."
    gaps = {name: _behind(found, name, most) for name in ladder if name not in found.unstable}
    enough = next(n for n in ladder if n == most or (n in gaps and gaps[n].high < WORTH_MIN))
    waits = found.interval(enough, WAIT)
    base = found.study.baseline
    head = f"{_posts(found, enough)} {key} are enough"
    if enough != base:
        head += f" ({_posts(found, base)} are there)"
    head += f": trucks wait {number(waits.mean)} min {span(waits)} on average"
    if enough != most:
        head += f", {_over(gaps[enough])} than with {_posts(found, most)}"
    fewer = ladder[: ladder.index(enough)]
    over = [str(_posts(found, name)) for name in fewer if name in found.unstable]
    parts = [f"with {_posts(found, n)} {_over(gaps[n])}" for n in reversed(fewer) if n in gaps]
    parts += [f"{listed(over)} cannot carry the load"] if over else []
    if enough == most and len(ladder) > 1:
        head = f"No number tried is surely enough but the most, {head}"
    return f"{'; '.join([head, *parts])}."


def _over(gap: Difference) -> str:
    """Return how much longer than with the most a mean wait is."""
    change = "longer" if gap.mean >= 0.0 else "shorter"
    size = gap if gap.mean >= 0.0 else Difference(-gap.mean, -gap.high, -gap.low, 0.0, gap.n)
    digits = 2 if size.mean < 1.0 else 1
    return f"{number(size.mean, digits)} min {change} {span(size, digits=digits)}"


def _post(found: Findings) -> str | None:
    """Return the one key of staffing that differs between alternatives; None: another study."""
    every = list(found.study.alternatives.values())
    for key in POSTS:
        rest = [_without(scenario, key) for scenario in every]
        if all(other == rest[0] for other in rest[1:]) and len(
            {_count(scenario, key) for scenario in every}
        ) == len(every):
            return key
    return None


def _without(scenario: Scenario, key: str) -> Scenario:
    nobody: dict[str, Any] = {key: None}
    staffing = dataclasses.replace(scenario.staffing, **nobody)
    return replace(scenario, staffing=staffing)


def _count(scenario: Scenario, key: str) -> int:
    return scenario.servers(POSTS[key])


def _posts(found: Findings, name: str) -> int:
    return _count(found.study.alternatives[name], str(_post(found)))


def _behind(found: Findings, name: str, most: str) -> Difference:
    """Return how much longer trucks wait than with the most, paired, sure for all at once."""
    frames = by_alternative(found.metrics)
    strata = MONTHS if found.study.calendar == "year" else None
    own, other = (sample(frames[one], WAIT, strata) for one in (name, most))
    return difference(own, other, 1.0 - found.alpha / max(len(found.names) - 1, 1))
