from __future__ import annotations

import numpy as np
import pytest
from ports import FlatScorer, window_of

from experiments.calibration.engine_waits import EngineWeek, simulate_week
from experiments.study.study import compose_scenario
from sim.replication import Replication, draw_window_trucks, make_plan, past_window, score_manifest


@pytest.mark.parametrize("check_on_leaving", [(), ("port.origin.servers=10",)])
def test_what_is_calibrated_is_the_wait_of_the_table_in_its_cells(check_on_leaving: tuple[str, ...]) -> None:
    scenario = compose_scenario(["port=ysleta", "traffic.volume_scale=0.5", *check_on_leaving])
    window, scorer = window_of(7), FlatScorer()
    calibrated = simulate_week(EngineWeek(scenario, scenario, scorer, window, window.start_date, "compiled"))
    past, trucks = draw_window_trucks(scenario, past_window(window)), draw_window_trucks(scenario, window)
    plan = make_plan(scenario, past, score_manifest(scenario, scorer, past))
    waits = Replication(scenario, window, trucks, scorer.score(trucks), plan).run().times["waits"]
    table = np.zeros((2, 7, 24))
    general = waits[waits["class"] == "general"]
    at = general["weekday"].to_numpy(), general["hour"].to_numpy()
    table[0][at], table[1][at] = general["wait_sum_min"].to_numpy(), general["n_waits"].to_numpy()
    np.testing.assert_allclose(calibrated.wait_min, table[0], rtol=1e-12)
    assert (calibrated.trucks == table[1]).all()
    assert calibrated.trucks.sum() > 1000
