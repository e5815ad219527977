"""Mathematics of cooperation: sharing that leaks, trust, vetting, collusion in the logs, charts for a joint review.

In: numbers and arrays. Out: numbers, arrays and small records; formulas with source and a worked example, and
nothing of the program's own. Imported by: experiments.collusion.
"""
