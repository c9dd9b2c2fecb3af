"""Parse, check and edit HLS playlists (RFC 8216): pure functions over text and plain values.

    segment         a media file, or part of one, that a playlist names with its duration
    resource        a file that segments require but that is not media: a key, an initialization section
    joined segment  a segment joined with its object in the listing of the bucket
    start           seconds from the start of the recording: the sum of the preceding EXTINF
    declared gap    a segment that the playlist itself declares missing (EXT-X-GAP)

No function here reads files or the network, and none raises on any bytes: a fault becomes a finding.
"""
