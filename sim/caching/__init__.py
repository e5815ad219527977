"""The user's cache folder: private files with keyed checksums, and hashes of source code for their names.

In: bytes to keep, and names of modules whose source decides them.
Out: files that only this user can have written, verified before they are read.
Imported by: `sim.compiling`, `models` and `experiments`.
"""
