"""Rules 15 to 25: segments in the text of a playlist."""

from tests.hls.cases.case import Case, clock, initialized, key, ranges
from tests.hls.playlists import END, HEAD, INTACT, media, segments

CASES = [
    Case("a segment requires an EXTINF", "HLS150", INTACT.replace("#EXTINF:6.0,\ns1", "s1"), INTACT),
    Case(
        "a file truncated after EXTINF has lost a segment",
        "HLS151",
        HEAD + segments(2) + "#EXTINF:6.0,\n",
        HEAD + segments(2),
    ),
    Case("a second EXTINF means a lost URI", "HLS152", INTACT.replace("s1.ts\n", ""), INTACT),
    Case("an EXTINF before ENDLIST has lost its URI", "HLS153", INTACT.replace("s2.ts\n", ""), INTACT),
    *(
        Case(
            f"EXTINF {text!r} is not a duration",
            "HLS160",
            media(f"#EXTINF:{text},", "a.ts"),
            media("#EXTINF:6,", "a.ts"),
        )
        for text in (
            "-1",
            "nan",
            "inf",
            "1e999",
            "1e1",
            "",
            "6s",
            "٦",
            "0x6",
            "1_0",
            "9" * 400,
            "1000000000",
            "6.0.0",
            "6.0.0 x",
            "x 6",
        )
    ),
    Case("an EXTINF of zero is reported", "HLS161", media("#EXTINF:0.000,", "a.ts"), media("#EXTINF:0.001,", "a.ts")),
    Case("the recorder omits the comma", "HLS162", media("#EXTINF:6.33", "a.ts"), media("#EXTINF:6.33,", "a.ts")),
    Case(
        "text after a duration is skipped",
        "HLS163",
        media('#EXTINF:6.0 key="v",', "a.ts"),
        media('#EXTINF:6.0,key="v"', "a.ts"),
    ),
    Case(
        "a locale writes decimal commas",
        "HLS164",
        media("#EXTINF:6,400000,", "a.ts"),
        media("#EXTINF:6,400000 bit/s", "a.ts"),
    ),
    Case(
        "a locale writes decimal commas, and the recorder none behind",
        "HLS164",
        media("#EXTINF:6,400000", "a.ts"),
        media("#EXTINF:6,400", "a.ts"),
    ),
    Case("a URI listed twice is played twice", "HLS180", INTACT.replace("s2", "s0"), ranges("9@0", "9@9")),
    Case("a BYTERANGE consists of numbers", "HLS190", ranges("a@b"), ranges("1@2")),
    Case("a negative BYTERANGE is not valid", "HLS190", ranges("-1"), ranges("1@0")),
    Case(
        "the BYTERANGE of a MAP consists of numbers too",
        "HLS190",
        initialized('URI="i",BYTERANGE="x"'),
        initialized('URI="i",BYTERANGE="720@0"'),
    ),
    Case("the first BYTERANGE requires a start", "HLS191", ranges("9"), ranges("9@0", "9")),
    Case(
        "a BYTERANGE without a start continues only the same file",
        "HLS191",
        ranges("9@0", "9").replace("all", "one", 1),
        ranges("9@0", "9", "9"),
    ),
    Case("a key requires a method", "HLS200", key('URI="k"'), key("METHOD=NONE")),
    Case("a key requires a URI", "HLS201", key("METHOD=AES-128"), key("METHOD=NONE")),
    Case("an unknown method", "HLS202", key('METHOD=ROT-13,URI="k"'), key('METHOD=SAMPLE-AES,URI="k"')),
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
    Case("a MAP requires a URI", "HLS210", initialized('BYTERANGE="720@0"'), initialized('URI="i"')),
    Case(
        "another MAP requires a discontinuity",
        "HLS211",
        initialized('URI="a"').replace(END, '#EXT-X-MAP:URI="b"\n' + segments(1, 1) + END),
        initialized('URI="a"').replace(END, '#EXT-X-MAP:URI="b"\n#EXT-X-DISCONTINUITY\n' + segments(1, 1) + END),
    ),
    Case(
        "another part of the same file is another MAP",
        "HLS211",
        initialized('URI="a",BYTERANGE="9@0"').replace(
            END, '#EXT-X-MAP:URI="a",BYTERANGE="9@9"\n' + segments(1, 1) + END
        ),
        initialized('URI="a",BYTERANGE="9@0"').replace(
            END, '#EXT-X-MAP:URI="a",BYTERANGE="9@0"\n' + segments(1, 1) + END
        ),
    ),
    *(
        Case(f"{time!r} is not a time", "HLS220", clock(time), clock("2026-11-22T08:30:00.000Z"))
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
        "times do not go backward",
        "HLS221",
        clock("2026-11-22T08:30:06Z", "2026-11-22T08:30:00Z"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T08:30:06Z"),
    ),
    Case(
        "times do not go backward over a discontinuity",
        "HLS221",
        clock("2026-11-22T08:30:06Z\n#EXT-X-DISCONTINUITY", "2026-11-22T08:30:00Z")
        .replace("#EXT-X-DISCONTINUITY\n", "")
        .replace("s0.ts\n", "s0.ts\n#EXT-X-DISCONTINUITY\n"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T09:30:00Z").replace("s0.ts\n", "s0.ts\n#EXT-X-DISCONTINUITY\n"),
    ),
    Case(
        "times and EXTINF agree",
        "HLS222",
        clock("2026-11-22T08:30:00Z", "2026-11-22T08:30:06.700Z"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T08:30:06.600Z"),
    ),
    Case(
        "a discontinuity allows a jump in time",
        "HLS222",
        clock("2026-11-22T08:30:00Z", "2026-11-22T09:30:00Z"),
        clock("2026-11-22T08:30:00Z", "2026-11-22T09:30:00Z").replace("s0.ts\n", "s0.ts\n#EXT-X-DISCONTINUITY\n"),
    ),
    Case(
        "time zones are applied",
        "HLS222",
        clock("2026-11-22T08:30:00+08:00", "2026-11-22T08:30:06Z"),
        clock("2026-11-22T08:30:00+08:00", "2026-11-22T00:30:06Z"),
    ),
    Case(
        "a time without a zone is read as UTC",
        "HLS223",
        clock("2026-11-22T08:30:00"),
        clock("2026-11-22T08:30:00+0800"),
    ),
    Case(
        "a declared gap is reported",
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
