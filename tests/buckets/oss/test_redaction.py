"""Secrets are redacted in text from a server and in names that users type."""

import pytest

from ossrec.buckets.open import open_bucket
from ossrec.buckets.oss.credentials import Credentials
from ossrec.buckets.oss.errors import parse_error_reply
from ossrec.buckets.oss.redaction import redact_typed_name, request_redactor
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import BucketError, UsageProblem
from tests.buckets.sample_buckets import NAME, connect
from tests.oss_server import Fault, OssServer

KEY = Credentials("LTAIkey", "LTAIkey-and-more", "to/ken+==" * 40)
V4 = "OSS4-HMAC-SHA256 Credential=LTAIkey/20261101/cn-hangzhou/oss/aliyun_v4_request,Signature=0123abcd"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("nothing of it", "nothing of it"),
        ("id LTAIkey.", "id ***."),
        ("secret LTAIkey-and-more.", "secret ***."),
        (f"token {KEY.token}.", "token ***."),
        ("token " + "to%2Fken%2B%3D%3D" * 40, "token ***"),
        ("signature 0123abcd", "signature ***"),
    ],
)
def test_what_is_secret_is_taken_out(said: str, told: str) -> None:
    assert request_redactor(KEY, {"Authorization": V4})(said) == told


def test_a_signature_of_v1_is_taken_out() -> None:
    assert request_redactor(KEY, {"Authorization": "OSS LTAIkey:aB+/9="})("it was aB+/9=") == "it was ***"


def test_without_credentials_nothing_is_secret() -> None:
    assert request_redactor(None, {})("anything") == "anything"


def test_what_is_only_a_letter_or_two_garbles_nothing() -> None:
    assert request_redactor(Credentials("No", "a"), {})("NoSuchKey") == "NoSuchKey"


def test_a_secret_is_taken_out_before_a_text_is_cut() -> None:
    body = f"<Error><Code>{KEY.token}</Code><Message>{'x' * 290}{KEY.token}</Message></Error>".encode()
    refusal = parse_error_reply(400, {"x-oss-ec": KEY.token}, body, request_redactor(KEY, {}))
    assert (refusal.code, refusal.message, refusal.ec) == ("***", "x" * 290 + "***", "***")


@pytest.mark.parametrize("signing", ["v1", "v4"])
def test_the_signature_of_the_request_is_not_told(server: OssServer, signing: str) -> None:
    bucket = connect(server, signing=signing)
    bucket.page()
    headers = {name.lower(): value for name, value in server.requests[-1].headers.items()}
    signed = headers["authorization"]
    assert "***" in request_redactor(None, {"Authorization": signed})(signed)


@pytest.mark.parametrize("element", ["LTAIkey", "SECRETkey"])
def test_a_page_that_is_made_of_secrets_is_not_told(server: OssServer, element: str) -> None:
    server.add_key("LTAIkey", "SECRETkey")
    server.faults.add(Fault("LIST", rewrite=lambda _: f"<{'x' * 36}{element}/>".encode()))
    variables = {"OSS_ACCESS_KEY_ID": "LTAIkey", "OSS_ACCESS_KEY_SECRET": "SECRETkey"}
    with pytest.raises(BucketError, match=r"not a listing but <x+\*\*\*>") as caught:
        connect(server, NAME, variables).page()
    assert "key" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("demo", "demo"),
        ("AK:SK@demo", "***@demo"),
        ("AK@demo", "***@demo"),
        ("AK:S@K@demo", "***@demo"),
        ("AK:SK", "***"),
    ],
)
def test_what_looks_like_credentials_is_not_repeated(typed: str, told: str) -> None:
    assert redact_typed_name(typed) == told


@pytest.mark.parametrize("place", ["oss://AK:SK@demo", "oss://AK:SK/demo", "https://AK:SK@demo.example/x"])
def test_a_place_with_credentials_in_it_is_refused_without_them(place: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        open_bucket(place, BucketSettings(region="cn-hangzhou"), {})
    assert "SK" not in str(caught.value)
    assert "AK" not in str(caught.value)
