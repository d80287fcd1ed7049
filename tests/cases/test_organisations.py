"""Organisations: listed by page, told with their servers, kept right by everything that is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import standing
from alpheus.cases.organisations import SORTS, OrganisationFilters, OrganisationPage
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases, Filters
from alpheus.directory.model import Contact, Layer, Organisation, Route
from alpheus.errors import EvidenceNotFoundError, RefusedError, UsageError
from alpheus.exposure.model import Pool
from cases_filling import NOW, derived_rows, fill, listed, seen
from directory_samples import write
from exposure_runs import CLOSED, OPEN

NOBODY = {"names": (), "servers": ("QQ0009XY",)}
ENTRIES = (
    Organisation("Lakeview Hospital", "customers", "ours.csv", domains=("org1.example",
                 "org2.example"), sector="hospital", country="US", region="TX", city="Lakeview",
                 contacts=(Contact("security", "soc@lakeview.example", "+1 555 0100"),)),
    Organisation("Town of Springfield", "dotgov", "dotgov.csv", domains=("org3.example",),
                 sector="local-government", country="US", region="OR",
                 contacts=(Contact("security", "it@org3.example"),)),
    Organisation("Wide Telecom", "rpsl", "rpsl", layer=Layer.ASSIGNMENT,
                 networks=("192.0.2.0/24",), contacts=(Contact("abuse", "abuse@wide.example"),)),
    Route("192.0.2.0/24", 64500),
)  # fmt: skip


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A hospital with two domains, a town, and who carries them."""
    return write(tmp_path / "directory", ENTRIES)


@pytest.fixture
def cases(database: Database, directory: Path) -> Cases:
    """Two servers of the hospital, one of the town, one of somebody, and one of nobody known."""
    fill(database, [
        seen(1, OPEN, 1), seen(2, CLOSED, 1),
        seen(3, None, 2, flags=("compromised-reported",), **listed(1, 2)),
        seen(4, OPEN, 3), seen(9, OPEN, 3, **NOBODY), seen(1, OPEN, 4),
    ])  # fmt: skip
    rebuild(database, now=NOW, directory=str(directory))
    return Cases(database, lambda: NOW)


def _keys(page: OrganisationPage) -> list[str]:
    return [one.key for one in page.organisations]


def test_an_organisation_is_told_whole(cases: Cases) -> None:
    """By the key of its record, whichever of its domains a server has."""
    found = cases.organisation("org1.example")
    assert (found.name, found.country, found.region, found.city, found.sector) == (
        "Lakeview Hospital", "US", "US-TX", "Lakeview", "hospital",
    )  # fmt: skip
    assert (found.servers, found.open, found.compromised) == (2, 1, 0)
    assert (found.provider, found.confidence) == ("Wide Telecom", "medium")
    assert found.priority == max(one["priority"] for one in cases.page().servers[:4] if
                                 one["organisation"] == "org1.example")  # fmt: skip
    kinds = [one.kind for one in found.contacts]
    assert kinds[0] == "registered"
    assert kinds.index("usual-mailbox") < kinds.index("provider")
    assert [one.email for one in found.contacts if one.kind == "usual-mailbox"][::3] == [
        "security@org1.example", "security@org2.example",
    ]  # fmt: skip
    for key in ("", "org2.example", "x"):
        with pytest.raises(RefusedError, match="there is no organisation"):
            cases.organisation(key)


def test_what_is_listed_and_not_counted_is_told(database: Database) -> None:
    """Servers and what stands beside them are as many as its list shows."""
    pool = Pool(("QQ0008XY", "QQ0009XY"), (OPEN, CLOSED), mixed=True)
    fill(database, [
        seen(5, OPEN, 5, servers=(), pool=pool, flags=("mixed-pool", "several-servers")),
        seen(5, OPEN, 6, servers=("QQ0008XY",)), seen(5, CLOSED, 7, servers=("QQ0009XY",)),
        seen(1, OPEN, 1),
    ])  # fmt: skip
    rebuild(database, now=NOW)
    cases = Cases(database, lambda: NOW)
    found = {one.key: one for one in cases.organisations().organisations}
    assert (found["org5.example"].servers, found["org5.example"].beside) == (2, 1)
    assert (found["org1.example"].servers, found["org1.example"].beside) == (1, 0)
    for key, one in found.items():
        listed_ = list(cases.every(Filters(organisation=(key,))))
        assert one.servers + one.beside == len(listed_)


