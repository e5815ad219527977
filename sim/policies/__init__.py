"""Who is inspected: policies that make lists, policies that decide at the port, trees of tests.

In: trucks, risk scores, what past days were like.
Out: who is selected before arrival, and a routing hook that both engines call.
Imported by: `sim.scenario` and everything above it.
"""
