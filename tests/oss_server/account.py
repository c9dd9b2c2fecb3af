"""Operations on the service and on a bucket as a whole: list the buckets, describe one."""

from itertools import islice

from tests.oss_server.call import Call
from tests.oss_server.errors import invalid_argument
from tests.oss_server.listing import OWNER_ID, timestamp
from tests.oss_server.markup import document, element
from tests.oss_server.store import Bucket, Buckets

_OWNER = f"  <Owner>\n    <ID>{OWNER_ID}</ID>\n    <DisplayName>{OWNER_ID}</DisplayName>\n  </Owner>\n"


def list_buckets(buckets: Buckets, call: Call, region: str) -> bytes:
    """Return the response document of ListBuckets; it has a next marker only when it is truncated."""
    params = call.params
    prefix, marker = params.get("prefix", ""), params.get("marker", "")
    limit = params.get("max-keys", "100")
    if not (limit.isascii() and limit.isdigit()) or not 1 <= int(limit[:9]) <= 1000:
        raise invalid_argument("max-keys", limit, "max-keys must be an integer between 1 and 1000.")
    wanted = (bucket for bucket in buckets if bucket.name.startswith(prefix) and bucket.name > marker)
    page = list(islice(wanted, int(limit) + 1))
    elements = [_OWNER]
    if len(page) > int(limit):
        page.pop()
        pairs = {"Prefix": prefix, "Marker": marker, "MaxKeys": limit, "IsTruncated": "true"}
        elements += [element(name, text) for name, text in pairs.items()]
        elements.append(element("NextMarker", page[-1].name))
    entries = "".join(f"    <Bucket>\n{_describe(one, region, '      ')}    </Bucket>\n" for one in page)
    return document("ListAllMyBucketsResult", [*elements, f"  <Buckets>\n{entries}  </Buckets>\n"])


def bucket_info(bucket: Bucket, region: str) -> bytes:
    """Return the response document of GetBucketInfo."""
    acl = "public-read" if bucket.public else "private"
    rights = f"    <AccessControlList>\n      <Grant>{acl}</Grant>\n    </AccessControlList>\n"
    inner = _describe(bucket, region, "    ") + _OWNER.replace("  <", "    <") + rights
    return document("BucketInfo", [f"  <Bucket>\n{inner}  </Bucket>\n"])


def bucket_location(region: str) -> bytes:
    """Return the response document of GetBucketLocation."""
    head, _, tail = document("LocationConstraint", []).decode().partition("<LocationConstraint>\n")
    return f"{head}<LocationConstraint>oss-{region}{tail}".encode()


def _describe(bucket: Bucket, region: str, indent: str) -> str:
    pairs = {
        "CreationDate": timestamp(bucket.created),
        "ExtranetEndpoint": f"oss-{region}.aliyuncs.com",
        "IntranetEndpoint": f"oss-{region}-internal.aliyuncs.com",
        "Location": f"oss-{region}",
        "Name": bucket.name,
        "Region": region,
        "StorageClass": "Standard",
    }
    return "".join(element(name, text, indent) for name, text in pairs.items())
