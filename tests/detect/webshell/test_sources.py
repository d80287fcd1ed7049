"""Where a visitor's data comes in: tables that must not contradict each other."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell import sources

TABLES = {
    name: table for name, table in vars(sources).items() if isinstance(table, frozenset)
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TABLES))
def test_names_are_in_lower_case(name: str) -> None:
    """Code is compared in lower case; a capital would never be met."""
    assert {word for word in TABLES[name] if word != word.lower() or word != word.strip()} == set()
    assert TABLES[name]


def test_no_member_is_both_filled_by_a_visitor_and_harmless() -> None:
    """A member is one or the other."""
    assert set() == sources.REQUEST_MEMBERS & sources.HARMLESS_REQUEST_MEMBERS


@pytest.mark.parametrize(
    "member", ["form", "querystring", "cookies", "headers", "inputstream", "params", "files",
               "item", "binaryread", "rawurl", "servervariables"],
)  # fmt: skip
def test_everything_that_a_request_carries_is_a_source(member: str) -> None:
    """Whatever a visitor may fill, shells have been seen to read."""
    assert member in sources.REQUEST_MEMBERS


@pytest.mark.parametrize("member", ["physicalapplicationpath", "httpmethod", "contentlength"])
def test_what_the_server_says_is_no_source(member: str) -> None:
    """The folder of the site and the like are not the visitor's choice."""
    assert member in sources.HARMLESS_REQUEST_MEMBERS


def test_headers_of_the_visitor_are_no_harmless_variables() -> None:
    """`HTTP_…` is what the visitor sends, except for the host that was asked for."""
    chosen = {name for name in sources.HARMLESS_VARIABLES if name.startswith("http_")}
    assert {name.rstrip("_") for name in chosen} <= {"http_host", "http_referer"}
    assert "query_string" not in sources.HARMLESS_VARIABLES
