"""A funding case as a budget: fiscal years, appropriations, then-year dollars, life-cycle cost, both governments.

In: a case, its response, and its cash flows by year.
Out: spending plans, life-cycle cost by work breakdown, ledgers by government, the Mexican sheet, totals of draws.
Imported by: `experiments.funding.uncertainty`, `experiments.funding.workbook`, chapters, the verb ``fund``.
"""
