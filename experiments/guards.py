"""The answer of a study of insiders: what their help costs, and what each guard wins back.

A port without insiders is no choice that anybody has: it is the yardstick. The guards are compared
with the port that has insiders and does nothing (the baseline), in loads found, in waits and in
officer hours, and each of these is said only as far as Holm's verdict over all guards goes.
"""

from __future__ import annotations

from experiments.findings import Findings
from experiments.gaps import FOUND, gap, points, prices, verdict
from experiments.wording import percent, span


def asked(found: Findings) -> bool:
    """Return whether the baseline has insiders and some alternative has none."""
    return _helped(found, found.study.baseline) and bool(_without(found)) and bool(_guards(found))


def answer(found: Findings) -> str:
    """Return what help from inside costs, and what each guard wins back at which price."""
    base, clean = found.study.baseline, _without(found)[0]
    cost, finds = gap(found, clean, FOUND), found.interval(base, FOUND)
    if verdict(found, clean, FOUND) != "higher":
        return (
            f"Help from inside makes no sure difference: {percent(finds.mean)} of loads are found "
            f"{span(finds, 100.0)} with it, {points(cost)} points more without."
        )
    parts = [_guard(found, name) for name in sorted(_guards(found), key=lambda n: _order(found, n))]
    return (
        f"Help from inside costs {points(cost)} points of the loads found ({percent(finds.mean)} "
        f"{span(finds, 100.0)} are under {base}); won back: {'; '.join(parts)}."
    )


def _helped(found: Findings, name: str) -> bool:
    return found.study.alternatives[name].insider.helped_load_share > 0.0


def _without(found: Findings) -> list[str]:
    return [name for name in found.names if not _helped(found, name)]


def _guards(found: Findings) -> list[str]:
    return [n for n in found.names if n != found.study.baseline and _helped(found, n)]


def _order(found: Findings, name: str) -> float:
    return -gap(found, name, FOUND).mean


def _guard(found: Findings, name: str) -> str:
    """Return what one guard wins back, and its price in waits and officer hours."""
    surely = verdict(found, name, FOUND) == "higher"
    head = f"{name} {points(gap(found, name, FOUND)) if surely else 'surely nothing'}"
    if name in found.unstable:
        return f"{head}, but it cannot carry its load ({found.unstable[name]})"
    return f"{head} for {' and '.join(prices(found, name)) or 'no sure price'}"
