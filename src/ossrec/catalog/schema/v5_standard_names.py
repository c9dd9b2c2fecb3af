"""Tables and columns renamed to standard terms, and the values and indexes that follow; no column is added.

Columns of `objects` are renamed in place: its rows are not rewritten, however many there are.
"""

_SUFFIXES = """
ALTER TABLE objects RENAME COLUMN rest TO suffix;
ALTER TABLE absent RENAME COLUMN rest TO suffix;
ALTER TABLE playlists RENAME COLUMN rest TO suffix;
ALTER TABLE segments RENAME COLUMN rest TO suffix;
ALTER TABLE claims RENAME COLUMN rest TO suffix;
ALTER TABLE resources RENAME COLUMN rest TO suffix;
ALTER TABLE looks RENAME COLUMN rest TO suffix;
"""

SCRIPTS = (_SUFFIXES,)
