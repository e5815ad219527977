"""What a calibration says: tables, the verdict, figures, page and terminal.

Comes in: a `Calibration`. Goes out: text. ``experiments/calibrate.py`` alone imports it.
"""
