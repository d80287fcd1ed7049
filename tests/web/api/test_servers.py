"""The list of servers for programs."""

from __future__ import annotations

from alpheus.web.access.roles import Role
from alpheus.web.api.servers import Chosen
from web.access_matrix import OTHER, OWN, Asker
from web.programs import Api


def test_the_list_has_what_the_queue_has(api: Api) -> None:
    """With its reasons and what can be chosen."""
    found = api.get("/servers")
    assert found["total"] == len(found["servers"]) == 3
    first = found["servers"][0]
    assert first["patch"] == "vulnerable"
    assert first["reasons"]
    assert {"value": "vulnerable", "servers": 2} in found["choices"]["patch"]


def test_a_page_leads_to_the_next(api: Api) -> None:
    """Each server is on one of them."""
    numbers, after = [], ""
    for _ in range(3):
        page = api.get(f"/servers?size=1&after={after}")
        numbers += [one["id"] for one in page["servers"]]
        after = page["next"]
    assert after == ""
    assert len(set(numbers)) == 3
    assert api.refused("GET", "/servers?after=nonsense") == (422, "refused")


def test_filters_are_those_of_the_pages(api: Api) -> None:
    """Several values of one are alternatives."""
    path = f"/servers?organisation={OWN}&organisation={OTHER}&patch=vulnerable"
    assert {one["organisation"] for one in api.get(path)["servers"]} == {OWN, OTHER}
    assert api.get("/servers?q=mail.own")["servers"][0]["organisation"] == OWN
    assert api.get("/servers?network=198.51.100.0/24")["servers"] == []
    assert api.get("/servers?overdue=true")["servers"] == []


def test_one_sees_what_is_theirs(api: Api) -> None:
    """Also in the file."""
    viewer = Asker(Role.VIEWER, OWN)
    assert {one["organisation"] for one in api.get("/servers", viewer)["servers"]} == {OWN}
    assert len(api.rows("/servers", viewer)) == 2
    assert len(api.rows("/servers")) == 4


def test_filters_of_a_body_are_those_of_the_list() -> None:
    """Without what no database takes."""
    chosen = Chosen(organisation=["a\0b"], q="x\0")
    assert chosen.filters.organisation == ("a\ufffdb",)
    assert chosen.filters.text == "x\ufffd"
    assert chosen.said == '{"organisation":["a\\u0000b"],"q":"x\\u0000"}'
