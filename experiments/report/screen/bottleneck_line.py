"""The bottleneck of the baseline in a line, and what one more unit would change."""

from __future__ import annotations

from typing import Final

from experiments.execution.bottleneck import binding_stations
from experiments.number_format import number, station_title
from experiments.report.findings import Findings
from experiments.report.frontier import WAIT
from experiments.report.standings import WORTH_WAIT_MIN

ALL_DAY: Final = (0, 24)


def bottleneck_line(findings: Findings) -> str:
    """Return the bottleneck and the effect of adding one unit; empty: nobody asked (``bottleneck=false``)."""
    base = findings.study.baseline
    if not findings.gains:
        return ""
    stretches = binding_stations(findings.profiles[base])
    if not stretches:
        return findings.sentences(f"Bottleneck: none under {base}.")
    top = max(stretches, key=lambda s: s.truck_h)
    hours = ["all day" if (s.from_h, s.to_h) == ALL_DAY else f"{s.from_h} to {s.to_h} h" for s in stretches]
    when = ", ".join(text for text, s in zip(hours, stretches, strict=True) if s.station == top.station)
    head = f"Bottleneck on weekdays: {station_title(top.station)}, {when}"
    helps = [
        gain for gain in findings.gains if gain.sure(WAIT, findings.alpha) and gain.gaps[WAIT].mean <= -WORTH_WAIT_MIN
    ]
    if base in findings.unstable or not helps:
        return f"{head}."
    best = min(helps, key=lambda gain: gain.gaps[WAIT].mean)
    gap = best.gaps[WAIT]
    return f"{head}; one more {best.resource}: {number(gap.mean)} min of wait [{number(gap.low)}, {number(gap.high)}]."
