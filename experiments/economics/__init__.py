"""What an investment costs over its life, what it brings, and what that says of a funding request.

Nothing here simulates or reads a disk, but for `experiments.economics.catalogue`, which reads
``configs/``. Money is real dollars of one price year; year 0 is the year of the decision; amounts
fall at the end of their year. Conventions: docs/decisions/012-economics.md.
"""
