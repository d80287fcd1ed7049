"""A provider of identities on this machine: OpenID Connect's code flow, as small as it can be.

It checks what a provider checks (client, secret, redirect, PKCE, one use of a code), and says what
a test wants it to say: claims, headers and keys can be false.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT, SECRET = "alpheus", "the client's secret"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _number(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


class Provider:
    """What it says, and what it was asked. `now` is the time that its tokens are made at."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {"sub": "sub-1", "preferred_username": "mia"}
        self.header: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.now = time.time()
        self.lifetime = 300
        self.published = True
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.turn_key()

    def turn_key(self) -> None:
        """Sign by a new key from now on."""
        self.key = rsa.generate_private_key(65537, 2048)
        self.key_id = secrets.token_hex(4)

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser comes back with after somebody signed in there."""
        asked = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, object]:
        """Tokens for a code, once."""
        asked = self._codes.pop(form.get("code", ""), None)
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = _text(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or authorization != f"Basic {wanted}":
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != asked["redirect_uri"] or digest != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {"iss": self.issuer, "aud": CLIENT, "nonce": asked["nonce"], "iat": int(self.now),
                  "exp": int(self.now) + self.lifetime, **self.claims}  # fmt: skip
        return 200, {"id_token": self.sign(claims), "access_token": "a", "token_type": "Bearer"}

    def sign(self, claims: dict[str, Any]) -> str:
        """An id token."""
        header = {"alg": "RS256", "kid": self.key_id, **self.header}
        said = ".".join(_text(json.dumps(one).encode()) for one in (header, claims))
        if header["alg"] == "none":
            return f"{said}."
        return f"{said}.{_text(self.key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def describe(self) -> dict[str, Any]:
        """Its discovery document."""
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            **self.described,
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """Its public keys."""
        public = self.key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "kid": self.key_id, "n": _number(public.n),
               "e": _number(public.e)}  # fmt: skip
        return {"keys": [key] if self.published else []}


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            places = {"/.well-known/openid-configuration": provider.describe,
                      "/keys": provider.keys}  # fmt: skip
            provider.asked.append(self.path)
            self._say(200, places[self.path]())

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: one[0] for name, one in parse_qs(content).items()}
            provider.asked.append(self.path)
            self._say(*provider.exchange(form, self.headers.get("authorization", "")))

        def _say(self, status: int, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
