"""Rules 1 to 6: the playlist as a file, and its syntax."""

import gzip

from tests.hls.cases.case import Case, key
from tests.hls.playlists import INTACT, MASTER, lines, media, segments

CASES = [
    Case("an empty object is not a playlist", "HLS010", b"", INTACT),
    Case("only white space is an empty playlist", "HLS010", "\r\n \n", "\n" + INTACT),
    Case("a login page is not a playlist", "HLS011", "<!DOCTYPE html><html>#EXTM3U</html>", INTACT),
    Case(
        "an error document of OSS is not a playlist",
        "HLS011",
        b"\xef\xbb\xbf<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
        lines("#EXTM3U", "# <Error> in a comment") + INTACT,
    ),
    Case("a compressed playlist cannot be played", "HLS012", gzip.compress(INTACT.encode()), INTACT),
    Case("an MPEG-TS segment is not a playlist", "HLS013", (b"\x47" + bytes(187)) * 3, INTACT),
    Case("an MP4 file is not a playlist", "HLS013", b"\0\0\0\x18ftypmp42" + b"#EXT", INTACT),
    Case("a file of zeros is not a playlist", "HLS013", bytes(4096), INTACT),
    Case("JSON is not a playlist", "HLS013", '{"code": 0}', INTACT),
    Case("random bytes are not a playlist", "HLS013", bytes(range(255, 0, -1)) * 20, INTACT),
    Case("a list of names without tags is not a playlist", "HLS013", "a.ts\nb.ts\n", INTACT),
    Case("Latin-1 is not UTF-8", "HLS020", INTACT.replace("s1", "é").encode("latin-1"), INTACT.replace("s1", "é")),
    Case("UTF-16 is not UTF-8", "HLS020", INTACT.encode("utf-16"), INTACT),
    Case("a byte order mark is not allowed", "HLS021", b"\xef\xbb\xbf" + INTACT.encode(), INTACT),
    Case("a NUL in a name is a control character", "HLS022", media("#EXTINF:6,", "a\0.ts"), INTACT),
    Case(
        "C1 controls are control characters", "HLS022", media("#EXTINF:6,", "a\x85.ts"), media("#EXTINF:6,", "a\xa0.ts")
    ),
    Case("CR alone does not end a line", "HLS023", INTACT.replace("s0.ts\n", "s0.ts\r"), INTACT.replace("\n", "\r\n")),
    Case("white space before a tag is reported", "HLS024", INTACT.replace("#EXTINF", " #EXTINF", 1), INTACT),
    Case(
        "a title may end in a space",
        "HLS024",
        INTACT.replace("s1.ts", "s1.ts "),
        INTACT.replace("6.0,", "6.0,My title "),
    ),
    Case(
        "a recorder writes a space after the colon",
        "HLS025",
        INTACT.replace("VERSION:", "VERSION: "),
        INTACT.replace("6.0,", "6.0, A title"),
    ),
    Case("white space before a duration", "HLS025", INTACT.replace("EXTINF:", "EXTINF: "), INTACT),
    Case("white space after a duration", "HLS025", INTACT.replace("6.0,", "6.0 ,"), INTACT),
    Case("white space before a playlist type", "HLS025", INTACT + "#EXT-X-PLAYLIST-TYPE: VOD\n", INTACT),
    Case("Apple's segmenter writes a tab in a title", "HLS025", INTACT.replace("6.0,", "6.0,\ta"), INTACT),
    Case(
        "a tab in a name is a control character",
        "HLS022",
        INTACT.replace("s1", "s\t1"),
        INTACT.replace("6.0,", "6.0,\t"),
    ),
    Case(
        "a target duration of 2.0 is the number 2",
        "HLS026",
        INTACT.replace(":10", ":10.0"),
        INTACT.replace(":10", ":10 "),
    ),
    Case("a version of 3.0 is the number 3", "HLS026", INTACT.replace("VERSION:3", "VERSION:3.0"), INTACT),
    Case("a comment before #EXTM3U hides it", "HLS030", "# hello\n" + INTACT, INTACT + "# hello\n"),
    Case("#EXTM3U8 is not #EXTM3U", "HLS030", INTACT.replace("#EXTM3U", "#EXTM3U8"), INTACT),
    Case("a truncated name has no line end", "HLS031", INTACT[: INTACT.index("s2.ts") + 3], INTACT),
    Case("an ENDLIST without line end is complete", "HLS032", INTACT[:-1], INTACT),
    Case(
        "EXT-X-DEFINE is not interpreted", "HLS040", INTACT + '#EXT-X-DEFINE:NAME="a",VALUE="b"\n', INTACT + "# EXT\n"
    ),
    Case("a tag from outside HLS is counted", "HLS040", INTACT + "#EXTGRP:x\n", INTACT + "#extgrp:x\n"),
    Case("a private tag is counted", "HLS041", INTACT + "#EXT-X-AGORA-X:1\n", INTACT + "#EXT-X-BITRATE:800\n"),
    Case("an attribute requires a value", "HLS050", key('METHOD=AES-128,URI="k",IV='), key('METHOD=AES-128,URI="k"')),
    Case("attributes are separated by commas", "HLS050", key('METHOD=AES-128 URI="k"'), key('URI="k",METHOD=AES-128')),
    Case(
        "a quoted value is followed by a comma",
        "HLS050",
        key('URI="k"METHOD=AES-128'),
        key('URI="k,",METHOD=AES-128'),
    ),
    Case("attribute names are in upper case", "HLS050", key("method=NONE,METHOD=NONE"), key("METHOD=NONE")),
    Case("a list does not end in a comma", "HLS053", key("METHOD=NONE,"), key("METHOD=NONE")),
    Case("players skip a comma too many", "HLS053", key('METHOD=AES-128,,URI="k"'), key('METHOD=AES-128,URI="k,,"')),
    Case(
        "players skip white space between attributes",
        "HLS053",
        key('METHOD=AES-128, URI="k"'),
        key('METHOD=AES-128,URI=" k"'),
    ),
    Case(
        "white space before an equals sign is a part of the name to some players",
        "HLS054",
        key('METHOD =AES-128,URI="k"'),
        key('METHOD=AES-128,URI="k ="'),
    ),
    Case(
        "white space before a comma is a part of the value to some players",
        "HLS054",
        key('METHOD=AES-128 ,URI="k"'),
        key('METHOD=AES-128, URI="k"'),
    ),
    Case(
        "players do not need an EXT-X-DATERANGE",
        "HLS055",
        INTACT + '#EXT-X-DATERANGE:ID="a,DURATION=x y,\n',
        INTACT + '#EXT-X-DATERANGE:ID="a",DURATION=2.0\n',
    ),
    Case(
        "an EXT-X-START may name its offset twice",
        "HLS055",
        INTACT + "#EXT-X-START:TIME-OFFSET=1,TIME-OFFSET=2\n",
        INTACT + "#EXT-X-START:TIME-OFFSET=1\n",
    ),
    Case(
        "an attribute may occur once",
        "HLS051",
        key('METHOD=AES-128,URI="a",URI="b"'),
        key('METHOD=AES-128,URI="a",X-URI="b"'),
    ),
    Case("a quotation mark must be closed", "HLS052", key('METHOD=AES-128,URI="k'), key('METHOD=AES-128,URI="k"')),
    Case("a master playlist is not the playlist of a recording", "HLS060", MASTER, INTACT),
    Case("segments in a master playlist are not allowed", "HLS061", MASTER + segments(), MASTER),
]
