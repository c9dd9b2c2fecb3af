"""Evaluate recordings: from the rows of the catalog to facts, findings and a verdict.

assembled   the playlists of a recording, in order, joined with the listing
facts       everything that a source of findings may read
source      a function from facts to the findings of one kind
evaluation  findings, totals and the verdict of one recording
idle        no new object arrived for longer than the idle time and the upload lag
"""
