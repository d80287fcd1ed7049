"""What a page's use is compared with."""

from __future__ import annotations

from datetime import timedelta

from alpheus.detect.model import Origin, PageUse
from alpheus.detect.page_detail import VISITORS_KEPT, Served
from alpheus.judge import rarity_site as module
from alpheus.judge.rarity_site import sites_of
from making import T0, at, hours, record

FIRST = "C/LogFiles/W3SVC1"


def _use(stem: str, *clients: str, folder: str = FIRST, source: str = "iis") -> PageUse:
    use = PageUse(stem, Origin("E1", None, folder, ""), source=source)
    for number, client in enumerate(clients):
        time = T0 + timedelta(minutes=number)
        use.note("POST", 200, client, time)
        use.detail(Served(time, "POST", client))
    return use


def test_folders_of_one_site_are_added_up() -> None:
    """A site whose logs lie in one folder per day is one site; the parts stay as they are."""
    parts = [_use("/a.aspx", "c1", folder=f"C/{day}") for day in range(3)]
    (site,) = sites_of(record(uses={"/a.aspx": parts}))
    assert site.pages["/a.aspx"].answers == {("POST", 200): 3}
    assert [part.answers for part in parts] == [{("POST", 200): 1}] * 3
    assert (site.clients, site.served) == (1, 1)


def test_sites_and_kinds_of_log_stay_apart() -> None:
    """The same request in two logs is not two requests."""
    uses = [
        _use("/a.aspx", "c1"),
        _use("/a.aspx", "c1", folder="C/LogFiles/W3SVC2"),
        _use("/a.aspx", "c1", folder="C/HttpProxy/Owa", source="httpproxy"),
    ]
    sites = sites_of(record(uses={"/a.aspx": uses}))
    assert [site.pages["/a.aspx"].answers for site in sites] == [{("POST", 200): 1}] * 3


def test_the_span_is_that_of_the_logs_within_what_was_asked() -> None:
    """Rows of other sites say nothing; without any coverage the requests themselves bound it."""
    known = {
        "iis-site-1": hours("2021-03-01", "2021-03-20"),
        "iis-site-2": hours("2020-01-01", "2020-01-02"),
    }
    uses = {"/a.aspx": [_use("/a.aspx", "c1", "c2")]}
    (site,) = sites_of(record(uses=uses, hours=known))
    assert (site.start, site.end) == (at("2021-03-01"), at("2021-03-19T23:00"))
    (asked,) = sites_of(record(uses=uses, hours=known), at("2021-03-02"), at("2021-03-05"))
    assert asked.span == timedelta(days=3)
    (bare,) = sites_of(record(uses=uses))
    assert bare.span == timedelta(minutes=1)


def test_clients_are_counted_once_and_up_to_a_limit(monkeypatch) -> None:
    """A client of two pages is one client."""
    uses = {"/a.aspx": [_use("/a.aspx", "c1", "c2")], "/b.aspx": [_use("/b.aspx", "c2", "c3")]}
    assert sites_of(record(uses=uses))[0].clients == 3
    monkeypatch.setattr(module, "MOST_CLIENTS", 2)
    assert sites_of(record(uses=uses))[0].clients == 2


def test_a_crowded_page_counts_as_served() -> None:
    """Its details are gone, not its answers."""
    crowd = _use("/a.aspx", *(f"c{n}" for n in range(VISITORS_KEPT + 1)))
    (site,) = sites_of(record(uses={"/a.aspx": [crowd]}))
    assert (crowd.crowded, site.served) == (True, 1)
