"""Organizations that smuggle and learn, week after week, against each policy of one port.

In: a study, its fitted models, and how organizations react. Out: EPOCHS and OPTIONS, every policy against every
organization, and the page. Imported by: the verb ``campaign``.
"""
