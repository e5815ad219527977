"""Two governments in a campaign: what is shared, what leaks, how trust moves, and who can be bought.

In: this week's plan, and what came of it. Out: next week's sharing and insiders, and what smugglers know by leaks.
Imported by: experiments.adaptation.
"""
