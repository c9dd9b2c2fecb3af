"""Which requests are retried, how long the waits are, and when retrying ends."""

import threading
from collections.abc import Iterator

import pytest

from ossrec.buckets.counting import CountingBucket, RequestCounts
from ossrec.buckets.oss.bucket import OssBucket
from ossrec.buckets.oss.errors import Throttled
from ossrec.buckets.protocol import START
from ossrec.buckets.retrying import RetryEvent, RetryingBucket, sleep
from ossrec.buckets.settings import RetryPolicy
from ossrec.errors import (
    AccessDenied,
    BodyDamaged,
    BucketBusy,
    BucketError,
    BucketMissing,
    Interrupted,
    ListingDamaged,
    ObjectArchived,
    ObjectMissing,
    ObjectTooLarge,
)
from ossrec.model import Body, BucketAddress, Cursor, Page
from tests.buckets.sample_buckets import MODIFIED, connect
from tests.oss_server import Fault, OssServer
from tests.running import PATIENCE

POLICY = RetryPolicy(attempts=5, budget=100.0, base=1.0, cap=6.0, damaged=3)


class Scripted:
    """A bucket that fails as it is told, and then answers."""

    name = "oss://scripted"
    clock_ahead = None
    address = BucketAddress("scripted")

    def __init__(self, *errors: BucketError) -> None:
        self.errors: Iterator[BucketError] = iter(errors)

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        self._fail()
        return Page([], None)

    def read(self, key: str, *, limit: int) -> Body:
        self._fail()
        return Body(b"whole", 5, "E", 0)

    def read_range(self, key: str, start: int, stop: int) -> Body:
        self._fail()
        return Body(b"part", 5, "E", 0)

    def _fail(self) -> None:
        for error in self.errors:
            raise error


class Time:
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return False


def busy(retry_after: float = 0.0) -> BucketBusy:
    error = Throttled("oss://b: listing: 503 SlowDown: try again later", code="SlowDown", ec="E1", request_id="R1")
    error.retry_after = retry_after
    return error


def insist(time: Time, *errors: BucketError, policy: RetryPolicy = POLICY, draw: float = 1.0) -> Page:
    bucket = Scripted(*errors)
    return RetryingBucket(bucket, policy, wait=time.wait, clock=lambda: time.now, draw=lambda: draw).page()


def test_the_waits_double_up_to_their_cap() -> None:
    time = Time()
    assert insist(time, *(busy() for _ in range(4))) == Page([], None)
    assert time.waits == [1.0, 2.0, 4.0, 6.0]


@pytest.mark.parametrize(("draw", "waits"), [(0.0, [0.0, 0.0]), (0.5, [0.5, 1.0])])
def test_the_waits_are_drawn_from_all_of_their_range(draw: float, waits: list[float]) -> None:
    time = Time()
    insist(time, busy(), busy(), draw=draw)
    assert time.waits == waits


def test_what_oss_asks_for_is_waited_at_least() -> None:
    time = Time()
    insist(time, busy(30.0), busy(0.5))
    assert time.waits == [30.0, 2.0]


def test_after_so_many_attempts_it_is_given_up() -> None:
    time = Time()
    with pytest.raises(BucketBusy) as caught:
        insist(time, *(busy() for _ in range(9)))
    assert str(caught.value).endswith("try again later (gave up after 5 attempts in 13 s)")
    assert (caught.value.code, caught.value.ec, caught.value.request_id) == ("SlowDown", "E1", "R1")
    assert len(time.waits) == 4


def test_no_wait_goes_past_the_budget() -> None:
    time = Time()
    with pytest.raises(BucketBusy, match="gave up after 3 attempts in 3 s"):
        insist(time, *(busy() for _ in range(9)), policy=POLICY._replace(budget=6.9))
    assert time.waits == [1.0, 2.0]


def test_a_wait_longer_than_the_budget_is_not_begun() -> None:
    time = Time()
    with pytest.raises(BucketBusy, match=r"try again later$"):
        insist(time, busy(retry_after=3600.0))
    assert time.waits == []


@pytest.mark.parametrize("kind", [BodyDamaged, ListingDamaged])
def test_what_comes_damaged_is_asked_for_a_few_times_only(kind: type[BucketError]) -> None:
    time = Time()
    assert insist(time, kind("1"), busy(), kind("2")) == Page([], None)
    with pytest.raises(kind, match="gave up after 3 attempts"):
        insist(time, *(kind("x") for _ in range(9)))


@pytest.mark.parametrize(
    "kind", [AccessDenied, BucketMissing, ObjectMissing, ObjectArchived, ObjectTooLarge, BucketError], ids=str
)
def test_what_will_not_pass_is_raised_at_once(kind: type[BucketError]) -> None:
    time = Time()
    error = kind("no")
    with pytest.raises(kind) as caught:
        insist(time, error)
    assert caught.value is error
    assert time.waits == []


