"""Servers with false responses: a scan ends with one line, and reveals no secret."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oss_server import Fault, OssServer
from tests.running import Ossrec
from tests.scan.bucket_maker import recording, stem

SECRETS = ("IDofTHEkey", "SECRETofTHEkey", "TOKENofTHEkey")
ECHO = " ".join(SECRETS)
_NEXT = re.compile(rb"<IsTruncated>.*?</IsTruncated>(?:<NextContinuationToken>.*?</NextContinuationToken>)?")


class _Tokens:
    """Replaces each listing page by an empty one that names a next page."""

    def __init__(self, most: int) -> None:
        self.most, self.given = most, 0

    def __call__(self, page: bytes) -> bytes:
        self.given += 1
        if self.given >= self.most:
            return page  # it would go on for ever
        page = re.sub(rb"<Contents>.*</Contents>", b"", page, flags=re.DOTALL)
        page = re.sub(rb"<KeyCount>\d+", b"<KeyCount>0", page)
        token = b"<NextContinuationToken>t%d</NextContinuationToken>" % self.given
        return _NEXT.sub(b"<IsTruncated>true</IsTruncated>" + token, page)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OssServer]:
    with OssServer() as one:
        one.add_key(*SECRETS)
        for key, data in recording(stem(1), 3).items():
            one.bucket("demo").put(key, data, modified=1_793_000_000)
        names = ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN")
        for name, value in zip(names, SECRETS, strict=True):
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OSSREC_ENDPOINT", one.endpoint)
        monkeypatch.setenv("OSSREC_REGION", "cn-hangzhou")
        yield one


def _leaks(folder: Path, *texts: str) -> list[str]:
    data = [text.encode() for text in texts] + [file.read_bytes() for file in folder.iterdir() if file.is_file()]
    return [secret for secret in SECRETS if any(secret.encode() in one for one in data)]


REFUSALS = {
    "a message that echoes the request": (Fault("LIST", status=400, code="Odd", message=ECHO, times=None), 3),
    "the same while a playlist is read": (Fault("GET", status=409, code="Odd", message=ECHO, times=None), 3),
    "a code that is the key's id": (Fault("LIST", status=400, code=SECRETS[0], times=None), 3),
    "a request id that is the token": (
        Fault("LIST", status=400, code="Odd", headers={"x-oss-request-id": SECRETS[2]}, times=None),
        3,
    ),
    "an endpoint that is the token": (
        Fault(
            "LIST",
            status=403,
            rewrite=lambda _: b"<Error><Code>AccessDenied</Code><Endpoint>%b</Endpoint></Error>" % SECRETS[2].encode(),
            times=None,
        ),
        12,
    ),
    "a redirect to another host": (
        Fault("LIST", status=302, code="Moved", headers={"Location": f"http://127.0.0.1:1/{SECRETS[2]}"}, times=None),
        12,
    ),
}


@pytest.mark.parametrize(("fault", "code"), REFUSALS.values(), ids=REFUSALS)
def test_nothing_that_a_server_echoes_gives_credentials_away(
    fault: Fault, code: int, server: OssServer, ossrec: Ossrec, alone: Path
) -> None:
    server.faults.add(fault)
    ran = ossrec("scan", "oss://demo", "--format", "json")
    assert ran.code == code
    shown = ossrec("show", stem(1))
    assert _leaks(alone, *ran[1:], *shown[1:]) == []


def test_a_listing_of_empty_pages_with_ever_new_tokens_ends(server: OssServer, ossrec: Ossrec) -> None:
    tokens = _Tokens(400)
    server.faults.add(Fault("LIST", rewrite=tokens, times=None))
    ran = ossrec("scan", "oss://demo")
    assert tokens.given < tokens.most
    assert (ran.code, ran.out) == (3, "")


def test_a_token_that_the_server_itself_does_not_know_leads_nowhere(server: OssServer, ossrec: Ossrec) -> None:
    again = b"<IsTruncated>true</IsTruncated><NextContinuationToken>abc</NextContinuationToken>"
    asked = 0

    def lie(page: bytes) -> bytes:
        nonlocal asked
        asked += 1
        return _NEXT.sub(again, page) if asked < 400 else page

    server.faults.add(Fault("LIST", rewrite=lie, times=None))
    assert ossrec("scan", "oss://demo").code == 3
    assert asked < 400


LIES = {
    "entities that grow": lambda page: b'<!DOCTYPE l [<!ENTITY a "aaaa">]><ListBucketResult>&a;</ListBucketResult>',
    "elements fifty thousand deep": lambda page: (
        b"<ListBucketResult>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</ListBucketResult>"
    ),
    "keys outside the prefix": lambda page: page.replace(b"<Key>2026", b"<Key>2027"),
    "a count of ten thousand digits": lambda page: re.sub(rb"<KeyCount>\d+", b"<KeyCount>" + b"9" * 10_000, page),
    "a size that no disk has": lambda page: page.replace(b"<Size>188<", b"<Size>9999999999999999999<"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_page_that_does_not_add_up_is_no_listing(lie: object, server: OssServer, ossrec: Ossrec) -> None:
    server.faults.add(Fault("LIST", rewrite=lie, times=None))  # type: ignore[arg-type]
    ran = ossrec("scan", "oss://demo/2026/")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert ossrec("find").out == ""


def test_sizes_that_add_up_past_all_numbers_are_judged(server: OssServer, ossrec: Ossrec) -> None:
    lie = Fault("LIST", rewrite=lambda page: page.replace(b"<Size>188<", b"<Size>9000000000000000000<"), times=None)
    server.faults.add(lie)
    assert ossrec("scan", "oss://demo", "--fail-on", "never").code in (0, 3)
    assert ossrec("find", "--count").code == 0
