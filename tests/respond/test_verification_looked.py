"""What counts as having looked at a folder, and which folder a page of a log lay in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.respond.verification_listing import Listing, Served, Table
from alpheus.respond.verification_looked import Looked
from alpheus.respond.verification_pages import is_served
from clean_assessments import CLIENT, looked

INSTALL = "d:/mail/exchange"
SITE = "Default Web Site"
SINCE = "2021-03-12T00:00:00Z"
CACHE = "c:/windows/microsoft.net/framework64/v4/temporary asp.net files/root"


def _served(*pairs: tuple[str, str], site: str = SITE) -> tuple[Served, ...]:
    return tuple(Served(site, path, folder) for path, folder in pairs)


@pytest.mark.parametrize(("folder", "held", "saw"), [
    (CLIENT, CLIENT, True), (CLIENT, f"{CLIENT}/system_web", True),
    (CLIENT, "c:/inetpub/wwwroot", False), (CLIENT, "c:/inetpub/wwwroot/other", False),
    ("c:/inetpub/wwwroot", CLIENT, False), ("c:/windows/temp", "c:/windows", False),
    ("c:/windows/temp", "c:/windows/temp/x", False), (f"{CACHE}/a/b", f"{CACHE}/c/d", True),
    ("c:", "", False), ("c:/x/frontend/httpproxy/owa/auth", "c:/x/logging/httpproxy/owa", False),
])  # fmt: skip
def test_only_what_lies_in_it_shows_a_folder(folder: str, held: str, saw: bool) -> None:
    """In a web site below it, too; of compiled pages, which IIS throws away, any of them."""
    assert looked(held).saw(folder) is saw


def test_an_empty_folder_is_shown_where_it_is_named() -> None:
    """By a collection that brings pages; not where it only holds what lies around it."""
    assert not Looked([Listing("E1", empty=frozenset({CLIENT}))]).saw(CLIENT)
    brought = {f"{CLIENT}2": {"x.aspx"}}
    assert Looked([Listing("E1", brought, empty=frozenset({CLIENT}))]).saw(CLIENT)
    assert not looked("c:/inetpub/wwwroot").saw(CLIENT)


OWA = "c:/exchange/frontend/httpproxy/owa/auth"


@pytest.mark.parametrize(("folder", "pages", "how"), [
    (CLIENT, {}, ""), (CLIENT, {OWA: {"logon.aspx"}}, "pages that the same collection brought"),
    (CLIENT, {"c:/data": {"x.aspx"}}, ""), (OWA, {CLIENT: {"x.aspx"}}, ""),
    (OWA, {"c:/exchange/frontend/httpproxy/ecp": {"default.aspx"}}, "httpproxy/ecp/default.aspx"),
    (CLIENT, {CLIENT: {"web.cdx"}}, ""),
])  # fmt: skip
def test_a_script_beside_a_page_does_not_show_that_it_is_gone(
    folder: str, pages: dict[str, set[str]], how: str
) -> None:
    """A mask may have left out pages; one of the same tree shows that it did not."""
    found = Looked([Listing("E1", {folder: set()} | pages)])
    assert how in found.how(folder)
    assert found.saw(folder) is bool(how)
    assert found.lacks_pages(folder)
    assert found.saw(folder, page=False)
    apart = Looked([Listing("E1", {folder: set()}), Listing("E2", pages)])
    assert not apart.saw(folder)


def test_what_was_collected_whole_may_stand_on_the_word_of_who_knows() -> None:
    """It is told as such; of a folder of which nothing is in the evidence it is none."""
    root = CLIENT.rpartition("/")[0]
    found = Looked([Listing("E1", {root: set()})], complete=[root, "d:/sites"])
    assert found.how(CLIENT) == f"by word of the operator: --complete {root}"
    assert found.unfounded == ["d:/sites"]
    assert not found.saw("d:/sites")


@pytest.mark.parametrize(("tail", "hive", "holds"), [
    ("_layouts/15", "16", True), ("_layouts", "16", True), ("_layouts/15/x", "16", False),
    ("_layouts/16", "15", False), ("_layouts/15", "15", True),
])  # fmt: skip
def test_pages_of_sharepoint_lie_in_its_layouts_folder(tail: str, hive: str, holds: bool) -> None:
    """By the configuration of any of its sites; without one, in that of the version."""
    folder = ("c:/program files/common files/microsoft shared/web server extensions/"
              f"{hive}/template/layouts")  # fmt: skip
    assert looked(folder).holds(tail) is holds
    served = _served(("/", "c:/inetpub/wwwroot/wss/80"), ("/_layouts/15", "d:/x/template/layouts"),
                     ("/_layouts", "d:/x/template/layouts"), site="SharePoint - 80")  # fmt: skip
    assert looked("d:/x/template/layouts", served=served).holds("_layouts/15")
    assert not looked(folder, served=served).holds("_layouts/15")


@pytest.mark.parametrize(("day", "names", "saw"), [
    (13, set(), True), (11, set(), False), (13, {"k.aspx"}, False), (13, {"web.config"}, True),
])  # fmt: skip
def test_the_list_of_a_volume_shows_a_folder(day: int, names: set[str], saw: bool) -> None:
    """One of after the clean-up, if no page that it names there was left behind."""
    path = CLIENT.partition(":")[2]
    table = Table({path: names}, datetime(2021, 3, day, tzinfo=UTC))
    found = Looked([Listing("E1", tables={"c": table})], SINCE)
    assert found.saw(CLIENT) is saw
    assert found.left_behind(CLIENT) == (["k.aspx"] if names == {"k.aspx"} else [])
    assert not found.saw("d:/inetpub/wwwroot/aspnet_client")
    brought = Looked([Listing("E1", {CLIENT: {"k.aspx"}}, tables={"c": table})], SINCE)
    assert brought.left_behind(CLIENT) == []


@pytest.mark.parametrize(("tail", "held", "holds"), [
    ("aspnet_client", "d:/sites/mail/aspnet_client", True), ("aspnet_client", CLIENT, False),
    ("aspnet_client", "d:/backup/old/aspnet_client", False),
    ("tools/x", "e:/tools/x", True), ("tools/x", "d:/sites/mail/tools/x", False),
    ("wwwroot", "d:/sites/mail", True),
    ("frontend/httpproxy/owa/auth", f"{INSTALL}/frontend/httpproxy/owa/auth", True),
    ("frontend/httpproxy/owa/auth", "d:/backup/exchange server/v15/frontend/httpproxy/owa/auth",
     False),
])  # fmt: skip
def test_the_folder_is_the_one_that_is_served(tail: str, held: str, holds: bool) -> None:
    """By the configuration of the new evidence, of the first site that is not the back end."""
    served = _served(("/", "d:/sites/mail"), ("/tools", "e:/tools"),
                     ("/owa", f"{INSTALL}/frontend/httpproxy/owa"))  # fmt: skip
    others = _served(("/", "d:/backup/old"), site="Other")
    assert looked(held, served=(*served, *others)).holds(tail) is holds


@pytest.mark.parametrize(("tail", "held", "holds"), [
    ("aspnet_client", CLIENT, True), ("aspnet_client", "d:/backup/old/aspnet_client", False),
    ("frontend/httpproxy/owa/auth", "e:/exchange/frontend/httpproxy/owa/auth", True),
    ("frontend/httpproxy/owa/auth",
     "c:/program files/microsoft/exchange server/v15/frontend/httpproxy/owa/auth", True),
    ("frontend/httpproxy/owa/auth", "d:/old/exchange server/v15/frontend/httpproxy/owa/auth",
     False),
    ("d:/web", "d:/web", True), ("d:/web", "c:/web", False), ("*:/web", "p1:/web", True),
])  # fmt: skip
def test_without_a_configuration_it_is_the_one_that_setup_makes(
    tail: str, held: str, holds: bool
) -> None:
    """A folder of the same name elsewhere is another; a path that a record names is exact."""
    assert looked(held).holds(tail) is holds


def test_what_is_asked_for_by_itself_is_not_asked_twice() -> None:
    """The folder is told already."""
    assert looked().holds("aspnet_client", (CLIENT,))


def test_a_folder_that_is_served_and_was_not_collected_is_told() -> None:
    """Those of setup are none: they are asked for where something was found."""
    product = "c:/program files/microsoft/exchange server/v15"
    served = _served(
        ("/", "c:/inetpub/wwwroot"), ("/owa", f"{product}/frontend/httpproxy/owa"),
        ("/", "e:/mail/clientaccess"), ("/ecp", "e:/mail/frontend/httpproxy/ecp"),
        ("/Owa/Help".lower(), "c:/programdata/help"), ("/shop", "d:/shop"), ("/oab", "d:/oab"),
    )  # fmt: skip
    found = list(looked("d:/shop/bin", served=served).unseen_served())
    assert [one.partition(" ")[0] for one in found] == ["/owa/help", "/oab"]
    assert "c:/programdata/help" in found[0]
    assert looked(served=served).has_configuration
    assert not looked().has_configuration


def test_what_is_served() -> None:
    """By the folders of web sites."""
    assert is_served(CLIENT)
    assert not is_served("c:/windows/temp")


def test_a_partition_of_a_disk_is_the_drive_that_holds_the_folder() -> None:
    """An image knows no letters; two partitions that both may be it are none."""
    image = looked("p2:/inetpub/wwwroot/aspnet_client", "p3:/data")
    assert image.saw(CLIENT)
    assert image.called_here(f"{CLIENT}/x.aspx") == f"p2:{CLIENT[2:]}/x.aspx"
    assert not image.saw("c:/windows/temp")
    assert not looked(f"p2:{CLIENT[2:]}", f"p3:{CLIENT[2:]}").saw(CLIENT)
    assert looked(CLIENT).saw(f"p2:{CLIENT[2:]}")
    assert not looked(CLIENT).saw(f"d:{CLIENT[2:]}")
    served = _served(("/", "c:/inetpub/wwwroot"), ("/shop", "c:/shop"))
    found = looked("p2:/shop/bin", f"p2:{CLIENT[2:]}", served=served)
    assert found.holds("aspnet_client")
    assert list(found.unseen_served()) == []


def test_whether_a_page_lies_in_a_place() -> None:
    """Only pages are told by their names."""
    seen = Looked([Listing("E1", {"c:/inetpub/wwwroot": {"a.aspx"}})])
    assert seen.has_page("c:/inetpub/wwwroot/a.aspx")
    assert not seen.has_page("c:/inetpub/wwwroot/b.aspx")
    assert not seen.has_page("c:/inetpub/a.aspx")


DAYS = [datetime(2021, 3, day, tzinfo=UTC) for day in (1, 14, 20)]


def _packages(*made: tuple[dict[str, set[str]], datetime | None, datetime | None]) -> Looked:
    return Looked([Listing(f"E{number}", held, newest=newest, written=written)
                   for number, (held, newest, written) in enumerate(made, 1)], SINCE)  # fmt: skip


def test_folders_are_shown_up_to_when_they_were_collected() -> None:
    """Not up to when later logs end; a folder counts by the newest package that shows it."""
    _, between, new = DAYS
    web, logs = {CLIENT: {"a.aspx"}}, {"c:/inetpub/logs/logfiles/w3svc1": set[str]()}
    assert _packages((web, between, None), (logs, new, None)).listed_until([CLIENT]) == (
        "2021-03-14T00:00:00Z"
    )
    for packages in ([(web, new, None)], [(web, between, None), (web, new, None)],
                     [(web | logs, new, None), (logs, between, None)]):  # fmt: skip
        assert _packages(*packages).listed_until([CLIENT]) == ""
    temp = {"c:/windows/temp": set[str]()}
    both = _packages((web, between, None), (temp, new, None))
    assert both.listed_until(["c:/windows/temp"]) == "2021-03-14T00:00:00Z"
    pages = _packages((temp, between, None), (web, new, None))
    assert pages.listed_until([]) == ""
    assert pages.listed_until([], ["*:/windows/temp"]) == "2021-03-14T00:00:00Z"


def test_a_package_of_old_files_is_as_old_as_itself() -> None:
    """Pages keep their times for years; what was collected says nothing of when, then."""
    old, between, new = DAYS
    web, logs = {CLIENT: {"a.aspx"}}, {"c:/inetpub/logs/logfiles/w3svc1": set[str]()}
    aged = _packages((web, old, between), (logs, new, None))
    assert aged.listed_until([CLIENT]) == "2021-03-14T00:00:00Z"
    assert _packages((web, old, None), (logs, new, None)).listed_until([CLIENT]) == ""
