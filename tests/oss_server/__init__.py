"""An Alibaba Cloud OSS on this machine, faithful enough to be taken for one.

From a shell it serves a folder, and prints what to paste for trying ossrec against it:

    python -m tests.oss_server fixtures/buckets/complete

In a test:

    with OssServer() as server:
        bucket = server.bucket("recordings")
        bucket.put("2026/11/a.m3u8", b"#EXTM3U\\n")
        server.faults.add(Fault("LIST", code="QpsLimitExceeded", times=2))
        ...  # any OSS client, at server.endpoint with server.access_key_id and server.access_key_secret
        assert [request.status for request in server.requests] == [503, 503, 200]

It knows ListBuckets, GetBucketInfo, GetBucketLocation, ListObjects and ListObjectsV2, GetObject,
HeadObject, PutObject, DeleteObject and RestoreObject; everything else is refused with NotImplemented.
Signatures V1 and V4 are verified, in headers and in URLs. Everything is held in memory, and nothing
listens but 127.0.0.1.

Words: a *call* is what a request asks of OSS, a *fault* spoils the replies to some calls, a *stored*
object is what a bucket holds under a key. The way of a request: `wire` reads it, `call` takes its
address apart, `faults` may answer, `signing` tells who sent it, `service` decides whether they may,
`listing`, `objects` and `account` answer, `server` delivers.

What it does is taken from OSS's documents and from its SDKs; nothing was compared with the live service.
Where the two leave a question open:

- of several conditions, an ETag's goes before a date's, as in RFC 9110;
- a HEAD takes no notice of Range;
- a bucket that is public may also be listed by anyone, for which OSS needs a bucket policy (set
  ``lists_publicly`` to False for a bucket that is only public-read);
- an error's EC is OSS's own where its documents show it; the others only look like one.
"""

from tests.oss_server.faults import Fault
from tests.oss_server.server import OssServer

__all__ = ["Fault", "OssServer"]
