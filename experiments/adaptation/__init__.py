"""Organizations that smuggle and learn, week after week, against one port's plan.

In: detection and expected loads of each option in a week. Out: shares of attempts in the next week, and what an
organization believes. Imported by: nobody yet; the verb ``campaign`` will.
"""
