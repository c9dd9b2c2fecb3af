"""The steps of `ossrec.jobs.rebuild.rebuild`: gather playlists and segments, plan the new playlist, verify, deliver.

source            one recorder's part of a recording: its playlist, if it left one, and its segments
entry             a segment that the rebuilt playlist may have
planned segment   a segment as it will be written (`ossrec.hls.edit.plan`)
"""
