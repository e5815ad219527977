"""The port of entry: trucks, stations, sensors, policies, two engines, and what a replication leaves.

In: a Scenario (plain values, frozen) and a Window of the calendar.
Out: MANIFEST, LEDGER and METRICS of one replication (`sim.replication`).
Imported by: `models` and `experiments`. It knows numpy, scipy, pandas, simpy and numba; never
    Hydra, scikit-learn or pictures.
"""
