"""What playlists say, and whether it holds: pure functions over text and plain values.

    segment     one media file, or part of one, that a playlist names with its length
    resource    a file that segments need but that is no media: a key, an initialization section
    slice       a segment joined with what the listing of the bucket knows of its object
    start       seconds from the start of the recording: the sum of the EXTINF before
    gap         a segment that the playlist itself declares missing (EXT-X-GAP)

Nothing here reads or fetches, and nothing raises on any bytes: what is wrong becomes a finding.
"""
