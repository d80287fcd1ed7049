"""How the console is served: where, to whom, how safely."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from alpheus.errors import UsageError
from alpheus.web.access.roles import Grant

LANGUAGES = ("en", "es", "de")
MEGABYTE = 1 << 20
WIDEST_PROXIES = {4: 8, 6: 16}
"""The shortest prefix of a network of proxies, by the version of IP."""


@dataclass(frozen=True, slots=True)
class Oidc:
    """Who looks after accounts elsewhere (`oidc_file`).

    `roles` are grants by the values of a claim; without any, an administrator binds each account.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    roles: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `alpheus serve` is told.

    `proxies` are the networks from which `X-Forwarded-For` and `-Proto` are believed. `uploads` is
    where evidence lies while it is read; `largest_list` and `largest_package` are in bytes.
    """

    host: str = "127.0.0.1"
    port: int = 8443
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()
    public_url: str = ""
    uploads: Path = Path("alpheus-uploads")
    notify: Path | None = None
    oidc: Oidc | None = None
    largest_list: int = 512 * MEGABYTE
    largest_package: int = 64 * 1024 * MEGABYTE
    workers: int = 1

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS, ours or that of a proxy."""
        return self.certificate is not None or bool(self.proxies)

    @property
    def url(self) -> str:
        """Where browsers find it, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def check(settings: Settings) -> None:
    """Refuse what would send passwords in clear over a network. Raises UsageError."""
    if (settings.certificate is None) != (settings.key is None):
        raise UsageError("--certificate and --key go together")
    for network in settings.proxies:
        _check_proxy(network)
    _check_public(settings)
    if settings.certificate is not None and settings.key is not None:
        _check_pair(settings.certificate, settings.key)
    if not (settings.is_secure or is_loopback(settings.host)):
        raise UsageError(
            f"--host {settings.host} can be reached from elsewhere: give --certificate and --key, "
            "or name the proxy in front that speaks TLS with --proxy ADDRESS"
        )


def _check_proxy(network: str) -> None:
    """A proxy is believed about who asks; so wide a network is everybody."""
    try:
        found = ip_network(network)
    except ValueError:
        raise UsageError(f"--proxy {network}: is no address and no network") from None
    if found.prefixlen < WIDEST_PROXIES[found.version]:
        raise UsageError(
            f"--proxy {network}: lets nearly everybody say who they are; name the address of the "
            f"proxy, or a network of /{WIDEST_PROXIES[found.version]} or smaller"
        )


def _check_public(settings: Settings) -> None:
    """Links are made of it, and what is asked for by another name is refused."""
    if not settings.public_url:
        if settings.proxies:
            raise UsageError("--proxy: say where browsers find the console: --public-url https://…")
        return
    try:
        found = urlsplit(settings.public_url)
        named = bool(found.hostname and found.port != 0)
    except ValueError:
        named = False
    if not named or found.scheme not in {"http", "https"} or found.path.strip("/") or found.query:
        raise UsageError(
            f"--public-url {settings.public_url}: is no address such as https://console.example"
        )
    if settings.is_secure and found.scheme != "https":
        raise UsageError(f"--public-url {settings.public_url}: browsers come by https")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _check_pair(certificate: Path, key: Path) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or error.args[-1]
        raise UsageError(f"{certificate}, {key}: no certificate and its key: {reason}") from error
