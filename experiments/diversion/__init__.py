"""Ports that share a border: which port a truck takes when one of them changes, and who waits for it.

In: a corridor (its ports, how trucks choose, what changes) and the ports' studies. Out: FLOWS, waits and crossings as
usual and changed, loads over ports, a fit to one month and predictions of others, and the page.
Imported by: the verb ``corridor``.
"""
