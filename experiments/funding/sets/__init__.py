"""Sets of assumptions of a funding case: how each number is distributed, which sets are possible, what they come to.

In: a case and its fitted risk models.
Out: uncertain inputs, accepted draws, which inputs can act, the response of every simulated set.
Imported by: `experiments.funding.uncertainty`, `experiments.funding.portfolio`, `experiments.fund`.
"""
