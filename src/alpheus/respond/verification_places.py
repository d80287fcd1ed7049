"""Which folders new evidence must hold, and whether it does.

Some pages are known from records alone: a log names the URL, a record of the file system the path.
Where they lay must be looked at all the same, or their being gone is not shown by anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from alpheus.evidence.address import on_volume, windows_path
from alpheus.knowledge import places
from alpheus.knowledge.baseline import Baseline
from alpheus.model import Stage, Weight
from alpheus.respond.assessment_file import Finding, Server

LOGS = (".log", ".evtx", ".jsonl", ".json", ".csv", ".txt", ".xml", ".gz")
"""Ends of names of files that hold records; other files are findings by themselves."""

WEB_ROOT = "wwwroot"
_PAGE = re.compile(
    r"(?:[a-z]:|https?:/)?[/\\][^\s\"'<>|,;?*&=]*?"
    r"\.(?:aspx|ashx|asmx|asax|asp|asa|cshtml|vbhtml|svc|php|jspx?|soap|rem)(?![\w.])",
    re.IGNORECASE,
)
_HOST = re.compile(r"https?://[^/]*", re.IGNORECASE)
_WEB = re.compile(r"/(?:wwwroot|frontend/httpproxy|clientaccess|temporary asp\.net files)(?:/|\Z)")
_USUAL = ("aspnet_client", "frontend/httpproxy/ecp/auth", "frontend/httpproxy/owa/auth")
"""Where pages are written whose place no record names."""
_WEB_SHELL = "T1505.003"


def place_of(path: str) -> str:
    """Where a file lies, for comparing: `c:/inetpub/wwwroot/x.aspx`."""
    place = on_volume(path)
    if place is None:
        return windows_path(path)
    return f"{place[0]}:{'/'.join(('', *place[1]))}".lower()


class Looked:
    """The folders that were collected; `folders` as `place_of` writes them.

    They are those that hold a file, and those that are empty; not those that only hold folders.
    """

    def __init__(self, folders: Iterable[str]) -> None:
        self._here = frozenset(folder.lower() for folder in folders)
        self._above = frozenset(_above(folder) for folder in self._here)

    def saw(self, folder: str) -> bool:
        """Whether a folder was looked at.

        In a web site one that is empty or gone now is seen by what lies beside or below it;
        elsewhere only by what lies in it, or directly above.
        """
        above = _above(folder)
        if folder in self._here or (above and above in self._here):
            return True
        return bool(_WEB.search(above)) and bool({folder, above} & self._above)

    def holds(self, tail: str) -> bool:
        """Whether a folder was looked at whose path ends like this, whatever lies above it.

        One that is gone is seen by what lies directly above.
        """
        known = self._here if tail == WEB_ROOT else self._here | self._above
        return _ends(known, tail) or _ends(self._here, _above(tail) or WEB_ROOT)


def pages_of_records(server: Server) -> dict[str, str]:
    """Pages that records alone name: the end of the folder's path, and a page in it.

    Only what findings say was planted or used counts, and no page of the product.
    """
    found: dict[str, str] = {}
    for finding in server.findings:
        if finding.weight is Weight.CONTEXT or finding.stage.rank < Stage.IMPLANTED.rank:
            continue
        for text, site in _told(finding):
            for match in _PAGE.finditer(text):
                page = _page(match[0], site)
                if page is not None:
                    folder, _, name = page.rpartition("/")
                    found.setdefault(folder or WEB_ROOT, name)
    return found


def unseen_pages(server: Server, known: Collection[str], looked: Looked) -> Iterator[str]:
    """What is missing of the folders of such pages; `known` are folders that are told already."""
    pages = pages_of_records(server)
    for tail, name in sorted(pages.items()):
        if not _ends(known, tail) and not looked.holds(tail):
            yield (f"{tail}: no file of this folder was collected, and {name} is known there from "
                   "records alone; bring it")  # fmt: skip
    if pages or any(_WEB.search(folder) for folder in known) or not _was_planted(server):
        return
    for tail in _USUAL if "Exchange" in server.product else (WEB_ROOT,):
        if not looked.holds(tail):
            yield (f"{tail}: no file of this folder was collected, and records say that a page was "
                   "written, not where; bring it")  # fmt: skip


def _was_planted(server: Server) -> bool:
    return any(
        finding.weight is not Weight.CONTEXT and finding.stage.rank >= Stage.IMPLANTED.rank
        and _WEB_SHELL in finding.techniques for finding in server.findings
    )  # fmt: skip


def _told(finding: Finding) -> Iterator[tuple[str, str]]:
    """What the records of a finding say, and of which web site."""
    for citation in finding.citations:
        path = citation.path.lower()
        if not citation.sha256 or path.endswith(LOGS) or "$" in path:
            yield citation.text, places.BACK_END if "w3svc2/" in path else places.FRONT_END
    if finding.rule.startswith("page-used"):  # its records may be too many to be cited
        for stem in finding.detail.partition(";")[0].split(", "):
            yield stem if stem.startswith("/") else f"/{stem}", places.FRONT_END


def _page(written: str, site: str) -> str | None:
    """The page's path below the product, the web site or the volume; None for the product's own."""
    text = _HOST.sub("", written)
    page = places.install_relative(text) or places.web_root_relative(text)
    if page is None and ("\\" in text or text[1:2] == ":"):
        return places.clean_path(text) or None
    known = Baseline.load()
    if page is None:
        return None if known.stock_url(text, site) else places.url_page(text, site)
    return None if known.known_name(page) else page


def _ends(folders: Iterable[str], tail: str) -> bool:
    end = f"/{tail}"
    return any(f"/{folder}".endswith(end) for folder in folders)


def _above(folder: str) -> str:
    return folder.rpartition("/")[0]
