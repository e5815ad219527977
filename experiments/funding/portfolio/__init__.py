"""Several ports under one budget: the best set of options, shadow prices, draws.

In: funding cases of single ports and limits.
Out: the best set, what more of each limit would bring, how often each option is in it.
Imported by: `experiments.funding.exhibits`, the report, the verb ``fund``.
"""
