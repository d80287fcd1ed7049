"""The entries of `allow` and `deny`: addresses, networks, ranges and names, and files of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from alpheus.exposure.addresses import SPECIAL, Range, read_range
from alpheus.exposure.host_names import host_name
from alpheus.exposure.listing import Listing
from alpheus.exposure.scope import Decision

_SPECIAL: Listing[Range] = Listing([(span, span) for span, _ in SPECIAL], ())


@dataclass(slots=True)
class Entries:
    """Entries of one kind. `word` opens the reason of each, such as `denied`."""

    allowed: bool
    ranges: list[tuple[Range, Decision]] = field(default_factory=list)
    names: dict[str, Decision] = field(default_factory=dict)

    def add(self, text: str, word: str, place: str, reason: str = "") -> None:
        """Take an entry in that stands at `place`. Raises ValueError for what is none.

        A range that is allowed is cut around special networks that it merely covers; a denied
        network may be written with any address inside it.
        """
        decision = Decision(self.allowed, _why(text, word, place, reason))
        try:
            span = read_range(text, strict=self.allowed)
        except ValueError:
            if _looks_numeric(text):
                raise
            self.names.setdefault(_name(text), decision)
            return
        parts = _without_special(span) if self.allowed else [span]
        self.ranges += [(part, decision) for part in parts]

    def add_lines(self, lines: str, word: str, source: str) -> Iterator[tuple[int, str]]:
        """Take in a file of entries, one a line, with a reason after `#`; the bad lines.

        These are line, from 1, and what is wrong.
        """
        for number, line in enumerate(lines.split("\n"), start=1):
            text, _, reason = line.partition("#")
            if text.strip():
                try:
                    self.add(text.strip(), word, f"{source} line {number}", reason.strip())
                except ValueError as error:
                    yield number, str(error)

    def listing(self) -> Listing[Decision]:
        """The entries in the form in which they are looked up."""
        return Listing(self.ranges, self.names.items())

    def __bool__(self) -> bool:
        return bool(self.ranges or self.names)


def _why(text: str, word: str, place: str, reason: str) -> str:
    return f"{word}: {text} ({place}){f': {reason}' if reason else ''}"


def _looks_numeric(text: str) -> bool:
    return text.partition("/")[0].replace(".", "").replace("-", "").isdigit() or ":" in text


def _name(text: str) -> str:
    if text.startswith("*."):
        raise ValueError(f"'{text}': write {text[2:]}; a name covers what is below it")
    if "/" in text:
        raise ValueError(f"'{text}': write the host name or the network alone")
    try:
        return host_name(text)
    except ValueError:
        raise ValueError(f"'{text}' is no address, network, range or host name") from None


def _without_special(span: Range) -> Iterator[Range]:
    """What is left of a range without the special networks that it is not a part of."""
    for first, last, special in _SPECIAL.segments(span.version).pieces(span.first, span.last):
        if special is None or special.first <= span.first <= span.last <= special.last:
            yield Range(span.version, first, last)
