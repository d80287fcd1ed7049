"""Addresses of lists: what is chosen, in which order, from where on; filters that are links.

What stands in an address is all that a list is made of, so that it can be kept, sent and gone back
to. Several values of a field are alternatives; an empty one asks for those of which it is unknown.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from alpheus.cases.service_listing import SORTS, Filters
from alpheus.cases.service_queue import Choice
from alpheus.errors import UsageError

SERVERS = "/servers"
FIELDS = ("patch", "compromise", "work", "sector", "region", "network", "product", "build",
          "organisation", "assignee")  # fmt: skip
"""What servers are filtered by, as addresses name it; besides, `q` has words and `overdue` is 1."""
ADDED = ("network", "build", "region", "product", "organisation", "assignee")
"""What can be typed, since there are more values than are offered."""

_CONTROL = ("sort", "after", "back", "format", "add", "value", "did", "done", "left")
_MOST_PARAMETERS = 300
_MOST_BACK = 30
_PLAIN = re.compile(r"(?!\.+$)[A-Za-z0-9._-]+")
_MARK = "~"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a list is. `values` is what is chosen; `back` are the keys of the pages before."""

    path: str
    values: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    after: str = ""
    back: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[str, ...]:
        """The values of a field."""
        return tuple(value for one, value in self.values if one == name)

    def one(self, name: str) -> str:
        """The first value of a field, '' for none."""
        return next(iter(self.of(name)), "")

    def adding(self, name: str, value: str) -> Address:
        """The same with a value, from its first page on."""
        if (name, value) in self.values:
            return self.first
        return replace(self.first, values=(*self.values, (name, value)))

    def taking(self, name: str, value: str) -> Address:
        """The same without a value."""
        left = tuple(pair for pair in self.values if pair != (name, value))
        return replace(self.first, values=left)

    def ordered(self, sort: str) -> Address:
        """The same in another order."""
        return replace(self.first, sort=sort)

    @property
    def first(self) -> Address:
        """Its first page."""
        return replace(self, after="", back=())

    def following(self, key: str) -> Address:
        """The page after this one."""
        return replace(self, after=key, back=(*self.back, self.after)[-_MOST_BACK:])

    @property
    def previous(self) -> Address | None:
        """The page before this one; None on the first."""
        return replace(self, after=self.back[-1], back=self.back[:-1]) if self.back else None

    @property
    def query(self) -> str:
        """What is chosen and in which order, as it stands behind the question mark."""
        sort = [("sort", self.sort)] if self.sort else []
        return urlencode([*self.values, *sort])

    def text(self, **more: str) -> str:
        """The whole of it; `more` stands at its end."""
        after = [("after", self.after)] if self.after else []
        pairs = [*after, *(("back", key) for key in self.back), *more.items()]
        whole = "&".join(part for part in (self.query, urlencode(pairs)) if part)
        return f"{self.path}?{whole}" if whole else self.path

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Link:
    """A filter that is a link; `chosen` ones lead to the list without them."""

    text: str
    href: str
    count: int | None
    chosen: bool


def read(path: str, query: str, names: Sequence[str], sorts: Sequence[str]) -> Address:
    """The address that was asked for; what nobody knows in it is left out. Raises UsageError.

    The first of the sorts is the usual one.
    """
    pairs = pairs_in(query)
    values = [(name, value) for name, value in pairs if name in names]
    told = {name: value for name, value in pairs if name in _CONTROL}
    sort = told.get("sort", "")
    if sort and sort not in sorts:
        raise UsageError(f"'{sort}' is none of {', '.join(sorts)}")
    back = tuple(value for name, value in pairs if name == "back")[-_MOST_BACK:]
    return Address(path, tuple(dict.fromkeys(values)), "" if sort == sorts[0] else sort,
                   told.get("after", ""), back)  # fmt: skip


def pairs_in(query: str) -> list[tuple[str, str]]:
    """Names and values of an address. Raises UsageError where they are too many."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise UsageError(f"an address has at most {_MOST_PARAMETERS} filters") from None
    return [(name, value.replace("\0", "\ufffd").strip()) for name, value in pairs]


def servers_at(query: str) -> Address:
    """The address of a list of servers, by what stands behind its question mark."""
    found = read(SERVERS, query, (*FIELDS, "q", "overdue"), SORTS)
    kept = tuple(
        pair
        for pair in found.values
        if pair[0] in FIELDS or (pair[0] == "q" and pair[1]) or pair == ("overdue", "1")
    )
    return replace(found, values=kept)  # fmt: skip


def filters_of(address: Address, now: str) -> tuple[Filters, str]:
    """What the services are asked for, and in which order; `now` is ISO 8601 in UTC."""
    overdue = now if address.one("overdue") else ""
    exact = {name: address.of(name) for name in FIELDS}
    filters = Filters(**exact, text=" ".join(address.of("q")), due_before=overdue)
    return filters, "due" if overdue else address.sort or SORTS[0]


def links(
    address: Address, name: str, choices: Iterable[Choice], said: Callable[[str], str]
) -> list[Link]:
    """Choices as links; what is chosen is there in any case, what nothing fits is not."""
    chosen = set(address.of(name))
    if name == "network":
        chosen |= {one.upper().removeprefix("AS") for one in chosen}
    begin = f"{address.path}?{urlencode(address.values)}{'&' if address.values else ''}{name}="
    end = f"&{urlencode({'sort': address.sort})}" if address.sort else ""
    found = []
    for one in choices:
        is_chosen = one.value in chosen
        if one.servers == 0 and not is_chosen:
            continue
        written = f"AS{one.value}" if name == "network" and one.value else one.value
        to = (_without(address, name, one.value).text() if is_chosen
              else f"{begin}{quote_plus(written)}{end}")  # fmt: skip
        found.append(Link(said(one.value), to, one.servers, is_chosen))
    return found


def chips(address: Address, said: Callable[[str, str], str]) -> list[tuple[str, str, str]]:
    """What is chosen: the field, the value in words, and the address without it."""
    return [(name, said(name, value), address.taking(name, value).text())
            for name, value in address.values]  # fmt: skip


def added(address: Address, query: str) -> Address | None:
    """The address with what somebody typed (`add` names the field); None where nobody did."""
    told = dict(pairs_in(query))
    name, value = told.get("add", ""), told.get("value", "")
    if not name:
        return None
    return address.adding(name, value) if name in ADDED and value else address.first


def organisation_at(key: str) -> str:
    """The path of an organisation's page, whatever its key holds."""
    if _PLAIN.fullmatch(key):
        return f"/organisations/{key}"
    coded = base64.urlsafe_b64encode(key.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    return f"/organisations/{_MARK}{coded}"


def organisation_in(part: str) -> str:
    """The key of the organisation whose page is asked for by the last part of a path."""
    key = part
    if part.startswith(_MARK):
        try:
            raw = part[1:].encode("ascii")
            whole = raw + b"=" * (-len(raw) % 4)
            key = base64.b64decode(whole, altchars=b"-_", validate=True).decode("utf-8")
        except ValueError:
            key = part
    return key.replace("\0", "\ufffd")


def servers_of(key: str) -> str:
    """The address of the list of an organisation's servers."""
    return f"{SERVERS}?organisation={quote(key, safe='', errors='replace')}"


def _without(address: Address, name: str, value: str) -> Address:
    if name != "network":
        return address.taking(name, value)
    same = [one for one in address.of(name) if one.upper().removeprefix("AS") == value]
    for one in same:
        address = address.taking(name, one)
    return address
