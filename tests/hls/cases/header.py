"""Rules 7 to 14: tags that hold for the whole playlist."""

from tests.hls.cases.case import Case, initialized, key, ranges
from tests.hls.playlists import END, HEAD, RECORDER, SOUND, lines, media, segments

CASES = [
    Case(
        "two versions are refused", "HLS070", SOUND.replace("#EXT-X-TARGET", "#EXT-X-VERSION:4\n#EXT-X-TARGET"), SOUND
    ),
    Case("version 3.0 is no whole number", "HLS071", SOUND.replace("VERSION:3", "VERSION:3.0"), SOUND),
    Case(
        "version 0 does not exist",
        "HLS071",
        SOUND.replace("VERSION:3", "VERSION:0"),
        SOUND.replace("VERSION:3", "VERSION:13"),
    ),
    Case("a version of 5,000 digits is none", "HLS071", SOUND.replace("VERSION:3", "VERSION:" + "9" * 5000), SOUND),
    Case("Arabic digits are no digits", "HLS071", SOUND.replace("VERSION:3", "VERSION:٣"), SOUND),
    Case(
        "fractions need version 3",
        "HLS072",
        SOUND.replace("VERSION:3", "VERSION:2"),
        SOUND.replace("VERSION:3", "VERSION:2").replace("6.0", "6"),
    ),
    Case(
        "no version means version 1",
        "HLS072",
        SOUND.replace("#EXT-X-VERSION:3\n", ""),
        SOUND.replace("#EXT-X-VERSION:3\n", "").replace("6.0", "6"),
    ),
    Case("IV needs version 2", "HLS072", key('METHOD=AES-128,URI="k",IV=0x1', 1), key('METHOD=AES-128,URI="k"', 3)),
    Case(
        "KEYFORMAT needs version 5",
        "HLS072",
        key('METHOD=AES-128,URI="k",KEYFORMAT="identity"', 4),
        key('METHOD=AES-128,URI="k"', 4),
    ),
    Case("BYTERANGE needs version 4", "HLS072", ranges("9@0").replace("VERSION:4", "VERSION:3"), ranges("9@0")),
    Case(
        "MAP needs version 6",
        "HLS072",
        initialized('URI="i"').replace("VERSION:6", "VERSION:5"),
        initialized('URI="i"').replace("VERSION:6", "VERSION:5\n#EXT-X-I-FRAMES-ONLY"),
    ),
    Case("the target duration is required", "HLS080", SOUND.replace("#EXT-X-TARGETDURATION:10\n", ""), SOUND),
    Case("one target duration is enough", "HLS081", HEAD + SOUND.partition("VERSION:3\n")[2], SOUND),
    Case("a target duration of 9.5 is not whole", "HLS082", SOUND.replace(":10", ":9.5"), SOUND.replace(":10", ":9")),
    Case("a target duration of 0 is too short", "HLS082", SOUND.replace(":10", ":0"), SOUND.replace(":10", ":6")),
    Case(
        "10.5 s rounds up to 11, above a target of 10",
        "HLS090",
        media("#EXTINF:10.5,", "a.ts"),
        media("#EXTINF:10.499,", "a.ts"),
    ),
    Case(
        "12.5 s rounds up to 13, though Python's round says 12",
        "HLS090",
        media("#EXTINF:12.5,", "a.ts").replace(":10", ":12"),
        media("#EXTINF:12.5,", "a.ts").replace(":10", ":13"),
    ),
    Case(
        "one MEDIA-SEQUENCE is enough",
        "HLS100",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") * 2 + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "a negative MEDIA-SEQUENCE is none",
        "HLS101",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:-1") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "MEDIA-SEQUENCE stands before the segments",
        "HLS102",
        HEAD + segments() + lines("#EXT-X-MEDIA-SEQUENCE:0") + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "an ended recording that starts at 2 has lost its head",
        "HLS103",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:2") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:1") + segments() + END,
    ),
    Case(
        "a running recording may start anywhere",
        "HLS103",
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:7") + segments() + END,
        HEAD + lines("#EXT-X-MEDIA-SEQUENCE:7") + segments(),
    ),
    Case(
        "one DISCONTINUITY-SEQUENCE is enough",
        "HLS110",
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") * 2 + segments() + END,
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "DISCONTINUITY-SEQUENCE stands before the segments",
        "HLS111",
        HEAD + segments() + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") + END,
        HEAD + lines("#EXT-X-DISCONTINUITY-SEQUENCE:0") + segments() + END,
    ),
    Case(
        "DISCONTINUITY-SEQUENCE stands before any discontinuity",
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
    Case("two playlists joined have two ENDLIST", "HLS120", SOUND + "#EXT-X-ENDLIST\n", SOUND),
    Case("two playlists joined have two EXTM3U", "HLS120", "#EXTM3U\n" + SOUND, SOUND),
    Case(
        "a playlist type LIVE does not exist",
        "HLS121",
        SOUND.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:LIVE\n#EXTINF", 1),
        SOUND.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF", 1),
    ),
    Case(
        "a playlist type is in capitals",
        "HLS121",
        SOUND.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:vod\n#EXTINF", 1),
        SOUND.replace("#EXTINF", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF", 1),
    ),
    Case("a recording without ENDLIST has not ended", "HLS130", HEAD + segments(3), SOUND),
    Case(
        "an ENDLIST in small letters is a comment",
        "HLS130",
        SOUND.replace("ENDLIST", "endlist"),
        END + SOUND.replace(END, ""),
    ),
    Case("a segment after ENDLIST is one too many", "HLS131", SOUND + segments(1, 3), SOUND + "# end\n"),
    Case("ALLOW-CACHE is obsolete", "HLS140", RECORDER, SOUND),
]
