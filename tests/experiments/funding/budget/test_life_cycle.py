"""Life-cycle cost by work breakdown: complete, and with a contingency on what is bought once."""

from __future__ import annotations

import numpy as np
import pytest
from made_response import small

from experiments.funding.budget.life_cycle import life_cycle_lines, life_cycle_total
from experiments.funding.budget.spending import spending_plan


def test_lines_add_up_to_all_spending_and_the_contingency_to_its_share() -> None:
    case, plan = small(), spending_plan(small(), "more")
    bought = ["acquisition"]
    without = life_cycle_total(life_cycle_lines(case, "more", 0.0))
    assert without == pytest.approx((plan.constant().sum(), plan.then_year().sum()), rel=1e-12)
    spare = next(line for line in life_cycle_lines(case, "more") if line.element.words == "contingency")
    assert spare.constant_usd == pytest.approx(0.2 * plan.constant(stages=bought).sum())
    assert spare.then_year_usd == pytest.approx(0.2 * plan.then_year(stages=bought).sum())


def test_what_the_model_does_not_price_is_open_and_codes_are_in_order() -> None:
    lines = life_cycle_lines(small(), "more")
    assert [line.element.code for line in lines if np.isnan(line.constant_usd)] == ["1.1", "1.2"]
    codes = [line.element.code for line in lines]
    assert codes == sorted(codes)
