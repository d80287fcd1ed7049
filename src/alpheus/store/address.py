"""Where something lies in a store: `s3://`, `gs://` and `az://` by bucket and key, or `https://`.

    s3://bucket/folder/package.zip    an object; with a `/` at its end, all objects below it
    https://host/package.zip?…        one object; what stands behind `?` may be a signature

Credentials never stand in an address: they come from the environment. A signature that belongs to
an `https://` address is used, and shown and kept nowhere.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote_to_bytes, urlsplit

from alpheus.errors import UsageError

SCHEMES = ("s3", "gs", "az", "https", "http")
WEB = frozenset({"https", "http"})

_BEGIN = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
_KEY_LIMIT = 1024
"""Bytes of a key in UTF-8: no store takes longer ones."""


@dataclass(frozen=True, slots=True)
class Address:
    """An object, or with an empty key or a `/` at its end everything below it.

    `key` is as the store has it, `host` the bucket, container or web server (with its port).
    `query` may be a signature: it is in no text of an address.
    """

    scheme: str
    host: str
    key: str = ""
    query: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The last part of the key, or the bucket."""
        return self.key.rstrip("/").rpartition("/")[2] or self.host

    @property
    def is_folder(self) -> bool:
        """Whether it says itself that it is all that lies below, and no object."""
        return self.scheme not in WEB and (not self.key or self.key.endswith("/"))

    def below(self, key: str) -> Address:
        """The object with a whole key in the same bucket."""
        return replace(self, key=key)

    def folder(self) -> Address:
        """Everything below it."""
        return self if self.is_folder else replace(self, key=f"{self.key}/")

    def __str__(self) -> str:
        """The address without its signature; what is no text in it is percent-encoded."""
        key = "".join(one if one.isprintable() else quote(one) for one in self.key)
        return f"{self.scheme}://{self.host}/{key}{'?…' if self.query else ''}"


def is_address(text: str) -> bool:
    """Whether a text is meant as an address and not as a path."""
    return _BEGIN.match(text) is not None


def parse_address(text: str) -> Address:
    """The address that a text is. Raises UsageError, which repeats no secret."""
    found = _BEGIN.match(text)
    scheme = found.group(1).lower() if found else ""
    if found is None or scheme not in SCHEMES:
        known = ", ".join(f"{one}://" for one in SCHEMES[:-1])
        raise UsageError(f"'{scheme}://' is no kind of store that is known; known are {known}")
    if scheme in WEB:
        return _web(text, scheme)
    bucket, _, key = text[found.end() :].partition("/")
    _refuse_secrets(scheme, bucket)
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise UsageError(f"{scheme}:// needs the name of a bucket: {scheme}://BUCKET/KEY")
    if len(key.encode("utf-8", "surrogateescape")) > _KEY_LIMIT:
        raise UsageError(f"{scheme}://{bucket}: the key has more than {_KEY_LIMIT:,} bytes")
    return Address(scheme, bucket, key)


def _web(text: str, scheme: str) -> Address:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(
            f"{scheme}:// needs a host and a port that are: {scheme}://HOST/…"
        ) from None
    _refuse_secrets(scheme, parts.netloc)
    if not host or re.search(r"[\x00-\x20\x7f]", text):
        raise UsageError(f"{scheme}:// needs a host and no blanks: {scheme}://HOST/PATH")
    if scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"http://{host}: what comes over http may have been changed on its way; use https://, "
            "or download it"
        )
    shown = f"[{host}]" if ":" in host else host
    netloc = f"{shown}:{port}" if port is not None else shown
    return Address(scheme, netloc, parts.path.removeprefix("/"), parts.query)


def _refuse_secrets(scheme: str, place: str) -> None:
    if "@" in place:
        raise UsageError(
            f"{scheme}://…@{place.rpartition('@')[2]}: credentials do not belong in an address, "
            "where others see them; give them in the environment"
        )


def web_name(address: Address) -> str:
    """The name of what a web address leads to, as people write it."""
    return unquote_to_bytes(address.name).decode("utf-8", "replace")


def quoted(key: str) -> str:
    """A key as the path of a request: everything but `/`, letters, digits and `-._~` is encoded."""
    return quote(key.encode("utf-8", "surrogateescape"), safe="/-._~")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone."""
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
