"""When trucks come: a Poisson stream whose rate the calendar sets, exact, and common to every level of demand.

Given the factors of its days (`sim.trucks.day_factors`) the stream is Poisson, hour by hour.

Layer 0 is the port's counted demand (``volume_scale`` 1). A smaller scale keeps each of its trucks
with that probability; a larger one adds independent layers 1, 2, ..., the last one thinned. A truck
that comes at two scales comes at the same time with the same luck.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.caching.kept_results import KeptResults
from sim.setting.port import DayType, Hours, Volume
from sim.setting.setting import Setting
from sim.setting.window import Window
from sim.trucks.day_factors import draw_day_factors
from sim.trucks.public_holidays import share_of_usual_day
from sim.trucks.streams import Draw, Purpose, draw_uniforms, exponential_quantiles


def day_type(weekday: int) -> DayType:
    """Return the kind of day of a weekday (Monday 0).

    >>> [day_type(weekday) for weekday in (0, 5, 6)]
    ['weekday', 'saturday', 'sunday']
    """
    return "saturday" if weekday == 5 else "sunday" if weekday == 6 else "weekday"


def hour_shares(setting: Setting, kind: DayType) -> FloatArray:
    """Return the shares of a day's trucks by hour, shape (24,).

    A kind of day that ``hour_share`` leaves out is spread evenly over its opening hours; a day on
    which the port stays closed gets zeros.
    """
    declared = setting.port.volume.hour_share.get(kind)
    if declared is not None:
        return np.asarray(declared, dtype=np.float64)
    hours = setting.port.hours.get(kind, Hours(open_h=0.0, close_h=0.0))
    starts = np.arange(24.0)
    until, since = np.minimum(starts + 1.0, hours.close_h), np.maximum(starts, hours.open_h)
    open_h: FloatArray = np.clip(until - since, 0.0, 1.0)
    total = float(open_h.sum())
    return open_h / total if total > 0.0 else open_h


def trucks_by_day(setting: Setting, dates: Iterable[dt.date]) -> FloatArray:
    """Return the trucks expected on each date at ``volume_scale`` 1 under ``traffic=profile``, shape (dates,).

    The month's count x the day's weight / the sum of the weights of all days of that month. A day's weight is its
    weekday's, times what holidays leave of it.
    """
    volume, months = setting.port.volume, {}
    expected = []
    for date in dates:
        if (date.year, date.month) not in months:
            months[date.year, date.month] = _day_weights(volume, date.year, date.month)
        weights = months[date.year, date.month]
        total = math.fsum(weights)
        count = volume.month_counts(date.year)[date.month - 1]
        expected.append(count * weights[date.day - 1] / total if total > 0.0 else 0.0)
    return np.array(expected)


def _day_weights(volume: Volume, year: int, month: int) -> list[float]:
    days = (dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1]))
    return [volume.weekday_weight[day.weekday()] * share_of_usual_day(volume.holidays, day) for day in days]


def trucks_per_day(setting: Setting, date: dt.date) -> float:
    """Return the trucks expected on one date; see `trucks_by_day`."""
    return float(trucks_by_day(setting, (date,))[0])


def _base_rates_per_h(setting: Setting, window: Window) -> FloatArray:
    """Return the rates at ``volume_scale`` 1, before any day's factor; nobody may write into them."""
    parts, stretch = (setting.port, setting.traffic), (window.start_date, window.days)
    return _BASE_RATES.once(parts, stretch, lambda: _work_out_base_rates(setting, window))


_BASE_RATES = KeptResults[FloatArray](most=256)
"""The alternatives of a comparison have the same traffic, and ask for it at every run."""


def _work_out_base_rates(setting: Setting, window: Window) -> FloatArray:
    traffic = setting.traffic
    if traffic.name == "flat":
        return np.full(24 * window.days, traffic.trucks_per_h)
    if traffic.name == "hourly":
        return np.tile(np.asarray(traffic.trucks_per_h_by_hour, dtype=np.float64), window.days)
    dates = window.dates()
    by_day = zip(trucks_by_day(setting, dates), dates, strict=True)
    return np.concatenate([trucks * hour_shares(setting, day_type(date.weekday())) for trucks, date in by_day])


