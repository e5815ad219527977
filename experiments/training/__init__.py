"""Risk models trained: the simulated past, fitting, the cache, judgment on the year after.

In: a Study and its risk settings.
Out: fitted models, found in the cache or trained.
Imported by: verbs, `experiments.funding`, `experiments.benchmarks`.
"""
