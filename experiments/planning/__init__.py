"""Planning ahead: when growth uses up a port's capacity, and config files of one's own to begin with.

In: a study, growth of demand; a config file of the repository.
Out: capacity.csv, the first full month by station; a private config file.
Imported by: the command line (``throughgate capacity``, ``throughgate new``).
"""
