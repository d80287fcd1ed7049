"""Addresses of a cluster."""

from __future__ import annotations

import pytest

from alpheus.engine.address import host_and_port, scheduler_address
from alpheus.errors import UsageError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tls://scheduler:8786", "tls://scheduler:8786"),
        ("tls://scheduler", "tls://scheduler:8786"),
        ("tls://[2001:db8::1]:9000/", "tls://[2001:db8::1]:9000"),
    ],
)
def test_a_scheduler_is_named_with_tls(text: str, address: str) -> None:
    """Where no port is written it is Dask's."""
    assert scheduler_address(text) == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tcp://scheduler:8786", "without mutual TLS anybody could give orders; use tls://"),
        ("scheduler:8786", "such as tls://scheduler:8786"),
        ("tls://", "such as tls://scheduler:8786"),
        ("tls://a b", "such as tls://scheduler:8786"),
        ("tls://scheduler:99999", "there is no port 99999"),
    ],
)
def test_anything_else_is_refused(text: str, said: str) -> None:
    """In one line, with the remedy."""
    with pytest.raises(UsageError, match=said):
        scheduler_address(text)


def test_where_to_listen() -> None:
    """An address, a port, or both; never a scheme."""
    assert host_and_port("8786") == ("", 8786)
    assert host_and_port("127.0.0.1:0") == ("127.0.0.1", 0)
    assert host_and_port("[::1]:9") == ("::1", 9)
    assert host_and_port("localhost") == ("localhost", 8786)
    with pytest.raises(UsageError, match="is no address to listen at"):
        host_and_port("tcp://0.0.0.0:8786")
