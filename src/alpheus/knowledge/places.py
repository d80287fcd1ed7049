"""Where a server page lives: one spelling for Windows paths, evidence addresses and URL stems.

A *page path* is lower case, uses `/`, has no leading `/`, and begins below the Exchange install
directory (`frontend/httpproxy/owa/auth/logon.aspx`) or below the root of the default web site
(`aspnet_client/x.aspx`).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

FRONT_END = "iis-site-1"
BACK_END = "iis-site-2"

_VERSION = re.compile(r"1[4-9]\.\d{1,2}\.\d{1,5}(?:\.\d{1,5})?")
_COOKIELESS = re.compile(r"\([a-z]\([^/]*\)\)")
_INSTALL = re.compile(r"(?:^|/)exchange server/v1\d/(.+)")
_MARKED = re.compile(
    r"(?:^|/)(frontend/(?:httpproxy|callrouter|popimap|routingupdates)/.+"
    r"|clientaccess/(?:adminapi|autodiscover|ecp|exchweb|mapi|microservice|o365suiteservice|oab"
    r"|outlookservice|owa|popimap|powershell|powershell-proxy|pushnotifications"
    r"|pushnotifications-datacenter|reportingwebservice|reports|rest|rpcproxy|shadow|sync"
    r"|[a-z0-9]+-liveid)/.+)"
)
_WEB_ROOT = re.compile(r"(?:^|/)inetpub/wwwroot/(.+)")
_ASPNET_CLIENT = re.compile(r"(?:^|/)(aspnet_client/.+)")
_LAYOUTS = re.compile(r"(?:^|/)web server extensions/(1[4-9])/template/layouts/(.+)")
_FORGEABLE = re.compile(r"(?:^|/)(?:wwwroot|aspnet_client)/")
"""Folders in which anybody can make a folder that is called like one of Exchange's."""

_FRONT = {
    "api": "frontend/httpproxy/rest",
    "autodiscover": "frontend/httpproxy/autodiscover",
    "ecp": "frontend/httpproxy/ecp",
    "ews": "frontend/httpproxy/ews",
    "mapi": "frontend/httpproxy/mapi",
    "microsoft-server-activesync": "frontend/httpproxy/sync",
    "oab": "frontend/httpproxy/oab",
    "owa": "frontend/httpproxy/owa",
    "powershell": "frontend/httpproxy/powershell",
    "rpc": "frontend/httpproxy/rpc",
}
_BACK = {
    "api": "clientaccess/rest",
    "autodiscover": "clientaccess/autodiscover",
    "ecp": "clientaccess/ecp",
    "ews": "clientaccess/exchweb/ews",
    "exchange": "clientaccess/owa",
    "mapi": "clientaccess/mapi",
    "microsoft-server-activesync": "clientaccess/sync",
    "oab": "clientaccess/oab",
    "owa": "clientaccess/owa",
    "powershell": "clientaccess/powershell-proxy",
    "public": "clientaccess/owa",
    "pushnotifications": "clientaccess/pushnotifications",
    "rpc": "clientaccess/rpcproxy",
}
_CLOSED = (
    (re.compile(r"owa/auth/current(?:/|$)"), "owa/auth/current"),
    (re.compile(r"owa/auth/version(?:/|$)"), "owa/auth/15.x"),
    (re.compile(r"owa/auth(?:/|$)"), "owa/auth"),
    (re.compile(r"ecp/auth(?:/|$)"), "ecp/auth"),
    (re.compile(r"oab(?:/|$)"), "oab"),
)


def clean_path(path: str) -> str:
    r"""Spell a path or stem in one way: lower case, `/`, no `.`/`..`, no doubled or outer `/`.

    Blanks and dots at the end of a name go, as Windows drops them. The drive goes (`C:`, `C%3A`).
    Nothing is decoded here: `%` is legal in a file name.
    """
    kept: list[str] = []
    for segment in path.replace("\\", "/").lower().split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif (name := segment.rstrip(" .")) and not re.fullmatch(r"[a-z](?::|%3a)", name):
            kept.append(name)
    return "/".join(kept)


def decode_stem(stem: str) -> str:
    """Undo percent encoding, also where it was done two or three times over."""
    decoded = stem
    for _ in range(3):
        again = unquote(decoded, errors="replace")
        if again == decoded:
            break
        decoded = again
    return decoded


def clean_stem(stem: str) -> str:
    """Spell a URL stem like `clean_path`, decoded, without query or cookieless session segment."""
    path = clean_path(decode_stem(stem).partition("?")[0])
    return "/".join(part for part in path.split("/") if not _COOKIELESS.fullmatch(part))


def fold_version(path: str) -> str:
    """Replace folders named after a build (`15.1.2176.2`, `15.1.2176`) by `version`."""
    return "/".join("version" if _VERSION.fullmatch(part) else part for part in path.split("/"))


def install_relative(windows_path: str) -> str | None:
    """The page path below an Exchange install directory, on any drive and under any folder.

    None if nothing in the path tells that it lies in one, or if the telling part lies inside a web
    root, where an intruder may have made folders of that name.
    """
    path = clean_path(windows_path)
    matches = [m for m in (_INSTALL.search(path), _MARKED.search(path)) if m is not None]
    if not matches:
        return None
    outermost = min(matches, key=lambda m: m.start(1))
    return None if _FORGEABLE.search(path, 0, outermost.start(1)) else outermost.group(1)


def web_root_relative(windows_path: str) -> str | None:
    """The page path below the root of the default web site, or None.

    SharePoint's shared layouts folder is where its URLs put it: `_layouts/16/…`.
    """
    path = clean_path(windows_path)
    layouts = _LAYOUTS.search(path)
    if layouts is not None:
        return f"_layouts/{layouts.group(1)}/{layouts.group(2)}"
    match = _WEB_ROOT.search(path) or _ASPNET_CLIENT.search(path)
    return match.group(1) if match else None


def url_page(stem: str, site: str = FRONT_END) -> str | None:
    """The page path that a URL stem asks for on a site (`iis-site-1`, or `iis-site-2`: back end).

    None for the bare root. A URL that no Exchange folder owns lies below the web root; on the back
    end below the root of that site.
    """
    path = clean_stem(stem)
    if not path:
        return None
    first, _, rest = path.partition("/")
    back = site.removeprefix("iis-site-") == "2"
    root = (_BACK if back else _FRONT).get(first)
    if root is None:
        return f"clientaccess/{path}" if back else path
    return f"{root}/{rest}" if rest else root


def closed_place(stem_or_path: str) -> str | None:
    """The place's name if only pages known by name ever belong there, else None.

    Takes a URL stem or a path. The places: `owa/auth`, `owa/auth/current`, `owa/auth/15.x`,
    `ecp/auth`, `oab`, `aspnet_client`. It speaks of pages that the server runs; style sheets,
    pictures and address-book files do belong in some of them.
    """
    relative = install_relative(stem_or_path)
    if relative is not None:
        parts = relative.removeprefix("frontend/httpproxy/").removeprefix("clientaccess/")
        return _closed(fold_version(parts))
    path = clean_stem(stem_or_path)
    if path == "aspnet_client" or _ASPNET_CLIENT.search(path):
        return "aspnet_client"
    return _closed(fold_version(path))


def _closed(path: str) -> str | None:
    for pattern, name in _CLOSED:
        if pattern.match(path):
            return name
    return None
