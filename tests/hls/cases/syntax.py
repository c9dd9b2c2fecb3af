"""Rules 1 to 6: the playlist as a file, and its syntax."""

import gzip

from tests.hls.cases.case import Case, key
from tests.hls.playlists import MASTER, SOUND, lines, media, segments

CASES = [
    Case("an empty object is no playlist", "HLS010", b"", SOUND),
    Case("white space alone is an empty playlist", "HLS010", "\r\n \n", "\n" + SOUND),
    Case("a login page is no playlist", "HLS011", "<!DOCTYPE html><html>#EXTM3U</html>", SOUND),
    Case(
        "an error document of OSS is no playlist",
        "HLS011",
        b"\xef\xbb\xbf<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
        lines("#EXTM3U", "# <Error> in a comment") + SOUND,
    ),
    Case("a playlist stored compressed plays nowhere", "HLS012", gzip.compress(SOUND.encode()), SOUND),
    Case("an MPEG-TS slice is no playlist", "HLS013", (b"\x47" + bytes(187)) * 3, SOUND),
    Case("an MP4 file is no playlist", "HLS013", b"\0\0\0\x18ftypmp42" + b"#EXT", SOUND),
    Case("a file of zeros is no playlist", "HLS013", bytes(4096), SOUND),
    Case("JSON is no playlist", "HLS013", '{"code": 0}', SOUND),
    Case("random bytes are no playlist", "HLS013", bytes(range(255, 0, -1)) * 20, SOUND),
    Case("a list of names without tags is no playlist", "HLS013", "a.ts\nb.ts\n", SOUND),
    Case("Latin-1 is not UTF-8", "HLS020", SOUND.replace("s1", "é").encode("latin-1"), SOUND.replace("s1", "é")),
    Case("UTF-16 is not UTF-8", "HLS020", SOUND.encode("utf-16"), SOUND),
    Case("a byte order mark is refused by some", "HLS021", b"\xef\xbb\xbf" + SOUND.encode(), SOUND),
    Case("a NUL in a name is a control character", "HLS022", media("#EXTINF:6,", "a\0.ts"), SOUND),
    Case("C1 controls count too", "HLS022", media("#EXTINF:6,", "a\x85.ts"), media("#EXTINF:6,", "a\xa0.ts")),
    Case("CR alone ends no line", "HLS023", SOUND.replace("s0.ts\n", "s0.ts\r"), SOUND.replace("\n", "\r\n")),
    Case("white space before a tag is noticed", "HLS024", SOUND.replace("#EXTINF", " #EXTINF", 1), SOUND),
    Case(
        "a title may end in a space", "HLS024", SOUND.replace("s1.ts", "s1.ts "), SOUND.replace("6.0,", "6.0,My title ")
    ),
    Case("a comment before #EXTM3U hides it", "HLS030", "# hello\n" + SOUND, SOUND + "# hello\n"),
    Case("#EXTM3U8 is not #EXTM3U", "HLS030", SOUND.replace("#EXTM3U", "#EXTM3U8"), SOUND),
    Case("a name cut in the middle has no line end", "HLS031", SOUND[: SOUND.index("s2.ts") + 3], SOUND),
    Case("an ENDLIST without line end is whole", "HLS032", SOUND[:-1], SOUND),
    Case("EXT-X-DEFINE is not interpreted", "HLS040", SOUND + '#EXT-X-DEFINE:NAME="a",VALUE="b"\n', SOUND + "# EXT\n"),
    Case("a tag from outside HLS is counted", "HLS040", SOUND + "#EXTGRP:x\n", SOUND + "#extgrp:x\n"),
    Case("a private tag is counted", "HLS041", SOUND + "#EXT-X-AGORA-X:1\n", SOUND + "#EXT-X-BITRATE:800\n"),
    Case("an attribute needs a value", "HLS050", key('METHOD=AES-128,URI="k",IV='), key('METHOD=AES-128,URI="k"')),
    Case("attributes need commas between them", "HLS050", key('METHOD=AES-128 URI="k"'), key('URI="k",METHOD=AES-128')),
    Case(
        "a comma after a quoted value is needed",
        "HLS050",
        key('URI="k"METHOD=AES-128'),
        key('URI="k,",METHOD=AES-128'),
    ),
    Case("attribute names are in capitals", "HLS050", key("method=NONE,METHOD=NONE"), key("METHOD=NONE")),
    Case("a list does not end in a comma", "HLS050", key("METHOD=NONE,"), key("METHOD=NONE")),
    Case(
        "white space has no place between attributes",
        "HLS050",
        key('METHOD=AES-128, URI="k"'),
        key('METHOD=AES-128,URI=" k"'),
    ),
    Case(
        "an attribute stands once",
        "HLS051",
        key('METHOD=AES-128,URI="a",URI="b"'),
        key('METHOD=AES-128,URI="a",X-URI="b"'),
    ),
    Case("a quotation mark must be closed", "HLS052", key('METHOD=AES-128,URI="k'), key('METHOD=AES-128,URI="k"')),
    Case("a master playlist is no recording's own", "HLS060", MASTER, SOUND),
    Case("segments in a master playlist are refused", "HLS061", MASTER + segments(), MASTER),
]
