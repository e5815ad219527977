"""The answer of a comparison: its claim, and its sentence by the question that was asked.

In: Findings.
Out: a headline with its claim, or why there is none; tables and pictures of rosters.
Imported by: page, terminal and notes of `experiments.report`, verbs.
"""
