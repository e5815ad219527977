"""The answer of a study of insiders: what their help costs, and what each guard wins back.

A port without insiders is no choice that anybody has: it is the yardstick. The guards are compared
with the port that has insiders and does nothing (the baseline), in loads found, in waits and in
officer hours, and each of these is said only as far as Holm's verdict over all guards goes.
"""

from __future__ import annotations

from typing import Final

from experiments.findings import Findings
from experiments.intervals import Difference
from experiments.wording import number, percent, span

FOUND: Final = "detection_expected"
WAIT: Final = "wait_mean_min"
HOURS: Final = "officer_h"


def asked(found: Findings) -> bool:
    """Return whether the baseline has insiders and some alternative has none."""
    return _helped(found, found.study.baseline) and bool(_without(found)) and bool(_guards(found))


def answer(found: Findings) -> str:
    """Return what help from inside costs, and what each guard wins back at which price."""
    base, clean = found.study.baseline, _without(found)[0]
    cost, finds = _gap(found, clean, FOUND), found.interval(base, FOUND)
    if _verdict(found, clean, FOUND) != "higher":
        return (
            f"Help from inside makes no sure difference: {percent(finds.mean)} of loads are found "
            f"{span(finds, 100.0)} with it, {_points(cost)} points more without."
        )
    parts = [_guard(found, name) for name in sorted(_guards(found), key=lambda n: _order(found, n))]
    return (
        f"Help from inside costs {_points(cost)} points of the loads found ({percent(finds.mean)} "
        f"{span(finds, 100.0)} are under {base}); won back: {'; '.join(parts)}."
    )


def _helped(found: Findings, name: str) -> bool:
    return found.study.alternatives[name].insider.helped_load_share > 0.0


def _without(found: Findings) -> list[str]:
    return [name for name in found.names if not _helped(found, name)]


def _guards(found: Findings) -> list[str]:
    return [n for n in found.names if n != found.study.baseline and _helped(found, n)]


def _order(found: Findings, name: str) -> float:
    return -_gap(found, name, FOUND).mean


def _guard(found: Findings, name: str) -> str:
    """Return what one guard wins back, and its price in waits and officer hours."""
    won = _gap(found, name, FOUND)
    verdict = _verdict(found, name, FOUND)
    head = f"{name} {_points(won)}" if verdict == "higher" else f"{name} surely nothing"
    if name in found.unstable:
        return f"{head}, but it cannot carry its load ({found.unstable[name]})"
    prices = []
    if _verdict(found, name, WAIT) in ("higher", "lower"):
        prices.append(_price(_gap(found, name, WAIT), "min of mean wait"))
    if _verdict(found, name, HOURS) in ("higher", "lower"):
        prices.append(_price(_gap(found, name, HOURS), "officer hours", 0))
    return f"{head} for {' and '.join(prices) or 'no sure price'}"


def _price(gap: Difference, what: str, digits: int = 1) -> str:
    if gap.mean >= 0.0:
        return f"{number(gap.mean, digits)} {what} {span(gap, digits=digits)}"
    less = Difference(-gap.mean, -gap.high, -gap.low, gap.p_value, gap.n)
    return f"{number(less.mean, digits)} {what} less {span(less, digits=digits)}"


def _points(gap: Difference) -> str:
    return f"{number(100.0 * gap.mean)} {span(gap, 100.0)}"


def _verdict(found: Findings, name: str, metric: str) -> str:
    return str(found.row(name, metric)["holm_verdict"])


def _gap(found: Findings, name: str, metric: str) -> Difference:
    row = found.row(name, metric)
    low, high = row["diff_low"], row["diff_high"]
    return Difference(row["difference"], low, high, row["p_value"], int(row["n"]), row["note"])
