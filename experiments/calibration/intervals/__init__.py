"""Intervals of a calibration: how observed cells vary together, an emulator, a sampler, draws of the parameters.

In: the fast model, the likelihood of observed cells and what is held of the parameters beforehand.
Out: draws of the posterior distribution.
Imported by: `experiments.calibration.calibrate`.
"""
