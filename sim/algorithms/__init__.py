"""Published methods as pure functions: selectivity, sampling, security games, decision trees, queueing formulas.

In: arrays and numbers.
Out: arrays and numbers. No port, no trucks, no configuration.
Imported by: `sim.policies`, `sim.workload`, `experiments`.
"""
