"""The chapters of a funding report, in the order in which reviewers ask.

In: Evidence (`experiments.funding.exhibits.evidence`). Out: sections of tables, charts and sentences. Imported by:
`experiments.funding.report`.
"""
