from __future__ import annotations

import numpy as np
import pytest

from experiments.execution.replicate import Replications
from experiments.report.findings import gather_findings
from tests import replications


def test_an_unstable_alternative_has_no_wait_in_any_table() -> None:
    found = replications.findings(over={"scan_everything": ("dock",)})
    assert found.point("scan_everything").status == "unstable"
    assert np.isnan(found.interval("scan_everything", "wait_mean_min").mean)
    assert np.isfinite(found.interval("scan_everything", "detection_expected").mean)


def test_a_lost_truck_stops_everything() -> None:
    names = ["todays_practice"]
    done = replications.done({"todays_practice": (30.0, 0.1, 0.27)}, n=3)
    done.metrics.loc[1, "conserved"] = False
    with pytest.raises(RuntimeError, match="todays_practice, replication 1"):
        gather_findings(replications.study(names), done, replications.weekly(names))


def test_months_become_strata() -> None:
    strategies = {"todays_practice": (30.0, 0.1, 0.27)}
    done = replications.done(strategies, n=24)
    month = done.metrics["replication"] % 12
    busy = done.metrics.copy()
    busy["wait_sum_min"] += 20.0 * month * busy["trucks"]
    width = {}
    for calendar in ("week", "year"):
        asked = replications.study(["todays_practice"], f"calendar={calendar}", "replications=24")
        found = gather_findings(asked, Replications(busy, done.profiles), replications.weekly(strategies))
        own = found.interval("todays_practice", "wait_mean_min")
        width[calendar] = own.high - own.low
    assert width["year"] < 0.3 * width["week"]
