"""What an agency changes from week to week in a campaign: where scans go, and what its model learns.

In: what an agency has seen of the weeks before (`rules.seen`). Out: scan shares by way, or a model trained anew.
Imported by: experiments.adaptation.
"""