def test_setting_an_event_ends_the_waiting() -> None:
    stop = threading.Event()
    bucket = RetryingBucket(Scripted(*(busy() for _ in range(9))), wait=stop.wait, on_retry=lambda _: stop.set())
    with pytest.raises(
        Interrupted, match="stopped while waiting to retry a request to oss://scripted: run the command again"
    ):
        bucket.page()


def test_who_wants_is_told_of_each_retry() -> None:
    told: list[RetryEvent] = []
    bucket = RetryingBucket(
        Scripted(busy(), busy()), POLICY, wait=lambda _: False, on_retry=told.append, draw=lambda: 1.0
    )
    bucket.page()
    assert [(retry.attempt, retry.wait) for retry in told] == [(1, 1.0), (2, 2.0)]
    assert all(isinstance(retry.error, BucketBusy) for retry in told)


def test_every_kind_of_request_is_repeated() -> None:
    def wrapped() -> RetryingBucket:
        return RetryingBucket(Scripted(busy()), wait=lambda _: False)

    assert wrapped().page() == Page([], None)
    assert wrapped().read("a", limit=9).data == b"whole"
    assert wrapped().read_range("a", 0, 4).data == b"part"


def test_without_an_event_it_just_sleeps() -> None:
    assert sleep(0.0) is False


def test_requests_retries_and_bytes_are_counted(server: OssServer, oss: OssBucket) -> None:
    server.bucket("recordings").put("a", b"12345", MODIFIED)
    counting = CountingBucket(oss)
    bucket = RetryingBucket(counting, wait=lambda _: False, on_retry=counting.note_retry)
    assert counting.counts == RequestCounts()
    server.faults.add(Fault("LIST", code="SlowDown", times=2), Fault("GET", reset=True))
    bucket.page()
    bucket.read("a", limit=9)
    bucket.read_range("a", 1, 3)
    with pytest.raises(ObjectMissing):
        bucket.read("b", limit=9)
    assert counting.counts == RequestCounts(lists=3, gets=4, retries=3, bytes_read=7)


FAULTS = [
    *(
        pytest.param(Fault(code=code), id=code)
        for code in ("QpsLimitExceeded", "TotalQpsLimitExceeded", "ServiceUnavailable", "PartitionQpsLimitted")
    ),
    pytest.param(Fault(code="SlowDown", headers={"Retry-After": "2"}), id="SlowDown with Retry-After"),
    pytest.param(Fault(status=503, code="SomethingNew"), id="a throttling code nobody knows"),
    pytest.param(Fault(status=500), id="500"),
    pytest.param(Fault(status=502, code="BadGateway", headers={"x-oss-request-id": None}), id="502 from a proxy"),
    pytest.param(Fault(status=504, code="x", rewrite=lambda _: b"<html>Gateway Timeout"), id="504 with a web page"),
    pytest.param(Fault(status=429, code="TooManyRequests"), id="429"),
    pytest.param(Fault(status=503, code="SlowDown", truncate_at=20), id="an error that breaks off"),
    pytest.param(Fault(reset=True), id="a reset"),
    pytest.param(Fault(truncate_at=0), id="no body"),
    pytest.param(Fault(truncate_at=30), id="a body that breaks off"),
    pytest.param(Fault(truncate_at=30, reset=True), id="a reset within the body"),
    pytest.param(Fault(truncate_at=30, chunked=True), id="chunks that break off"),
    pytest.param(Fault(wrong_length=5), id="a length too long"),
    pytest.param(Fault(wrong_length=-5), id="a length too short"),
    pytest.param(Fault(malformed=True), id="half of the body under its own length"),
    pytest.param(Fault(delay=600), id="an answer that comes too late"),
]


@pytest.mark.parametrize("operation", ["page", "read", "read_range"])
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_that_pass_are_survived(server: OssServer, operation: str, fault: Fault) -> None:
    data = bytes(range(200))
    server.bucket("recordings").put("a", data, MODIFIED)
    oss = connect(server, timeout_read=0.5 if fault.delay else PATIENCE)
    server.faults.add(fault)
    waits: list[float] = []
    bucket = RetryingBucket(oss, wait=lambda seconds: bool(waits.append(seconds)))
    if operation == "page":
        assert [item.key for item in bucket.page().objects] == ["a"]
    elif operation == "read":
        assert bucket.read("a", limit=999).data == data
    else:
        assert bucket.read_range("a", 0, 200).data == data
    assert waits
    assert len(server.faults) == 0
