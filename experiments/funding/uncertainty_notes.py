"""What goes beside the tables of a case's uncertainty: what was drawn, ruled out, left to luck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from experiments.economics.doubt import Doubt
from experiments.funding.valuation import Valuation

Floats = npt.NDArray[np.float64]


def uncertainty_notes(valuation: Valuation, doubt: Doubt) -> tuple[str, ...]:
    """Return the sentences that go beside the tables of a case's uncertainty."""
    found = [
        f"{doubt.draws} draws of {len(valuation.beliefs)} uncertain numbers, all together, by a "
        "Latin hypercube; discount rate, years and price index are scenarios and never drawn.",
        "Prices that are one number written twice share a draw; one overrun hits all equipment, "
        "one all civil works; all else is drawn independently.",
    ]
    if valuation.formulas is None:
        return (*found, "Simulation inputs stay as they are: no worlds were redrawn.")
    return (*found, *_world_notes(valuation, doubt))


def _world_notes(valuation: Valuation, doubt: Doubt) -> Iterator[str]:
    formulas = valuation.formulas
    if formulas is None:
        return
    worlds, refused = len(formulas.simulated), formulas.refused
    rest = doubt.draws - worlds
    yield (
        f"{worlds} of the draws were simulated, each as a world of its own"
        + (f"; {refused} more made no sense" if refused else "")
        + (f"; {rest} follow formulas, their error on unseen worlds added" if rest else "")
        + "."
    )
    if formulas.tried:
        out = formulas.tried - doubt.draws
        yield (
            f"Of {formulas.tried} worlds looked at, {out} were drawn again: a station of today's "
            "port would have been asked for more than it can do, with the trucks counted there."
        )
    if len(formulas.repeated) > 1:
        yield (
            f"{len(formulas.repeated)} worlds were simulated twice, on other luck: luck makes up "
            f"{_percent(luck_share(valuation))} of the spread (variance) of users' gain over "
            "worlds; the rest is doubt about inputs."
        )
    yield (
        "In the tornado, simulation inputs that lead were simulated at both ends; other simulation "
        "inputs there, and all of them in the global sensitivity, act through formulas fitted to "
        "the worlds and cover what these explain (table emulator), not the rest."
    )


def luck_share(valuation: Valuation) -> float:
    """Return the share of the variance of users' gain over worlds that is luck, of the worst rival.

    Half of the mean square between two simulations of the same world.
    """
    formulas = valuation.formulas
    if formulas is None:
        raise ValueError("no worlds were simulated")

    def gains(shifts: Sequence[Floats]) -> Floats:
        rows = [valuation.worths({}, one) for one in formulas.factors(np.array(shifts))]
        base = valuation.asked.study.baseline
        return np.array([[w.user_benefit for n, w in row.items() if n != base] for row in rows])

    first = gains([formulas.simulated[place] for place in formulas.repeated])
    between = ((first - gains(list(formulas.repeated.values()))) ** 2).mean(axis=0) / 2.0
    whole = gains(list(formulas.simulated.values())).var(axis=0, ddof=1)
    return float((between / np.maximum(whole, 1e-300)).max())


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"
