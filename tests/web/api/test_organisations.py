"""Organisations and search for programs."""

from __future__ import annotations

from urllib.parse import quote

from alpheus.web.access.roles import Role
from alpheus.web.listing import organisation_at
from web.access_matrix import COMPUTER, OTHER, OWN, Asker
from web.programs import Api


def test_the_list(api: Api) -> None:
    """A page at a time, or as a file."""
    found = api.get("/organisations?sort=name&size=1")
    assert [one["key"] for one in found["organisations"]] == [OTHER]
    after = quote(found["next"], safe="")
    more = api.get(f"/organisations?sort=name&size=1&after={after}")
    assert [one["key"] for one in more["organisations"]] == [OWN]
    assert len(api.rows("/organisations")) == 3
    assert api.get("/organisations?country=US&q=nobody")["organisations"] == []


def test_one_of_them(api: Api) -> None:
    """With why servers are its own, what was told, and what was done."""
    found = api.get(f"/organisations/{OWN}")
    assert found["organisation"]["contacts"][0]["email"] == f"{OWN}@it.example"
    assert [one["organisation"] for one in found["servers"]] == [OWN]
    assert [one["reference"] for one in found["notices"]] == [api.values["own_notice"]]


def test_a_key_that_no_path_holds(api: Api) -> None:
    """As the pages write it; there is none such here."""
    place = organisation_at("a/b")
    assert api.refused("GET", place) == (404, "not-found")


def test_one_sees_what_is_theirs(api: Api) -> None:
    """Others are not there."""
    stranger = Asker(Role.ADMIN, OTHER)
    assert api.refused("GET", f"/organisations/{OWN}", stranger) == (404, "not-found")
    assert [one["key"] for one in api.get("/organisations", stranger)["organisations"]] == [OTHER]


def test_search_over_everything(api: Api) -> None:
    """Of each kind a few; the log for those who may read it."""
    assert {one["organisation"] for one in api.get("/search?q=mail.own")["servers"]} == {OWN}
    assert api.get(f"/search?q={COMPUTER}", Asker(Role.VIEWER, OTHER))["servers"] == []
    assert api.get(f"/search?q={OWN}")["organisations"][0]["key"] == OWN
    assert api.get(f"/search?q={api.values['own_notice']}")["notice"]["status"] == "sent"
    assert api.get("/search?q=token%20made")["entries"]
    assert api.get("/search?q=token%20made", Asker(Role.VIEWER))["entries"] == []
    assert api.get("/search?q=192.0.2.0/24")["servers"]
    assert api.get("/search?q=AS64500")["servers"] == []
    assert api.refused("GET", "/search?q=%20")[0] == 422
    assert api.refused("GET", "/search")[0] == 400
