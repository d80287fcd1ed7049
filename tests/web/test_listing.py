"""Addresses of lists say all of a list, lead to others, and hold whatever is in a key."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.service_listing import SORTS
from alpheus.cases.service_queue import Choice
from alpheus.errors import UsageError
from alpheus.web.listing import (
    ADDED,
    FIELDS,
    Address,
    added,
    chips,
    filters_of,
    links,
    organisation_at,
    organisation_in,
    servers_at,
    servers_of,
)

NOW = "2021-03-12T09:00:00Z"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(st.sampled_from(FIELDS), TEXT.map(str.strip)), max_size=6, unique=True),
       st.sampled_from(SORTS))  # fmt: skip
def test_an_address_that_was_written_is_read_as_it_was(
    values: list[tuple[str, str]], sort: str
) -> None:
    """Whatever the values hold."""
    made = Address("/servers", tuple(values)).ordered("" if sort == "priority" else sort)
    later = made.following("k1").following("k2")
    assert servers_at(urlsplit(str(later)).query) == later
    assert later.previous == made.following("k1")
    assert made.following("k1").previous == made
    assert made.previous is None


@given(TEXT)
def test_the_path_of_an_organisation_leads_to_it(key: str) -> None:
    """By characters that no browser, proxy or server changes or splits at."""
    path = organisation_at(key)
    assert path.startswith("/organisations/")
    part = path.removeprefix("/organisations/")
    assert part.isascii()
    assert not set(part) & set("/?#%&;\\ ")
    assert part not in {"", ".", ".."} or not key
    if not key.startswith("~"):
        assert organisation_in(part) == key
    assert servers_at(urlsplit(servers_of(key)).query).of("organisation") in {(key.strip(),), ()}


def test_what_is_no_key_is_nobody() -> None:
    """And no error."""
    assert organisation_in("~%%%") == "~%%%"
    assert organisation_in("~_____w") == "~_____w"
    assert organisation_in("a.example") == "a.example"


def test_what_nobody_knows_is_left_out() -> None:
    """Empty words and other parameters ask nothing; an empty value asks for the unknown."""
    found = servers_at("patch=vulnerable&x=1&q=&overdue=2&assignee=&format=csv&patch=vulnerable")
    assert found.values == (("patch", "vulnerable"), ("assignee", ""))
    filters, sort = filters_of(found, NOW)
    assert (filters.patch, filters.assignee, sort) == (("vulnerable",), ("",), "priority")
    assert servers_at("sort=priority").sort == ""


def test_what_is_overdue_comes_by_its_day() -> None:
    """Since it is listed along that."""
    filters, sort = filters_of(servers_at("overdue=1&sort=name"), NOW)
    assert (filters.due_before, sort) == (NOW, "due")


def test_what_cannot_be_an_address() -> None:
    """Is told."""
    with pytest.raises(UsageError, match="'x' is none of priority"):
        servers_at("sort=x")
    with pytest.raises(UsageError, match="at most 300 filters"):
        servers_at(urlencode([("patch", str(n)) for n in range(301)]))


def test_filters_are_links_that_go_on_and_off() -> None:
    """Each keeps the others and the order, and begins at the first page."""
    here = servers_at("patch=fixed&network=as64501&sort=name&after=key&back=")
    patch = links(here, "patch", [Choice("fixed", 3), Choice("unknown", 2), Choice("mitigated", 0)],
                  str.upper)  # fmt: skip
    assert [(one.text, one.count, one.chosen) for one in patch] == [
        ("FIXED", 3, True), ("UNKNOWN", 2, False),
    ]  # fmt: skip
    assert patch[0].href == "/servers?network=as64501&sort=name"
    assert patch[1].href == "/servers?patch=fixed&network=as64501&patch=unknown&sort=name"
    network = links(here, "network", [Choice("64501", 1), Choice("7"), Choice("")], str)
    assert [one.chosen for one in network] == [True, False, False]
    assert network[0].href == "/servers?patch=fixed&sort=name"
    assert "network=AS7&" in network[1].href
    assert [one[2] for one in chips(here, lambda _, value: value)] == [
        "/servers?network=as64501&sort=name", "/servers?patch=fixed&sort=name",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*ADDED, "patch", "no such"])
def test_what_is_typed_becomes_a_filter(name: str) -> None:
    """Of the fields that may be typed."""
    query = f"work=new&add={name}&value=+a%26b+"
    found = added(servers_at(query), query)
    assert found is not None
    assert found.of(name) == (("a&b",) if name in ADDED else ())
    assert found.of("work") == ("new",)
    assert added(servers_at("work=new"), "work=new") is None
