"""Rules 26 to 30, and 19 to 21 for objects: the playlist against the bucket listing."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "LST190",
        Verdict.DAMAGED,
        "EXT-X-BYTERANGE ends past the end of its object",
        "The object was truncated or overwritten: restore it from bucket versioning or from its source.",
        "RFC 8216 4.3.2.2",
    ),
    error(
        "LST200",
        Verdict.INCOMPLETE,
        "key file missing",
        "Restore the key file: without it, the segments after this line cannot be decrypted.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "LST201",
        Verdict.DAMAGED,
        "key file is not 16 bytes long",
        "Restore the key file: it must contain the 16 bytes of the key, not their hexadecimal or base64 text.",
        "RFC 8216 5.1",
    ),
    error(
        "LST202",
        Verdict.DAMAGED,
        "size of an encrypted segment is not a multiple of 16 bytes",
        "The segment was truncated: upload it again from its source; players cannot decrypt its end.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "LST203",
        Verdict.DAMAGED,
        "segment is not encrypted although a key is in force",
        "Write `#EXT-X-KEY:METHOD=NONE` before it: its size is that of MPEG-TS packets and not that of ciphertext, and "
        "players decrypt it to noise. Two playlists may have been joined.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "LST210",
        Verdict.INCOMPLETE,
        "media initialization section missing or empty",
        "Restore the object that EXT-X-MAP refers to: without it, the segments after this line cannot be decoded.",
        "RFC 8216 4.3.2.5",
    ),
    error(
        "LST260",
        Verdict.INCOMPLETE,
        "segment missing",
        "Restore it from bucket versioning or a backup, and check whether a lifecycle rule deletes `.ts` objects; "
        "if it is lost, `ossrec rebuild` writes a playlist that plays without it.",
    ),
    error(
        "LST261",
        Verdict.INCOMPLETE,
        "segment is empty",
        "Restore it from bucket versioning or a backup: the object was created, but the upload of its content failed.",
    ),
    error(
        "LST262",
        Verdict.DAMAGED,
        "segment is truncated, not a multiple of 188 bytes",
        "Upload it again from its source if there is one; most players play it up to the cut.",
        "ISO/IEC 13818-1 2.4.3.2",
    ),
    warning(
        "LST263",
        "segment exists only under the unescaped form of its URI",
        "Percent-encode the name in the playlist: otherwise browsers and most players request another object.",
        "RFC 3986 2.1",
    ),
    info(
        "LST264",
        "segment declared missing by EXT-X-GAP is in the bucket",
        "Check whether the segment is intact; if it is, remove EXT-X-GAP so that players play it.",
        "draft-pantos-hls-rfc8216bis 4.4.4.7",
    ),
    warning(
        "LST265",
        "segment is archived",
        "Restore it before the recording is played (ossutil `restore`, minutes to 48 hours depending on the "
        "storage class); if recordings still in use are archived, check the lifecycle rules of the bucket.",
    ),
    warning(
        "LST266",
        "two segments have the same content, by ETag and size",
        "One was probably written over the other, and its seconds play twice: restore the overwritten segment from "
        "bucket versioning or a backup.",
    ),
    error(
        "LST267",
        Verdict.INCOMPLETE,
        "URI path is wrong, but the segment is in the bucket",
        "Correct the path in the playlist: `ossrec rebuild` writes one that names the segment by its actual path. "
        "Nothing is lost; players request an object that does not exist.",
        "RFC 3986 5.2",
    ),
    error(
        "LST268",
        Verdict.INCOMPLETE,
        "URI points to an unknown host, but the segment is in the bucket",
        "If the host is a domain name of this bucket, add it to the setting `cname` and scan again; otherwise "
        "`ossrec rebuild` writes a playlist that names the segment in the bucket. ossrec fetches nothing from there.",
        "RFC 3986 4.2",
    ),
    error(
        "LST269",
        Verdict.INCOMPLETE,
        "URI path is wrong, and more than one object may be meant",
        "Compare the objects named here, and correct the path in the playlist: ossrec does not guess.",
        "RFC 3986 5.2",
    ),
    warning(
        "LST270",
        "segment not listed by any playlist",
        "Check whether it belongs between two listed segments: if so, `ossrec rebuild` puts it there; if not, it "
        "is a leftover that can be deleted.",
    ),
    warning(
        "LST271",
        "segment is newer than all listed segments",
        "The playlist is older than its media: look for a newer playlist of this recording; if there is none, "
        "`ossrec rebuild` adds the segment at the end.",
    ),
    error(
        "LST272",
        Verdict.UNFINISHED,
        "segments without a playlist",
        "If the task has ended, the recorder died before it wrote the playlist: `ossrec rebuild` writes one from "
        "the segments.",
    ),
    error(
        "LST273",
        Verdict.INCOMPLETE,
        "URI differs from the name of its object in letter case or Unicode normalization",
        "Write the name exactly as in the bucket, as `ossrec rebuild` does: names of objects are compared byte by "
        "byte, and a file system that ignores case or normalization hides the difference.",
        "RFC 3986 6.2.2",
    ),
    warning(
        "LST280",
        "segment was written after the playlist that lists it",
        "Check whether the segment was overwritten later; if a newer playlist exists, use that one.",
    ),
    warning(
        "LST281",
        "playlist lists fewer segments than an earlier version of it",
        "Look for the earlier version in bucket versioning: it was probably overwritten by a recorder that restarted.",
    ),
    warning(
        "LST290",
        "total EXTINF differs from the duration that the recorder reported",
        "If the playlist is shorter, its start or end is missing: compare it with the segments in the bucket.",
    ),
    warning(
        "LST291",
        "total EXTINF differs from the time span of the segment names",
        "The durations in the playlist are wrong, or media was lost inside segments: measure some of them with "
        "`ffprobe`.",
    ),
    warning(
        "LST292",
        "EXTINF is far too long for the size of the segment",
        "The timestamps of the recorder jumped there: measure the segment with `ffprobe` and write its real duration, "
        "or let `ossrec check` and `ossrec rebuild` do so for MPEG-TS. Until then, seeking and the total are wrong.",
        "RFC 8216 4.3.2.1",
    ),
    warning(
        "LST300",
        "timeline gap between two neighboring segments",
        "Look in bucket versioning or a backup for segments of that time; if there are none, that time is lost, "
        "and EXT-X-DISCONTINUITY belongs before the second segment: `ossrec rebuild` puts it there.",
    ),
    warning(
        "LST301",
        "time in the segment name is earlier than that of the segment before it",
        "Check whether the segments are in the wrong order; if they are not, the recorder's clock was set back.",
    ),
    info(
        "LST302",
        "timeline gap declared by EXT-X-DISCONTINUITY",
        "A user was away, there was nothing to record, or segments are lost: `ossrec show --room` draws what "
        "other streams recorded at that time. No action needed unless segments can be restored.",
    ),
    info(
        "LST303",
        "recorder's clock was set between two segments",
        "No action needed: the times in the names jump, but timestamps and continuity counters continue, so nothing is "
        "missing. Times of day before or after it are off by this much; or the recording was paused.",
    ),
    warning(
        "LST304",
        "media and the recorder's clock differ",
        "Nothing is missing between the segments, but the recording lasts shorter or longer than the time in which it "
        "was made: check the clock and the load of the recorder.",
    ),
)
