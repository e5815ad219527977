"""Flows over ports: what defines each assignment holds at ports drawn at random."""

import numpy as np
import pytest

from experiments.games import traffic_assignment


def _drawn(seed: int) -> tuple[float, np.ndarray, np.ndarray]:
    numbers = np.random.default_rng(seed)
    ports = int(numbers.integers(1, 7))
    capacity, extra = numbers.uniform(20.0, 200.0, ports), numbers.uniform(0.0, 60.0, ports)
    return float(numbers.uniform(0.1, 0.97) * capacity.sum()), capacity, extra


@pytest.mark.parametrize("seed", range(25))
def test_nobody_gains_by_another_port(seed: int) -> None:
    demand, capacity, extra = _drawn(seed)
    user = traffic_assignment.user_equilibrium(demand, capacity, extra)
    assert user.flow.sum() == pytest.approx(demand)
    used = user.flow > 1e-9
    assert user.minutes[used] == pytest.approx(user.minutes[used][0], rel=1e-6)
    assert (user.minutes[~used] >= user.minutes[used][0] - 1e-6).all()


@pytest.mark.parametrize("seed", range(25))
def test_the_optimum_is_no_worse_than_any_other_assignment(seed: int) -> None:
    demand, capacity, extra = _drawn(seed)
    best = traffic_assignment.system_optimum(demand, capacity, extra)
    assert best.flow.sum() == pytest.approx(demand)
    numbers = np.random.default_rng(seed + 1000)
    for share in numbers.dirichlet(np.ones(len(capacity)), 200):
        flow = 0.9 * best.flow + 0.1 * demand * share
        if (flow < capacity).all():
            minutes = 60.0 / (capacity - flow) + extra
            assert (flow * minutes).sum() / demand >= best.mean_min - 1e-9
    assert traffic_assignment.user_equilibrium(demand, capacity, extra).mean_min >= best.mean_min - 1e-9


@pytest.mark.parametrize("per_min", [0.003, 0.05, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_shares_follow_the_logit_of_the_minutes_that_they_cause(seed: int, per_min: float) -> None:
    demand, capacity, extra = _drawn(seed)
    base = np.random.default_rng(seed).uniform(0.5, 2.0, len(capacity)) * capacity
    logit = traffic_assignment.stochastic(demand, capacity, extra, per_min=per_min, base=base)
    assert logit.flow.sum() == pytest.approx(demand)
    level = np.log(logit.flow / base) + per_min * logit.minutes
    assert level == pytest.approx(level[0], abs=1e-5)


def test_demand_above_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="demand 150"):
        traffic_assignment.user_equilibrium(150.0, [80.0, 60.0], [0.0, 0.0])
