"""Findings -> rows of the report's later sections: what binds, equal levels, redraws, luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.bottleneck import Gain, binding
from experiments.findings import Findings
from experiments.frontier import Share
from experiments.intervals import Difference
from experiments.matched import YARDSTICKS
from experiments.stations import title
from experiments.verdicts import Culprit, Standing, standings
from experiments.wording import NONE, listed, number, percent, signed, span
from sim.sampling import Interval

HUNDRED: Final = 100.0


@dataclass(frozen=True, slots=True)
class Text:
    """A cell: what it says, what stands small beneath, a class for its look."""

    text: str
    below: str = ""
    look: str = ""


def binding_rows(found: Findings) -> Iterator[dict[str, str]]:
    """Yield each alternative's binding stations over an average weekday, the baseline's first."""
    for name in sorted(found.names, key=lambda name: name != found.study.baseline):
        yield {"name": name, "words": binding_words(found, name)}


def binding_words(found: Findings, name: str) -> str:
    """Return which station binds from when to when, and its part of the time lost."""
    parts = [
        f"{s.from_h:02d}-{s.to_h:02d} h {title(s.station)} ({percent(s.share, 0)} of the standing, "
        f"{number(s.truck_h, 0)} truck-h)"
        for s in binding(found.profiles[name])
    ]
    return "; ".join(parts) or "nothing binds"


def gain_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield what one more of each resource of the baseline changes."""
    unstable = found.study.baseline in found.unstable
    for gain in found.gains:
        wait = _change(gain, "wait_mean_min", found.alpha)
        yield {
            "resource": gain.resource,
            "wait": Text("unstable") if unstable else wait,
            "found": _change(gain, "detection_expected", found.alpha, HUNDRED, 2),
            "out": _change(gain, "exited", found.alpha, 1.0 / found.study.days, 0),
            "officers": signed(gain.gaps["officer_h"].mean / found.study.days, 0),
        }


def _change(gain: Gain, metric: str, alpha: float, scale: float = 1.0, digits: int = 2) -> Text:
    gap = gain.gaps[metric]
    if np.isnan(gap.mean):
        return Text(NONE, gap.reason)
    sure = gain.sure(metric, alpha)
    if sure and abs(scale * gap.mean) < 0.5 * 10.0**-digits:
        sure = False
    mark = " *" if sure else ""
    text = f"{signed(scale * gap.mean, digits)}{mark}"
    return Text(text, span(gap, scale, digits), "sure" if sure else "")


def bottleneck_answer(found: Findings) -> str:
    """Return in a sentence what binds the baseline and what would help most; empty: not asked."""
    base = found.study.baseline
    if not found.gains:
        return ""
    stretches = binding(found.profiles[base])
    head = f"Nothing binds under {base}."
    if stretches:
        top = max(stretches, key=lambda s: s.truck_h)
        hours = [f"{s.from_h:02d}-{s.to_h:02d} h" for s in stretches if s.station == top.station]
        head = f"Under {base} {title(top.station)} binds on weekdays ({listed(hours)})."
    if base in found.unstable:
        return head
    helps = [
        g
        for g in found.gains
        if g.sure("wait_mean_min", found.alpha) and g.gaps["wait_mean_min"].mean <= -0.1
    ]
    if not helps:
        return f"{head} One more of no resource surely shortens the mean wait by 0.1 min."
    best = min(helps, key=lambda g: g.gaps["wait_mean_min"].mean)
    gap = best.gaps["wait_mean_min"]
    size = Difference(-gap.mean, -gap.high, -gap.low, gap.p_value, gap.n)
    officers = number(best.gaps["officer_h"].mean / found.study.days, 0)
    return (
        f"{head} One more {best.resource} shortens the mean wait by {number(size.mean)} min "
        f"{span(size)} for {officers} officer hours a day; no other resource by more."
    )


def level_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield loads found against the baseline at equal wait, p95 and officer hours."""
    sticks = [stick for stick in YARDSTICKS if stick.metric in found.levels]
    for place, name in enumerate(found.names):
        cells = [_level(found, found.levels[stick.metric][place]) for stick in sticks]
        yield {"name": name, "cells": cells}


def level_heads(found: Findings) -> list[str]:
    """Return the headings of `level_rows`: what is held equal, and the baseline's level."""
    heads = []
    for stick in YARDSTICKS:
        shares = found.levels.get(stick.metric)
        if shares:
            base = next(s for s in shares if s.alternative == found.study.baseline)
            unit = "h" if stick.metric == "officer_h" else "min"
            level = number(base.scanned.mean, 0 if unit == "h" else 1)
            heads.append(f"{stick.words} ({level} {unit})")
    return heads


def _level(found: Findings, share: Share) -> Text:
    if share.alternative == found.study.baseline:
        return Text("baseline", f"{percent(share.found.mean)} {span(share.found, HUNDRED)}")
    gap = share.found_gap
    if gap is None:
        return Text(NONE, f"{number(share.scanned.mean)}: {share.why}", "aside")
    mark = " *" if share.sure(found.alpha) else ""
    below = span(gap, HUNDRED) + (f"; {share.setting}" if share.setting else "")
    return Text(f"{signed(HUNDRED * gap.mean)} points{mark}", below, "sure" if mark else "")


def redrawn_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield how every alternative fares over the redraws."""
    redrawn = found.redrawn
    if redrawn is None or len(found.names) == 1:
        return
    for standing in standings(redrawn, found.study.baseline):
        base = standing.alternative == found.study.baseline
        yield {
            "name": standing.alternative,
            "undominated": _times(standing, "undominated"),
            "more": Text("baseline") if base else _times(standing, "more"),
            "gap": Text(NONE) if base else _range(standing),
            "hangs": Text(NONE) if base else _hangs(standing, found.alpha),
        }


def _times(standing: Standing, which: str) -> Text:
    k, n = getattr(standing, which)
    if n == 0:
        return Text(NONE, "never compared")
    return Text(f"{k} of {n}", share_span(standing.interval(which)))


def share_span(share: Interval) -> str:
    """Return the interval of a share in brackets, in whole per cent."""
    return f"[{percent(share.low, 0)}, {percent(share.high, 0)}]"


def _range(standing: Standing) -> Text:
    low, middle, high = (HUNDRED * value for value in standing.gap)
    if np.isnan(middle):
        return Text(NONE)
    return Text(signed(middle), f"{signed(low)} to {signed(high)}")


def _hangs(standing: Standing, alpha: float) -> Text:
    learned, blame = standing.likeness, standing.culprit
    if blame is None:
        return Text(NONE)
    if blame.p_holm <= alpha:
        return Text(blame.key, _rho(blame), "words")
    if learned is not None and learned.p_holm <= alpha:
        return Text("traits that the model learned", _rho(learned), "words")
    return Text("no single input", f"most: {blame.key}, {_rho(blame)}", "words")


def _rho(blame: Culprit) -> str:
    rho = blame.rho
    return f"{signed(rho.estimate, 2)} [{number(rho.low, 2)}, {number(rho.high, 2)}]"
