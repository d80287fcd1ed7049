"""Published indicators: the rows of `indicators.csv`, and looking things up among them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from alpheus.errors import KnowledgeError
from alpheus.knowledge import places
from alpheus.knowledge.model import Indicator, Pack
from alpheus.knowledge.tables import read_rows
from alpheus.model import Confidence, Stage, Weight

COLUMNS = ("type", "value", "meaning", "stage", "weight", "confidence", "source", "note")
TYPES = frozenset(
    {"sha256", "sha1", "md5", "ip", "domain", "user-agent", "page", "defender", "task"}
)
_RUN = re.compile(r"[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)+|[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}")
_CODED = re.compile(r"%(?:25)*(?:u00)?([0-9A-Fa-f]{2})")
_OTHERS = frozenset({"md5", "sha1"})
_DIGITS = {"sha256": 64, "sha1": 40, "md5": 32}


def read_indicators(pack: str, path: Path) -> tuple[Indicator, ...]:
    """The rows of a pack's `indicators.csv`. Raises KnowledgeError naming file and line."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: {error}"
        raise KnowledgeError(message) from error
    found: list[Indicator] = []
    for number, row in enumerate(read_rows(content, COLUMNS, str(path)), 2):
        try:
            found.append(_indicator(pack, row))
        except ValueError as error:
            message = f"{path}: row {number}: {error}"
            raise KnowledgeError(message) from error
    return tuple(found)


def _indicator(pack: str, row: dict[str, str]) -> Indicator:
    kind, value = row["type"], row["value"]
    if kind not in TYPES:
        message = f"type: {kind!r} is none of {', '.join(sorted(TYPES))}"
        raise ValueError(message)
    digits = _DIGITS.get(kind)
    if digits is not None and not re.fullmatch(rf"[0-9a-f]{{{digits}}}", value):
        message = f"value: {kind} must be {digits} lower-case hexadecimal digits"
        raise ValueError(message)
    if kind == "ip":
        ipaddress.ip_address(value)
    if kind == "page" and value != places.clean_path(value):
        message = f"value: a page is spelt {places.clean_path(value)!r}"
        raise ValueError(message)
    if not value or not row["meaning"] or not row["source"]:
        message = "value, meaning and source must not be empty"
        raise ValueError(message)
    return Indicator(
        pack, kind, value, row["meaning"], Stage(row["stage"]), Weight(row["weight"]),
        Confidence(row["confidence"]), row["source"], row["note"],
    )  # fmt: skip


class Indicators:
    """Looks up what evidence shows among the indicators of all packs; the heaviest one answers.

    `other_hashes` are the kinds of hash beside SHA-256 that are among them.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._known: dict[str, dict[str, Indicator]] = {kind: {} for kind in _NORMAL}
        kinds: set[str] = set()
        # What others share was brought into its one spelling when it was read.
        for row in (row for pack in packs if pack.digest for row in pack.indicators):
            self._known["hash" if row.type in _DIGITS else row.type][row.value] = row
            kinds.add(row.type)
        rows = (row for pack in packs if not pack.digest for row in pack.indicators)
        for row in sorted(rows, key=lambda row: (row.weight.rank, row.confidence.rank)):
            kind = "hash" if row.type in _DIGITS else row.type
            self._known[kind][_NORMAL[kind](row.value)] = row
            kinds.add(row.type)
        self.other_hashes = frozenset(kinds & _OTHERS)

    def by_hash(self, digest: str) -> Indicator | None:
        """By SHA-256, SHA-1 or MD5, in hexadecimal of either case."""
        return self._known["hash"].get(digest.strip().lower())

    def page(self, path: str) -> Indicator | None:
        """By page: a URL stem (as of the front end), a page path, or the path of a file.

        That the page is named here says nothing about the request for it: one that was answered
        404 is a probe by whoever also knows the published names.
        """
        for spelling in _page_spellings(path):
            found = self._known["page"].get(spelling)
            if found is not None:
                return found
        return None

    def address(self, ip: str) -> Indicator | None:
        """By IP address, also in brackets, with a port, or mapped into IPv6."""
        return self._known["ip"].get(normal_address(ip))

    def domain(self, name: str) -> Indicator | None:
        """By host name: the listed name itself or one below it."""
        labels = _normal_domain(name).split(".")
        for index in range(len(labels) - 1):
            found = self._known["domain"].get(".".join(labels[index:]))
            if found is not None:
                return found
        return None

    def named_in(self, text: str) -> Iterator[Indicator]:
        """By host names and addresses anywhere in a text, as it is or percent-encoded."""
        if "." not in text and ":" not in text and "%" not in text:
            return
        texts = (text, _CODED.sub(_meant, text)) if "%" in text else (text,)
        for run in dict.fromkeys(run for one in texts for run in _RUN.findall(one)):
            found = self.address(run) or self.domain(run)
            if found is not None:
                yield found

    def user_agent(self, text: str) -> Indicator | None:
        """By User-Agent as sent, or as IIS writes it (`+` for a blank)."""
        return self._known["user-agent"].get(normal_user_agent(text))

    def defender(self, name: str) -> Indicator | None:
        """By the name of a Microsoft Defender detection; its suffix (`!dha`) may differ."""
        threat = _normal_threat(name)
        for spelling in (threat, threat.rpartition("/")[2]):
            found = self._known["defender"].get(spelling)
            if found is not None:
                return found
        return None

    def task(self, path: str) -> Indicator | None:
        r"""By the path of a scheduled task (`\Winnet`)."""
        return self._known["task"].get(_normal_task(path))


@lru_cache(maxsize=20_000)
def normal_address(ip: str) -> str:
    """One spelling of an IP address; what is none comes back stripped, in lower case."""
    text = ip.strip().lower()
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::\d+)?", text)
    if bracketed:
        text = bracketed.group(1)
    elif text.count(":") == 1:
        text = text.partition(":")[0].strip()
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def normal_user_agent(text: str) -> str:
    """One spelling of a User-Agent: `+` and `,` are blanks, blanks are squeezed, lower case."""
    return " ".join(text.replace("+", " ").replace(",", " ").lower().split())


def _meant(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))


def _page_spellings(path: str) -> list[str]:
    spellings = [places.install_relative(path), places.web_root_relative(path)]
    if not any(spellings):
        stem = places.clean_stem(path)
        layouts = stem.find("_layouts/")
        spellings = [stem[layouts:] if layouts > 0 else stem, places.url_page(stem)]
    return [spelling for spelling in spellings if spelling]


def _normal_domain(name: str) -> str:
    return name.strip().lower().strip(".")


def _normal_text(text: str) -> str:
    return text.strip().lower()


def _normal_threat(name: str) -> str:
    return name.strip().lower().partition("!")[0]


def _normal_task(path: str) -> str:
    return path.strip().lower().replace("/", "\\").strip("\\")


_NORMAL: dict[str, Callable[[str], str]] = {
    "hash": _normal_text,
    "ip": normal_address,
    "domain": _normal_domain,
    "user-agent": normal_user_agent,
    "page": _normal_text,
    "defender": _normal_threat,
    "task": _normal_task,
}
