"""Server pages as files, as requests, and both together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alpheus.detect.model import PageMatch, PageUse, ServerPage
from alpheus.judge.pages import PageKnowledge, judge_pages, written_pages
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.indicators import Indicators
from alpheus.model import Citation, Event, Finding, Stage, Weight
from making import T0, event, hours, origin, record, rule

BASELINE = Baseline.load()
ERA = ("15.1.2176.2",)


def _knowledge(builds: tuple[str, ...] = ERA, **more: object) -> PageKnowledge:
    return PageKnowledge(BASELINE, Indicators(()), builds, **more)  # type: ignore[arg-type]


def _page(path: str, *matches: PageMatch, known_hash: bool = False) -> ServerPage:
    relative = BASELINE.install_relative(path)
    return ServerPage(
        origin=origin(), citation=Citation("E1", "C" + path, sha256="0" * 64), windows_path=path,
        relative=relative, place=BASELINE.closed_place(path),
        known_name=relative is not None and BASELINE.known_name(relative), known_hash=known_hash,
        modified=T0, matches=matches,
    )  # fmt: skip


def _request(stem: str, method: str = "POST", status: int = 200, **more: object) -> Event:
    fields = {
        "cs-method": method,
        "cs-uri-stem": stem,
        "sc-status": str(status),
        "c-ip": "192.0.2.7",
    }
    return event("iis", fields, **more)  # type: ignore[arg-type]


def _use(stem: str, *requests: Event) -> PageUse:
    use = PageUse(stem, origin())
    for request in requests:
        status = int(str(request.fields["sc-status"]))
        use.answers[str(request.fields["cs-method"]), status] = 1
        (use.succeeded if 200 <= status < 300 else use.others).append(request)
        use.clients["192.0.2.7"] = 1
    return use


def _judge(
    *pages: ServerPage, uses: tuple[PageUse, ...] = (), knowledge: PageKnowledge | None = None
) -> dict[str, Finding]:
    server = record(
        pages=list(pages), uses={use.stem: [use] for use in uses},
        hours={"iis-site-1": hours("2021-02-01", "2021-04-01")},
    )  # fmt: skip
    found = judge_pages(server, knowledge or _knowledge())
    return {finding.rule: finding for finding in found.findings}


AUTH = "/program files/microsoft/exchange server/v15/frontend/httpproxy/owa/auth/"
SHELL = PageMatch(rule("settings-dump", Stage.IMPLANTED, Weight.PROOF), 3, "ExternalUrl : …")


def test_a_page_of_the_product_says_nothing() -> None:
    """A known hash ends the matter, whatever a content rule says."""
    assert _judge(_page(AUTH + "logon.aspx", SHELL, known_hash=True)) == {}


@pytest.mark.parametrize("name", ["errorfe.aspx", "outlookcn.aspx", "redirsuiteserviceproxy.aspx"])
def test_a_stock_page_with_an_odd_name_is_not_foreign(name: str) -> None:
    """Names of the product are never foreign; without its build a hash is only context."""
    found = _judge(_page(AUTH + name), knowledge=_knowledge(builds=()))
    assert {f.weight for f in found.values()} <= {Weight.CONTEXT}


def test_an_unknown_page_in_a_closed_place_is_an_indication_whatever_it_holds() -> None:
    """Place first: nothing but the product's own pages belongs there."""
    found = _judge(_page(AUTH + "q7.aspx"), knowledge=_knowledge(builds=()))
    assert found["page-foreign"].weight is Weight.INDICATION
    assert found["page-foreign"].stage is Stage.IMPLANTED


def test_a_changed_page_counts_only_where_the_baseline_knows_the_build() -> None:
    """A hash that no build has means a change only if this build is among those known."""
    page = _page(AUTH + "logon.aspx")
    assert _judge(page)["page-modified"].weight is Weight.INDICATION
    later = _judge(page, knowledge=_knowledge(builds=("15.1.2375.7",)))
    assert later["page-unlisted"].weight is Weight.CONTEXT


