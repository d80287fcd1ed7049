"""Requests to S3 are signed as Amazon's own client signs them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from alpheus.store.address import quoted
from alpheus.store.signature import EMPTY, Credentials, Request, query_text, signed


@pytest.mark.parametrize("token", ["", "a-token"])
@pytest.mark.parametrize(
    ("method", "key", "query", "body"),
    [
        ("GET", "a/b c+ü.zip", [], b""),
        ("GET", "x/../y//z", [("versionId", "a/b=")], b""),
        ("GET", "", [("prefix", "a b/*"), ("list-type", "2"), ("encoding-type", "url")], b""),
        ("PUT", "results/1.json", [], b"{}"),
    ],
)
def test_a_signature_is_the_one_of_botocore(
    method: str, key: str, query: list[tuple[str, str]], body: bytes, token: str
) -> None:
    """The same request at the same time has the same signature, whoever makes it."""
    path = f"/bucket/{quoted(key)}"
    digest = hashlib.sha256(body).hexdigest() if body else EMPTY
    headers = {"Range": "bytes=0-9", "If-Match": '"x  y"'}
    ours = signed(
        Request(method, "host.example", path, query, headers, digest),
        Credentials("AKIA", "hush", token), "eu-west-1", datetime.now(UTC),
    )  # fmt: skip
    text = query_text(query)
    url = f"https://host.example{path}{'?' if text else ''}{text}"
    request = AWSRequest(method, url, headers=dict(headers), data=body)
    request.headers["x-amz-content-sha256"] = digest
    auth = S3SigV4Auth(BotoCredentials("AKIA", "hush", token or None), "s3", "eu-west-1")
    stamp = ours["x-amz-date"]
    request.context["timestamp"] = stamp
    request.headers["X-Amz-Date"] = stamp
    if token:
        request.headers["X-Amz-Security-Token"] = token
    theirs = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert ours["Authorization"].endswith(f"Signature={theirs}")


def test_secrets_are_not_shown() -> None:
    """Neither the key's secret nor a token is in a representation or goes with a request."""
    credentials = Credentials("AKIA", "hush", "quiet")
    assert "hush" not in repr(credentials)
    assert "quiet" not in repr(credentials)
    assert "hush" not in str(signed(Request("GET", "h", "/"), credentials, "r"))
