"""Carrying a study out: parallel replications, tuning to an equal scan share, redrawn assumptions.

In: a Study and fitted risk models.
Out: METRICS of all alternatives and replications, and which conclusions hold over redraws.
Imported by: `experiments.report`, `experiments.training`, `experiments.funding`, verbs.
"""
