"""Calibration: a port's arrivals, timetable and lane response fitted to observed waits.

Comes in: a table of observed waits, the port's composed configuration. Goes out: estimates with intervals, a config
file that later runs use by name, forecasts, a page. ``experiments/calibrate.py`` alone imports it.
"""
