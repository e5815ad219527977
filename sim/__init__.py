"""The port itself: traffic, threats, sensors, policies, two engines, ledger, metrics.

Knows numpy, scipy, pandas, simpy and numba; never Hydra, scikit-learn, pictures or the disk.
"""
