"""What is there, whatever the policy: port, traffic, threat, scanners, staffing, sharing, insiders, prices.

In: plain mappings, as `experiments.study` composes them from ``configs/``.
Out: frozen, range-checked dataclasses (`sim.setting.setting.Setting`).
Imported by: every package of `sim` above it, and `experiments`.
"""
