"""From MANIFEST to LEDGER: the arrays that both engines read, capacity by shift, and the SimPy model.

In: MANIFEST, who is selected, alarms, CAPACITY.
Out: a Record of every service, and LEDGER: one row a truck.
Imported by: `sim.policies` (for hooks), `sim.results`, `sim.replication`.
"""
