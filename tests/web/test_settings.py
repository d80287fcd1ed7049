"""How the console is served safely."""

from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.web.settings import Settings, check


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_needs_no_tls(host: str) -> None:
    """What never leaves the machine is not read by others."""
    check(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "console.example"])
def test_anything_else_demands_tls_or_a_named_proxy(host: str) -> None:
    """Passwords in clear would be everybody's."""
    with pytest.raises(UsageError, match="--certificate and --key, or name the proxy"):
        check(Settings(host=host))
    check(Settings(host=host, proxies=("192.0.2.0/24",), public_url="https://clean.example"))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings(proxies=("192.0.2.1",)), "say where browsers find the console"),
        (Settings(proxies=("192.0.2.1",), public_url="http://clean.example"), "come by https"),
        (Settings(public_url="clean.example"), "is no address such as"),
        (Settings(public_url="https://"), "is no address such as"),
        (Settings(public_url="https://clean.example/console"), "is no address such as"),
        (Settings(public_url="https://clean.example:port"), "is no address such as"),
        (Settings(public_url="javascript://clean.example"), "is no address such as"),
    ],
)
def test_links_lead_to_where_browsers_find_the_console(settings: Settings, reason: str) -> None:
    """A proxy is known by its name alone."""
    with pytest.raises(UsageError, match=reason):
        check(settings)


def test_a_certificate_without_its_key_is_told(tmp_path: Path) -> None:
    """Also files that are neither."""
    with pytest.raises(UsageError, match="go together"):
        check(Settings(certificate=tmp_path / "c.pem"))
    (tmp_path / "c.pem").write_text("no certificate")
    with pytest.raises(UsageError, match="no certificate and its key"):
        check(Settings(certificate=tmp_path / "c.pem", key=tmp_path / "c.pem"))


def test_a_proxy_is_an_address_or_a_network() -> None:
    """A name could lead anywhere."""
    with pytest.raises(UsageError, match="is no address and no network"):
        check(Settings(proxies=("proxy.example",)))


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "0.0.0.0/7", "2000::/15"])
def test_a_network_of_nearly_everybody_is_no_proxy(network: str) -> None:
    """Whoever comes from it would be believed about who they are and how they came."""
    with pytest.raises(UsageError, match="name the address of the proxy"):
        check(Settings(proxies=(network,), public_url="https://clean.example"))
    for narrow in ("10.0.0.0/8", "fd00::/16"):
        check(Settings(proxies=(narrow,), public_url="https://clean.example"))


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(), "http://127.0.0.1:8443"),
        (Settings(host="::1", certificate=Path("c"), key=Path("k")), "https://[::1]:8443"),
        (Settings(public_url="https://clean.example/"), "https://clean.example"),
    ],
)
def test_where_browsers_find_it(settings: Settings, url: str) -> None:
    """As links in notices and on the terminal say it."""
    assert settings.url == url
