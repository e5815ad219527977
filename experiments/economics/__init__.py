"""Benefit-cost arithmetic: discounting, life-cycle costs, users' benefits, cost-effectiveness.

In: cash flows and quantities by year.
Out: present values, ratios, break-even values. No port and no simulation.
Imported by: `experiments.funding`.
"""
