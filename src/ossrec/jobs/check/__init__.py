"""Inspect segments that are due and evaluate their recordings: the work behind `ossrec check`.

due         a segment without an inspection of the requested depth, or with one that is too old
forecast    how much a check is going to read, as far as the catalog knows
session     one bucket in one check: its connection, its row in the table of runs, its outage detector
in flight   inspections that were submitted to the worker pool and are not saved yet
"""
