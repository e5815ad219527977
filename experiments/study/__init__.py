"""A study: Hydra's configuration composed, checked, and traced to its sources.

In: overrides and ``configs/``.
Out: a Study with its alternatives, every input with its source, the record of the run.
Imported by: every package of `experiments` above it.
"""
