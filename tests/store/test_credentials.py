"""Credentials come from the environment, and are asked for again before they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.errors import StoreError, UsageError
from alpheus.store.credentials import Keys
from alpheus.store.patience import Patience
from alpheus.store.signature import Credentials
from byte_server import ByteServer, byte_server

QUICK = Patience(seconds=1, pause=0.001, longest=0.002)
NAMES = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SKIP_SIGNATURE",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ByteServer]:
    """Who gives credentials."""
    with byte_server() as found:
        yield found


def _keys() -> Credentials | None:
    return Keys("eu-west-1", QUICK).current()


def test_keys_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are; they do not end."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert _keys() == Credentials("AKIA", "hush", "token")


def test_what_is_public_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the operator says so."""
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    assert _keys() is None


def test_without_any_it_is_said_which() -> None:
    """No file is looked for, and no machine of a cloud is asked unasked."""
    with pytest.raises(UsageError, match=r"AWS_ACCESS_KEY_ID.*AWS_SKIP_SIGNATURE"):
        _keys()


def test_a_token_of_kubernetes_is_given_for_keys(
    server: ByteServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of the token service that is named; what is no answer of it is refused."""
    (tmp_path / "token").write_text("the-token\n")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
    end = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    server.content = (
        '<A xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><B><Credentials><AccessKeyId>K'
        "</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
        f"<Expiration>{end.isoformat()}</Expiration></Credentials></B></A>"
    ).encode()
    found = _keys()
    assert found == Credentials("K", "S", "T", end)
    assert server.asked[0][0] == "POST"
    server.content = b"<!DOCTYPE x><A/>"
    with pytest.raises(StoreError, match="no document"):
        _keys()
    server.content = b"<A"
    with pytest.raises(StoreError, match="holds none"):
        _keys()
    (tmp_path / "token").unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        _keys()


def test_a_container_asks_the_address_that_it_was_given(
    server: ByteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its word; keys that are about to end are asked for again."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/creds?x=1")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "word")
    server.content = b'{"AccessKeyId":"K","SecretAccessKey":"S","Token":"T","Expiration":""}'
    keys = Keys("r", QUICK)
    assert keys.current() == keys._known
    first = keys._known
    keys.current()
    assert keys._known is not first
    _, path, headers = server.asked[0]
    assert (path, headers["authorization"]) == ("/creds?x=1", "word")
    server.content = b"[1]"
    with pytest.raises(StoreError, match="holds none"):
        keys.current()
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "nowhere")
    with pytest.raises(UsageError, match="no address"):
        keys.current()
