"""Money of one appropriation year by year: what is granted, spent, carried over and lost.

The oldest money that has not lapsed is spent first. As every grant may be spent for equally long, no other order pays
for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


def carry_over_words(carry_over_y: int | None) -> str:
    """Return when the money of an appropriation lapses.

    Examples
    --------
    >>> [carry_over_words(years) for years in (None, 0, 1, 4)][1:3]
    ['lapses with its year', 'may be spent for 1 more year']
    """
    if carry_over_y is None:
        return "never lapses"
    if carry_over_y == 0:
        return "lapses with its year"
    return f"may be spent for {carry_over_y} more {'year' if carry_over_y == 1 else 'years'}"


class CarryOverYear(NamedTuple):
    """One year of an appropriation, dollars."""

    granted: float
    spent: float
    kept: float
    """Left at the end of the year, and still to be spent in the next."""
    lapsed: float
    """Lost at the end of the year."""
    lacking: float
    """Spent above what there was; 0 for a set that keeps the budget."""

    @property
    def moves(self) -> bool:
        """Whether anything is granted or spent."""
        return bool(self.granted or self.spent)


def carried_ledger(
    spent_usd: Sequence[float], granted_usd: Sequence[float], carry_over_y: int | None
) -> list[CarryOverYear]:
    """Return the appropriation by year; both amounts are [0..T].

    Examples
    --------
    >>> [year.kept for year in carried_ledger([1.0, 4.0], [3.0, 2.0], 1)], carried_ledger([1.0], [3.0], 0)[0].lapsed
    ([2.0, 0.0], 2.0)
    """
    found, purse = [], dict[int, float]()
    for year, (cost, grant) in enumerate(zip(spent_usd, granted_usd, strict=True)):
        purse[year] = grant
        left = float(cost)
        for old in sorted(purse):
            paid = min(left, purse[old])
            purse[old] -= paid
            left -= paid
        lost = sum(usd for old, usd in purse.items() if carry_over_y is not None and year - old >= carry_over_y)
        purse = {old: usd for old, usd in purse.items() if carry_over_y is None or year - old < carry_over_y}
        found.append(CarryOverYear(grant, float(cost), sum(purse.values()), lost, left))
    return found
