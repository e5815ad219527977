"""Options and limits of two ports, small enough to be worked out by hand."""

from __future__ import annotations

import numpy as np

from experiments.funding.portfolio.integer_program import PortfolioLimits, PortfolioOption, WaitBound

MILLION = 1e6


def option(port: str, name: str, initial: float, npv0: float, loads: float, wait: float) -> PortfolioOption:
    yearly = np.array([initial, initial / 10.0, initial / 10.0]) * MILLION
    return PortfolioOption(
        port,
        name,
        0,
        yearly,
        initial * MILLION,
        1.2 * initial * MILLION,
        npv0 * MILLION,
        loads,
        wait,
        {"portal": round(initial / 5.0)},
        wait_counted=wait,
    )


def limits(
    total: float | None = None, yearly: float | None = None, ceiling: float | None = None, units: float | None = None
) -> PortfolioLimits:
    return PortfolioLimits(
        None if total is None else total * MILLION,
        None if yearly is None else yearly * MILLION,
        {} if ceiling is None else {"port0": WaitBound(ceiling, "min")},
        {} if units is None else {"portal": units},
        (),
        (),
    )


TWO = [
    option("north", "none", 0.0, 0.0, 0.0, 60.0),
    option("north", "small", 5.0, 6.0, 4.0, 45.0),
    option("north", "large", 12.0, 10.0, 20.0, 20.0),
    option("south", "none", 0.0, 0.0, 0.0, 30.0),
    option("south", "small", 5.0, 3.0, 9.0, 25.0),
]
