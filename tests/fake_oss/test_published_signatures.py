"""Published signatures: the documentation of V1, and the test vectors of Alibaba's V4 signers."""

from datetime import UTC, datetime

import pytest

from tests.oss_server.call import Call
from tests.oss_server.errors import OssError
from tests.oss_server.signing import AccessKey, Rules, authenticate

V1_KEY = AccessKey("44CF9590006BF252F707", "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV")
V1_PUT = Call(
    "PUT",
    "",
    "oss-example",
    "nelson",
    (),
    {
        "content-md5": "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=",
        "content-type": "text/html",
        "date": "Thu, 17 Nov 2005 18:49:58 GMT",
        "x-oss-meta-author": "foo@bar.com",
        "x-oss-magic": "abracadabra",
        "authorization": "OSS 44CF9590006BF252F707:26NBxoKdsyly4EDv6inkoDft/yA=",
    },
)
V1_URL = Call(
    "GET",
    "",
    "oss-example",
    "oss-api.pdf",
    (
        ("OSSAccessKeyId", "44CF9590006BF252F707"),
        ("Expires", "1141889120"),
        ("Signature", "EwaNTn1erJGkimiJ9WmXgwnANLc="),
    ),
    {},
)


def v4_put(date: str, signature: str, **headers: str) -> Call:
    credential = f"Credential=ak/{date[:8]}/cn-hangzhou/oss/aliyun_v4_request"
    query = {
        "param1": "value1",
        "+param1": "value3",
        "|param1": "value4",
        "+param2": "",
        "|param2": "",
        "param2": "",
    }
    fixed = {
        "x-oss-head1": "value",
        "abc": "value",
        "zabc": "value",
        "xyz": "value",
        "content-type": "text/plain",
        "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
        "x-oss-date": date,
        "authorization": f"OSS4-HMAC-SHA256 {credential},{signature}",
    }
    return Call("PUT", "", "bucket", "1234+-/123/1.txt", tuple(query.items()), {**fixed, **headers})


V4_PLAIN = v4_put("20231216T162057Z", "Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe")
V4_ADDITIONAL = v4_put(
    "20231216T172512Z",
    "AdditionalHeaders=abc;zabc,Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
)
V4_TOKEN = v4_put(
    "20231217T034736Z",
    "Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea",
    **{"x-oss-security-token": "token"},
)


@pytest.mark.parametrize(
    ("call", "key", "at"),
    [
        pytest.param(V1_PUT, V1_KEY, datetime(2005, 11, 17, 18, 50, tzinfo=UTC), id="V1 in a header"),
        pytest.param(V1_URL, V1_KEY, datetime(2006, 3, 9, 7, 25, tzinfo=UTC), id="V1 in a URL"),
        pytest.param(V4_PLAIN, AccessKey("ak", "sk"), datetime(2023, 12, 16, 16, 21, tzinfo=UTC), id="V4"),
        pytest.param(
            V4_ADDITIONAL,
            AccessKey("ak", "sk"),
            datetime(2023, 12, 16, 17, 25, tzinfo=UTC),
            id="V4 with additional headers",
        ),
        pytest.param(
            V4_TOKEN,
            AccessKey("ak", "sk", "token"),
            datetime(2023, 12, 17, 3, 48, tzinfo=UTC),
            id="V4 with a token",
        ),
    ],
)
def test_published_signatures_are_accepted(call: Call, key: AccessKey, at: datetime) -> None:
    rules = Rules({key.id: key}.get, "cn-hangzhou", at.timestamp())
    assert authenticate(call, rules) == key
    tampered = Call(call.method, "", call.bucket, call.key + "x", call.query, call.headers)
    with pytest.raises(OssError, match="SignatureDoesNotMatch"):
        authenticate(tampered, rules)


def test_a_v4_signature_may_be_dated_by_the_date_header_alone() -> None:
    headers = {**V4_PLAIN.headers, "date": "Sat, 16 Dec 2023 16:20:57 GMT"}
    del headers["x-oss-date"]
    call = Call("PUT", "", "bucket", "k", (), headers)
    rules = Rules({"ak": AccessKey("ak", "sk")}.get, "cn-hangzhou", 1_702_743_657)
    with pytest.raises(OssError) as caught:
        authenticate(call, rules)
    assert "20231216T162057Z" in caught.value.details["StringToSign"]
