"""What a calibration says: tables, the verdict, figures, page and terminal.

In: a `PortCalibration`.
Out: text of page and terminal, figures.
Imported by: `experiments.calibration.calibrate`.
"""
