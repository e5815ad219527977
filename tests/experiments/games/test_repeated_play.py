"""Week after week: the border between calm and waves, and schedules against those who learn."""

import numpy as np
import pytest

from experiments.games import repeated_play


@pytest.mark.parametrize(
    ("scale", "speed", "exponent"), [(3.0, 0.5, 1.0), (3.0, 1.0, 1.0), (8.0, 0.5, 1.0), (2.0, 0.6, 3.0)]
)
def test_even_shares_are_stable_where_the_multiplier_says_so(scale: float, speed: float, exponent: float) -> None:
    multiplier = repeated_play.chase_multiplier(scale=scale, speed=speed, exponent=exponent)
    attempts, _ = repeated_play.chase_path(scale=scale, speed=speed, exponent=exponent, start=0.5001, weeks=400)
    assert (abs(attempts[-1] - 0.5) < 1e-6) == (abs(multiplier) < 1.0)


@pytest.mark.parametrize("scale", [2.5, 3.0, 5.0])
def test_the_cycle_has_the_amplitude_of_its_equation(scale: float) -> None:
    size, caught = repeated_play.chase_cycle(scale=scale)
    attempts, found = repeated_play.chase_path(scale=scale, speed=1.0, exponent=1.0, start=0.6, weeks=3_000)
    assert abs(attempts[-1] - attempts[-2]) == pytest.approx(size, abs=1e-9)
    assert found[-2:].mean() == pytest.approx(caught, abs=1e-9)


def test_no_schedule_without_chance_holds_against_who_knows_it() -> None:
    for plan in (repeated_play.cycle_plan, repeated_play.chase_plan):
        assert repeated_play.play(plan, repeated_play.knows_plan, ports=2, weeks=300) == 0.0
    assert repeated_play.play(repeated_play.chase_plan, repeated_play.avoid_last, ports=2, weeks=400) == 0.5
    caught = repeated_play.play(repeated_play.chase_plan, repeated_play.fictitious_play, ports=2, weeks=3_000)
    assert caught == pytest.approx(2.0 / 3.0, abs=1e-3)


@pytest.mark.parametrize("ports", [2, 3, 5])
@pytest.mark.parametrize("attack", [repeated_play.avoid_last, repeated_play.fictitious_play, repeated_play.knows_plan])
def test_even_chances_hold_against_everybody(ports: int, attack: repeated_play.Attack) -> None:
    uniforms = np.random.default_rng(ports).random(200)
    caught = repeated_play.play(repeated_play.even_plan, attack, ports=ports, weeks=200, uniforms=uniforms)
    assert caught == pytest.approx(1.0 / ports)
