"""The command line and its verbs, one module each, and small tools that all verbs use.

In: overrides of ``configs/``.
Out: folders of results: a page, tables, a record of the run.
Imported by: nobody but the console script ``throughgate``.
"""
