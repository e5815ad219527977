"""What is not known about a funding case, and what it does to the choice.

In: a case and its Response.
Out: draws of every uncertain input, sensitivities, the value of information.
Imported by: `experiments.funding.portfolio`, `experiments.funding.exhibits`, chapters, report.
"""
