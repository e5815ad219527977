"""A case's and a portfolio's page, record for machines, and lines on the terminal.

In: an appraised case or a portfolio. Out: ``report.html``, ``funding.json``, CSV files, lines of at most 80 columns.
Imported by: the verb ``fund``.
"""
