"""What is not known about a funding case, and what that does to the choice.

Two kinds of doubt, never mixed. *Decision uncertainty*: parameters (prices, lives, values of time,
arrivals, service times, detection) are drawn together, and each draw has its own best alternative.
*Replication noise*: what more replications of the same parameters would remove; it stands in
`Uncertainty.noise` alone.

Every field is one table, written as one CSV of its own name. Dollars are present values of the
appraisal's price year above the baseline; loads are discounted like money. ``usd_per_load`` is the
axis of a sweep (0 and each break-even among its points): no value of a load is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """All tables of the uncertainty of one case, at the appraisal's own discount rate."""

    inputs: pd.DataFrame
    """What is drawn: ``key`` (config key, or the keys that share one draw joined by " + "),
    ``group``, ``value`` (central), ``distribution`` (words), ``p10``, ``p50``, ``p90``, ``unit``
    (``x`` for a factor), ``source``, ``confidence``."""
    draws: pd.DataFrame
    """``draw``, ``alternative``, ``cost_usd``, ``user_benefit_usd``, ``npv0_usd``, ``loads``."""
    emulator: pd.DataFrame
    """How well cheap formulas stand in for the simulation: ``output`` (``truck_h``, ``loads``),
    ``alternative``, ``year``, ``method``, ``worlds``, ``mean``, ``cv_rmse``, ``cv_r2``; the error
    is added to every draw."""
    acceptability: pd.DataFrame
    """``usd_per_load``, ``alternative``, ``acceptability`` (share of draws in which it is best),
    ``mean_nmb_usd``, ``expected_loss_usd``, ``best`` (highest mean: the frontier)."""
    information: pd.DataFrame
    """``usd_per_load``, ``best``, ``frontier_acceptability``, ``evpi_usd``."""
    partial_information: pd.DataFrame
    """Value of knowing one input or group: ``usd_per_load``, ``input``, ``group`` (True: several
    inputs), ``evppi_usd``, ``share_of_evpi``; largest first."""
    intervals: pd.DataFrame
    """One row an alternative: ``npv0_mean_usd``, ``npv0_p5_usd``, ``npv0_p50_usd``,
    ``npv0_p95_usd``, ``pays_share`` (draws with NPV above zero), ``best_share`` (draws in which it
    is best without any worth of loads), ``break_even_p5_usd``, ``break_even_p50_usd``,
    ``break_even_p95_usd`` (NaN: no break-even at that percentile), ``no_break_even_share``,
    ``loads_p5``, ``loads_p50``, ``loads_p95``, ``not_replaced_p5``, ``.._p50``, ``.._p95``."""
    tornado: pd.DataFrame
    """One input at a time at its 10 and 90 % points: ``alternative``, ``usd_per_load`` (0 or the
    alternative's break-even), ``input``, ``low_point``, ``high_point``, ``low_usd``, ``high_usd``,
    ``swing_usd``, ``base_usd``; the widest swing first."""
    sensitivity: pd.DataFrame
    """Sobol's indices by group of inputs: ``output``, ``group``, ``first``, ``first_half_width``,
    ``total``, ``total_half_width``, at 95 %. Outputs: ``lead`` (how far the choice is ahead of the
    best of the others) and ``rank`` (whether it leads at all: 1 or 0)."""
    scenarios: pd.DataFrame
    """``scenario`` (words), ``kind`` (rate, horizon, growth, late, downtime, displaced, view),
    ``alternative``, ``npv0_usd``, ``loads``, ``break_even_usd``, ``best`` (True for the highest
    NPV of the scenario)."""
    two_way: pd.DataFrame
    """``usd_per_load``, ``saving_factor`` (of simulated hours saved), ``best``, ``nmb_usd``."""
    noise: pd.DataFrame
    """Replication noise of paired differences from the baseline, no decision uncertainty:
    ``alternative``, ``measure`` (npv0, loads, break_even), ``mean``, ``low``, ``high``, ``se``,
    ``unpaired_se``, ``correlation``, ``replications``."""
    notes: tuple[str, ...]
    """Sentences that go beside the tables: number of draws and worlds, errors, what is fixed."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name, in the order above."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "notes"}
