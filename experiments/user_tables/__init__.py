"""Tables that users bring: read as they come out of other programs, and refused row by row.

In: a file (CSV in its dialects, or Parquet) and the columns that it may hold, declared once
(`experiments.user_tables.schema`).
Out: a typed table, its index the line or row of each entry; or one ConfigError that names every problem by its line.
Imported by: `experiments.study` (``manifest=FILE``) and `experiments.calibration` (``observed=FILE``).
"""
