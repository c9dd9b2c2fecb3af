"""Rules 15 to 25: segments, as the text tells of them."""

from tests.hls.cases.case import Case, clock, initialized, key, ranges
from tests.hls.playlists import END, HEAD, SOUND, media, segments

CASES = [
    Case("a segment needs its EXTINF", "HLS150", SOUND.replace("#EXTINF:6.0,\ns1", "s1"), SOUND),
    Case(
        "a file cut off after EXTINF has lost a segment",
        "HLS151",
        HEAD + segments(2) + "#EXTINF:6.0,\n",
        HEAD + segments(2),
    ),
    Case("two EXTINF hint at a lost URI", "HLS152", SOUND.replace("s1.ts\n", ""), SOUND),
    Case("an EXTINF before the end has lost its URI", "HLS153", SOUND.replace("s2.ts\n", ""), SOUND),
    *(
        Case(f"EXTINF {text!r} is no length", "HLS160", media(f"#EXTINF:{text},", "a.ts"), media("#EXTINF:6,", "a.ts"))
        for text in ("-1", "nan", "inf", "1e999", "1e1", "", "6s", "٦", "0x6", "1_0", "9" * 400, "1000000", "6.0.0")
    ),
    Case("an EXTINF of zero plays nothing", "HLS161", media("#EXTINF:0.000,", "a.ts"), media("#EXTINF:0.001,", "a.ts")),
    Case("the recorder leaves out the comma", "HLS162", media("#EXTINF:6.33", "a.ts"), media("#EXTINF:6.33,", "a.ts")),
    Case("a name listed twice plays twice", "HLS180", SOUND.replace("s2", "s0"), ranges("9@0", "9@9")),
    Case("a BYTERANGE is numbers", "HLS190", ranges("a@b"), ranges("1@2")),
    Case("a negative BYTERANGE is none", "HLS190", ranges("-1"), ranges("1@0")),
    Case(
        "a MAP's BYTERANGE is numbers too",
        "HLS190",
        initialized('URI="i",BYTERANGE="x"'),
        initialized('URI="i",BYTERANGE="720@0"'),
    ),
    Case("the first BYTERANGE needs its start", "HLS191", ranges("9"), ranges("9@0", "9")),
    Case(
        "a BYTERANGE goes on in the same file only",
        "HLS191",
        ranges("9@0", "9").replace("all", "one", 1),
        ranges("9@0", "9", "9"),
    ),
    Case("a key has a method", "HLS200", key('URI="k"'), key("METHOD=NONE")),
    Case("a key has a URI", "HLS201", key("METHOD=AES-128"), key("METHOD=NONE")),
    Case("a method that nobody knows", "HLS202", key('METHOD=ROT-13,URI="k"'), key('METHOD=SAMPLE-AES,URI="k"')),
    Case("an IV is hexadecimal", "HLS203", key('METHOD=AES-128,URI="k",IV=12'), key('METHOD=AES-128,URI="k",IV=0X12')),
    Case(
        "an IV has at most 128 bits",
        "HLS203",
        key(f'METHOD=AES-128,URI="k",IV=0x{"0" * 33}'),
        key(f'METHOD=AES-128,URI="k",IV=0x{"0" * 32}'),
    ),
    Case(
        "a DRM system keeps its own keys",
        "HLS204",
        key('METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"'),
        key('METHOD=AES-128,URI="k",KEYFORMAT="identity"'),
    ),
    Case("a MAP has a URI", "HLS210", initialized('BYTERANGE="720@0"'), initialized('URI="i"')),
    *(
        Case(f"{time!r} is no time", "HLS220", clock(time), clock("2026-11-22T08:30:00.000Z"))
        for time in (
            "2026-11-22",
            "2026-11-22 08:30:00Z",
            "2026-02-30T00:00:00Z",
            "2026-W01-1T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "x",
        )
    ),
    Case(
        "time does not go backwards",
        "HLS221",
        clock("2026-11-22T08:30:06Z", "2026-11-22T08:30:00Z"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T08:30:06Z"),
    ),
    Case(
        "time does not go backwards over a discontinuity",
        "HLS221",
        clock("2026-11-22T08:30:06Z\n#EXT-X-DISCONTINUITY", "2026-11-22T08:30:00Z")
        .replace("#EXT-X-DISCONTINUITY\n", "")
        .replace("s0.ts\n", "s0.ts\n#EXT-X-DISCONTINUITY\n"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T09:30:00Z").replace("s0.ts\n", "s0.ts\n#EXT-X-DISCONTINUITY\n"),
    ),
    Case(
        "the clock and EXTINF add up",
        "HLS222",
        clock("2026-11-22T08:30:00Z", "2026-11-22T08:30:06.700Z"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T08:30:06.600Z"),
    ),
    Case(
        "a discontinuity allows a jump",
        "HLS222",
        clock("2026-11-22T08:30:00Z", "2026-11-22T09:30:00Z"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T09:30:00Z").replace("s0.ts\n", "s0.ts\n#EXT-X-DISCONTINUITY\n"),
    ),
    Case(
        "time zones are read",
        "HLS222",
        clock("2026-11-22T08:30:00+08:00", "2026-11-22T08:30:06Z"),
        clock("2026-11-22T08:30:00+08:00", "2026-11-22T00:30:06Z"),
    ),
    Case(
        "a time without a zone is taken for UTC",
        "HLS223",
        clock("2026-11-22T08:30:00"),
        clock("2026-11-22T08:30:00+0800"),
    ),
    Case(
        "a gap is declared",
        "HLS230",
        media("#EXT-X-GAP", "#EXTINF:6,", "a.ts"),
        media("# EXT-X-GAP", "#EXTINF:6,", "a.ts"),
    ),
    Case(
        "two discontinuities in a row",
        "HLS240",
        media("#EXTINF:6,", "a.ts", "#EXT-X-DISCONTINUITY", "#EXT-X-DISCONTINUITY", "#EXTINF:6,", "b.ts"),
        media(
            "#EXTINF:6,",
            "a.ts",
            "#EXT-X-DISCONTINUITY",
            "#EXTINF:6,",
            "b.ts",
            "#EXT-X-DISCONTINUITY",
            "#EXTINF:6,",
            "c.ts",
        ),
    ),
    Case(
        "a discontinuity before the end",
        "HLS241",
        media("#EXTINF:6,", "a.ts", "#EXT-X-DISCONTINUITY"),
        media("#EXTINF:6,", "a.ts", "#EXT-X-DISCONTINUITY", end=""),
    ),
    Case(
        "a discontinuity before the first segment",
        "HLS242",
        media("#EXT-X-DISCONTINUITY", "#EXTINF:6,", "a.ts"),
        media("#EXTINF:6,", "a.ts", "#EXT-X-DISCONTINUITY", "#EXTINF:6,", "b.ts"),
    ),
    Case("a playlist without segments is empty", "HLS250", HEAD + END, media("#EXTINF:6,", "a.ts")),
]
