"""Know what is in a bucket of cloud recordings: what was recorded, where it is, whether it is whole.

The words, used the same way everywhere:

bucket      where objects live: Alibaba Cloud OSS, or a folder with the same promises
recording   one recorded file, a playlist and its segments: (bucket, folder, recordid, roomid, uid or mixed)
segment     one slice of MPEG-TS
task        one recording period, named by its recordid
finding     one thing that a check found, with a rule code
verdict     one word that follows from the findings
depth       how far a recording was looked at: ``listing``, ``edges``, ``full``
catalog     the SQLite file that all of this is kept in

This module imports nothing, so that ``from ossrec.naming import parse_name`` costs next to nothing.
"""

__version__ = "0.1.0"
