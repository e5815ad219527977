"""Who comes: arrivals, firms that come back, declarations, partner data, hidden loads.

In: a Setting and a Window.
Out: MANIFEST: one row a truck, with all of the truck's random numbers, drawn before any decision.
Imported by: `sim.engine` and everything above it.
"""
