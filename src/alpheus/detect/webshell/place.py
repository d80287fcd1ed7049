"""Where a page lies, what it is called and how old it is: what speaks without its content.

Strong reasons (`place`, `modified` where the lists cover it) make a page suspicious whatever it
holds. Weak ones only add to what the content says.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from alpheus.detect.webshell.baseline_file import OperatorBaseline
from alpheus.detect.webshell.judge import MALICIOUS, SUSPICIOUS
from alpheus.detect.webshell.kinds import FileKind
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.evidence.address import windows_path
from alpheus.knowledge.baseline import Baseline

STRONG = 60
"""Points of a reason that suffices by itself for `suspicious`."""

_LIFTED = 25
"""From this score of its content on, weak reasons can make a page suspicious."""

_CERTAIN = 85
"""From this score on, weak reasons make malicious what is suspicious by its content."""

_MODIFIED = 25
_OPEN_FOLDER = 10
_WINDOW = 10
_WEAK = 5
_FAR = 180 * 86_400.0
_FEWEST_NEIGHBOURS = 3

_LOGON = re.compile(r"(?:^|/)((?:owa|ecp)/auth/.+)")
_TELLING = re.compile(
    r"exchange server|frontend|clientaccess|aspnet_client|/auth/|/oab/|%", re.IGNORECASE
)
"""Without one of these a path tells nothing; most have none."""

_OPEN_FOLDERS = re.compile(
    r"(?:^|/)(uploads?|userfiles|attachments?|files|media|images?|img|pictures?|photos?|icons?"
    r"|avatars?|styles?|css|fonts?|themes?|te?mp|cache|logs?)/",
)
_VERSION = re.compile(r"(?:^|/)(1[4-9]\.\d{1,2}\.\d{1,5}(?:\.\d{1,5})?)/")
_HEX = re.compile(r"[0-9a-f]{8,}")
_VOWELS = frozenset("aeiouy")
_FEWEST_HEX_TURNS = 2
"""A word before a year (`decade2000`) turns once from letters to digits."""

_ABBREVIATIONS = (
    "wkhtml", "xhtml", "https", "mssql", "mysql", "pgsql", "oauth2", "oauth", "base64", "win32",
    "shtml", "cshtml", "html5", "html", "http", "json", "jpeg", "mpeg", "smtp", "sftp", "ldap",
    "ntlm", "saml", "wsdl", "xslt", "mgmt", "ctrl", "mngr", "pswd", "passwd", "prnt", "frm",
    "css3", "h264", "h265", "i18n", "l10n", "a11y", "k8s", "o365", "utf16", "utf8", "sha512",
    "sha256", "sha1", "md5", "mp3", "mp4", "b64", "b2b", "b2c", "c2c", "p2p", "x64", "x86", "w3c",
    "net2", "net4", "v2", "v3", "v4",
    "cms", "crm", "crt", "csrf", "css", "csv", "ctl", "ctx", "cfg", "cmd", "dbg", "dll", "dns",
    "dst", "ftp", "gmt", "gps", "grp", "hdr", "hmc", "img", "jpg", "lbl", "lst", "ltr", "mdb",
    "mfg", "mgr", "mht", "mnt", "mpg", "mvc", "msg", "nav", "pdf", "pgm", "php", "png", "ppt",
    "prd", "prj", "prm", "psw", "pwd", "rpc", "rpt", "rss", "rtf", "scr", "sdk", "sms", "snmp",
    "spf", "sql", "src", "srv", "ssh", "ssl", "std", "str", "svc", "svg", "swf", "tbl", "tcp",
    "tls", "tmp", "tmpl", "tpl", "txt", "udp", "upd", "url", "usr", "vbs", "vpn", "wcf", "wmf",
    "wmv", "wsp", "xls", "xlsx", "xml", "xsd", "xsl", "xss", "zip", "www", "dwg", "dxf", "bmp",
    "blk", "btn", "chk", "clk", "cln", "cnt", "drp", "fld", "fnc", "hdn", "lnk", "mbr", "mst",
    "nbr", "pkg", "plc", "pmt", "pnl", "prc", "pwr", "qry", "qty", "rcv", "rgs", "shp", "snd",
    "spl", "spc", "sts", "sys", "trk", "trn", "trx", "vrf", "wnd", "wrk",
)  # fmt: skip
_KNOWN_PARTS = re.compile("|".join(sorted(_ABBREVIATIONS, key=lambda one: (-len(one), one))))
"""Abbreviations in common use on the web: without vowels, or letters and digits in turns."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was found.

    `path` begins with the folders above what was handed in, `inside` is its address in that.
    """

    path: str
    inside: str
    sha256: str
    modified: datetime | None
    kind: FileKind = FileKind.PAGE


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The server pages of one folder, the page itself included; `times` are in order."""

    pages: int
    times: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the place where a page lies.

    `relative` is its path below the install directory of Exchange. `closed` names a folder in which
    only pages belong that are known by name. `named`: the product ships a page of that name there.
    """

    relative: str | None
    closed: str | None
    named: bool


_NOWHERE = Place(None, None, named=False)


@dataclass(frozen=True, slots=True)
class Rooted:
    """An operator's baseline, and where its root lies in the tree that is judged."""

    baseline: OperatorBaseline
    roots: tuple[str, ...] = ()

    def relative(self, path: str) -> str | None:
        """The path below the root, if the baseline covers it; the longest root decides."""
        below = [path[len(root) :] for root in self.roots if path.startswith(root)]
        return min(below, key=len, default=None)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of good files, in general and for one tree.

    `build` is the newest build that the tree itself names. `faithful`: nearly all pages of the
    product in it have the content that the lists know, so that one that has not was changed.
    """

    baseline: Baseline
    operators: tuple[Rooted, ...] = ()
    window: tuple[datetime, datetime] | None = None
    build: str | None = None
    faithful: bool = False

    def good(self, sha256: str) -> Reason | None:
        """Why content is known to be good, or None."""
        if self.baseline.known_hash(sha256):
            return Reason("known-good", None, "the product ships this very content (by SHA-256)")
        for rooted in self.operators:
            if sha256 in rooted.baseline.hashes:
                name = rooted.baseline.name
                return Reason("known-good", None, f"this very content is in the baseline {name}")
        return None

    def covers(self, relative: str) -> bool:
        """Whether the lists hold the content of this page for the build that lies here."""
        if self.build is not None:
            return self.baseline.covers(self.build, relative)
        return self.faithful


def version_in(path: str) -> str | None:
    """The build after which a folder of a path is named."""
    match = _VERSION.search(path) if "/1" in path or path[:1] == "1" else None
    return match[1] if match else None


def place_of(path: str, baseline: Baseline) -> Place:
    """The place of a page by its whole path."""
    if _TELLING.search(path) is None:
        return _NOWHERE
    plain = windows_path(path)
    relative = baseline.install_relative(plain)
    if relative is not None:
        return Place(relative, baseline.closed_place(plain), baseline.known_name(relative))
    closed = baseline.closed_place(plain)
    logon = _LOGON.search(plain)
    if closed is None and logon is not None:
        tail = logon[1]
        fronts = (f"frontend/httpproxy/{tail}", f"clientaccess/{tail}")
        named = any(baseline.known_name(front) for front in fronts)
        return Place(None, baseline.closed_place(tail), named)
    return Place(None, closed, named=False)


def place_reasons(
    found: Found, neighbours: Neighbours | None, known: Known
) -> tuple[list[Reason], bool]:
    """What place, name and age say, and whether the content is known to be good.

    `neighbours` is None where the other files of the folder were not handed in.
    """
    good = known.good(found.sha256)
    if good is not None:
        return [good], True
    reasons = _of_name(found, known)
    if found.kind is FileKind.PAGE:
        reasons += _of_folder(found, neighbours)
        if _looks_random(found.inside):
            reasons.append(Reason("name", None, "its name looks random", _WEAK))
    if known.window is not None and found.modified is not None:
        start, end = known.window
        if start <= found.modified <= end:
            when = f"{found.modified:%Y-%m-%d %H:%M:%S} UTC"
            text = f"last changed at {when}, inside the window that was given"
            reasons.append(Reason("window", None, text, _WINDOW))
    return reasons, False


def weighed(content: PageJudgement, reasons: Sequence[Reason], *, good: bool) -> PageJudgement:
    """What the content says, together with what place, name and age say.

    Strong reasons make anything suspicious, and what is suspicious by its content malicious. Weak
    ones add to the score, and lift only what has something to say against itself.
    """
    if good:
        return replace(
            content, judgement=Judgement.KNOWN_GOOD, score=0, family=None, reasons=tuple(reasons)
        )
    if not reasons:
        return content
    score = min(100, content.score + sum(reason.points for reason in reasons))
    judgement = _together(content, score, reasons)
    most = {Judgement.MALICIOUS: 100, Judgement.SUSPICIOUS: MALICIOUS - 1}
    score = min(score, most.get(judgement, SUSPICIOUS - 1))
    return replace(content, judgement=judgement, score=score, reasons=(*content.reasons, *reasons))


def _together(content: PageJudgement, score: int, reasons: Sequence[Reason]) -> Judgement:
    judgement = content.judgement
    strong = any(reason.points >= STRONG for reason in reasons)
    if judgement is Judgement.MALICIOUS:
        return judgement
    if judgement is Judgement.SUSPICIOUS:
        return Judgement.MALICIOUS if strong or score >= _CERTAIN else judgement
    if strong or (content.score >= _LIFTED and score >= STRONG):
        return Judgement.SUSPICIOUS
    return Judgement.UNKNOWN if any(r.kind == "modified" for r in reasons) else judgement


def _of_name(found: Found, known: Known) -> list[Reason]:
    """Whether a file of this name belongs here."""
    strong = _of_operators(found, known)
    if strong is not None:
        return [strong]
    place = place_of(found.path, known.baseline)
    name = found.path.rpartition("/")[2]
    if place.named:
        covered = place.relative is not None and known.covers(place.relative)
        return [_modified(found.kind, covered=covered)]
    if found.kind is not FileKind.PAGE:
        return []
    if place.closed is not None:
        text = f"{place.closed} holds only pages of the product, and none is called {name}"
        return [Reason("place", None, text, STRONG)]
    if place.relative is not None and place.relative.startswith(("frontend/", "clientaccess/")):
        text = f"lies among the pages of Exchange, which ships no {place.relative}"
        return [Reason("place", None, text, STRONG)]
    return []


def _modified(kind: FileKind, *, covered: bool) -> Reason:
    text = "a page of the product, with another content than any build up to March 2021 has"
    if kind is not FileKind.PAGE:
        # Setup writes paths and keys into every configuration file.
        return Reason("modified", None, text.replace("a page", "a file"), 0)
    if covered:
        text = "a page of the product that was changed: its build ships another content"
    return Reason("modified", None, text, STRONG if covered else _MODIFIED)


def _of_operators(found: Found, known: Known) -> Reason | None:
    path = found.path.lower()
    for rooted in known.operators:
        relative = rooted.relative(path)
        if relative is None:
            continue
        name = rooted.baseline.name
        configuration = found.kind is FileKind.CONFIGURATION
        if relative in rooted.baseline.entries:
            text = f"another content than {relative} has in the baseline {name}"
            return Reason("modified", None, text, 0 if configuration else STRONG)
        if not configuration:
            text = f"the baseline {name} covers this folder and holds no {relative}"
            return Reason("place", None, text, STRONG)
    return None


def _of_folder(found: Found, neighbours: Neighbours | None) -> list[Reason]:
    reasons = []
    match = _OPEN_FOLDERS.search(found.inside.lower())
    if match is not None:
        text = f"a server page in the folder {match[1]}, which is for files that are only sent"
        reasons.append(Reason("folder", None, text, _OPEN_FOLDER))
    if neighbours is None:
        return reasons
    if neighbours.pages == 1:
        reasons.append(Reason("neighbours", None, "the only server page in its folder", _WEAK))
    elif found.modified is not None and len(neighbours.times) >= _FEWEST_NEIGHBOURS:
        days = _distance(found.modified.timestamp(), neighbours.times) / 86_400
        if days * 86_400 > _FAR:
            text = f"last changed {days:,.0f} days away from every other page in its folder"
            reasons.append(Reason("neighbours", None, text, _WEAK))
    return reasons


def _distance(time: float, times: Sequence[float]) -> float:
    """Seconds to the nearest other time; the time itself is among them once."""
    at = bisect_left(times, time)
    before = time - times[at - 1] if at else math.inf
    after = times[at + 1] - time if at + 1 < len(times) else math.inf
    return min(before, after)


def _looks_random(path: str) -> bool:
    """Whether no person and no product would call a page so."""
    stem = path.rpartition("/")[2].partition(".")[0]
    if not 5 <= len(stem) <= 40 or not stem.isascii() or not stem.isalnum():
        return False
    low = stem.lower()
    if len(_KNOWN_PARTS.sub("", low)) * 2 <= len(low):
        return False
    digits = sum(character.isdigit() for character in low)
    kinds = [0 if c.isdigit() else 1 if c.islower() else 2 for c in stem]
    turns = sum(one != other and not (one == 2 and other == 1) for one, other in pairwise(kinds))
    if _HEX.fullmatch(low) and 0 < digits < len(low) and turns >= _FEWEST_HEX_TURNS:
        return True
    if digits and turns >= 3 and turns * 3 >= len(stem):
        return True
    return not digits and len(low) <= 12 and not _VOWELS & set(low)
