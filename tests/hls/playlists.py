"""Playlists for tests, composed of lines."""

HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n"
END = "#EXT-X-ENDLIST\n"


def lines(*texts: str) -> str:
    """Return the texts as lines."""
    return "".join(f"{text}\n" for text in texts)


def segments(count: int = 1, first: int = 0) -> str:
    """Return EXTINF and URI of *count* segments of 6 s: s0.ts, s1.ts, …"""
    return "".join(f"#EXTINF:6.0,\ns{number}.ts\n" for number in range(first, first + count))


def media(*body: str, head: str = HEAD, end: str = END) -> str:
    """Return a media playlist with the lines *body* between head and end."""
    return head + lines(*body) + end


INTACT = HEAD + segments(3) + END

# All deviations from the RFC that the recorder always produces: findings of severity info only.
RECORDER = lines(
    "#EXTM3U",
    "#EXT-X-VERSION:3",
    "#EXT-X-ALLOW-CACHE:YES",
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-TARGETDURATION:16",
    "#EXT-X-DISCONTINUITY",
    "#EXT-X-AGORA-TRACK-EVENT:EVENT=START,TRACK_TYPE=VIDEO,TIME=1764576000000",
    "#EXTINF:15.36",
    "rid_ba1107310000565164da34f816f842da94d_abcabc_20261122083000123.ts",
    "#EXTINF:6.33",
    "rid_ba1107310000565164da34f816f842da94d_abcabc_20261122083015483.ts",
    "#EXT-X-ENDLIST",
)

MASTER = lines(
    "#EXTM3U",
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="audio/en.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1280000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",AUDIO="a"',
    "low/index.m3u8",
    "#EXT-X-STREAM-INF:BANDWIDTH=2560000",
    "high/index.m3u8",
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=86000,URI="low/iframes.m3u8"',
)
