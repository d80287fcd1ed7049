"""Signing in at a provider of identities: OpenID Connect 1.0, the code flow with PKCE (RFC 7636).

The browser is sent to the provider with a state, a nonce and the digest of a verifier, which it
keeps in a cookie. With the code that it comes back with, the provider gives an id token; that is
believed if one of the provider's own keys has signed it, and it is about this sign-in. Nothing of
all this is logged.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from alpheus.errors import RefusedError, UsageError
from alpheus.web.access.roles import Grant
from alpheus.web.settings import Oidc, is_loopback

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import KeySet

LEEWAY = 60
"""Seconds by which the provider's clock may differ."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "Ed25519", "EdDSA")  # fmt: skip
"""Signatures by a key of which everybody knows the public half, and no others."""

_SECONDS = 10.0
_KEEP = 3_600
_AGAIN = 60
_LARGEST = 1 << 20
_WELL_KNOWN = "/.well-known/openid-configuration"

_Kind = TypeVar("_Kind")


class Attempt(NamedTuple):
    """A sign-in under way: what the browser keeps. `next` is where to go then."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the provider vouches for. `grants` is None where the settings map no claim to roles."""

    subject: str
    name: str
    grants: tuple[Grant, ...] | None


class Metadata(msgspec.Struct):
    """What a provider says of itself (OpenID Connect Discovery 1.0), as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Tokens(msgspec.Struct):
    id_token: str
    access_token: str = ""


class Provider:
    """One provider. `redirect` is where it sends browsers back to; `clock` gives the time."""

    def __init__(self, settings: Oidc, redirect: str, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._redirect = redirect
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, where: str) -> tuple[str, str]:
        """Where to send a browser, and what it keeps meanwhile. Raises RefusedError."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - extra

        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = Attempt(state, nonce, verifier, where)
        asked = {
            "response_type": "code", "client_id": self._settings.client,
            "redirect_uri": self._redirect, "scope": "openid profile", "state": attempt.state,
            "nonce": attempt.nonce, "code_challenge_method": "S256",
            "code_challenge": create_s256_code_challenge(attempt.verifier),
        }  # fmt: skip
        place = self._describe().authorization_endpoint
        mark = "&" if "?" in place else "?"
        return f"{place}{mark}{urlencode(asked)}", msgspec.json.encode(attempt).hex()

    def end(self, kept: str, answer: Mapping[str, str]) -> tuple[Known, str]:
        """Whom the provider vouches for, and where to go. Raises RefusedError."""
        try:
            attempt = msgspec.json.decode(bytes.fromhex(kept), type=Attempt)
        except (ValueError, msgspec.MsgspecError):
            raise RefusedError(_AGAIN_PLEASE) from None
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise RefusedError(_AGAIN_PLEASE)
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise RefusedError(_NOT_BELIEVED)
        if not answer.get("code"):
            raise RefusedError("the provider of identities did not let you in")
        tokens = self._exchange(answer["code"], attempt.verifier)
        return self._known(self._claims(tokens, attempt.nonce)), attempt.next

    def _exchange(self, code: str, verifier: str) -> _Tokens:
        found = self._describe()
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier,
                "redirect_uri": self._redirect}  # fmt: skip
        ours = (self._settings.client, self._settings.secret)
        if "client_secret_basic" in found.token_endpoint_auth_methods_supported:
            return _asked("POST", found.token_endpoint, _Tokens, data=form, auth=ours)
        form |= {"client_id": ours[0], "client_secret": ours[1]}
        return _asked("POST", found.token_endpoint, _Tokens, data=form)

    def _claims(self, tokens: _Tokens, nonce: str) -> Mapping[str, Any]:
        """The claims of an id token that is believed (OpenID Connect Core 1.0, 3.1.3.7)."""
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - extra
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - extra
        from joserfc.errors import JoseError  # noqa: PLC0415 - extra

        wanted = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client},
            "sub": {"essential": True}, "exp": {"essential": True},
            "iat": {"essential": True}, "nonce": {"essential": True, "value": nonce},
        }  # fmt: skip
        try:
            header, claims = self._verified(tokens.id_token)
            token = CodeIDToken(
                claims, header, wanted,
                {"nonce": nonce, "client_id": self._settings.client,
                 "access_token": tokens.access_token or None},
            )  # fmt: skip
            token.validate(now=int(self._clock().timestamp()), leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError):
            raise RefusedError(_NOT_BELIEVED) from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise RefusedError(_NOT_BELIEVED)
        return claims

    def _verified(self, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a signed text; keys are looked up anew where one is missing."""
        from joserfc import jwt  # noqa: PLC0415 - extra
        from joserfc.errors import JoseError  # noqa: PLC0415 - extra

        for fresh in (False, True):
            keys = self._key_set(fresh=fresh)
            try:
                token = jwt.decode(text, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                if fresh or not self._may_look_again():
                    raise
            else:
                return dict(token.header), dict(token.claims)
        raise RefusedError(_NOT_BELIEVED)

    def _known(self, claims: Mapping[str, Any]) -> Known:
        settings = self._settings
        name = claims.get(settings.name_claim)
        shown = name.strip() if isinstance(name, str) and name.strip() else claims["sub"]
        grants: tuple[Grant, ...] | None = None
        if settings.roles:
            held = claims.get(settings.roles_claim, [])
            groups = [held] if isinstance(held, str) else held if isinstance(held, list) else []
            grants = tuple(dict.fromkeys(
                grant for one in groups if isinstance(one, str)
                for grant in settings.roles.get(one, ())
            ))  # fmt: skip
        return Known(claims["sub"], shown, grants)

    def _describe(self) -> Metadata:
        now = self._clock().timestamp()
        with self._lock:
            if self._metadata is not None and 0 <= now - self._metadata[0] < _KEEP:
                return self._metadata[1]
        found = _asked("GET", self._settings.issuer.rstrip("/") + _WELL_KNOWN, Metadata)
        places = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        if found.issuer != self._settings.issuer or not all(map(is_private, places)):
            raise RefusedError(_NOT_BELIEVED)
        with self._lock:
            self._metadata = (now, found)
        return found

    def _key_set(self, *, fresh: bool) -> KeySet:
        from joserfc.errors import JoseError  # noqa: PLC0415 - extra
        from joserfc.jwk import KeySet  # noqa: PLC0415 - extra

        now = self._clock().timestamp()
        with self._lock:
            if not fresh and self._keys is not None and 0 <= now - self._keys[0] < _KEEP:
                return self._keys[1]
        found = _asked("GET", self._describe().jwks_uri, dict[str, Any])
        keys = [one for one in found.get("keys", ()) if _is_for_signatures(one)]
        try:
            made = KeySet.import_key_set({"keys": keys})
        except (JoseError, ValueError, KeyError, TypeError):
            raise RefusedError(_NOT_BELIEVED) from None
        with self._lock:
            self._keys = (now, made)
        return made

    def _may_look_again(self) -> bool:
        """Not for every forged token: whoever sends one should not make us ask the provider."""
        with self._lock:
            return self._keys is None or self._clock().timestamp() - self._keys[0] >= _AGAIN


_AGAIN_PLEASE = "this sign-in was begun elsewhere, or too long ago; begin again"
_NOT_BELIEVED = "what the provider of identities said cannot be believed; tell an administrator"
_ABSENT = "the provider of identities cannot be reached; try again in a minute"


def check_library() -> None:
    """Raises UsageError where the library for it is not installed."""
    try:
        import authlib.oidc.core  # noqa: F401, PLC0415 - extra
        import joserfc  # noqa: F401, PLC0415 - extra
    except ImportError:
        raise UsageError(
            "signing in at a provider of identities needs authlib; install it with: "
            "pip install 'alpheus[oidc]'"
        ) from None


def is_private(url: str) -> bool:
    """Whether what goes there is read by nobody else: by TLS, or on this machine."""
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    host = found.hostname or ""
    return bool(host) and (
        found.scheme == "https" or (found.scheme == "http" and is_loopback(host))
    )


def _is_for_signatures(key: object) -> bool:
    """A public key that may check signatures; a secret one would be everybody's."""
    if not isinstance(key, dict) or key.get("kty") not in {"RSA", "EC", "OKP"}:
        return False
    return bool(key.get("use", "sig") == "sig")


def _asked(method: str, url: str, kind: type[_Kind], **more: Any) -> _Kind:  # noqa: ANN401
    """What a provider answers, as this kind; bounded in size and time. Raises RefusedError."""
    import httpx  # noqa: PLC0415 - slow to load

    try:
        with (
            httpx.Client(timeout=_SECONDS, follow_redirects=False) as client,
            client.stream(method, url, headers={"accept": "application/json"}, **more) as answer,
        ):
            body = _read(answer)
            if answer.status_code != 200:
                raise RefusedError(_ABSENT if answer.status_code >= 500 else _NOT_BELIEVED)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise RefusedError(_ABSENT) from None
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError:
        raise RefusedError(_NOT_BELIEVED) from None


def _read(answer: httpx.Response) -> bytes:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) > _LARGEST:
            raise RefusedError(_NOT_BELIEVED)
    return body
