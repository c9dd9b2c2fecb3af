"""The rules on bytes said one packet at a time, straight from the standards; `ossrec.mpegts` must find the same.

Nothing here is fast, and nothing is shared with what is tested but the table of rules.
"""
