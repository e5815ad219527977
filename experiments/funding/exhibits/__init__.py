"""The shapes of a funding report: cells, tables, charts, and the evidence that they draw on.

In: an appraised case and its uncertainty. Out: tables, charts as SVG, the choice that the numbers support. Imported by:
`experiments.funding.chapters` and the report.
"""
