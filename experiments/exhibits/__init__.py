"""The exhibits of a funding case: tables, charts and sentences, drawn from what was appraised.

Everything that a page, a CSV file or the JSON record shows is one of the shapes in ``exhibit``, so
that the three cannot disagree.
"""
