"""The charts of a comparison, each with a title that says what it shows.

In: Findings. Out: `experiments.page_templates.Chart`, or a sentence where there is nothing to draw. Imported by:
`experiments.report.page`.
"""
