"""The best set of investments over several ports under budgets and wait ceilings.

Exactly one simulated option is chosen at each port, its no-build option among them: what several
measures do together at one port is simulated together, never added up.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The choice, what binds it, and what came second."""

    options: pd.DataFrame
    """Every option: ``port``, ``option``, ``start_y`` (year of the first order), ``spend_usd``
    (initial, undiscounted, of the payer whose budget it is), ``cost_usd`` (present value),
    ``npv0_usd``, ``loads`` (discounted, above the port's baseline), ``wait_min`` (highest yearly
    mean), ``ceiling_min``, ``allowed`` (False: its wait breaks the ceiling), ``chosen``,
    ``runner_up``."""
    spending: pd.DataFrame
    """``year``, ``port``, ``option``, ``usd`` of the chosen set, undiscounted."""
    shadow: pd.DataFrame
    """``constraint`` (total budget, budget of a year, wait ceiling of a port, units of a measure),
    ``limit``, ``used``, ``relaxed_price`` (dual of the linear relaxation, a unit), ``step``,
    ``gain_of_step`` (what the integer optimum gains when the limit is ``step`` wider, re-solved),
    ``unit``."""
    budgets: pd.DataFrame
    """The same choice at other totals: ``budget_usd``, ``objective``, ``npv0_usd``, ``loads``,
    ``spend_usd``, ``chosen`` (words)."""
    objective: str
    """``npv`` or ``loads``."""
    usd_per_load: float | None
    value: float
    """Objective of the choice."""
    runner_up_value: float | None
    """Objective of the second best set; None if there is no other."""
    why: tuple[str, ...]
    """Sentences: what was chosen, what binds, the runner-up and why it lost."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name."""
        names = ("options", "spending", "shadow", "budgets")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in names}
