"""What an alternative gains while the threat is as models learned it, after it has moved, and once models learned anew.

Three gains over the baseline at equal scan share are told apart:

    as trained   the study's own assumptions, with an interval over its replications
    drifted      all that is assumed redrawn, models those of the study: smugglers that they do not know
    retrained    the same sets of assumptions, models trained on a past of each set

Beside them stand the first sets again with one wide range for the odds of all traits, models retrained.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from experiments.number_format import NONE, signed, span
from experiments.page_templates import Cell, Table, page_table
from experiments.report.findings import Findings
from experiments.report.standings import GainOverDraws, Redrawn, gains_over_draws
from experiments.report.tables import rank_correlation, share_span

HUNDRED: Final = 100.0
TITLE: Final = "Before and after models are trained again"
WAYS: Final[dict[Redrawn, tuple[str, str]]] = {
    "drifted": ("drifted", "threat redrawn, models fixed"),
    "equal": ("retrained", "threat redrawn, models retrained"),
    "wide": ("wide", "the same with wide traits"),
}
"""Name in files and heading of each way of redrawing."""


def _gains(findings: Findings) -> dict[Redrawn, list[GainOverDraws]]:
    """Return the gains in each way of redrawing that was run; empty: there is nothing to compare."""
    redrawn, base = findings.redrawn, findings.study.baseline
    if redrawn is None or len(findings.names) == 1 or not len(redrawn.rows):
        return {}
    return {way: gains_over_draws(redrawn, base, way) for way in WAYS if redrawn.rows[f"{way}_detection"].notna().any()}


def threat_gains_table(findings: Findings) -> Table | None:
    """Return the gains of every alternative; None: nothing was redrawn, or there is nothing to compare."""
    gains = _gains(findings)
    if not gains:
        return None
    heads = ["threat as trained on", *(WAYS[way][1] for way in gains)]
    shares = {share.alternative: share for share in findings.shares}
    rows = []
    for place, name in enumerate(gain.alternative for gain in next(iter(gains.values()))):
        gap = shares[name].found_gap
        first = Cell(NONE) if gap is None else Cell(signed(HUNDRED * gap.mean), f"{span(gap, HUNDRED)} replications")
        rows.append((name, [first, *(_cell(of[place], findings.alpha) for of in gains.values())]))
    return page_table(TITLE, "alternative", heads, rows)


def _cell(gain: GainOverDraws, alpha: float) -> Cell:
    low, middle, high = (HUNDRED * value for value in gain.gap)
    k, n = gain.more
    if not n:
        return Cell(NONE, "never at equal share")
    below = f"{signed(low)} to {signed(high)}; more in {k} of {n} {share_span(gain.interval())}"
    if gain.likeness is not None and gain.likeness.p_holm <= alpha:
        below += f"; goes along with traits as learned, {rank_correlation(gain.likeness)}"
    return Cell(signed(middle), below)


def threat_gains_line(findings: Findings) -> str:
    """Return the gains of the alternative that most often finds more once models are retrained; empty: none."""
    gains = _gains(findings)
    if not gains:
        return ""
    ranked = [gain for gain in gains["equal"] if gain.more[1]]
    if not ranked:
        return ""
    best = max(ranked, key=lambda gain: (gain.more[0] / gain.more[1], gain.gap[1]))
    place = gains["equal"].index(best)
    gap = next(share for share in findings.shares if share.alternative == best.alternative).found_gap
    own = NONE if gap is None else f"{signed(HUNDRED * gap.mean)} points {span(gap, HUNDRED)}"
    parts = [f"threat as trained on {own}"]
    for way, of in gains.items():
        k, n = of[place].more
        if n:
            parts.append(f"{WAYS[way][1]} {signed(HUNDRED * of[place].gap[1])} (more in {k} of {n})")
    return f"{best.alternative} beyond {findings.study.baseline} at equal scan share: {'; '.join(parts)}."


def threat_gains_rows(findings: Findings) -> pd.DataFrame:
    """Return one row an alternative and threat: difference in loads found at equal scan share, ends, and what they are.

    ``low`` and ``high`` are an interval over replications for ``as_trained``, and the smallest and largest of the draws
    for the others, whose ``difference`` is the median; ``more`` of ``draws`` find 0.2 points more than the baseline.
    """
    rows = []
    for share in findings.shares:
        if share.found_gap is not None:
            gap = share.found_gap
            rows.append((share.alternative, "as_trained", gap.mean, gap.low, gap.high, "replications", np.nan, np.nan))
    for way, of in _gains(findings).items():
        for gain in of:
            low, middle, high = gain.gap
            rows.append((gain.alternative, WAYS[way][0], middle, low, high, "smallest to largest draw", *gain.more))
    columns = ["alternative", "threat", "difference", "low", "high", "ends", "more", "draws"]
    return pd.DataFrame(rows, columns=columns).astype({"more": "float64", "draws": "float64"})
