"""Carrying a study out: parallel replications, tuning to an equal scan share, redrawn assumptions; stop and resume.

In: a Study and fitted risk models; independent pieces of work.
Out: METRICS of all alternatives and replications, which conclusions hold over redraws; results of pieces in order,
kept in the run's folder as they are finished.
Imported by: `experiments.report`, `experiments.training`, `experiments.funding`, `experiments.sweeping`, the command
line, verbs.
"""
