"""The compiled engine, equal to the SimPy model to the last bit.

In: a Flow (`sim.engine.flow`) and a compiled routing hook.
Out: a Record, as `sim.engine.simpy_port` gives it.
Imported by: `sim.replication` and `experiments.benchmarks`.
"""
