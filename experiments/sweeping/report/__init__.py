"""The page of a sweep: which lever matters, the response surface, wait against detection over all points.

In: a sweep, what became of its points, and its table. Out: ``sweep.html``, one file that needs nothing but itself.
Imported by: the verb `experiments.sweep`.
"""
