"""The TS rules implemented one packet at a time, straight from the standards; `ossrec.mpegts` must find the same.

Nothing here is fast, and only the rule table is shared with the code under test.
"""
