"""Weights of sets of assumptions: those that give the counts count, and predicted counts touch nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.diversion import fit
from experiments.diversion.fit import Band, effective_sets, fit_weights, month_results, weighted_quantile
from experiments.diversion.request import Corridor, build_corridor

SETS = 4


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return build_corridor(["experiment=el_paso_2023", f"replications={SETS}", "store=null"], "corridor")


def ports_table(corridor: Corridor, factor: dict[int, float]) -> pd.DataFrame:
    """Return ports that passed what was counted, in each replication by a factor; each month alike."""
    counted = corridor.settings.counted
    assert counted is not None
    rows = []
    for replication in range(SETS):
        for month in counted.months():
            for name in corridor.settings.ports:
                count = fit.observed(corridor, month, [name])
                rows.append({"side": "changed", "replication": replication, "month": month, "port": name,
                             "crossed": count * factor[replication]})  # fmt: skip
    return pd.DataFrame(rows)


def test_sets_that_give_the_counts_carry_the_weight(corridor: Corridor) -> None:
    ports = ports_table(corridor, {0: 1.0, 1: 1.02, 2: 1.4, 3: 0.5})
    weights = fit_weights(corridor, ports)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[0] > weights[1] > 0.3
    assert weights[2] < 0.01
    assert weights[3] < 1e-6
    assert 1.5 < effective_sets(weights) <= 2.0 + 1e-9


def test_predicted_months_touch_no_weight(corridor: Corridor) -> None:
    ports = ports_table(corridor, {0: 1.0, 1: 1.1, 2: 0.9, 3: 1.2})
    changed = ports.assign(crossed=np.where(ports["month"] == "2023-10", 17.0, ports["crossed"]))
    assert (fit_weights(corridor, changed) == fit_weights(corridor, ports)).all()


def test_months_compare_the_model_with_counts(corridor: Corridor) -> None:
    ports = ports_table(corridor, dict.fromkeys(range(SETS), 1.0))
    found = {(one.month, one.measure): one for one in month_results(corridor, ports, np.full(SETS, 0.25))}
    september = found["2023-09", "log_odds"]
    assert september.kind == "fitted"
    assert september.counted == pytest.approx(1.02, abs=0.05)
    assert september.band.low == september.band.high == pytest.approx(september.counted)
    october = found["2023-10", "ysleta"]
    assert october.kind == "predicted"
    assert october.counted == 37_188
    assert october.band.low < october.band.high
    assert found["2023-10", "lost"].counted > 0.0


def test_quantiles_follow_the_weights() -> None:
    values = np.array([1.0, 2.0, 10.0])
    assert weighted_quantile(values, np.array([0.0, 1.0, 0.0]), 0.9) == pytest.approx(2.0, abs=8.0)
    assert weighted_quantile(values, np.array([1e9, 1.0, 1.0]), 0.4) == pytest.approx(1.0, abs=0.5)
    assert Band(1.0, 2.0, 3.0).holds(3.0)
    assert not Band(1.0, 2.0, 3.0).holds(3.1)


def test_a_corridor_without_counted_months_is_fitted_to_nothing() -> None:
    plain = build_corridor(["corridor=laredo", "days=1", "store=null"], "corridor")
    with pytest.raises(ValueError, match="no counted months"):
        fit_weights(replace(plain), pd.DataFrame())