def test_content_and_place_both_speak() -> None:
    """A page that is foreign and matches a content rule has both findings, with the line."""
    found = _judge(_page(AUTH + "q7.aspx", SHELL))
    assert {"settings-dump", "page-foreign"} <= set(found)
    assert found["settings-dump"].citations[0].line == 3


def test_use_of_a_page_proven_to_be_a_shell_is_proof() -> None:
    """The file proves what it is, the log proves that it was used."""
    use = _use("/owa/auth/q7.aspx", _request("/owa/auth/q7.aspx", "GET"))
    found = _judge(_page(AUTH + "q7.aspx", SHELL), uses=(use,))
    assert found["page-used-shell"].weight is Weight.PROOF
    assert found["page-used-shell"].stage is Stage.OPERATED


def test_a_page_that_is_gone_is_judged_by_its_requests() -> None:
    """An answered request for a page that does not belong there is an indication by itself."""
    use = _use("/owa/auth/q7.aspx", _request("/owa/auth/q7.aspx"))
    assert _judge(uses=(use,))["page-used-foreign"].weight is Weight.INDICATION


def test_after_exploitation_a_foreign_page_in_use_is_proof() -> None:
    """When something else proves exploitation, an answered foreign page is its shell."""
    use = _use("/owa/auth/q7.aspx", _request("/owa/auth/q7.aspx", "GET"))
    found = _judge(uses=(use,), knowledge=_knowledge(exploited=True))
    assert found["page-used-shell"].weight is Weight.PROOF


def test_posting_to_a_page_under_aspnet_client_is_proof() -> None:
    """Nothing executable ever belongs under aspnet_client; a POST that succeeds is a shell's."""
    posted = _use("/aspnet_client/q7.aspx", _request("/aspnet_client/q7.aspx"))
    assert _judge(uses=(posted,))["page-used-shell"].weight is Weight.PROOF
    read = _use("/aspnet_client/q7.aspx", _request("/aspnet_client/q7.aspx", "GET"))
    assert _judge(uses=(read,))["page-used-foreign"].weight is Weight.INDICATION


def test_guessing_at_names_is_probing() -> None:
    """Requests for pages that are not there are no more than a probe."""
    uses = tuple(
        _use(f"/aspnet_client/{n}.aspx", _request(f"/aspnet_client/{n}.aspx", "GET", 404))
        for n in "abc"
    )
    found = _judge(uses=uses)
    assert found["page-guessed"].stage is Stage.PROBED
    assert set(found) == {"page-guessed"}


def test_an_applications_own_page_is_nothing() -> None:
    """A page outside the closed places is no finding by itself."""
    assert _judge(uses=(_use("/shop/cart.aspx", _request("/shop/cart.aspx")),)) == {}


def test_records_that_were_edited_prove_nothing() -> None:
    """A use that rests on malformed rows alone is context at `probed`."""
    use = _use("/aspnet_client/q7.aspx", _request("/aspnet_client/q7.aspx", malformed=True))
    found = _judge(uses=(use,))["page-used-shell"]
    assert (found.weight, found.stage) == (Weight.CONTEXT, Stage.PROBED)


def test_a_page_that_a_record_says_was_written_is_a_shell_when_used() -> None:
    """A file written by the attacker and then asked for was used."""
    dropped = event("sysmon", {"TargetFilename": "C:\\inetpub\\wwwroot\\app\\q7.aspx"})
    use = _use("/app/q7.aspx", _request("/app/q7.aspx", "GET", time=T0 + timedelta(hours=1)))
    found = _judge(uses=(use,), knowledge=_knowledge(written=written_pages([dropped])))
    assert found["page-used-shell"].weight is Weight.PROOF


def test_a_total_that_is_not_the_whole_is_said_to_be_a_least() -> None:
    """Requests for a page that so many asked for are not all looked at."""
    stem = "/owa/auth/x7.aspx"
    use = _use(stem, _request(stem))
    details = []
    for passed_by in (0, 7):
        use.passed_by = passed_by
        found = _judge(_page(AUTH + "x7.aspx", SHELL), uses=(use,))
        details.append([one.detail for one in found.values() if "at least 1 request" in one.detail])
    assert [len(one) for one in details] == [0, 1]
