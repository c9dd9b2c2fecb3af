"""Index the recordings in a bucket, check that each is complete, and see which seconds are missing.

Terms, used the same way everywhere:

bucket      a container of objects: Alibaba Cloud OSS, or a folder with the same guarantees
recording   a playlist and its segments: (bucket, folder, recordid, roomid, uid or mixed)
segment     a media file of MPEG-TS
task        one recording period, named by its recordid
finding     one broken rule, with its code
verdict     one word that follows from the findings
depth       how closely a recording was inspected: ``listing``, ``edges``, ``full``
catalog     the SQLite file that stores all of this

This module imports nothing, so ``from ossrec.naming import parse_name`` takes almost no time.
"""

__version__ = "0.1.0"
