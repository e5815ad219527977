"""What redraws of all that is assumed say, in sentences for screen and report."""

from __future__ import annotations

from typing import Final

from experiments.findings import Findings
from experiments.robustness import Redrawn
from experiments.sections import share_span
from experiments.verdicts import standings
from experiments.wording import listed, number, percent

UNTRAINED: Final = ("constant", "rules")
"""Risk models that learn nothing from the past."""


def redrawn_words(redrawn: Redrawn) -> str:
    """Return how the redraws were made, what was held, and which were refused or overloaded."""
    weeks = f"{redrawn.replications} replication{'s' if redrawn.replications > 1 else ''}"
    words = (
        f"{len(redrawn.inputs)} assumed inputs were redrawn together {redrawn.asked} times within "
        f"their ranges (Latin hypercube), each time for {weeks} of every alternative on the same "
        "trucks. Held fixed: the trained risk models, which so meet "
        "smugglers unlike those they learned from; the policies; prices, costs and crews."
    )
    if redrawn.refused:
        first = next(iter(redrawn.refused.values()))
        draws = "1 draw" if len(redrawn.refused) == 1 else f"{len(redrawn.refused)} draws"
        words += f" {draws} made no sense and so were refused ({first})."
    if redrawn.overloaded:
        words += (
            f" In {redrawn.overloaded} of them no alternative can carry its load, so nobody is "
            "ranked by waits; elsewhere one that cannot is dominated by those that can."
        )
    return words


def redrawn_answer(found: Findings) -> str:
    """Return in a sentence how well the ranking holds; empty: not asked.

    Of one alternative: between which ends its loads found lie.
    """
    redrawn = found.redrawn
    if redrawn is None:
        return ""
    if len(found.names) == 1:
        return _found_range(redrawn)
    if set(found.names) == set(found.unstable):
        return _through_range(redrawn, found)
    return _ranking(redrawn, found)


def _ranking(redrawn: Redrawn, found: Findings) -> str:
    """Return how often the alternative that does so most often finds more than the baseline."""
    ranked = standings(redrawn, found.study.baseline)
    rivals = [s for s in ranked if s.alternative != found.study.baseline and s.more[1]]
    if not rivals:
        return ""
    most = max(s.more[1] for s in rivals)
    rivals = [s for s in rivals if 2 * s.more[1] >= most]
    best = max(rivals, key=lambda s: (s.more[0] / s.more[1], s.gap[1]))
    always = [s.alternative for s in rivals if s.more[0] == s.more[1]]
    k, n = best.more
    if not k:
        return f"In none of {n} redraws of what is assumed does anybody find more at equal share."
    if always:
        head = f"{listed(always)} find{'s' if len(always) == 1 else ''} more than "
        return f"{head}{found.study.baseline} in all {n} redraws of what is assumed."
    if best.interval("more").low <= 0.5:
        return (
            f"What is assumed decides: redrawn {redrawn.asked} times, nobody finds more than "
            f"{found.study.baseline} at equal scan share in surely more than half; most often "
            f"{best.alternative}, in {k} of {n} {share_span(best.interval('more'))}."
        )
    return (
        f"What is assumed matters: redrawn {redrawn.asked} times, {best.alternative} finds more "
        f"than {found.study.baseline} at equal scan share in {k} of {n} "
        f"{share_span(best.interval('more'))}, more often than any other."
    )


def _found_range(redrawn: Redrawn) -> str:
    shares = redrawn.rows["detection_expected"].dropna()
    if not len(shares):
        return ""
    return (
        f"What is assumed decides: over {len(shares)} redraws of it between "
        f"{percent(shares.min())} and {percent(shares.max())} of loads are found, half the time "
        f"more than {percent(shares.median())}."
    )


def _through_range(redrawn: Redrawn, found: Findings) -> str:
    """Return how many trucks get through over the redraws, where nobody can carry the load."""
    exited = redrawn.rows.pivot_table(index="draw", columns="alternative", values="exited")
    if not len(exited):
        return ""
    base = found.study.baseline
    said = []
    for name in (base, *(name for name in found.names if name != base)):
        low, high = (number(float(x), 0) for x in (exited[name].min(), exited[name].max()))
        fewer = int((exited[name] < exited[base]).sum())
        tail = "" if name == base else f", fewer than under {base} in {fewer}"
        said.append(f"{low} to {high} trucks get through under {name}{tail}")
    return f"Over {len(exited)} redraws of what is assumed {'; '.join(said)}."


def redrawn_ranks(found: Findings) -> str:
    """Return in a line how often each alternative stays undominated; empty: not asked."""
    redrawn = found.redrawn
    ranked = [] if redrawn is None else standings(redrawn, found.study.baseline)
    ranked = [s for s in ranked if s.undominated[1]]
    alone = len(found.names) == 1 or set(found.names) == set(found.unstable)
    if redrawn is None or not ranked or alone:
        return ""
    ranked.sort(key=lambda s: -s.undominated[0])
    n = ranked[0].undominated[1]
    some = [
        f"{s.alternative} {s.undominated[0]} {share_span(s.interval('undominated'))}"
        for s in ranked
        if s.undominated[0]
    ]
    never = [s.alternative for s in ranked if not s.undominated[0]]
    at_most = f" {share_span(ranked[-1].interval('undominated'))}" if never else ""
    parts = [*some, *([f"never{at_most} {listed(never)}"] if never else [])]
    words = (
        f"Undominated, of {n} redraw{'' if n == 1 else 's'} of what is assumed: {'; '.join(parts)}."
    )
    if any(s.risk.name not in UNTRAINED for s in found.study.alternatives.values()):
        words += " Trained models are held fixed: there they meet smugglers unlike those they know."
    return words
