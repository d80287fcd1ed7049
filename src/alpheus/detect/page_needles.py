"""What to search requests for, to find server pages which the product does not ship.

Most requests of an Exchange server name a few pages of its own. A search that reports them all
spends its time on reporting, so the patterns here leave these few out by what stands before them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from alpheus.knowledge.places import decode_stem

EXTENSIONS = (
    "aspx", "ashx", "asmx", "ascx", "asax", "asp", "svc", "soap", "cshtml", "vbhtml", "cer", "asa",
    "php", "jsp", "jspx",
)  # fmt: skip
"""What the server would run."""

PAGE_EXTENSIONS = frozenset({*EXTENSIONS, "cdx", "rem", "master"})
"""All that makes a file a server page; the last three are never asked for by themselves."""

FOLLOWING = r"(?:[ /?,;:%\"\r]|$)"
"""What stands behind the name of a page in a log of requests."""

PAGE_NEEDLE = rf"\.(?:{'|'.join(EXTENSIONS)}){FOLLOWING}"
"""A request for any page."""

PRECEDING = {"iis": " ", "httpproxy": ","}
"""What stands before a URL in a log of requests; one between quotes is never left out."""

QUOTES = {"iis": "", "httpproxy": '"'}
"""What a log of requests puts around a path that holds its separator."""

FREQUENT = (
    "/owa/service.svc",
    "/owa/auth/logon.aspx",
    "/owa/auth/logoff.aspx",
    "/owa/auth/errorfe.aspx",
    "/owa/default.aspx",
    "/owa/plt1.ashx",
    "/owa/startupdata.ashx",
    "/owa/sessiondata.ashx",
    "/owa/userspecificresourceinjector.ashx",
    "/ews/exchange.asmx",
    "/ecp/default.aspx",
    "/ecp/ddi/ddiservice.svc",
    "/ecp/ruleseditor/inboxrules.svc",
)
"""Pages that a busy server of the product is asked for all the time."""


_PAGE = re.compile(
    r"(/[^?*\"<>|]*?\.(?:" + "|".join(sorted(PAGE_EXTENSIONS)) + r"))(?=$|[/;?])", re.IGNORECASE
)


@lru_cache(maxsize=20_000)
def page_of(stem: str) -> str | None:
    """The page a URL stem asks for, lower case, decoded, without path info; None if it is none."""
    match = _PAGE.match(re.sub(r"/{2,}", "/", decode_stem(stem).replace("\\", "/")))
    return match.group(1).lower() if match else None


def page_needles(left_out: Collection[str], source: str) -> tuple[str, ...]:
    """Patterns that find every page but these, which are paths in lower case.

    A page left out is passed by only where it stands as a whole URL path of that kind of log.
    """
    needles = []
    for extension in EXTENSIONS:
        stems = [path[: -len(extension) - 1] for path in left_out if path.endswith(f".{extension}")]
        before = "|".join(_anything_but(stems, PRECEDING[source]))
        # One expression for each extension: the matcher looks back only where it finds that.
        lead = f"(?:{before})" if before else ""
        needles.append(rf"{lead}\.{extension}{FOLLOWING}")
        if lead and '"' in QUOTES[source]:
            # A quoted path may hold commas, so that what follows one is not a whole path.
            needles.append(rf'\.{extension}"')
    return tuple(needles)


def _anything_but(stems: Iterable[str], preceding: str) -> list[str]:
    """Patterns of which one matches the text before an extension, unless it ends in a stem."""
    following: dict[str, set[str]] = {"": set()}
    for stem in stems:
        for at in range(len(stem), -1, -1):
            before = stem[at - 1] if at else preceding
            following.setdefault(stem[at:], set()).update(before)
    return [
        (rf"(?:^|[^{re.escape(''.join(sorted(before)))}])" if before else "") + re.escape(ending)
        for ending, before in following.items()
    ]
