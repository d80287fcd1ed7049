"""Whose record it is."""

from __future__ import annotations

from alpheus.detect.model import Origin
from alpheus.judge.identity import Identities, computer_name
from alpheus.model import Evidence
from making import origin

PACKAGE = (Evidence("E1", "collected", None, 0),)


def _names(*origins: Origin) -> list[str]:
    servers = Identities(origins, PACKAGE).servers()
    return [servers[o].name for o in origins]


def test_short_and_full_names_are_one_server() -> None:
    """A NetBIOS name, a full name and other letter case are the same computer."""
    assert len(set(_names(origin("EX01"), origin("ex01.corp.example"), origin("Ex01")))) == 1


def test_two_domains_make_two_servers() -> None:
    """The same short name in two domains is two computers, reported by full name."""
    names = _names(origin("ex01.a.example"), origin("ex01.b.example"))
    assert len(set(names)) == 2


def test_a_record_without_host_belongs_to_the_nearest_folder_with_one_host() -> None:
    """IIS logs name no host; the folder above that holds exactly one does."""
    names = _names(
        origin("EX01", "srv1/C/logs"), origin(None, "srv1/C/inetpub"),
        origin("EX02", "srv2/C/logs"), origin(None, "srv2/C/inetpub"),
    )  # fmt: skip
    assert names == ["EX01", "EX01", "EX02", "EX02"]


def test_a_folder_with_two_hosts_decides_nothing() -> None:
    """Where two hosts share the nearest folder, the record belongs to the package."""
    names = _names(origin("EX01", "logs/a"), origin("EX02", "logs/b"), origin(None, "logs"))
    assert names == ["EX01", "EX02", "collected"]


def test_without_any_name_the_package_is_the_server() -> None:
    """A lone folder of IIS logs is one server, named by its package."""
    assert _names(origin(None, "W3SVC1")) == ["collected"]


def test_a_nested_archive_is_a_package() -> None:
    """Records of an inner archive without a host are named by that archive."""
    inner = Origin("E1", None, "mail7.zip/W3SVC1", "mail7.zip/")
    assert _names(origin("EX01", "a"), origin("EX02", "b"), inner)[2] == "mail7.zip"


def test_the_name_given_by_setup_is_an_earlier_name_of_the_only_server() -> None:
    """An event log that begins before the computer was named makes no second server."""
    names = _names(origin("WIN-8F3K2LQ9ABC", "C/winevt"), origin("EX01", "C/winevt"))
    assert names == ["EX01", "EX01"]


def test_addresses_and_fillers_are_no_names() -> None:
    """An address, localhost or a dash never makes a server."""
    for text in ("10.0.0.1", "::1", "[fe80::1]", "localhost", "-", "", None, "a b", "x/y"):
        assert computer_name(text) is None
    assert computer_name("EX01.corp.example.") == "EX01.corp.example"
