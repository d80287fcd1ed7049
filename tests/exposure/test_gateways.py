"""Gateways, firewalls, balancers and content networks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import KnowledgeError
from alpheus.exposure import gateways
from alpheus.exposure.gateways import Mark, Seen, balancer, marks, recognise


@pytest.mark.parametrize("mark", marks(), ids=lambda mark: f"{mark.gateway}-{mark.text}")
def test_every_mark_is_recognised(mark: Mark) -> None:
    """Each line of the table tells its gateway, in the place and the role that it states.

    A page for what is absent is a site's own, whatever scripts it holds.
    """
    fields = {mark.name: f"x{mark.text}x"} if mark.place == "header" else {}
    text = f"https://x{mark.text}x"
    location = text if mark.place == "location" else ""
    cookies = text if mark.place == "cookie" else ""
    body = text.upper().encode() if mark.place == "body" else b""
    refused = recognise(403, fields, location, cookies, body)
    assert refused.gateway
    passed = recognise(404, fields, location, cookies, body)
    own = mark.place != "body" and refused.gateway != passed.carrier
    assert bool(passed.gateway) == own
    if mark.role == "balances":
        assert balancer(cookies)


def test_nothing_is_seen_in_an_ordinary_answer() -> None:
    """IIS with an ASP.NET page is no gateway."""
    fields = {"server": "Microsoft-IIS/10.0", "x-powered-by": "ASP.NET"}
    assert recognise(200, fields, "/app/start", "asp.net_sessionid=1", b"<html>") == Seen()
    assert not balancer("asp.net_sessionid=1")


@pytest.mark.parametrize(
    "row",
    ["x,guards,body,,a", "x,answers,title,,a", "x,answers,header,,a", "x,answers,body,server,a",
     "x,answers,body,,", "x,answers,body,,A"],
)  # fmt: skip
def test_a_bad_line_of_the_table_is_named(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Role, place, name and lower case are checked; the line is in the message."""
    fields = dict(zip(("gateway", "role", "place", "name", "text"), row.split(","), strict=True))
    monkeypatch.setattr(gateways, "read_table", lambda *_: [fields])
    with pytest.raises(KnowledgeError, match="line 2"):
        marks()


@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["server", "cf-ray", "x-iinfo"]), st.text(max_size=40)),
    st.text(max_size=80),
    st.text(max_size=80),
    st.binary(max_size=200),
)
def test_any_answer_is_looked_at(
    status: int, fields: dict[str, str], location: str, cookies: str, body: bytes
) -> None:
    """Nothing upsets it."""
    assert isinstance(recognise(status, fields, location, cookies, body), Seen)
