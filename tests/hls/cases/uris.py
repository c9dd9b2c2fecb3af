"""What URIs mean in the playlist ``rec/day 1/x.m3u8`` of a bucket: key, faults."""

from typing import NamedTuple

from ossrec.model import BucketAddress

PLAYLIST = "rec/day 1/x.m3u8"
PREFIX = "rec/"
ADDRESS = BucketAddress(
    "calls",
    hosts=frozenset({"calls.oss-cn-hangzhou.aliyuncs.com", "video.example.com"}),
    path_hosts=frozenset({"127.0.0.1", "[::1]"}),
)


class UriCase(NamedTuple):
    """One sentence about URIs."""

    sentence: str
    uri: str
    key: str | None
    codes: tuple[str, ...] = ()


CASES = [
    UriCase("a bare name is a file beside the playlist", "a.ts", "rec/day 1/a.ts"),
    UriCase("a plus sign is a plus sign", "a+b.ts", "rec/day 1/a+b.ts"),
    UriCase("a sub-folder", "a/b.ts", "rec/day 1/a/b.ts"),
    UriCase("an empty folder name counts", "a//b.ts", "rec/day 1/a//b.ts"),
    UriCase("a dot is here", "./a.ts", "rec/day 1/a.ts"),
    UriCase("two dots are one folder up", "../b.ts", "rec/b.ts"),
    UriCase("dots in the middle are folded", "a/./b/../c.ts", "rec/day 1/a/c.ts"),
    UriCase("escaped dots are dots", "%2e%2E/b.ts", "rec/b.ts"),
    UriCase("three dots are a name", ".../b.ts", "rec/day 1/.../b.ts"),
    UriCase("a hidden file is a file", ".a.ts", "rec/day 1/.a.ts"),
    UriCase("escapes are decoded once", "a%20b%2525.ts", "rec/day 1/a b%25.ts"),
    UriCase("escaped UTF-8 is decoded", "%E4%BD%A0.ts", "rec/day 1/你.ts"),
    UriCase("Unicode may stand raw", "你\u2028.ts", "rec/day 1/你\u2028.ts"),
    UriCase("escaped marks are part of the name", "a%3Fb%23c.ts", "rec/day 1/a?b#c.ts"),
    UriCase("an escaped slash is a slash", "a%2Fb.ts", "rec/day 1/a/b.ts"),
    UriCase("an escaped backslash is a backslash", "a%5Cb.ts", "rec/day 1/a\\b.ts"),
    UriCase("the query is dropped", "a.ts?token=1&b=../c", "rec/day 1/a.ts"),
    UriCase("the fragment is dropped", "a.ts#t=1?x", "rec/day 1/a.ts"),
    UriCase("a colon behind a slash is no scheme", "./12:30.ts", "rec/day 1/12:30.ts"),
    UriCase("a colon behind a digit is no scheme", "12:30.ts", "rec/day 1/12:30.ts"),
    UriCase("an underscore is in no scheme", "rid_1:2.ts", "rec/day 1/rid_1:2.ts"),
    UriCase("a slash is the bucket's root", "/rec/c.ts", "rec/c.ts"),
    UriCase("the bucket's own host", "https://calls.oss-cn-hangzhou.aliyuncs.com/rec/a%20b.ts", "rec/a b.ts"),
    UriCase("hosts have no case and any port", "HTTP://Video.Example.COM:8080/rec/a.ts", "rec/a.ts"),
    UriCase("a host may end in a dot", "http://video.example.com./rec/a.ts", "rec/a.ts"),
    UriCase("a host without a scheme", "//video.example.com/rec/a.ts", "rec/a.ts"),
    UriCase("dots fold below a host too", "http://video.example.com/x/../rec/a.ts", "rec/a.ts"),
    UriCase("path style names the bucket first", "http://127.0.0.1:9000/calls/rec/a.ts", "rec/a.ts"),
    UriCase("path style with IPv6", "http://[::1]/calls/rec/a.ts", "rec/a.ts"),
    UriCase(
        "the signature of an absolute URI is dropped",
        "http://video.example.com/rec/a.ts?Expires=1&Signature=x",
        "rec/a.ts",
        ("HLS175",),
    ),
    UriCase(
        "a signature of version 4",
        "a.ts?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=0",
        "rec/day 1/a.ts",
        ("HLS175",),
    ),
    UriCase("a word that looks like a signature is none", "a.ts?NoSignature=x", "rec/day 1/a.ts"),
    UriCase("browsers read a backslash as a slash", "a\\b.ts", "rec/day 1/a/b.ts", ("HLS176",)),
    UriCase("a raw space is a space", "a b.ts", "rec/day 1/a b.ts", ("HLS177",)),
    UriCase("a space in the query is nobody's", "a.ts?x= y", "rec/day 1/a.ts"),
    UriCase("a stray percent sign is itself", "100%.ts", "rec/day 1/100%.ts", ("HLS178",)),
    UriCase("a percent sign before one digit is stray", "a%4.ts", "rec/day 1/a%4.ts", ("HLS178",)),
    UriCase("nothing is no file", "", None, ("HLS170",)),
    UriCase("a query alone is no file", "?a.ts", None, ("HLS170",)),
    UriCase("a host alone is no file", "http://video.example.com", None, ("HLS170",)),
    UriCase("a NUL is no character of a name", "a%00.ts", None, ("HLS170",)),
    UriCase("a raw control character is none either", "a\x01.ts", None, ("HLS170",)),
    UriCase("half a character is none", "a\udcff.ts", None, ("HLS170",)),
    UriCase("escapes that are not UTF-8", "a%FF.ts", None, ("HLS170",)),
    UriCase("a scheme needs its slashes", "http:a.ts", None, ("HLS170",)),
    UriCase("a user name in a host is refused", "http://video.example.com@evil.example/rec/a.ts", None, ("HLS170",)),
    UriCase("a bracket that is not closed", "http://[::1/calls/a.ts", None, ("HLS170",)),
    UriCase("another host is not followed", "https://evil.example/rec/a.ts", None, ("HLS171",)),
    UriCase("a host that only ends like ours", "https://evil-video.example.com/rec/a.ts", None, ("HLS171",)),
    UriCase("another bucket under path style", "http://127.0.0.1/other/rec/a.ts", None, ("HLS171",)),
    UriCase("backslashes lead to other hosts too", "\\\\evil.example\\rec\\a.ts", None, ("HLS176", "HLS171")),
    UriCase("the cloud's metadata host", "http://100.100.100.200/latest/meta-data", None, ("HLS171",)),
    UriCase("a file of this machine", "file:///etc/passwd", None, ("HLS172",)),
    UriCase("data in the URI itself", "data:video/mp2t;base64,Rw==", None, ("HLS172",)),
    UriCase("a script", "javascript:alert(1)", None, ("HLS172",)),
    UriCase("two steps up are the root's end", "../../a.ts", None, ("HLS174",)),
    UriCase("three steps up leave the bucket", "../../../a.ts", None, ("HLS173",)),
    UriCase("escaped dots leave it too", "..%2F..%2F..%2Fa.ts", None, ("HLS173",)),
    UriCase("backslashes leave it too", "..\\..\\..\\a.ts", None, ("HLS176", "HLS173")),
    UriCase("the root has no parent", "/../a.ts", None, ("HLS173",)),
    UriCase("path style has no way to another bucket", "http://127.0.0.1/calls/../other/a.ts", None, ("HLS173",)),
    UriCase("outside the prefix nothing is looked at", "/other/a.ts", None, ("HLS174",)),
]
