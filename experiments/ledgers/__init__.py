"""Single trucks: the ledger and its events as CSV with reasons, and why a truck was referred; its verb.

In: a Study, fitted risk models; LEDGER and SCORES of one replication.
Out: ledger and events as Parquet and CSV; the story of one truck on the terminal.
Imported by: verbs and the command line.
"""
