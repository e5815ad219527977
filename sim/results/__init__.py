"""What a replication leaves: METRICS, WAITS, CROSSINGS, queue profiles, use of stations, expected detection.

In: MANIFEST, LEDGER, CAPACITY and the Scenario.
Out: METRICS, one row an alternative and replication; WAITS and CROSSINGS, a few hundred; profiles that add up.
Imported by: `sim.replication` and `experiments`.
"""
