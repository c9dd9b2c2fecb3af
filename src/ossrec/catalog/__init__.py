"""The SQLite file that everything is kept in: its schema, what writes it, what reads it.

stem        the part of a key that the objects of a recording share: folder and file name up to the suffix
suffix      what follows the stem in a key: ``.m3u8``, ``_20261101120000123.ts``; key = stem + suffix
object      what LIST said of a key; nothing else is known of it here
playlist    what the text of a playlist said, and every version of it that was seen
recording   what people query: one row with the verdict that follows from all of the above

`schema` and `write` need sqlite-utils; `read` needs the standard library only.
"""
