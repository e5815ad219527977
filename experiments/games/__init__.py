"""Mathematics of smugglers who adapt, ports that share traffic, and plans made against both.

In: numbers and arrays. Out: numbers, arrays and small records; formulas with source and a worked example, and
nothing of the program's own. Imported by: experiments.adaptation, experiments.diversion.
"""
