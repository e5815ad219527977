"""Charts of what is spent when."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.exhibits.choice import KINDS
from experiments.exhibits.dollars import MILLION, usd
from experiments.exhibits.drawing import INK, canvas, plain, svg
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Chart

FILLS: Final = {
    "equipment": ("#33475b", ""),
    "civil_works": ("#ffffff", "////"),
    "integration": ("#c9d3dc", "xx"),
    "training": ("#ffffff", ".."),
    "replacement": ("#8ea0b2", ""),
    "operation": ("#e6eaee", ""),
    "staff": ("#ffffff", "\\\\\\\\"),
    "removal": ("#c9d3dc", "++"),
    "residual": ("#ffffff", "--"),
}
"""Grey and pattern of each kind: dark for what is bought, light for what is paid every year."""


def spending(evidence: Evidence, name: str) -> Chart:
    """Yearly spending of one alternative by kind, not discounted; residual value below zero."""
    own, base = (evidence.alternative(one).cost for one in (name, evidence.baseline))
    years = np.arange(evidence.years + 1)
    title, said = f"Spending by year: {plain(name)}", []
    with canvas(3.5) as (figure, axes):
        above, below = np.zeros(len(years)), np.zeros(len(years))
        for kind, words in KINDS.items():
            amounts = (own.total(kinds=[kind]) - base.total(kinds=[kind])) / MILLION
            if not amounts.any():
                continue
            bottom = np.where(amounts >= 0.0, above, below)
            axes.bar(
                years,
                amounts,
                bottom=bottom,
                width=0.8,
                label=words,
                ec=INK,
                lw=0.5,
                fc=FILLS[kind][0],
                hatch=FILLS[kind][1],
            )
            above += np.maximum(amounts, 0.0)
            below += np.minimum(amounts, 0.0)
            said.append(f"{words} {usd(MILLION * float(amounts.sum()))} in all.")
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.set_xlabel("study year")
        axes.set_ylabel("$ million, not discounted")
        axes.set_xticks(range(0, evidence.years + 1, 2 if evidence.years <= 20 else 5))
        axes.set_xlim(-0.6, evidence.years + 0.6)
        axes.grid(axis="x", visible=False)
        if said:
            figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8.5)
        words_all = " ".join(said) or "Nothing is spent."
        drawing = svg(figure, f"spending-{name}", title, words_all)
    caption = "Central inputs. Below zero: value that is left at the end."
    return Chart(f"spending-{name}", title, drawing, words_all, caption, "assumed")
