"""The client of the REST service: its requests, the evaluation of replies, and retries."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.errors import (
    OssrecError,
    RecorderDenied,
    RecorderRefused,
    RecorderUnanswered,
    RecorderUnreachable,
    ResidSpent,
    UsageProblem,
)
from ossrec.recorder.authentication import Basic, authentication_from
from ossrec.recorder.calls import TaskHandle
from ossrec.recorder.client import RecorderClient, RecordingRequest, RetryLimits
from ossrec.recorder.endpoint import base_of
from ossrec.recorder.rate_limit import RateLimit
from ossrec.recorder.response import read_response
from tests.oss_server import OssServer
from tests.recorder import Recorder, Trouble
from tests.recorder.server import CERTIFICATE
from tests.running import PATIENCE

LOBBY = RecordingRequest("lobby")


def client_of(recorder: Recorder, *, key: str = "", timeout: float = PATIENCE, **options: Any) -> RecorderClient:
    basic = Basic(recorder.certificate_id, key or recorder.certificate_key)
    given: dict[str, Any] = {"clock": recorder.clock, "wait": lambda _: None, "rate_limit": RateLimit(1000)} | options
    return RecorderClient(recorder.address, recorder.app_id, basic, retries=RetryLimits(timeout), **given)


@pytest.fixture
def client(recorder: Recorder) -> RecorderClient:
    return client_of(recorder)


def test_calls_are_sent_as_the_vendor_describes_them(recorder: Recorder, client: RecorderClient) -> None:
    resid = client.apply("lobby")
    wish = RecordingRequest("lobby", "mixed", "audio", "https://example.com/told", {"layout": {"mode": 3}})
    started = client.start(resid, wish)
    task = TaskHandle(started.recordid, "lobby", resid.text)
    client.change_layout(task, {"layout": {"mode": 5}})
    client.stop(task)
    assert [(one.call, one.app_id) for one in recorder.calls] == [
        (call, str(recorder.app_id)) for call in ("apply", "start", "layout", "stop")
    ]
    named = {"appid": recorder.app_id, "roomid": "lobby", "resid": resid.text}
    told = {"recordtype": 2, "streamtype": 1, "callbackurl": "https://example.com/told", "layout": {"mode": 3}}
    assert [one.body for one in recorder.calls] == [
        {},
        named | told,
        named | {"recordid": started.recordid, "layout": {"mode": 5}},
        named | {"recordid": started.recordid},
    ]
    for one in recorder.calls:
        assert one.headers["content-type"] == "application/json;charset=UTF-8"
        assert one.headers["appid"] == str(recorder.app_id)
        assert "authorization" not in one.headers
        assert one.headers["token"] == "Basic Y2VydGlmaWNhdGUtZGVtbzpjZXJ0aWZpY2F0ZS1zZWNyZXQ="
    assert len({one.trace_id for one in recorder.calls}) == 4
    assert [take.ended for take in recorder.takes] == ["stopped"]


@pytest.mark.parametrize(
    ("text", "base"),
    [
        pytest.param("api.jocloud.com", "https://api.jocloud.com", id="a host is asked over https"),
        pytest.param("https://api-oversea.jocloud.com/", "https://api-oversea.jocloud.com", id="a URL as it is"),
        pytest.param("HTTPS://API.jocloud.com:8443", "https://api.jocloud.com:8443", id="a port is kept"),
        pytest.param("http://127.0.0.1:80", "http://127.0.0.1:80", id="http is for this machine"),
        pytest.param("http://[::1]:9", "http://[::1]:9", id="also by its other address"),
        pytest.param("http://localhost:9", "http://localhost:9", id="also by its name"),
        pytest.param("http://api.jocloud.com", None, id="http to another machine would show the certificate"),
        pytest.param("http://127.0.0.1.example.com", None, id="a name that begins like an address is another machine"),
        pytest.param("http://localhost.example.com", None, id="so is one that begins like localhost"),
        pytest.param("ftp://api.jocloud.com", None, id="another scheme"),
        pytest.param("https://user:pass@api.jocloud.com", None, id="credentials in the URL"),
        pytest.param("https://api.jocloud.com/app", None, id="a path"),
        pytest.param("https://api.jocloud.com?x=1", None, id="a query"),
        pytest.param("https://", None, id="no host"),
        pytest.param("https://a b", None, id="a space"),
        pytest.param("https://api:99999999", None, id="a port that is none"),
        pytest.param("https://[::1", None, id="half an address"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_service_is_asked_over_https_only(text: str, base: str | None) -> None:
    if base is None:
        with pytest.raises(UsageProblem) as caught:
            base_of(text)
        assert "pass" not in str(caught.value)
    else:
        assert base_of(text) == base


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, "OSSREC_CERTIFICATE_ID"),
        ({"OSSREC_CERTIFICATE_ID": "one"}, "OSSREC_CERTIFICATE_KEY"),
        ({"OSSREC_CERTIFICATE_KEY": "two"}, "OSSREC_CERTIFICATE_ID"),
        ({"OSSREC_CERTIFICATE_ID": "a:b", "OSSREC_CERTIFICATE_KEY": "two"}, "OSSREC_CERTIFICATE_ID"),
        ({"OSSREC_CERTIFICATE_ID": "one", "OSSREC_CERTIFICATE_KEY": "t\nwo"}, "OSSREC_CERTIFICATE_KEY"),
    ],
)
def test_half_a_certificate_is_none(environment: dict[str, str], names: str) -> None:
    with pytest.raises(RecorderDenied, match=names):
        authentication_from(environment)


def test_a_certificate_comes_from_the_environment_and_shows_nowhere() -> None:
    basic = authentication_from({"OSSREC_CERTIFICATE_ID": " one ", "OSSREC_CERTIFICATE_KEY": "twö"})
    assert basic == Basic("one", "twö")
    client = RecorderClient("https://127.0.0.1", 1, basic)
    assert "one" not in repr([basic, client])
    assert "tw" not in repr([basic, client])


def test_a_wrong_certificate_is_said_to_be_one(recorder: Recorder) -> None:
    with pytest.raises(RecorderDenied, match="OSSREC_CERTIFICATE_ID") as caught:
        client_of(recorder, key="wrong-secret").apply("lobby")
    assert caught.value.exit_code == 12
    assert caught.value.trace_id == recorder.calls[0].trace_id
    assert len(recorder.calls) == 1


def test_a_refusal_tells_code_message_and_trace_id(recorder: Recorder, client: RecorderClient) -> None:
    recorder.troubles.add(Trouble("apply", code=4003, message="no\x1b[31m balance"))
    with pytest.raises(RecorderRefused) as caught:
        client.apply("lobby")
    assert (caught.value.code, caught.value.trace_id) == (4003, recorder.calls[0].trace_id)
    assert caught.value.said == "no\\x1b[31m balance"
    assert all(part in str(caught.value) for part in ("4003", "balance", caught.value.trace_id))
    assert "\x1b" not in str(caught.value)
    assert len(recorder.calls) == 1


@pytest.mark.parametrize("secret", ["certificate-secret", "Y2VydGlmaWNhdGUtZGVtbzpjZXJ0aWZpY2F0ZS1zZWNyZXQ="])
@pytest.mark.parametrize("status", [0, 401, 500])
def test_a_service_that_echoes_secrets_does_not_spread_them(
    recorder: Recorder, client: RecorderClient, secret: str, status: int
) -> None:
    def body() -> bytes:
        return json.dumps({"code": 7, "message": f"token was {secret}"}).encode()

    recorder.troubles.add(Trouble("apply", times=9, status=status or 200, body=body()))
    with pytest.raises(OssrecError) as caught:
        client.apply("lobby")
    assert secret not in str(caught.value)
    assert "***" in str(caught.value)


# What a start that is not answered is followed by: (trouble with the first, does the request arrive).
SILENCES = {
    "its connection is reset": Trouble("start", reset=True),
    "a proxy answers 502": Trouble("start", status=502),
    "the answer is no JSON": Trouble("start", body=b"<html>"),
    "the answer has no recordid": Trouble("start", body=b'{"code": 0, "message": "success"}'),
    "the answer has a recordid that cannot be one": Trouble("start", body=b'{"code": 0, "recordid": "a\\u001b b"}'),
    "the answer is to another request": Trouble("start", body=b'{"code": 0, "recordid": "x", "traceId": "other"}'),
    "the answer never ends": Trouble("start", body=b'{"code": 0, "recordid": "x"}' + b" " * (2 << 20)),
}


@pytest.mark.parametrize("trouble", SILENCES.values(), ids=SILENCES)
def test_a_start_that_did_not_arrive_is_sent_again_with_the_same_resid(
    recorder: Recorder, client: RecorderClient, trouble: Trouble
) -> None:
    from dataclasses import replace

    recorder.troubles.add(replace(trouble, done=False))
    resid = client.apply("lobby")
    started = client.start(resid, LOBBY)
    assert [take.recordid for take in recorder.takes] == [started.recordid]
    sent = [one for one in recorder.calls if one.call == "start"]
    assert [one.body["resid"] for one in sent] == [resid.text, resid.text]
    assert sent[0].trace_id != sent[1].trace_id


@pytest.mark.parametrize("trouble", SILENCES.values(), ids=SILENCES)
def test_a_start_that_arrived_without_an_answer_records_once_and_says_so(
    recorder: Recorder, client: RecorderClient, trouble: Trouble
) -> None:
    recorder.troubles.add(trouble)
    with pytest.raises(RecorderUnanswered, match="most likely arrived") as caught:
        client.start(client.apply("lobby"), LOBBY)
    assert len(recorder.takes) == 1
    assert caught.value.trace_id == next(one.trace_id for one in recorder.calls if one.call == "start")


def test_a_start_whose_answer_does_not_come_in_time_records_once(recorder: Recorder) -> None:
    recorder.troubles.add(Trouble("start", silent=True))
    resid = client_of(recorder).apply("lobby")
    with pytest.raises(RecorderUnanswered, match="no reply before the timeout"):
        client_of(recorder, timeout=0.1).start(resid, LOBBY)
    recorder.await_call("start")
    assert len(recorder.takes) == 1


def test_a_start_that_nobody_answers_is_given_up(recorder: Recorder, client: RecorderClient) -> None:
    recorder.troubles.add(Trouble("start", times=9, done=False, status=500))
    with pytest.raises(RecorderUnanswered, match="status 500"):
        client.start(client.apply("lobby"), LOBBY)
    assert [one.call for one in recorder.calls] == ["apply", "start", "start", "start"]


def test_a_refused_start_is_not_sent_again(recorder: Recorder, client: RecorderClient) -> None:
    recorder.troubles.add(Trouble("start", code=9))
    resid = client.apply("lobby")
    with pytest.raises(RecorderRefused):
        client.start(resid, LOBBY)
    with pytest.raises(ResidSpent):
        client.start(resid, LOBBY)
    assert [one.call for one in recorder.calls] == ["apply", "start"]


def test_a_resid_serves_one_recording(recorder: Recorder, client: RecorderClient) -> None:
    resid = client.apply("lobby")
    client.start(resid, LOBBY)
    with pytest.raises(ResidSpent, match="used already"):
        client.start(resid, RecordingRequest("hall"))
    assert len(recorder.calls) == 2


@pytest.mark.parametrize(("seconds", "is_good"), [(299.9, True), (300, False)])
def test_a_resid_is_good_for_five_minutes(
    recorder: Recorder, client: RecorderClient, seconds: float, is_good: bool
) -> None:
    resid = client.apply("lobby")
    recorder.advance(seconds)
    if is_good:
        client.start(resid, LOBBY)
    else:
        with pytest.raises(ResidSpent, match="five minutes"):
            client.start(resid, LOBBY)
    assert len(recorder.calls) == 1 + is_good


def test_a_start_is_not_repeated_with_a_resid_that_has_grown_old_meanwhile(recorder: Recorder) -> None:
    recorder.troubles.add(Trouble("start", done=False, status=500))
    client = client_of(recorder, wait=lambda _: recorder.advance(300))
    with pytest.raises(RecorderUnanswered, match="status 500"):
        client.start(client.apply("lobby"), LOBBY)
    assert [one.call for one in recorder.calls] == ["apply", "start"]


@pytest.mark.parametrize("trouble", [Trouble(status=503), Trouble(reset=True), Trouble(body=b"")])
def test_what_does_no_harm_twice_is_repeated(recorder: Recorder, client: RecorderClient, trouble: Trouble) -> None:
    recorder.troubles.add(trouble)
    resid = client.apply("lobby")
    task = TaskHandle(client.start(resid, LOBBY).recordid, "lobby")
    recorder.troubles.add(trouble)
    client.change_layout(task, {"layout": 1})
    recorder.troubles.add(trouble)
    client.stop(task)
    assert [one.call for one in recorder.calls] == [*["apply"] * 2, "start", *["layout"] * 2, *["stop"] * 2]


def test_a_stop_that_is_refused_after_silence_may_have_stopped(recorder: Recorder, client: RecorderClient) -> None:
    task = TaskHandle(client.start(client.apply("lobby"), LOBBY).recordid, "lobby")
    recorder.troubles.add(Trouble("stop", status=500), Trouble("stop", code=1007))
    with pytest.raises(RecorderRefused, match="may have stopped it"):
        client.stop(task)


def test_a_layout_may_not_replace_what_is_sent_anyway(recorder: Recorder, client: RecorderClient) -> None:
    with pytest.raises(UsageProblem, match="appid, roomid"):
        client.start(client.apply("lobby"), RecordingRequest("lobby", layout={"roomid": "hall", "appid": 1}))
    assert [one.call for one in recorder.calls] == ["apply"]


def test_where_nobody_listens_nothing_was_sent(recorder: Recorder) -> None:
    client = client_of(recorder)
    resid = client.apply("lobby")
    recorder.stop()
    with pytest.raises(RecorderUnreachable, match="refused"):
        client.start(resid, LOBBY)


def test_a_redirect_leads_nowhere(recorder: Recorder, client: RecorderClient) -> None:
    recorder.troubles.add(Trouble("apply", status=302))
    with pytest.raises(RecorderRefused, match="302"):
        client.apply("lobby")
    assert len(recorder.calls) == 1


def test_a_netrc_changes_nothing(recorder: Recorder, client: RecorderClient, alone: Any) -> None:
    (alone / ".netrc").write_text("default login someone password else\n")
    (alone / ".netrc").chmod(0o600)
    client.apply("lobby")
    assert "authorization" not in recorder.calls[0].headers


# TLS.


@pytest.fixture
def secure() -> Iterator[Recorder]:
    with OssServer() as oss, Recorder(oss.bucket("recordings"), tls=True) as running:
        yield running


def test_a_certificate_that_is_not_trusted_is_told_nothing(secure: Recorder) -> None:
    with pytest.raises(RecorderUnreachable, match="not trusted"):
        client_of(secure).apply("lobby")
    assert secure.calls == []


def test_a_certificate_that_is_trusted_is_asked(secure: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    assert client_of(secure).apply("lobby").text in secure._service.resids


def test_a_server_without_tls_is_told_nothing(recorder: Recorder) -> None:
    recorder.address = recorder.address.replace("http://", "https://")
    with pytest.raises(RecorderUnreachable, match="does not speak https"):
        client_of(recorder).apply("lobby")
    assert recorder.calls == []


# The rate.


def test_requests_keep_to_ten_in_a_second(recorder: Recorder) -> None:
    limit = RateLimit(clock=recorder.clock, wait=recorder.advance)
    client = client_of(recorder, rate_limit=limit)
    for _ in range(35):
        client.apply("lobby")
    assert len(recorder.calls) == 35


def test_the_recorder_would_refuse_more(recorder: Recorder, client: RecorderClient) -> None:
    for _ in range(10):
        client.apply("lobby")
    with pytest.raises(RecorderRefused, match="too many"):
        client.apply("lobby")


@given(st.lists(st.floats(0, 2), max_size=60))
def test_no_window_has_more_than_its_share(pauses: list[float]) -> None:
    now, passed = [0.0], []

    def wait(seconds: float) -> None:
        now[0] += seconds

    limit = RateLimit(3, 1.0, clock=lambda: now[0], wait=wait)
    for pause in pauses:
        wait(pause)
        limit.take()
        passed.append(now[0])
    assert all(later - earlier > 0.999 for earlier, later in zip(passed, passed[3:], strict=False))


# Answers.


@given(
    st.one_of(
        st.binary(max_size=50),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.dictionaries(st.sampled_from(["code", "message", "traceId", "resid"]), inner),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_whatever_comes_is_an_answer_or_none(body: bytes) -> None:
    answer = read_response(body, "t")
    if answer is not None:
        assert isinstance(answer.code, int)
        assert isinstance(answer.message, str)
        assert answer.id("resid") is None or answer.id("resid") == answer.body["resid"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"code": 0}', 0),
        (b'{"code": "0"}', 0),
        (b'{"code": -3, "traceId": "t"}', -3),
        (b'{"code": 0, "traceId": "another"}', None),
        (b'{"code": true}', None),
        (b'{"code": 0.0}', None),
        (b'{"code": null}', None),
        (b"[0]", None),
        (b"", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (b'{"code": ' + b"9" * 5000 + b"}", None),
    ],
)
def test_an_answer_has_a_whole_code(body: bytes, code: int | None) -> None:
    answer = read_response(body, "t")
    assert (None if answer is None else answer.code) == code


def test_a_resid_that_the_recorder_finds_too_old_is_refused_by_it(recorder: Recorder) -> None:
    begun = recorder.clock()
    client = client_of(recorder, clock=lambda: begun)  # a clock that stands still
    resid = client.apply("lobby")
    recorder.advance(300)
    with pytest.raises(RecorderRefused, match="expired"):
        client.start(resid, LOBBY)
    assert recorder.takes == []


def test_what_has_ended_takes_no_layout(recorder: Recorder, client: RecorderClient) -> None:
    task = TaskHandle(client.start(client.apply("lobby"), LOBBY).recordid, "lobby")
    recorder.advance(30)
    with pytest.raises(RecorderRefused, match="has ended"):
        client.change_layout(task, {"layout": 1})
    client.stop(task)
    with pytest.raises(RecorderRefused, match="no such recording"):
        client.stop(task._replace(room_id="hall"))
