"""What the port turns away under every alternative: said beside the answer, no ground to refuse.

Scanners, analysts and docks are an alternative's own: one that leaves them short is refused. Booths
are the port's: where the baseline already lacks them, refusing would leave nothing to
compare, and leaving it unsaid would hide the largest shortage of all.
"""

from __future__ import annotations

from typing import Final

from experiments.funding.appraised import Appraised
from experiments.funding.response import TRIPS
from experiments.funding.year_amounts import ELSEWHERE
from experiments.wording import number, percent

THOUSAND: Final = 1e-3
WORTH_SAYING: Final = 0.01
"""Share of the trips wanted from which on those lost are spoken of."""


def lost_share(found: Appraised, name: str) -> float:
    """Return the share of the trips wanted in the last year that an alternative turns away."""
    amounts, last = found.response.amounts, len(found.response.years) - 1
    if ELSEWHERE not in amounts:
        return 0.0
    place = found.response.alternatives.index(name)
    lost = float(amounts[ELSEWHERE][place, last].mean())
    made = sum(
        float(amounts[f"{TRIPS}{kind}"][place, last].mean()) for kind in found.response.classes
    )
    return lost / (lost + made) if lost > 0.0 else 0.0


def lost_words(found: Appraised) -> str | None:
    """Return what nobody carries in the last year; None where it is next to nothing."""
    base = found.case.study.baseline
    shares = {name: lost_share(found, name) for name in found.response.alternatives}
    if shares[base] < WORTH_SAYING:
        return None
    year = found.response.years[-1]
    least = min(shares, key=lambda name: shares[name])
    place = found.response.alternatives.index(base)
    lost = THOUSAND * float(found.response.amounts[ELSEWHERE][place, -1].mean())
    return (
        f"In year {year} the port under {base} does not carry what is wanted: {number(lost, 0)} "
        f"thousand trips a year, {percent(shares[base], 0)}, go elsewhere, and at least "
        f"{percent(shares[least], 0)} under every alternative. None is refused for booths that the "
        "baseline lacks as well; one that is meant to carry that growth must buy them."
    )
