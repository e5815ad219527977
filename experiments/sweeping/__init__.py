"""A sweep: many points of a grid or a design, run as one, in one table.

In: overrides with several values, a design, or a scope file.
Out: ``sweep.parquet`` and ``sweep.csv``, METRICS of every point, effects of every axis, ``sweep.json``.
Imported by: the verb `experiments.sweep`.
"""
