"""The scorecard: lines, targets, periods, verdicts, editions for each audience.

In: folders that ``run`` or ``compare`` wrote.
Out: a page, CSV and JSON of measures against targets.
Imported by: the verb ``scorecard``.
"""
