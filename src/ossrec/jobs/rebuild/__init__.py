"""The steps of `ossrec.jobs.rebuild.rebuild`: gather what there is, plan what is to be written, prove it, deliver it.

source      one recorder's part of a recording: its playlist, if it left one, and its segments
entry       a segment that the rebuilt playlist may have
piece       a segment as it is to be written (`ossrec.hls.edit.plan`)
"""
