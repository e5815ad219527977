"""The command line's own words: the verbs, what their help says, and what a shell completes.

In: nothing but the names of files below ``configs/``.
Out: the table of verbs, texts of help, candidates for a shell.
Imported by: `experiments.cli`, and by a verb for its own keys.
"""
