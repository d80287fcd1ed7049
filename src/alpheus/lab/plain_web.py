"""Traffic of a web server without Exchange: a small company's site."""

from __future__ import annotations

from random import Random

from alpheus.lab import clients, names
from alpheus.lab.request import Request
from alpheus.lab.server import Server
from alpheus.lab.visitors import Weighted

PAGE = (
    '<%@ Page Language="C#" AutoEventWireup="true" %>\r\n<!DOCTYPE html>\r\n<html><head>'
    "<title>{title}</title></head>\r\n<body><h1>{title}</h1>"
    "<p><%: DateTime.Now.Year %></p></body></html>\r\n"
)


def requests(rng: Random, server: Server) -> list[Weighted]:
    """Pages, pictures, a form, and strangers that look for other things."""
    found: list[Weighted] = []
    for client in server.clients:
        browser = rng.choice(clients.BROWSERS)
        found += [
            (8, Request("", "GET", "/", client, browser)),
            (6, Request("", "GET", "/default.aspx", client, browser)),
            (6, Request("", "GET", "/images/logo.png", client, browser)),
            (3, Request("", "GET", "/products.aspx", client, browser, f"id={rng.randint(1, 400)}")),
            (1, Request("", "POST", "/contact.aspx", client, browser, status=302)),
        ]
    for crawler in clients.CRAWLERS:
        found.append((2, Request("", "GET", "/robots.txt", names.public_address(rng), crawler)))
    for stem in ("/wp-login.php", "/.env", "/owa/auth/logon.aspx"):
        found.append(
            (1, Request("", "GET", stem, names.public_address(rng), "Mozilla/5.0", status=404))
        )
    for agent in clients.ODD:
        found.append(
            (
                1,
                Request(
                    "", "GET", "/~staff/", names.public_address(rng), agent, "a=*!", status=404
                ),
            )
        )
    return found


def pages(server: Server) -> list[tuple[str, bytes]]:
    """The site's own pages."""
    titles = {"default.aspx": "Welcome", "products.aspx": "Products", "contact.aspx": "Contact"}
    return [
        (server.web_root + name, PAGE.format(title=title).encode())
        for name, title in titles.items()
    ]
