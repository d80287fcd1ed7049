"""Which folders new evidence must hold, and whether it does.

Some pages are known from records alone: a log names the URL, a record of the file system the path.
Where they lay must be looked at all the same, or their being gone is not shown by anything.
`Looked` says what counts as that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from alpheus.knowledge import places
from alpheus.knowledge.baseline import Baseline
from alpheus.model import Stage, Weight
from alpheus.report.assessment_file import Finding, Server
from alpheus.respond.verification_evidence import LOGS
from alpheus.respond.verification_looked import BRING, WEB_ROOT, Looked
from alpheus.respond.verification_pages import is_served

_PAGE = re.compile(
    r"(?:[a-z]:|https?:/)?[/\\][^\s\"'<>|,;?*&=]*?"
    r"\.(?:aspx|ashx|asmx|asax|asp|asa|cshtml|vbhtml|svc|php|jspx?|soap|rem)(?![\w.])",
    re.IGNORECASE,
)
_HOST = re.compile(r"https?://[^/]*", re.IGNORECASE)
_USUAL = ("aspnet_client", "frontend/httpproxy/ecp/auth", "frontend/httpproxy/owa/auth")
"""Where pages are written whose place no record names."""
_WEB_SHELL = "T1505.003"
_LAYOUTS = re.compile(r"(?:^|/)(1[4-9])/template/layouts(/.*)")
_NOT_READ = "this folder was not collected"
_NO_PAGES = "this folder is there, and nothing shows that its pages were collected"
_BRING_PAGES = (
    "a mask may have left them out; bring the $MFT, or the pages of the site as well, or say "
    "--complete FOLDER if you know that all of it was collected"
)


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
        if not looked.holds(tail, known):
            yield _of_record(tail, f"{name} is known there from records alone", looked)
    if pages or any(is_served(folder) for folder in known) or not _was_planted(server):
        return
    for tail in _USUAL if "Exchange" in server.product else (WEB_ROOT,):
        if not looked.holds(tail):
            yield _of_record(tail, "records say that a page was written, not where", looked)


def _of_record(tail: str, why: str, looked: Looked) -> str:
    what, bring = _missing(lacks_pages=looked.lacks_pages_of(tail))
    return f"{tail.removeprefix('*:')}: {what}, and {why}; {bring}"


def unseen_folders(folders: Mapping[str, bool], looked: Looked) -> Iterator[str]:
    """What is missing of folders in which something was found, and whether that was a page."""
    for folder, page in sorted(folders.items()):
        if not looked.saw(folder, page=page):
            what, bring = _missing(lacks_pages=looked.lacks_pages(folder))
            yield f"{folder}: {what}; {bring}"


def _missing(*, lacks_pages: bool) -> tuple[str, str]:
    """What is missing of a folder, and the remedy."""
    return (_NO_PAGES, _BRING_PAGES) if lacks_pages else (_NOT_READ, BRING)


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
        drive = text[:1].lower() if text[1:2] == ":" else "*"
        path = places.clean_path(text)
        if layouts := _LAYOUTS.search(path):
            return f"_layouts/{layouts[1]}{layouts[2]}"
        return f"{drive}:/{path}" if path else None
    known = Baseline.load()
    if page is None:
        return None if known.stock_url(text, site) else places.url_page(text, site)
    return None if known.known_name(page) else page
