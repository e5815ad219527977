"""Collusion read from the logs of a port: who handled whose trucks, how soon a test finds it, and what hinders it.

In: a study whose alternatives assign officers in different ways. Out: a table, a page and lines on the terminal.
Imported by: the table of verbs.
"""
