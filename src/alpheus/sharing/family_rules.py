"""Rules made of a family of pages: YARA of what they have in common, Sigma of what they are called.

Both are experimental, say of how many servers they were made and to whom they may be told, and
hold no name of a victim, no secret, and never the whole of a page: a few short pieces of its code.
What has no piece that tells it apart is known by its hashes alone.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from alpheus.detect.webshell.judge import code_of
from alpheus.detect.yara import YaraRules
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.model import YaraFile
from alpheus.knowledge.shared.model import Tlp
from alpheus.report.redact import Redactor

LONGEST, SHORTEST = 24, 7
"""Bytes of a piece of code that a rule quotes."""
MOST_PIECES = 8
MOST_HASHES = 100
MOST_NAMES = 50
_SHARE = 2
"""A rule quotes at most one byte of so many of the code."""

_QUOTED = re.compile(r"\"[^\"\n]*\"?|'[^'\n]*'?|\[secret:[0-9a-f]{8}\]")
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 ()_-]{7,23}")
_BESIDE = 3
"""Pieces of what is beside the code."""
_PLAIN = re.compile(r"[A-Za-z0-9 ._/:;()+-]{4,200}")
"""No character that means something in a rule: an intruder chose the text."""
_POWER = re.compile(
    r"eval|execute|unsafe|process|createobject|request|frombase64|assembly|stream|reflection|shell"
    r"|invoke|binaryread|saveas|file\.|decrypt",
    re.IGNORECASE,
)
_COMMON = frozenset(
    f"{one}.aspx" for one in ("default", "index", "login", "logon", "error", "help", "test", "home",
                              "upload", "web", "main", "page", "view", "download", "report")
)  # fmt: skip
_SPACE = uuid.UUID("6f1c3f0e-6c0a-4f43-9a35-6d8f5a3d5f0b")
_SOURCE = "alpheus campaign rules"
_FOLDERS = ("/owa/auth/", "/ecp/auth/", "/owa/", "/ecp/", "/aspnet_client/")


@dataclass(frozen=True, slots=True)
class ShellFamily:
    """Pages of one structure on several servers.

    `pages` are those that could be read again; `hidden` is what victims are called; `agents` are
    programs that hardly anybody else has.
    """

    name: str
    servers: int
    first: str
    last: str
    hashes: tuple[str, ...]
    names: tuple[str, ...]
    pages: tuple[bytes, ...] = ()
    hidden: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeRules:
    """Rules of a family as texts, '' where there is none; `pieces` that the YARA rule quotes."""

    name: str
    yara: str
    sigma: str
    pieces: tuple[str, ...]


def rules_of(
    family: ShellFamily, tlp: Tlp, when: datetime, clean: Sequence[bytes] = ()
) -> MadeRules:
    """Rules that all its pages match, and none of those that are clean."""
    pieces = _pieces(family)
    yara = _yara(family, pieces, tlp, when)
    if pieces and not _tells(yara, family.pages, clean):
        pieces, yara = (), _yara(family, (), tlp, when)
    return MadeRules(family.name, yara, _sigma(family, tlp, when), pieces)


# --- YARA ---


def _pieces(family: ShellFamily) -> tuple[str, ...]:
    """Short pieces that are in all pages: of code around what has power, and of what is beside it.

    Of the code, so little that nobody could put it together again.
    """
    if not family.pages:
        return ()
    smallest = min(family.pages, key=lambda page: (len(page), page))
    texts = [page.decode("latin-1") for page in family.pages]
    code = code_of(smallest, "page.aspx")
    beside = texts[family.pages.index(smallest)]
    for text in code:
        beside = beside.replace(text, "\n")
    budget = sum(map(len, code)) // _SHARE
    hidden = [one.lower() for one in family.hidden if len(one) > 3]

    def fits(piece: str) -> bool:
        named = any(one in piece.lower() for one in hidden)
        return len(piece) >= SHORTEST and not named and all(piece in text for text in texts)

    kept: list[str] = []
    most = min(LONGEST, budget)
    for piece in dict.fromkeys(piece for text in code for piece in _powerful(text, most, fits)):
        if len(piece) <= budget and len(kept) < MOST_PIECES - _BESIDE:
            kept.append(piece)
            budget -= len(piece)
    if not kept:
        return ()
    words = sorted({one.strip() for one in _WORDS.findall(beside) if fits(one.strip())},
                   key=lambda one: (-len(one), one))  # fmt: skip
    kept += words[:_BESIDE]
    return tuple(kept) if len(kept) > 1 else ()


def _powerful(code: str, most: int, fits: Callable[[str], bool]) -> Iterator[str]:
    """The longest piece around each word of power that fits, without what stands in quotes."""
    masked = _QUOTED.sub("\0", Redactor().text(code))
    for match in _POWER.finditer(masked):
        left = max(masked.rfind("\0", 0, match.start()), masked.rfind("\n", 0, match.start())) + 1
        ends = [at for at in (masked.find("\0", match.end()), masked.find("\n", match.end()))
                if at >= 0]  # fmt: skip
        right = min([*ends, len(masked)])
        spans = (
            masked[begin : begin + length]
            for length in range(most, SHORTEST - 1, -1)
            for begin in range(max(left, match.end() - length), match.start() + 1)
            if begin + length <= right
        )
        found = next(
            (one for one in spans if one.isascii() and one.isprintable() and fits(one)), None
        )
        if found is not None:
            yield found


def _yara(family: ShellFamily, pieces: Sequence[str], tlp: Tlp, when: datetime) -> str:
    mark = re.sub(r"\W", "_", family.name)
    hashes = [f'hash.sha256(0, filesize) == "{one}"' for one in _foreign(family)[:MOST_HASHES]]
    meta = {
        "title": f"Page of the shell family {family.name} (made from a fleet, experimental)",
        "description": _about(family), "date": f"{when:%Y-%m-%d}", "source": _SOURCE,
        "author": _SOURCE, "status": "experimental", "tlp": tlp.value, "stage": "implanted",
        "weight": "indication", "confidence": "medium", "techniques": "T1505.003",
    }  # fmt: skip
    lines = ['import "hash"', "", f"rule fleet_{mark}", "{", "    meta:"]
    lines += [f'        {key} = "{value}"' for key, value in meta.items()]
    known = " or\n        ".join(hashes) or "false"
    if pieces:
        largest = max(len(page) for page in family.pages)
        lines.append("    strings:")
        lines += [f'        $p{at} = "{_escaped(one)}" ascii wide'
                  for at, one in enumerate(pieces, 1)]  # fmt: skip
        known = f"(filesize < {max(65_536, 4 * largest)} and all of ($p*)) or\n        {known}"
    return "\n".join([*lines, "    condition:", f"        {known}", "}", ""])


def _foreign(family: ShellFamily) -> list[str]:
    """Hashes of its pages but for those of the product's own."""
    return [one for one in family.hashes if not Baseline.load().known_hash(one)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _tells(yara: str, pages: Iterable[bytes], clean: Iterable[bytes]) -> bool:
    compiled = YaraRules.compile([YaraFile("family", Path("family.yar"), yara)])
    hits = all(compiled.match(page) for page in pages)
    return hits and not any(compiled.match(page) for page in clean)


# --- Sigma ---


def _sigma(family: ShellFamily, tlp: Tlp, when: datetime) -> str:
    """Requests that were answered, for pages that are called so; '' where all names are common."""
    names = [one for one in family.names if _telling(one, family.hidden)][:MOST_NAMES]
    if not names:
        return ""
    asked = {"cs-method": "POST", "c-ip": "203.0.113.9"}
    one = f"/aspnet_client/{names[0]}"
    detection: dict[str, object] = {
        "page": {"cs-uri-stem|endswith": [f"/{name}" for name in names]},
        "answered": {"sc-status|startswith": "2"},
        "condition": "page and answered",
    }
    agents = [
        one for one in family.agents
        if _PLAIN.fullmatch(one) and not _names_a_victim(one, family.hidden)
    ]  # fmt: skip
    if agents:
        logged = [one.replace(" ", "+") for one in agents[:MOST_NAMES]]
        detection |= {
            "program": {"cs-uri-stem|contains": "/aspnet_client/", "cs(User-Agent)": logged},
            "condition": "(page or program) and answered",
        }
    document = {
        "title": f"Page of the shell family {family.name} answered (made from a fleet)",
        "name": f"fleet-{family.name}-requested",
        "id": str(uuid.uuid5(_SPACE, f"{family.name} {' '.join(names)}")),
        "status": "experimental",
        "description": _about(family),
        "author": _SOURCE,
        "date": f"{when:%Y-%m-%d}",
        "tags": ["attack.persistence", "attack.t1505.003", tlp.value.lower().replace(":", ".")],
        "logsource": {"category": "webserver", "service": "iis"},
        "detection": detection,
        "falsepositives": ["A page of somebody's own that is called so"],
        "level": "high",
        "alpheus": {
            "stage": "operated", "weight": "indication", "confidence": "medium", "client": "c-ip",
            "summary": "{c-ip} asked for {cs-uri-stem}, a name of a shell family, and was answered",
            "examples": {
                "positive": [{"source": "iis", "fields": {
                    **asked, "cs-uri-stem": one, "sc-status": "200"}}],
                "negative": [{"source": "iis", "fields": {
                    **asked, "cs-uri-stem": one, "sc-status": "404"}}],
            },
        },
    }  # fmt: skip
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _telling(name: str, hidden: Sequence[str]) -> bool:
    """Whether hardly anybody else has a page of this name, and it names no victim."""
    plain = name.lower()
    stock = any(Baseline.load().stock_url(folder + plain) for folder in _FOLDERS)
    named = _names_a_victim(plain, hidden)
    return (
        plain not in _COMMON and not stock and not named
        and len(set(plain.partition(".")[0])) > 3
        and re.fullmatch(r"[\w.-]{1,80}", plain) is not None
    )  # fmt: skip


def _names_a_victim(text: str, hidden: Sequence[str]) -> bool:
    return any(len(one) > 3 and one.lower() in text.lower() for one in hidden)


def _about(family: ShellFamily) -> str:
    since = f", from {family.first[:10]} to {family.last[:10]}" if family.first else ""
    many = len(family.hashes)
    pages = f"{many:,} different page{'' if many == 1 else 's'}"
    return f"Made of {pages} on {family.servers:,} servers{since}"
