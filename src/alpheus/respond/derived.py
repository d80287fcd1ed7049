"""What stands inside a cited record without a field of its own: pages asked for, groups of `net`.

A word of `steps.yaml` asks for it by `@page`, `@place`, `@local-group` and so on. All of it may be
an attacker's: it is shown and quoted, never run or opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

EXCHANGE = r"C:\Program Files\Microsoft\Exchange Server\V15"
"""Where Exchange 2013 to 2019 are installed unless somebody chose another place."""

_ROOT = r"C:\inetpub\wwwroot"
_FRONT = EXCHANGE + r"\FrontEnd\HttpProxy"
_BACK = EXCHANGE + r"\ClientAccess"
_LAYOUTS = (
    r"C:\Program Files\Common Files\microsoft shared\Web Server Extensions\16\TEMPLATE\LAYOUTS"
)
"""What SharePoint 2016 and later serve as `/_layouts`, `/_layouts/15` and `/_layouts/16`."""

_VERSIONS = frozenset({"14", "15", "16"})
_APPLICATIONS = frozenset({"owa", "ecp", "ews", "oab", "mapi", "rpc", "autodiscover", "powershell"})
_PAGE = re.compile(
    r'(?:(?<=[\s,"])|^)(/[^\s,"?#;]{0,1000}?\.(?:aspx|ashx|asmx|ascx|asp|asa|cer|cdx|cshtml|vbhtml|'
    r'svc|soap|rem|php|jspx?))(?=[/\s,"?]|$)', re.IGNORECASE,
)  # fmt: skip
_MAILBOX = re.compile(r"/ecp/([^/\s\"?]{1,320}?(?:@|%40)[^/\s\"?]{1,255})/", re.IGNORECASE)
_BACK_END = re.compile(r"[\s,]444[\s,]")
_NAME = r'(?:"([^"]+)"|([^\s"/]\S*))'
_NET = re.compile(
    rf'\bnet1?(?:\.exe)?"?\s+(localgroup|group)\s+{_NAME}\s+{_NAME}(?=\s|$|")',
    re.IGNORECASE,
)
_BETWEEN = re.compile("[&|]")
_EVENT = re.compile(
    r'"EventID":\s*(?:\{[^{}]*"#text":\s*)?"?(\d+)|<EventID[^>]*>(\d+)<|\bEventID=(\d+)'
)
_LOCAL = "4732"


def page_of(text: str) -> str:
    """The page that a request of a web log asked for, as its path; '' for none."""
    found = _PAGE.search(text)
    return found[1] if found else ""


def place_of_page(text: str) -> str:
    """Where such a page lies on a server of Exchange, unless its folders were moved; '' for none.

    Port 444 is the site Exchange Back End.
    """
    parts = page_of(text).split("/")[1:]
    if not parts or any(part in {"", ".", ".."} or set(part) & set(':\\*?"<>|') for part in parts):
        return ""
    top = parts[0].lower()
    if top == "_layouts":
        return "\\".join((_LAYOUTS, *_below_layouts(parts)))
    if top not in _APPLICATIONS:
        return "\\".join((_ROOT, *parts))
    if not _BACK_END.search(text):
        return "\\".join((_FRONT, *parts))
    return "\\".join((_BACK, *(("exchweb",) if top == "ews" else ()), *parts))


def ends_of_page(page: str) -> tuple[str, ...]:
    """How the path of a file may end that such a page is; in lower case, with `/`."""
    parts = page.lower().split("/")[1:]
    if parts and parts[0] == "_layouts":
        return ("/template/layouts/" + "/".join(_below_layouts(parts)),)
    return (page.lower(),)


def _below_layouts(parts: list[str]) -> list[str]:
    return parts[2:] if len(parts) > 2 and parts[1] in _VERSIONS else parts[1:]


def _pages(text: str) -> Iterator[str]:
    if found := page_of(text):
        yield found


def _places(text: str) -> Iterator[str]:
    if found := place_of_page(text):
        yield found


def _panel_mailboxes(text: str) -> Iterator[str]:
    """Whose settings a request to the control panel was for: `/ecp/somebody@corp.example/…`."""
    if found := _MAILBOX.search(text):
        yield found[1].replace("%40", "@")


def _net(*, group: bool, local: bool) -> Callable[[str], Iterator[str]]:
    """Of `net localgroup GROUP MEMBER /add`, and of `net group` for the domain."""

    def found(text: str) -> Iterator[str]:
        plain = text.replace('\\"', '"').replace("\\\\", "\\").replace("&quot;", '"')
        for command in _BETWEEN.split(plain):
            one = _NET.search(command)
            if one is None or "/add" not in command.lower():
                continue
            is_local = one[1].lower() == "localgroup" and "/domain" not in command.lower()
            if is_local is local:
                yield (one[2] or one[3]) if group else (one[4] or one[5])

    return found


def is_of_local_group(text: str) -> bool:
    """Whether a record of Windows says that a member came to a local group (event 4732)."""
    found = _EVENT.search(text)
    return bool(found) and _LOCAL in found.groups()  # type: ignore[union-attr]


DERIVED: Mapping[str, Callable[[str], Iterator[str]]] = MappingProxyType({
    "@page": _pages,
    "@place": _places,
    "@panel-mailbox": _panel_mailboxes,
    "@net-local-group": _net(group=True, local=True),
    "@net-local-member": _net(group=False, local=True),
    "@net-group": _net(group=True, local=False),
    "@net-member": _net(group=False, local=False),
})  # fmt: skip
