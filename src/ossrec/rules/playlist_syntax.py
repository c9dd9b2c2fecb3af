"""Rules 1 to 6: the playlist as a file, and its syntax."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "HLS010",
        Verdict.UNFINISHED,
        "playlist is empty",
        "Look for another version of it (bucket versioning, a `bak` or re-uploaded relative); else `ossrec rebuild` "
        "writes a new one over the segments.",
        "RFC 8216 4.3.1.1",
    ),
    error(
        "HLS011",
        Verdict.DAMAGED,
        "an HTML or XML page was saved as the playlist",
        "Whatever copied the file stored the answer of a failed request: fetch the playlist again from its "
        "source, and make the copying tool check the HTTP status.",
        "RFC 8216 4.3.1.1",
    ),
    error(
        "HLS012",
        Verdict.DAMAGED,
        "playlist is stored compressed",
        "Unpack it and upload the text, or set `Content-Encoding: gzip` on the object so that players unpack it.",
        "RFC 8216 4.1",
    ),
    error(
        "HLS013",
        Verdict.DAMAGED,
        "object is no playlist at all",
        "Restore the playlist from its source or from bucket versioning; the detail says what the bytes are.",
        "RFC 8216 4.3.1.1",
    ),
    error(
        "HLS020",
        Verdict.DAMAGED,
        "playlist is not UTF-8",
        "Convert it to UTF-8 without a byte order mark and upload it again; the line named is the first bad one.",
        "RFC 8216 4.1",
    ),
    error(
        "HLS021",
        Verdict.DAMAGED,
        "playlist starts with a byte order mark",
        "Remove its first three bytes (EF BB BF) and upload it again; editors on Windows add them.",
        "RFC 8216 4.1",
    ),
    warning(
        "HLS022",
        "line has control characters",
        "Remove them from the line; some players refuse the whole playlist for one.",
        "RFC 8216 4.1",
    ),
    warning(
        "HLS023",
        "carriage return inside a line",
        "End lines with LF or CR LF: a CR alone ends no line, so players read two lines as one.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS024",
        "white space at the border of a line",
        "Nothing need be done: players trim it, and so does ossrec.",
        "RFC 8216 4.1",
    ),
    error(
        "HLS030",
        Verdict.DAMAGED,
        "first line is not #EXTM3U",
        "Make `#EXTM3U` the first line; if the lines before it are foreign, the file was overwritten or joined.",
        "RFC 8216 4.3.1.1",
    ),
    warning(
        "HLS031",
        "last line has no line end",
        "The file may be cut there: compare its last segment with the newest segment in the bucket.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS032",
        "#EXT-X-ENDLIST is the last line and has no line end",
        "Nothing need be done: the playlist is whole, since its last tag is.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS040",
        "tag that ossrec does not interpret",
        "Nothing need be done unless the tag changes what is played, as EXT-X-DEFINE and EXT-X-SKIP do: then "
        "judge the recording by eye.",
        "RFC 8216 6.3.1",
    ),
    info(
        "HLS041",
        "private tag",
        "Nothing need be done: players ignore tags they do not know, and the recorder writes some of its own.",
        "RFC 8216 6.3.1",
    ),
    error(
        "HLS050",
        Verdict.DAMAGED,
        "attribute list is malformed",
        "Write it as NAME=VALUE pairs with one comma between them, names in capitals, no spaces.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS051",
        Verdict.DAMAGED,
        "attribute appears twice in one list",
        "Keep one of the two values; players may take either, or refuse the playlist.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS052",
        Verdict.DAMAGED,
        "quoted attribute value is not closed",
        "Add the closing quotation mark; if the line ends in mid-value, the file was cut or written twice at once.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS060",
        Verdict.UNKNOWN,
        "it is a master playlist, not a recording's own",
        "Check the media playlists that it names; ossrec does not follow them, so nothing is known of their segments.",
        "RFC 8216 4.3.4",
    ),
    error(
        "HLS061",
        Verdict.DAMAGED,
        "tags of a master playlist and of a media playlist are mixed",
        "Split it in two files; clients must refuse a playlist that is both, so two files were probably joined.",
        "RFC 8216 4.3.2",
    ),
)
