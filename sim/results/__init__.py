"""What a replication leaves: METRICS, queue profiles, use of stations, expected detection.

In: MANIFEST, LEDGER, CAPACITY and the Scenario.
Out: METRICS, one row an alternative and replication, and profiles that add up.
Imported by: `sim.replication` and `experiments`.
"""
