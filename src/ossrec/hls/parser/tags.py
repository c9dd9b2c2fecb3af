"""The tags of HLS by group: the kind of playlist they belong to, and how the parser treats them."""

# RFC 8216 4.3.4 and draft-pantos-hls-rfc8216bis: only a master playlist has these.
MASTER = frozenset(
    {
        "#EXT-X-MEDIA",
        "#EXT-X-STREAM-INF",
        "#EXT-X-I-FRAME-STREAM-INF",
        "#EXT-X-SESSION-DATA",
        "#EXT-X-SESSION-KEY",
        "#EXT-X-CONTENT-STEERING",
    }
)

# Known tags that do not affect the list of segments, their durations or their locations.
IGNORED = frozenset(
    {
        "#EXT-X-DATERANGE",
        "#EXT-X-BITRATE",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START",
        "#EXT-X-PART-INF",
        "#EXT-X-SERVER-CONTROL",
        "#EXT-X-PRELOAD-HINT",
        "#EXT-X-RENDITION-REPORT",
    }
)

# The ignored tags with an attribute list that the RFC defines.
WITH_ATTRIBUTES = frozenset({"#EXT-X-DATERANGE", "#EXT-X-START"})

# Tags that may occur at most once, and the rule that a second one breaks.
AT_MOST_ONCE = {
    "#EXTM3U": "HLS120",
    "#EXT-X-VERSION": "HLS070",
    "#EXT-X-TARGETDURATION": "HLS081",
    "#EXT-X-MEDIA-SEQUENCE": "HLS100",
    "#EXT-X-DISCONTINUITY-SEQUENCE": "HLS110",
    "#EXT-X-ENDLIST": "HLS120",
    "#EXT-X-PLAYLIST-TYPE": "HLS120",
    "#EXT-X-I-FRAMES-ONLY": "HLS120",
    "#EXT-X-INDEPENDENT-SEGMENTS": "HLS120",
    "#EXT-X-START": "HLS120",
    "#EXT-X-ALLOW-CACHE": "HLS120",
    "#EXT-X-PART-INF": "HLS120",
    "#EXT-X-SERVER-CONTROL": "HLS120",
}

# Specified tags that can change playback but are not interpreted.
UNINTERPRETED = frozenset({"#EXT-X-DEFINE", "#EXT-X-SKIP", "#EXT-X-PART"})

# RFC 8216 4.3.2 and 4.3.3: only a media playlist has these.
MEDIA = frozenset(
    {
        "#EXTINF",
        "#EXT-X-BYTERANGE",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-KEY",
        "#EXT-X-MAP",
        "#EXT-X-PROGRAM-DATE-TIME",
        "#EXT-X-GAP",
        "#EXT-X-TARGETDURATION",
        "#EXT-X-MEDIA-SEQUENCE",
        "#EXT-X-DISCONTINUITY-SEQUENCE",
        "#EXT-X-ENDLIST",
        "#EXT-X-PLAYLIST-TYPE",
        "#EXT-X-I-FRAMES-ONLY",
    }
)
