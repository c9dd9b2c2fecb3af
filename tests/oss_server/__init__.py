"""A local Alibaba Cloud OSS server for tests and for trying ossrec without an account.

From a shell it serves a folder, and prints the commands to try ossrec against it:

    python -m tests.oss_server fixtures/buckets/complete

In a test:

    with OssServer() as server:
        bucket = server.bucket("recordings")
        bucket.put("2026/11/a.m3u8", b"#EXTM3U\\n")
        server.faults.add(Fault("LIST", code="QpsLimitExceeded", times=2))
        ...  # any OSS client, at server.endpoint with server.access_key_id and server.access_key_secret
        assert [request.status for request in server.requests] == [503, 503, 200]

It implements ListBuckets, GetBucketInfo, GetBucketLocation, ListObjects and ListObjectsV2, GetObject,
HeadObject, PutObject, DeleteObject and RestoreObject; any other operation fails with NotImplemented.
Signatures V1 and V4 are verified, in headers and in URLs. All data is in memory, and the server listens
on 127.0.0.1 only.

Terms: a *call* is the operation that a request asks for, a *fault* changes the responses to some calls, a
*stored* object is an object of a bucket. A request passes through these modules: `wire` reads it, `call`
parses its address, `faults` may replace the response, `signing` identifies the sender, `service` checks
the permission, `listing`, `objects` and `account` carry it out, and `server` sends the response.

The behavior follows OSS's documentation and SDKs; it was not compared with the live service. Where these
leave a question open:

- a condition on an ETag takes precedence over a condition on a date, as in RFC 9110;
- HEAD ignores Range;
- anyone may list a public bucket, which on OSS needs a bucket policy (set ``lists_publicly`` to False for
  a bucket that is only public-read);
- the EC of an error is OSS's own where the documentation shows it; the others only have its form.
"""

from tests.oss_server.faults import Fault
from tests.oss_server.server import OssServer

__all__ = ["Fault", "OssServer"]
