"""A funding case: what is asked, years simulated, money, checks; its uncertainty, report and portfolio.

In: overrides with prices, and fitted risk models. Out: costs, benefits and loads by year, with intervals. Imported by:
the verb ``fund``.
"""
