"""Calibration: a port's arrivals, timetable and lane response fitted to observed waits.

In: a table of observed waits, the port's composed configuration.
Out: estimates with intervals, a config file that later runs use by name, forecasts, a page.
Imported by: nobody; `experiments.cli` calls its verb.
"""
