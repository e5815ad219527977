"""``case.xlsx``: a funding case as a workbook with live formulas, in the order of DOT's benefit-cost template.

In: an appraised case with its response, and the percentiles of its draws.
Out: one workbook, whose every formula holds its value as well.
Imported by: the verb ``fund``.
"""
