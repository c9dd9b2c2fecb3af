"""Keys and faults of URIs in the playlist ``rec/day 1/x.m3u8`` of a bucket."""

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
    """A sentence about a URI, with its key and faults."""

    sentence: str
    uri: str
    key: str | None
    codes: tuple[str, ...] = ()


CASES = [
    UriCase("a bare name is a file beside the playlist", "a.ts", "rec/day 1/a.ts"),
    UriCase("a plus sign is not a space", "a+b.ts", "rec/day 1/a+b.ts"),
    UriCase("a URI in a sub-folder", "a/b.ts", "rec/day 1/a/b.ts"),
    UriCase("an empty folder name counts", "a//b.ts", "rec/day 1/a//b.ts"),
    UriCase("a dot is the folder of the playlist", "./a.ts", "rec/day 1/a.ts"),
    UriCase("two dots are the parent folder", "../b.ts", "rec/b.ts"),
    UriCase("dots in the middle are resolved", "a/./b/../c.ts", "rec/day 1/a/c.ts"),
    UriCase("escaped dots are dots", "%2e%2E/b.ts", "rec/b.ts"),
    UriCase("three dots are a name", ".../b.ts", "rec/day 1/.../b.ts"),
    UriCase("a hidden file is a file", ".a.ts", "rec/day 1/.a.ts"),
    UriCase("escapes are decoded once", "a%20b%2525.ts", "rec/day 1/a b%25.ts"),
    UriCase("escaped UTF-8 is decoded", "%E4%BD%A0.ts", "rec/day 1/你.ts"),
    UriCase("Unicode may be unescaped", "你\u2028.ts", "rec/day 1/你\u2028.ts"),
    UriCase("escaped delimiters are part of the name", "a%3Fb%23c.ts", "rec/day 1/a?b#c.ts"),
    UriCase("an escaped slash is a slash", "a%2Fb.ts", "rec/day 1/a/b.ts"),
    UriCase("an escaped backslash is a backslash", "a%5Cb.ts", "rec/day 1/a\\b.ts"),
    UriCase("the query is dropped", "a.ts?token=1&b=../c", "rec/day 1/a.ts"),
    UriCase("the fragment is dropped", "a.ts#t=1?x", "rec/day 1/a.ts"),
    UriCase("a colon after a slash does not end a scheme", "./12:30.ts", "rec/day 1/12:30.ts"),
    UriCase("a scheme does not start with a digit", "12:30.ts", "rec/day 1/12:30.ts"),
    UriCase("a scheme has no underscore", "rid_1:2.ts", "rec/day 1/rid_1:2.ts"),
    UriCase("a leading slash is the bucket's root", "/rec/c.ts", "rec/c.ts"),
    UriCase("the bucket's own host", "https://calls.oss-cn-hangzhou.aliyuncs.com/rec/a%20b.ts", "rec/a b.ts"),
    UriCase("hosts are case-insensitive and may have any port", "HTTP://Video.Example.COM:8080/rec/a.ts", "rec/a.ts"),
    UriCase("a host may end in a dot", "http://video.example.com./rec/a.ts", "rec/a.ts"),
    UriCase("a host without a scheme", "//video.example.com/rec/a.ts", "rec/a.ts"),
    UriCase("dots are resolved after a host too", "http://video.example.com/x/../rec/a.ts", "rec/a.ts"),
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
    UriCase("a parameter that ends like a signature is not a signature", "a.ts?NoSignature=x", "rec/day 1/a.ts"),
    UriCase("browsers read a backslash as a slash", "a\\b.ts", "rec/day 1/a/b.ts", ("HLS176",)),
    UriCase("a raw space is a space", "a b.ts", "rec/day 1/a b.ts", ("HLS177",)),
    UriCase("a space in the query is ignored", "a.ts?x= y", "rec/day 1/a.ts"),
    UriCase("a percent sign without digits is literal", "100%.ts", "rec/day 1/100%.ts", ("HLS178",)),
    UriCase("a percent sign before one digit is literal", "a%4.ts", "rec/day 1/a%4.ts", ("HLS178",)),
    UriCase("an empty URI names no file", "", None, ("HLS170",)),
    UriCase("a query alone names no file", "?a.ts", None, ("HLS170",)),
    UriCase("a host alone names no file", "http://video.example.com", None, ("HLS170",)),
    UriCase("an escaped NUL is not allowed", "a%00.ts", None, ("HLS170",)),
    UriCase("a raw control character is not allowed", "a\x01.ts", None, ("HLS170",)),
    UriCase("a surrogate is not allowed", "a\udcff.ts", None, ("HLS170",)),
    UriCase("escapes that are not UTF-8", "a%FF.ts", None, ("HLS170",)),
    UriCase("http requires its slashes", "http:a.ts", None, ("HLS170",)),
    UriCase("a user name in a host is refused", "http://video.example.com@evil.example/rec/a.ts", None, ("HLS170",)),
    UriCase("an unclosed bracket", "http://[::1/calls/a.ts", None, ("HLS170",)),
    UriCase("another host is not followed", "https://evil.example/rec/a.ts", None, ("HLS171",)),
    UriCase("a host with our host as its suffix", "https://evil-video.example.com/rec/a.ts", None, ("HLS171",)),
    UriCase("another bucket under path style", "http://127.0.0.1/other/rec/a.ts", None, ("HLS171",)),
    UriCase("backslashes lead to other hosts too", "\\\\evil.example\\rec\\a.ts", None, ("HLS176", "HLS171")),
    UriCase("the cloud's metadata host", "http://100.100.100.200/latest/meta-data", None, ("HLS171",)),
    UriCase("a file of this machine", "file:///etc/passwd", None, ("HLS172",)),
    UriCase("data in the URI itself", "data:video/mp2t;base64,Rw==", None, ("HLS172",)),
    UriCase("a script", "javascript:alert(1)", None, ("HLS172",)),
    UriCase("two folders up is the bucket's root", "../../a.ts", None, ("HLS174",)),
    UriCase("three folders up is outside the bucket", "../../../a.ts", None, ("HLS173",)),
    UriCase("escaped dots lead outside the bucket", "..%2F..%2F..%2Fa.ts", None, ("HLS173",)),
    UriCase("backslashes lead outside the bucket", "..\\..\\..\\a.ts", None, ("HLS176", "HLS173")),
    UriCase("the root has no parent", "/../a.ts", None, ("HLS173",)),
    UriCase("path style does not lead to another bucket", "http://127.0.0.1/calls/../other/a.ts", None, ("HLS173",)),
    UriCase("a key outside the prefix is not used", "/other/a.ts", None, ("HLS174",)),
]
