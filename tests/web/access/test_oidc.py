"""What a provider of identities says is believed if it can be, and only then."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from alpheus.errors import RefusedError, UsageError
from alpheus.web.access.oidc import Known, Provider, check_library, is_private
from alpheus.web.access.roles import Grant, Role
from alpheus.web.settings import Oidc
from console import Clock
from identity_provider import CLIENT, SECRET, providing
from identity_provider import Provider as Other

REDIRECT = "http://127.0.0.1:8443/oidc/callback"
ROLES = {"soc": (Grant(Role.ANALYST),), "water": (Grant(Role.VIEWER, "water.example"),)}


@pytest.fixture
def other(clock: Clock) -> Iterator[Other]:
    """The provider, at the time of the test's clock."""
    with providing() as running:
        running.now = clock.now.timestamp()
        yield running


def _ours(other: Other, clock: Clock, **more: Any) -> Provider:
    return Provider(Oidc(other.issuer, CLIENT, SECRET, **more), REDIRECT, clock)


@pytest.fixture
def ours(other: Other, clock: Clock) -> Provider:
    """Our side."""
    return _ours(other, clock)


def _signed_in(ours: Provider, other: Other, **answer: str) -> tuple[Known, str]:
    address, kept = ours.begin("/servers")
    assert address.startswith(f"{other.issuer}/authorize?")
    return ours.end(kept, {**other.authorize(address), **answer})


def test_somebody_is_known_by_what_the_provider_signed(ours: Provider, other: Other) -> None:
    """By code, PKCE, nonce and signature; keys are asked for once."""
    for _ in range(3):
        assert _signed_in(ours, other) == (Known("sub-1", "mia", None), "/servers")
    assert other.asked.count("/keys") == other.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"iss": "https://evil.example"}, {}),
        ({"aud": "another client"}, {}),
        ({"aud": [CLIENT, "b"], "azp": "b"}, {}),
        ({"nonce": "of another sign-in"}, {}),
        ({"nonce": None}, {}),
        ({"exp": 1}, {}),
        ({"exp": "soon"}, {}),
        ({"iat": 99_999_999_999}, {}),
        ({"sub": ""}, {}),
        ({"sub": 7}, {}),
        ({}, {"alg": "none"}),
        ({}, {"alg": "HS256"}),
        ({}, {"alg": "ES256"}),
        ({}, {"kid": "no such key"}),
    ],
)
def test_what_cannot_be_believed_lets_nobody_in(
    ours: Provider, other: Other, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    """Of another issuer, client or sign-in, over, or not signed as it should be."""
    other.claims |= claims
    other.header = header
    with pytest.raises(RefusedError, match="cannot be believed"):
        _signed_in(ours, other)


def test_a_key_that_is_not_the_providers_signs_nothing(ours: Provider, other: Other) -> None:
    """Even under the name of the right one."""
    _signed_in(ours, other)
    name = other.key_id
    other.turn_key()
    other.key_id, other.published = name, False
    with pytest.raises(RefusedError, match="cannot be believed"):
        _signed_in(ours, other)


def test_a_new_key_of_the_provider_is_looked_up(ours: Provider, other: Other, clock: Clock) -> None:
    """Not for every token that somebody made up: once in a minute."""
    _signed_in(ours, other)
    other.turn_key()
    with pytest.raises(RefusedError):
        _signed_in(ours, other)
    assert other.asked.count("/keys") == 1
    clock.pass_by(seconds=61)
    other.now += 61
    assert _signed_in(ours, other)[0].subject == "sub-1"
    assert other.asked.count("/keys") == 2


@pytest.mark.parametrize(
    ("kept", "answer"),
    [
        ("", {}), ("zz", {}), ("7b7d", {}), (None, {"state": "guessed"}), (None, {"state": ""}),
        (None, {"iss": "https://evil.example"}), (None, {"code": ""}), (None, {"code": "guessed"}),
    ],
)  # fmt: skip
def test_a_browser_comes_back_with_what_it_left_with(
    ours: Provider, other: Other, kept: str | None, answer: dict[str, str]
) -> None:
    """Whoever is sent back with somebody else's code is not let in."""
    address, real = ours.begin("/")
    with pytest.raises(RefusedError):
        ours.end(real if kept is None else kept, {**other.authorize(address), **answer})


def test_a_code_of_another_browser_has_another_verifier(ours: Provider, other: Other) -> None:
    """The provider refuses it: PKCE."""
    theirs = other.authorize(ours.begin("/")[0])
    address, kept = ours.begin("/")
    mine = other.authorize(address)
    with pytest.raises(RefusedError):
        ours.end(kept, {**mine, "code": theirs["code"]})


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://login.example/token"},
        {"jwks_uri": "ftp://127.0.0.1/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": 7},
    ],
)
def test_a_provider_says_who_it_is_and_where(
    ours: Provider, other: Other, described: dict[str, Any]
) -> None:
    """Nothing goes in clear over a network."""
    other.described = described
    with pytest.raises(RefusedError, match="cannot be believed"):
        ours.begin("/")


def test_a_provider_that_is_not_there_is_told(clock: Clock) -> None:
    """In a sentence, without its address."""
    absent = Provider(Oidc("http://127.0.0.1:1", CLIENT, SECRET), REDIRECT, clock)
    with pytest.raises(RefusedError, match="cannot be reached"):
        absent.begin("/")
    assert SECRET not in repr(Oidc("i", CLIENT, SECRET))


@pytest.mark.parametrize(
    ("groups", "grants"),
    [
        (["soc", "water", "others"], (*ROLES["soc"], *ROLES["water"])), ("water", ROLES["water"]),
        ([], ()), (None, ()), ([7, {}], ()), ({"soc": 1}, ()),
    ],
)  # fmt: skip
def test_roles_come_from_the_groups_of_the_settings(
    other: Other, clock: Clock, groups: object, grants: tuple[Grant, ...]
) -> None:
    """Whatever else the claim holds gives nothing."""
    other.claims["groups"] = groups
    assert _signed_in(_ours(other, clock, roles=ROLES), other)[0].grants == grants


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://login.example/", True), ("http://127.0.0.1:9/", True), ("http://[::1]/", True),
        ("http://login.example/", False), ("https://", False), ("http://127.0.0.1.evil/", False),
        ("https://[", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_read_by_nobody_else(url: str, private: bool) -> None:
    """TLS, or this machine."""
    assert is_private(url) is private


def test_without_its_library_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """That says what to install."""
    check_library()
    monkeypatch.setitem(sys.modules, "authlib.oidc.core", None)
    with pytest.raises(UsageError, match=r"pip install 'alpheus\[oidc\]'"):
        check_library()
