"""The campaign for programs."""

from __future__ import annotations

import pytest

from alpheus.web.access.roles import Role
from web.access_matrix import OWN, Asker
from web.programs import Api


def test_where_it_stands(api: Api) -> None:
    """Of what one may see."""
    found = api.get("/campaign")
    assert found["everywhere"]
    assert found["total"]["servers"] == 3
    assert found["total"]["patch"]["vulnerable"] == 2
    assert found["pace"]["trend"]
    own = api.get("/campaign", Asker(Role.VIEWER, OWN))
    assert (own["everywhere"], own["total"]["servers"]) == (False, 1)


def test_every_day(api: Api) -> None:
    """Without a gap; some of them, or as a file."""
    days = [one["day"] for one in api.get("/campaign/days")["days"]]
    assert days[0] == "2021-03-10"
    some = api.get("/campaign/days?from=2021-03-11&to=2021-03-12")["days"]
    assert [one["day"] for one in some] == ["2021-03-11", "2021-03-12"]
    assert len(api.rows("/campaign/days?from=2021-03-11&to=2021-03-12")) == 3
    assert api.refused("GET", "/campaign/days?from=2021-03-12&to=2021-03-11")[0] == 422
    assert api.refused("GET", "/campaign/days?from=2021-99-99")[0] == 422


@pytest.mark.parametrize("by", ["sector", "region", "network", "product", "build"])
def test_by_dimensions(api: Api, by: str) -> None:
    """The counts are those of all servers."""
    found = api.get(f"/campaign/by/{by}")
    assert sum(one["servers"] for one in found["lines"]) == 3
    assert api.rows(f"/campaign/by/{by}")


def test_another_dimension_is_none(api: Api) -> None:
    """And says so."""
    assert api.refused("GET", "/campaign/by/colour") == (400, "invalid")


def test_who_is_left(api: Api) -> None:
    """And why; it is worked out anew for those with a role everywhere."""
    found = api.get("/campaign/remaining")
    assert found["left"] == sum(one["servers"] for one in found["reasons"]) == 2
    assert api.ask("POST", "/campaign/remaining").status_code == 202
    own = Asker(Role.ANALYST, OWN)
    assert api.refused("POST", "/campaign/remaining", own) == (403, "not-allowed")
