"""The store of all runs: one Parquet file a run or chunk, asked in SQL, and runs set side by side.

In: finished runs (`RunRows`), the words of ``query``, ``results`` and ``compare-runs``.
Out: files of the store; answers on the terminal, as CSV or Parquet.
Imported by: verbs, and what carries sweeps out.
"""
