"""Traffic of a SharePoint farm: people in team sites, an administrator, search, strangers."""

from __future__ import annotations

from random import Random

from alpheus.lab import clients, names
from alpheus.lab.logs import uls
from alpheus.lab.logs.uls import Trace
from alpheus.lab.render import request_template
from alpheus.lab.request import Request, Template
from alpheus.lab.server import Server
from alpheus.lab.text import compiled
from alpheus.lab.visitors import Weighted

_LAYOUTS = "/_layouts/15"
_ROBOT = "Mozilla/4.0 (compatible; MSIE 4.01; Windows NT; MS Search 6.0 Robot)"
_CRAWLS = 6


def requests(rng: Random, server: Server) -> list[Weighted]:
    """What people, machines and strangers ask for, each with how often it occurs."""
    found: list[Weighted] = []
    for number, person in enumerate(server.people):
        user = f"0#.w|{server.netbios.lower()}\\{person}"
        client = f"10.0.{number % 7}.{20 + number}"
        browser = rng.choice(clients.BROWSERS)
        site = f"/sites/{names.word(rng)}"
        start = Request("", "GET", f"{_LAYOUTS}/start.aspx", client, browser, user=user)
        viewed = Request(
            "", "GET", f"{site}/Shared Documents/Forms/AllItems.aspx", client, browser, user=user
        )
        page = Request("", "GET", f"{site}/SitePages/Home.aspx", client, browser, user=user)
        query = Request("", "POST", f"{site}/_vti_bin/client.svc/ProcessQuery", client, browser,
                        user=user)  # fmt: skip
        found += [(2, start), (5, viewed), (5, page), (4, query)]
    return [*found, *_administration(server), *_others(rng, server)]


def _administration(server: Server) -> list[Weighted]:
    """A designer who edits web parts, and somebody who signs out."""
    admin = f"0#.w|{server.netbios.lower()}\\{server.admins[0]}"
    browser = clients.BROWSERS[0]
    page = f"https://{server.public_name}/sites/team/SitePages/Home.aspx"
    return [
        (1, Request("", "POST", f"{_LAYOUTS}/ToolPane.aspx", "10.0.8.21", browser,
                    "DisplayMode=Edit&a=/sites/team/SitePages/Home.aspx", user=admin,
                    referer=page)),
        (1, Request("", "GET", f"{_LAYOUTS}/SignOut.aspx", "10.0.8.21", browser, user=admin)),
        (1, Request("", "GET", f"{_LAYOUTS}/settings.aspx", "10.0.8.21", browser, user=admin)),
    ]  # fmt: skip


def _others(rng: Random, server: Server) -> list[Weighted]:
    found = [
        (3, Request("", "GET", "/sites/team/_api/web", server.address, _ROBOT,
                    user=f"0#.w|{server.netbios.lower()}\\svc-search")),
        (1, Request("", "GET", "/", names.public_address(rng), "Mozilla/5.0", status=401)),
    ]  # fmt: skip
    for stem in ("/wp-login.php", "/.env", "/owa/auth/logon.aspx"):
        client = names.public_address(rng)
        found.append((1, Request("", "GET", stem, client, "Mozilla/5.0", status=404)))
    return found


def background(server: Server) -> list[Template]:
    """What happens day and night: the search that reads the sites, and the farm's own traces."""
    crawl = Request("", "GET", "/sites/team/_vti_bin/sitedata.asmx", server.address, _ROBOT,
                    user=f"0#.w|{server.netbios.lower()}\\svc-search")  # fmt: skip
    read = request_template(crawl, server, server.build_before)
    return [*traces(server), *[read] * _CRAWLS]


def traces(server: Server) -> list[Template]:
    """What the farm writes about itself."""
    host = f"https://{server.public_name}:443"
    told = (
        Trace(f"Name=Request (GET:{host}/sites/team/SitePages/Home.aspx)"),
        Trace(f"Name=Request (GET:{host}{_LAYOUTS}/start.aspx)"),
        Trace(
            "Leaving Monitored Scope (Timer Job job-application-server). Execution Time=12.4",
            process="OWSTIMER.EXE (0x0E10)", category="Monitoring", event="b4ly",
        ),
    )  # fmt: skip
    return [template(one) for one in told]


def template(trace: Trace) -> Template:
    """The row of a trace."""
    return Template((("uls", compiled(uls.line(trace))),))
