"""Risk models trained: the simulated past, the same past labeled anew, fitting, the cache, judgment on the year after.

In: a Study and its risk settings.
Out: fitted models, found in the cache or trained.
Imported by: verbs, `experiments.funding`, `experiments.benchmarks`.
"""
