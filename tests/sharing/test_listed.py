"""Servers as a list of victims has them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alpheus.model import PatchState, Stage, Verdict
from alpheus.report.assessment_file import Assessment, Coverage, CveState, Finding, Package
from alpheus.sharing.listed import Listed, listed, page_url, url_path
from sharing.shared_samples import citation, finding


def _one(assessment: Assessment, *, named: bool = True, **more: Any) -> Listed | None:
    server = msgspec.structs.replace(assessment.servers[0], **more)
    given = msgspec.structs.replace(assessment, servers=(server,))
    (found,) = listed([given], named=named)
    return found


def _cves(**states: PatchState) -> dict[str, CveState]:
    return {f"CVE-{name[1:].replace('_', '-')}": CveState(state) for name, state in states.items()}


def test_a_victim(assessment: Assessment) -> None:
    """Where it is, what broke into it, from when to when, and every page that was planted."""
    found = _one(assessment, aliases=("EX01", "ex01.corp.local"))
    assert found is not None
    assert (found.name, found.computer, found.address) == ("ex01.corp.example", "EX01", "")
    assert (found.broken, found.campaigns, found.flaws) == ("compromised", "proxylogon", ())
    assert [one.name for one in found.pages] == ["x.aspx"]
    assert found.addresses == ("45.77.252.175", "2a03:2880::7")
    assert (str(found.first)[:16], str(found.last)[:16]) == ("2021-03-03 06:00", "2021-03-03 07:00")


def test_where_it_is_its_own_logs_may_say(assessment: Assessment) -> None:
    """Its address on the internet, and that in its own network; a name that is one comes first."""
    own = ("10.1.2.3", "8.8.4.4")
    found = _one(assessment, addresses=own)
    assert found is not None
    assert (found.address, found.inside, found.name) == ("8.8.4.4", "10.1.2.3", "ex01.corp.example")
    found = _one(assessment, addresses=own, aliases=("9.9.9.9",))
    assert found is not None
    assert found.address == "9.9.9.9"
    found = _one(assessment, addresses=own, named=False)
    assert found is not None
    assert (found.address, found.inside) == ("", "")


@pytest.mark.parametrize(
    ("verdict", "states", "broken", "flaws"),
    [
        (Verdict.SUSPICIOUS, {}, "suspicious", ()),
        (Verdict.ATTEMPTED, {"c2021_2": PatchState.VULNERABLE, "c2021_1": PatchState.VULNERABLE},
         "", ("CVE-2021-1", "CVE-2021-2")),
        (Verdict.NO_EVIDENCE, {"c2021_1": PatchState.MITIGATED}, None, ()),
        (Verdict.NO_EVIDENCE, {"c2021_1": PatchState.FIXED}, None, ()),
        (Verdict.NOT_DETERMINABLE, {"c2021_1": PatchState.UNDETERMINED}, None, ()),
    ],
)  # fmt: skip
def test_who_is_on_the_list(
    assessment: Assessment, verdict: Verdict, states: dict[str, PatchState], broken: str | None,
    flaws: tuple[str, ...],
) -> None:  # fmt: skip
    """Who is broken into, perhaps, or open to a flaw; nobody else."""
    found = _one(assessment, verdict=verdict, stage=Stage.NONE, cves=_cves(**states))
    if broken is None:
        assert found is None
    else:
        assert found is not None
        assert (found.broken, found.flaws) == (broken, flaws)


def test_who_is_only_open_has_no_pages(assessment: Assessment) -> None:
    """Findings of an attempt are no traces of a break-in."""
    found = _one(assessment, verdict=Verdict.ATTEMPTED, cves=_cves(c2021_1=PatchState.VULNERABLE))
    assert found is not None
    assert (found.pages, found.addresses, found.campaigns, found.first) == ((), (), "", None)


def test_what_is_hidden_is_nowhere(assessment: Assessment) -> None:
    """The place of a server is left out where it is not to be named."""
    found = _one(assessment, named=False)
    assert found is not None
    assert (found.name, found.computer, found.address) == ("", "", "")


def test_the_name_of_a_package_is_no_place(assessment: Assessment) -> None:
    """A server that no record names stands under its package, such as `collection.zip`."""
    server = msgspec.structs.replace(assessment.servers[0], name="c.zip", aliases=("203.0.113.9",))
    given = msgspec.structs.replace(assessment, servers=(server,), evidence=(Package("c.zip"),))
    (found,) = listed([given], named=True)
    assert found is not None
    assert (found.name, found.computer, found.address) == ("", "", "203.0.113.9")


def test_a_state_is_of_when_its_evidence_ends(assessment: Assessment) -> None:
    """Not of the day on which somebody looked at it, where that is known."""
    found = _one(assessment, coverage=(
        Coverage("iis", last="2021-03-05T00:00:00Z"), Coverage("ecp", last="2021-03-04T00:00:00Z"),
        Coverage("none"),
    ))  # fmt: skip
    assert found is not None
    assert (str(found.seen)[:10], str(found.made)[:10]) == ("2021-03-05", "2021-03-10")
    bare = _one(assessment)
    assert bare is not None
    assert bare.seen == bare.made


def test_each_page_has_its_place(assessment: Assessment) -> None:
    """The same content in two places is two pages of the server."""
    places = ("EX01/inetpub/wwwroot/aspnet_client/a.aspx", "EX01/inetpub/wwwroot/b.aspx")
    page = finding("page", stage="implanted",
                   citations=[citation(one, sha256="a" * 64) for one in places])  # fmt: skip
    found = _one(assessment, findings=(msgspec.convert(page, Finding),))
    assert found is not None
    assert [one.path for one in found.pages] == list(places)
    assert [page_url(found, one) for one in places] == [
        "https://ex01.corp.example/aspnet_client/a.aspx", "https://ex01.corp.example/b.aspx",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("C/inetpub/wwwroot/aspnet_client/X.aspx", "/aspnet_client/x.aspx"),
        ("D/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/x.aspx",
         "/owa/auth/x.aspx"),
        ("D/Program Files/Microsoft/Exchange Server/V15/ClientAccess/ecp/x.aspx", ""),
        ("D/apps/x.aspx", ""), ("x.aspx", ""), ("*.aspx", ""),
    ],
)  # fmt: skip
def test_where_a_page_is_asked_for(path: str, url: str) -> None:
    """As far as its place tells; the back end is asked by nobody outside."""
    assert url_path(path) == url


def test_a_url_needs_a_host(assessment: Assessment) -> None:
    """An address of version 6 stands in brackets; without any there is the path alone."""
    found = _one(assessment, name="2001:db8::7", aliases=())
    none = _one(assessment, named=False)
    assert found is not None
    assert none is not None
    assert page_url(found, "inetpub/wwwroot/x.aspx") == "https://[2001:db8::7]/x.aspx"
    assert page_url(none, "inetpub/wwwroot/x.aspx") == "/x.aspx"
