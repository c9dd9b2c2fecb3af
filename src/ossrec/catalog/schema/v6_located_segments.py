"""The sixth schema: how a segment was found whose URI leads to no object.

The recordings that may have such segments are evaluated again by the next scan.
"""

_LOCATED = """
ALTER TABLE segments ADD COLUMN located TEXT;
UPDATE recordings SET due = 1 WHERE reasons LIKE '%LST260%' OR reasons LIKE '%HLS17%';
"""

SCRIPTS = (_LOCATED,)
