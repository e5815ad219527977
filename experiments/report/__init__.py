"""What a comparison says: findings, the answer, tables, figures, page and terminal.

In: METRICS, redraws, the Study.
Out: ``report.html`` and lines on the terminal.
Imported by: verbs; `experiments.funding` for the frame of its figures and terminal.
"""
