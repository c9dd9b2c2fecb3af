"""The catalog: one SQLite file with all that ossrec knows of the buckets it has scanned.

stem        the part of a key that the objects of a recording share: folder and file name up to the suffix
suffix      the part of a key after the stem: ``.m3u8``, ``_20261101120000123.ts``; key = stem + suffix
object      a key of the bucket as LIST returned it, and nothing else
playlist    the parsed text of a playlist object, and every version of it that a scan has read
recording   the row that people query: one recording with its verdict, which follows from all of the above

`connection` opens the file, `schema` has its migrations, `store` and `tasks` write it, `query` and `details` read it.
Only migrations need sqlite-utils; a query loads the standard library alone.
"""