def test_whose_a_server_is(cases: Cases) -> None:
    """With every reason; of nobody known, too."""
    found = cases.ownership(6)
    assert (found.owner, found.main_domain) == ("Lakeview Hospital", "org1.example")
    assert found.hints[0].reason
    assert cases.show(1).ownership == found
    assert cases.ownership(5).owner == "unknown"
    with pytest.raises(RefusedError):
        cases.ownership(99)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_put_together_are_all(cases: Cases, sort: str) -> None:
    """In every order, each organisation once."""
    found: list[str] = []
    after = ""
    while True:
        page = cases.organisations(sort=sort, after=after, size=1)
        found += _keys(page)
        after = page.next
        if not after:
            break
    assert found == _keys(cases.organisations(sort=sort))
    assert sorted(found) == ["org1.example", "org3.example", "org4.example"]
    first = {"priority": "org3.example", "name": "org1.example", "servers": "org1.example"}
    assert found[0] == first[sort]


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({"sector": ("hospital", "bank")}, ["org1.example"]),
        ({"region": ("US-OR",)}, ["org3.example"]),
        ({"country": ("US",), "sector": ("hospital", "local-government")},
         ["org1.example", "org3.example"]),
        ({"text": "lake hosp"}, ["org1.example"]),
        ({"text": "ORG3.ex"}, ["org3.example"]),
        ({"text": "%"}, []),
        ({"country": tuple(map(str, range(50)))}, []),
        ({"open_only": True}, ["org1.example", "org3.example", "org4.example"]),
    ],
)  # fmt: skip
def test_filters(cases: Cases, filters: dict[str, object], keys: list[str]) -> None:
    """Of several values one, of several fields all, of a text every word."""
    assert sorted(_keys(cases.organisations(OrganisationFilters(**filters)))) == keys


def test_what_is_no_sort_or_key_is_refused(cases: Cases) -> None:
    """In words."""
    after = cases.organisations(size=1).next
    for asked in ({"sort": "open"}, {"after": "!"}, {"after": after, "sort": "name"}):
        with pytest.raises(UsageError):
            cases.organisations(**asked)


def test_servers_by_organisation(cases: Cases) -> None:
    """Those that fit, the most urgent first; unknown owners one by one, with their network's."""
    found = list(cases.by_organisation())
    assert [(one.key, [server["id"] for server in servers]) for one, servers in found] == [
        ("org3.example", [3]), ("org1.example", [1, 2]), ("org4.example", [4]), ("", [5]),
    ]  # fmt: skip
    nobody, (server,) = found[-1]
    assert (nobody.name, nobody.provider, nobody.servers) == ("", "Wide Telecom", 1)
    assert [(one.kind, one.email) for one in nobody.contacts] == [
        ("provider", "abuse@wide.example")
    ]
    assert server["ownership"].provider == "Wide Telecom"
    assert server["detail"].keys["server"] == ("QQ0009XY",)
    only = list(cases.by_organisation(Filters(patch=("fixed",))))
    assert [(one.servers, [server["id"] for server in servers]) for one, servers in only] == [
        (2, [2])
    ]
    assert list(cases.by_organisation(Filters(sector=("bank",)))) == []


def test_everything_that_is_done_keeps_them_right(cases: Cases) -> None:
    """Acts, merges and splits give what a rebuild gives."""
    cases.act(4, ActKind.CLOSED, who="kim", why="gone", to="gone")
    assert cases.organisation("org4.example").open == 0
    assert "org4.example" not in _keys(cases.organisations(OrganisationFilters(open_only=True)))
    cases.merge([1, 3], who="kim", why="one machine")
    with pytest.raises(RefusedError):
        cases.organisation("org3.example")
    assert cases.organisation("org1.example").compromised == 1
    cases.split(1, [3], who="kim", why="two after all")
    assert cases.organisation("org3.example").servers == 1
    before = derived_rows(cases.database)
    rebuild(cases.database, now=NOW)
    assert derived_rows(cases.database) == before


def test_the_directory_is_kept(cases: Cases, directory: Path, tmp_path: Path) -> None:
    """For later rebuilds, until another one is named; one that is gone is told, and all stays."""
    rebuild(cases.database, now=NOW)
    assert cases.organisation("org1.example").name == "Lakeview Hospital"
    directory.rename(tmp_path / "elsewhere")
    with pytest.raises(EvidenceNotFoundError, match="rebuild --directory FILE"):
        rebuild(cases.database, now=NOW)
    assert cases.organisation("org1.example").name == "Lakeview Hospital"
    rebuild(cases.database, now=NOW, directory="-")
    assert cases.organisation("org1.example").name == "org1.example"
    with cases.database.read() as connection:
        assert standing(connection).directory == "-"
    rebuild(cases.database, now=NOW)
