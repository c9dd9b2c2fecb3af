"""Operations on the service and on a bucket as a whole."""

from collections.abc import Iterator

import oss2
import pytest

from tests.fake_oss.clients import BUCKET, client
from tests.oss_server import OssServer
from tests.oss_server.store import Bucket

NAMES = ["alpha", "beta-1", "beta-2", "gamma"]


@pytest.fixture
def service(server: OssServer) -> Iterator[oss2.Service]:
    for name in NAMES:
        server.bucket(name)
    auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
    asked = oss2.Service(auth, server.endpoint, region=server.region)
    yield asked
    asked.session.session.close()


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_buckets_come_in_pages(service: oss2.Service, limit: int) -> None:
    assert [one.name for one in oss2.BucketIterator(service, max_keys=limit)] == NAMES


def test_buckets_can_be_narrowed_by_prefix_and_marker(service: oss2.Service) -> None:
    assert [one.name for one in service.list_buckets(prefix="beta").buckets] == ["beta-1", "beta-2"]
    page = service.list_buckets(marker="beta-1", max_keys=1)
    assert [one.name for one in page.buckets] == ["beta-2"]
    assert (page.is_truncated, page.next_marker) == (True, "beta-2")


def test_a_bucket_says_where_it_is(server: OssServer, service: oss2.Service) -> None:
    one = service.list_buckets().buckets[0]
    assert (one.location, one.region) == ("oss-cn-hangzhou", "cn-hangzhou")
    assert one.extranet_endpoint == "oss-cn-hangzhou.aliyuncs.com"
    assert one.intranet_endpoint == "oss-cn-hangzhou-internal.aliyuncs.com"
    assert one.creation_date <= server.now()


@pytest.mark.parametrize("limit", ["0", "1001", "x", "٣"])
def test_a_page_of_buckets_has_bounds(service: oss2.Service, limit: str) -> None:
    with pytest.raises(oss2.exceptions.InvalidArgument):
        service.list_buckets(params={"max-keys": limit})


def test_a_bucket_describes_itself(server: OssServer, bucket: Bucket) -> None:
    with client(server) as oss:
        info = oss.get_bucket_info()
        assert (info.name, info.location, info.acl.grant) == (BUCKET, "oss-cn-hangzhou", "public-read")
        assert oss.get_bucket_location().location == "oss-cn-hangzhou"
        with pytest.raises(oss2.exceptions.NotImplemented):
            oss.get_bucket_lifecycle()
        with pytest.raises(oss2.exceptions.NotImplemented):
            oss.create_bucket()
