"""Rules 7 to 14: tags that apply to the whole playlist."""

from tests.hls.cases.case import Case, initialized, key, ranges
from tests.hls.playlists import END, HEAD, INTACT, RECORDER, lines, media, segments

CASES = [
    Case(
        "the same version twice is the same to players",
        "HLS120",
        INTACT.replace("#EXT-X-TARGET", "#EXT-X-VERSION: 3\n#EXT-X-TARGET"),
        INTACT,
    ),
    Case(
        "EXT-X-VERSION may occur once",
        "HLS070",
        INTACT.replace("#EXT-X-TARGET", "#EXT-X-VERSION:4\n#EXT-X-TARGET"),
        INTACT,
    ),
    Case("version 3.x is not a number", "HLS071", INTACT.replace("N:3", "N:3.x"), INTACT.replace("N:3", "N:3.0")),
    Case(
        "version 0 is not valid",
        "HLS071",
        INTACT.replace("VERSION:3", "VERSION:0"),
        INTACT.replace("VERSION:3", "VERSION:13"),
    ),
    Case(
        "a version of 5,000 digits is not valid", "HLS071", INTACT.replace("VERSION:3", "VERSION:" + "9" * 5000), INTACT
    ),
    Case("Arabic digits are not valid", "HLS071", INTACT.replace("VERSION:3", "VERSION:٣"), INTACT),
    Case(
        "fractional durations require version 3",
        "HLS072",
        INTACT.replace("VERSION:3", "VERSION:2"),
        INTACT.replace("VERSION:3", "VERSION:2").replace("6.0", "6"),
    ),
    Case(
        "no version means version 1",
        "HLS072",
        INTACT.replace("#EXT-X-VERSION:3\n", ""),
        INTACT.replace("#EXT-X-VERSION:3\n", "").replace("6.0", "6"),
    ),
    Case("IV requires version 2", "HLS072", key('METHOD=AES-128,URI="k",IV=0x1', 1), key('METHOD=AES-128,URI="k"', 3)),
    Case(
        "KEYFORMAT requires version 5",
        "HLS072",
        key('METHOD=AES-128,URI="k",KEYFORMAT="identity"', 4),
        key('METHOD=AES-128,URI="k"', 4),
    ),
    Case("BYTERANGE requires version 4", "HLS072", ranges("9@0").replace("VERSION:4", "VERSION:3"), ranges("9@0")),
    Case(
        "MAP requires version 6",
        "HLS072",
        initialized('URI="i"').replace("VERSION:6", "VERSION:5"),
        initialized('URI="i"').replace("VERSION:6", "VERSION:5\n#EXT-X-I-FRAMES-ONLY"),
    ),
    Case("the target duration is required", "HLS080", INTACT.replace("#EXT-X-TARGETDURATION:10\n", ""), INTACT),
    Case(
        "TARGETDURATION may occur once",
        "HLS081",
        HEAD + INTACT.partition("VERSION:3\n")[2].replace(":10", ":9"),
        HEAD + INTACT.partition("VERSION:3\n")[2],
    ),
    Case(
        "a target duration of 9s is not a number",
        "HLS082",
        INTACT.replace(":10", ":9s"),
        INTACT.replace(":10", ":9.5"),
    ),
    Case(
        "players read a target duration of 9.5 as 9",
        "HLS090",
        media("#EXTINF:9.5,", "a.ts").replace(":10", ":9.5"),
        media("#EXTINF:9.4,", "a.ts").replace(":10", ":9.5"),
    ),
    Case("a target duration of 0 is not valid", "HLS082", INTACT.replace(":10", ":0"), INTACT.replace(":10", ":6")),
    Case(
        "10.5 s rounds up to 11, above a target of 10",
        "HLS090",
        media("#EXTINF:10.5,", "a.ts"),
        media("#EXTINF:10.499,", "a.ts"),
    ),
    Case(
        "12.5 s rounds up to 13, although Python's round gives 12",
        "HLS090",
        media("#EXTINF:12.5,", "a.ts").replace(":10", ":12"),
        media("#EXTINF:12.5,", "a.ts").replace(":10", ":13"),
    ),
    Case(
        "MEDIA-SEQUENCE may occur once",
        "HLS100",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-MEDIA-SEQUENCE:1") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") * 2 + segments() + END,
    ),
    Case(
        "a negative MEDIA-SEQUENCE is not valid",
        "HLS101",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:-1") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "MEDIA-SEQUENCE comes before the segments",
        "HLS102",
        HEAD + segments() + lines("#EXT-X-MEDIA-SEQUENCE:0") + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "an ended recording that starts at 2 has lost its first segments",
        "HLS103",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:2") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:1") + segments() + END,
    ),
    *(
        Case(
            f"a sequence number of {number} is a time",
            "HLS104",
            HEAD + lines(f"#EXT-X-MEDIA-SEQUENCE:{number}") + segments() + END,
            HEAD + lines("#EXT-X-MEDIA-SEQUENCE:999999999") + segments() + END,
        )
        for number in (1795161600, 1795161600123, 1795161600123456, 20261120080000, 20261120080000123)
    ),
    Case(
        "a sequence number of many segments is not a time",
        "HLS103",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:999999999") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:1000000000") + segments() + END,
    ),
    Case(
        "a running recording may start at any number",
        "HLS103",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:7") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:7") + segments(),
    ),
    Case(
        "DISCONTINUITY-SEQUENCE may occur once",
        "HLS110",
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0", "#EXT-X-DISCONTINUITY-SEQUENCE:2") + segments() + END,
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "DISCONTINUITY-SEQUENCE comes before the segments",
        "HLS111",
        HEAD + segments() + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") + END,
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "DISCONTINUITY-SEQUENCE comes before any discontinuity",
        "HLS111",
        HEAD + lines("#EXT-X-DISCONTINUITY", "#EXT-X-DISCONTINUITY-SEQUENCE:0") + segments() + END,
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0", "#EXT-X-DISCONTINUITY") + segments() + END,
    ),
    Case(
        "DISCONTINUITY-SEQUENCE is a number",
        "HLS112",
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:x") + segments() + END,
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:4") + segments() + END,
    ),
    Case("two concatenated playlists have two ENDLIST", "HLS120", INTACT + "#EXT-X-ENDLIST\n", INTACT),
    Case("two concatenated playlists have two EXTM3U", "HLS120", "#EXTM3U\n" + INTACT, INTACT),
    Case(
        "LIVE is not a playlist type",
        "HLS121",
        INTACT.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:LIVE\n#EXTINF", 1),
        INTACT.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF", 1),
    ),
    Case(
        "a playlist type is in upper case",
        "HLS121",
        INTACT.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:vod\n#EXTINF", 1),
        INTACT.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF", 1),
    ),
    Case("a recording without ENDLIST has not ended", "HLS130", HEAD + segments(3), INTACT),
    Case(
        "an ENDLIST in lower case is a comment",
        "HLS130",
        INTACT.replace("ENDLIST", "endlist"),
        END + INTACT.replace(END, ""),
    ),
    Case("a segment after ENDLIST is a fault", "HLS131", INTACT + segments(1, 3), INTACT + "# end\n"),
    Case("ALLOW-CACHE is obsolete", "HLS140", RECORDER, INTACT),
]
