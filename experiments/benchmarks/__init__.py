"""The parts of ``throughgate bench``: engines raced, growth, rare events, start-up.

In: sizes and rounds.
Out: tables of CPU seconds and ratios within one run.
Imported by: the verb ``bench``.
"""
