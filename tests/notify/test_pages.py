"""Pages of an intruder that lists name, as they are told to owners."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from alpheus.cases.database import Database
from alpheus.exposure.imports.reading import READERS
from alpheus.notify.blocks import bare
from alpheus.notify.model import Notice, Page
from alpheus.notify.pages import MOST_PAGES, name_of, path_of, said_of
from alpheus.notify.wording import shipped
from cases_filling import listed, seen
from exposure_runs import OPEN
from notice_samples import texts
from notices_filling import BREACHED, Country, contact

URL = "https://mail.org1.example/aspnet_client/discover.aspx?pw=orange7"


@pytest.mark.parametrize(("page", "path"), [
    (URL, "/aspnet_client/discover.aspx"), ("/owa/auth/a.aspx#x", "/owa/auth/a.aspx"),
    (r"C:\inetpub\wwwroot\aspnet_client\a.aspx", r"C:\inetpub\wwwroot\aspnet_client\a.aspx"),
    ("https://mail.org1.example/", ""), ("https://user:pw@mail.org1.example", ""), ("", ""),
])  # fmt: skip
def test_the_path_alone_is_told(page: str, path: str) -> None:
    """What follows it may be a password; a server without a path is no page."""
    assert path_of(page) == path


def test_a_form_is_no_name() -> None:
    """A recipient knows services and the names that people gave their lists, not `csv`."""
    assert name_of("shadowserver/compromised_website") == "Shadowserver"
    assert name_of("cert-partner") == "cert-partner"
    forms = {kind for kind in READERS if not name_of(kind)}
    assert forms == set(READERS) - {"shadowserver", "shodan", "censys"}


def test_it_is_said_in_the_readers_language() -> None:
    """Dead to a click, with who reported it."""
    page = Page("/aspnet_client/a.aspx", "2021-03-08T14:02:00Z", ("", "Shadowserver"))
    told = {tag: bare(said_of(page, shipped().language(tag), "-")) for tag in ("en", "es", "de")}
    assert told["en"] == (
        "8 March 2021, 14:02 UTC: /aspnet_client/a[.]aspx is reported as a page of an intruder, "
        "by Shadowserver, a list"
    )
    assert "una lista" in told["es"]
    assert "eine Liste" in told["de"]
    assert bare(said_of(replace_time(page), shipped().language("en"), "-")).startswith("/aspnet")


def replace_time(page: Page) -> Page:
    """The same page at no known time."""
    return Page(page.path, "", page.sources)


@given(texts, texts)
def test_whatever_a_list_names_is_one_visible_line(path: str, source: str) -> None:
    """Hostile paths and names of lists neither fail nor break a line."""
    page = Page(path_of(path) or "/x", path, (name_of(source),))
    said = bare(said_of(page, shipped().language("en"), "-"))
    assert len(said.splitlines()) == 1
    assert not {"\x00", "\x1b", "\u202e"} & set(said)


def _planned(database: Database) -> Notice:
    country = Country(database, {1: [contact("it@one1.example")]})
    victims = [
        seen(1, OPEN, day, flags=BREACHED, **listed(day, day, url=url))
        for day, url in ((2, URL), (3, URL.replace("orange7", "apple")),
                         (4, "https://mail.org1.example/owa/auth/b.aspx"))
    ]  # fmt: skip
    secret = seen(1, OPEN, 5, flags=BREACHED, **listed(5, 5, url="https://x.example/red.aspx"))
    assert secret.provenance is not None
    secret = replace(secret, provenance=replace(secret.provenance, tlp="TLP:RED"))
    many = [
        seen(1, OPEN, 1, flags=BREACHED, **listed(n, 1, url=f"https://x.example/{n}.aspx"))
        for n in range(10, 20)
    ]
    country.sees(*victims, secret, *many)
    (found,) = country.plan()
    return country.notices.with_code(found)


def test_a_notice_tells_them(database: Database) -> None:
    """Each page once, the last ones, with who reported it; none of what is for one reader alone."""
    found = _planned(database)
    (subject,) = found.subjects
    assert len(subject.pages) == MOST_PAGES
    assert [page.path for page in subject.pages][-2:] == [
        "/aspnet_client/discover.aspx", "/owa/auth/b.aspx",
    ]  # fmt: skip
    assert subject.pages[-1].sources == ("theirs",)
    assert "red.aspx" not in str(subject)
    assert "orange7" not in str(subject)
