"""A small funding case: the Bridge of the Americas, one portal more, four years."""

from __future__ import annotations

SMALL = (
    "port=bota",
    "baseline=today",
    "replications=2",
    "processes=1",
    "appraisal.years=4",
    "simulated_years=[1,4]",
    "uncertainty.worlds=0",
    "uncertainty.draws=10",
    "uncertainty.sobol_base=2",
    "+alternatives.today=['policy=todays_practice']",
    "+alternatives.more=['policy=todays_practice', 'policy.scan_share=0.5', "
    "'port.portal.servers=2', 'staffing.analysts=2']",
    "+purchases.more=[{measure: portal, units: 1, order_y: 0, late_y: 0}, "
    "{measure: analyst, units: 1, order_y: 0, late_y: 0}]",
)
"""Overrides of the case; nothing of it is drawn from an experiment's file."""