def rates_per_h(setting: Setting, window: Window) -> FloatArray:
    """Return the expected arrivals of every hour of the window, shape (24 x days,), trucks/h.

    The mean over all that a day's factor may be.
    """
    return _base_rates_per_h(setting, window) * setting.traffic.volume_scale


def rates_given_days_per_h(setting: Setting, window: Window) -> FloatArray:
    """Return `rates_per_h` with the factor of each day that the window draws, shape (24 x days,), trucks/h."""
    return _rates_given_days(setting, window) * setting.traffic.volume_scale


def _rates_given_days(setting: Setting, window: Window) -> FloatArray:
    """Return the rates at ``volume_scale`` 1 with each day's factor drawn."""
    rates, factor = _base_rates_per_h(setting, window), setting.port.volume.day_factor
    if factor is None or setting.traffic.name != "profile":
        return rates
    return rates * np.repeat(draw_day_factors(factor, window), 24)


def arrival_times_at(rates: FloatArray, work: FloatArray) -> FloatArray:
    """Return the minutes at which the cumulative rate reaches ``work`` (expected arrivals so far).

    Inversion of the piecewise linear cumulative rate; hours with rate 0 are skipped.

    Parameters
    ----------
    rates : float array, shape (hours,)
        Trucks per hour.
    work : float array, shape (n,)
        In [0, sum of rates), in any order.

    Examples
    --------
    >>> arrival_times_at(np.array([0.0, 2.0, 0.0, 4.0]), np.array([1.0, 4.0])).tolist()
    [90.0, 210.0]
    """
    busy = np.flatnonzero(rates > 0.0)
    if busy.size == 0:
        return np.zeros(0)
    before = np.concatenate([[0.0], np.cumsum(rates[busy])[:-1]])
    place: IntArray = np.searchsorted(before, work, side="right") - 1
    share = np.clip((work - before[place]) / rates[busy][place], 0.0, 1.0 - 2.0**-40)
    return np.asarray(60.0 * (busy[place] + share))


@dataclass(frozen=True, slots=True)
class DemandLayer:
    """The candidates of one layer: how many, their times, who is kept (None: all)."""

    number: int
    times_min: FloatArray
    kept: BoolArray | None


def _candidates(rates: FloatArray, window: Window, layer: int) -> FloatArray:
    """Return the arrival times of one layer: unit-rate gaps through the cumulative rate."""
    total = float(rates.sum())
    n = int(total + 8.0 * math.sqrt(total) + 16.0)
    while True:
        work = np.cumsum(exponential_quantiles(draw_uniforms(window, Purpose.GAP, n, layer), 1.0))
        if work[-1] >= total:
            return arrival_times_at(rates, work[: int(np.searchsorted(work, total))])
        n *= 2


def _layer(rates: FloatArray, window: Window, number: int, scale: float) -> DemandLayer:
    times = _candidates(rates, window, number)
    share = scale - number
    if share >= 1.0:
        return DemandLayer(number, times, None)
    return DemandLayer(number, times, draw_uniforms(window, Purpose.KEEP, times.size, number) < share)


def _luck(window: Window, layers: list[DemandLayer], order: IntArray | None) -> Draw:
    def draw(purpose: int) -> FloatArray:
        parts = []
        for layer in layers:
            u = draw_uniforms(window, purpose, layer.times_min.size, layer.number)
            parts.append(u if layer.kept is None else u[layer.kept])
        return parts[0] if order is None else np.concatenate(parts)[order]

    return draw


def draw_arrivals(setting: Setting, window: Window) -> tuple[FloatArray, Draw]:
    """Draw who comes when.

    Returns
    -------
    times_min : float array, shape (n,)
        Arrival times, increasing.
    draw : callable
        The luck of these n trucks: ``draw(purpose)`` gives their uniforms, keyed by the truck's
        number in its layer, so that it does not change with ``volume_scale``.
    """
    rates, scale = _rates_given_days(setting, window), setting.traffic.volume_scale
    numbers = range(max(1, math.ceil(scale)))
    layers = [_layer(rates, window, number, scale) for number in numbers]
    times = np.concatenate([x.times_min if x.kept is None else x.times_min[x.kept] for x in layers])
    if len(layers) == 1:
        return times, _luck(window, layers, None)
    order = np.argsort(times, kind="stable")
    return times[order], _luck(window, layers, order)
