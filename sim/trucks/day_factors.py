"""How much busier or quieter a day is than its calendar says: a lognormal factor, correlated from day to day.

The factor is weather, strikes, outages, harvests: what moves all of a day's trucks together. It is drawn for the
day, not for the truck, so that it is the same for every alternative and at every ``volume_scale``.
"""

from __future__ import annotations

import math

import numpy as np

from sim.arrays import FloatArray
from sim.setting.demand import DayFactor
from sim.setting.window import Window
from sim.trucks.streams import Purpose, keyed_uniforms, normal_quantiles


def draw_day_factors(factor: DayFactor, window: Window) -> FloatArray:
    """Draw the factor on the expected trucks of each day of a window, shape (days,), of mean one.

    exp(ln_sd z - ln_sd^2 / 2), z standard normal on every day and an autoregression of order one from day to day:
    z[t] = r z[t-1] + sqrt(1 - r^2) e[t], with r = ``correlation``. The shock e of a day is keyed by the replication
    and the calendar date; the window's first day starts from its own.

    Source: Avramidis, Deslauriers and L'Ecuyer 2004, Management Science 50:896 (a random busyness factor on the
    Poisson rate of the day).

    Examples
    --------
    >>> from sim.setting.window import EVALUATION
    >>> week = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
    >>> draw_day_factors(DayFactor(ln_sd=0.0, correlation=0.5), week).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    z = normal_quantiles(np.concatenate([_shock(window, date.toordinal()) for date in window.dates()]))
    fresh = math.sqrt(1.0 - factor.correlation**2)
    for day in range(1, z.size):
        z[day] = factor.correlation * z[day - 1] + fresh * z[day]
    return np.asarray(np.exp(factor.ln_sd * z - 0.5 * factor.ln_sd**2))


def _shock(window: Window, day: int) -> FloatArray:
    return keyed_uniforms(window.seed, window.spawn_key(0, int(Purpose.DAY_FACTOR), day), 1)
