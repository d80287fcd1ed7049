"""What registries publish: RPSL objects and WHOIS answers, RDAP objects, delegated statistics.

Objects that others refer to by a handle (`org:`, `abuse-c:`) help those that come after them, in
the same file or in the next: give their files first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from alpheus.directory.importers import cells
from alpheus.directory.importers.model import Context, Entry
from alpheus.directory.model import Contact, Layer, Organisation, Route
from alpheus.exposure.addresses import Range, read_address, write_range
from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.rows import text_lines

Block = dict[str, list[str]]

_MOST_LINES = 2_000
_ATTRIBUTE = re.compile(r"([A-Za-z][A-Za-z0-9 _/-]{0,40}):\s*(.*)")
_RANGES = ("inetnum", "inet6num", "netrange", "cidr")
_PEOPLE = ("role", "person", "organisation")
_DELEGATED = frozenset({"allocated", "assigned"})


def read_rpsl(source: Source, context: Context) -> Iterator[Entry]:
    """Assignments, routes and names of networks; other objects only help these."""
    waiting: Organisation | None = None
    for row, block in _blocks(source):
        if block is None:
            yield Loss(row, f"an object of more than {_MOST_LINES:,} lines")
            continue
        if "orgname" in block and waiting is not None and "netrange" not in block:
            # In answers of ARIN the owner stands behind its network.
            waiting = _with_owner(waiting, block)
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        for entry in _entries(row, block, source, context):
            if isinstance(entry, Organisation) and "netrange" in block:
                waiting = entry
            else:
                yield entry
    if waiting is not None:
        yield waiting
    yield from source.losses


def _blocks(source: Source) -> Iterator[tuple[int, Block | None]]:
    """Objects with their number from 1, attributes by name in lower case."""
    block: Block = {}
    row = lines = 0
    last = ""
    for line in chain(text_lines(source), ("",)):
        if line is None or not line.strip():
            if block:
                row += 1
                yield row, block if lines <= _MOST_LINES else None
            block, lines, last = {}, 0, ""
            continue
        if line[0] in "%#":
            continue
        lines += 1
        if lines > _MOST_LINES:
            continue
        match = _ATTRIBUTE.match(line)
        if match and line[0] not in " \t+":
            last = match[1].strip().lower()
            block.setdefault(last, []).append(match[2].partition(" #")[0].strip())
        elif last and line[0] in " \t+":
            block[last][-1] = f"{block[last][-1]} {line[1:].strip()}"[: 4 * cells.LONGEST]


def _entries(row: int, block: Block, source: Source, context: Context) -> Iterator[Entry]:
    kind = next(iter(block))
    if kind in _PEOPLE:
        _remember(block, context)
    elif kind in {"route", "route6"}:
        network = cells.network(_one(block, kind))
        number = cells.number(_one(block, "origin"))
        yield Route(network, number) if network and number else Loss(row, "no prefix and origin")
    elif kind == "aut-num":
        number = cells.number(_one(block, "aut-num"))
        name = _owner(block, context) or _one(block, "as-name")
        if not (number and name):
            yield Loss(row, "no number and name of a network")
            return
        yield Organisation(
            name, context.kind, source.name, country=cells.country(_one(block, "country")),
            as_number=number, contacts=_mailboxes(block, context),
        )  # fmt: skip
    elif any(name in block for name in _RANGES):
        yield _assignment(row, block, source, context)


def _assignment(row: int, block: Block, source: Source, context: Context) -> Entry:
    given = next(name for name in _RANGES if name in block)
    networks, _ = cells.networks(_one(block, given))
    if not networks:
        return Loss(row, f"'{_one(block, given)[:80]}' is no range, or too wide to be anybody's")
    netname = _one(block, "netname")
    name = _owner(block, context) or _one(block, "descr") or netname
    kept = ("netname", "status", "descr", "mnt-by", "source", "nettype", "parent")
    return Organisation(
        name=name, kind=context.kind, source=source.name, networks=tuple(networks[:1]),
        layer=Layer.ASSIGNMENT, country=cells.country(_one(block, "country")),
        contacts=_mailboxes(block, context),
        attributes={key: text for key in kept if (text := _one(block, key))},
    )  # fmt: skip


def _one(block: Block, name: str) -> str:
    values = block.get(name)
    return cells.text(values[0]) if values else ""


def _owner(block: Block, context: Context) -> str:
    handle = _one(block, "org")
    return (
        _one(block, "orgname") or _one(block, "org-name") or context.names.get(handle.upper(), "")
    )


def _mailboxes(block: Block, context: Context) -> tuple[Contact, ...]:
    handles = (_one(block, "abuse-c"), _one(block, "org"), _one(block, "admin-c"))
    known = (context.mailboxes.get(handle.upper(), "") for handle in handles if handle)
    own = (
        cells.mailbox(_one(block, name)) for name in ("abuse-mailbox", "orgabuseemail", "e-mail")
    )
    found = next((email for email in chain(own, known) if email), "")
    return (Contact("abuse", found),) if found else ()


def _remember(block: Block, context: Context) -> None:
    """Keep what a handle stands for."""
    handle = _one(block, "organisation") or _one(block, "nic-hdl")
    if not handle:
        return
    if name := _one(block, "org-name"):
        context.remember(context.names, handle, name)
    email = cells.mailbox(_one(block, "abuse-mailbox")) or context.mailboxes.get(
        _one(block, "abuse-c").upper(), ""
    )
    if email := email or cells.mailbox(_one(block, "e-mail")):
        context.remember(context.mailboxes, handle, email)


def _with_owner(entry: Organisation, block: Block) -> Organisation:
    email = cells.mailbox(_one(block, "orgabuseemail"))
    return Organisation(
        name=_one(block, "orgname") or entry.name, kind=entry.kind, source=entry.source,
        networks=entry.networks, layer=entry.layer,
        country=cells.country(_one(block, "country")) or entry.country,
        region=cells.region(_one(block, "stateprov")), city=_one(block, "city"),
        contacts=entry.contacts or ((Contact("abuse", email),) if email else ()),
        attributes=entry.attributes,
    )  # fmt: skip


def read_delegated(source: Source, context: Context) -> Iterator[Entry]:
    """The countries of ranges, as the regional registries publish them every day."""
    row = 0
    for line in text_lines(source):
        if line is not None and (not line.strip() or line[0] == "#"):
            continue
        row += 1
        parts = line.split("|") if line is not None else []
        if len(parts) >= 6 and parts[5] == "summary":
            continue
        if len(parts) < 7 or parts[2] not in {"ipv4", "ipv6", "asn"}:
            if row > 1:
                yield Loss(row, "no line of delegated statistics")
            continue
        if parts[2] == "asn" or parts[6] not in _DELEGATED:
            continue
        network, country = _delegation(parts), cells.country(parts[1])
        if not (network and country):
            yield Loss(row, "no range and country")
            continue
        yield Organisation(
            "", context.kind, source.name, networks=(network,), layer=Layer.DELEGATION,
            country=country,
        )  # fmt: skip
    yield from source.losses


def _delegation(parts: list[str]) -> str:
    start, size = parts[3], parts[4]
    if parts[2] == "ipv6":
        return cells.network(f"{start}/{size}")
    if not (size.isascii() and size.isdigit() and 0 < int(size[:11]) <= 1 << 26):
        return ""
    try:
        version, first = read_address(start)
    except ValueError:
        return ""
    last = first + int(size) - 1
    return write_range(Range(4, first, last)) if version == 4 and last < 1 << 32 else ""


def read_rdap(source: Source, context: Context) -> Iterator[Entry]:
    """Networks as RDAP describes them (RFC 9083)."""
    for item in records(source):
        if isinstance(item, Loss):
            yield item
            continue
        row, record = item
        start, end = fields.text_at(record, "startAddress"), fields.text_at(record, "endAddress")
        network = cells.network(f"{start}-{end}")
        if not network:
            yield Loss(row, "no startAddress and endAddress")
            continue
        people = list(_entities(record))
        name = next((name for roles, name, _ in people if "registrant" in roles and name), "")
        abuse = next((email for roles, _, email in people if "abuse" in roles and email), "")
        yield Organisation(
            name=name or cells.text(fields.text_at(record, "name")), kind=context.kind,
            source=source.name, networks=(network,), layer=Layer.ASSIGNMENT,
            country=cells.country(fields.text_at(record, "country")),
            contacts=(Contact("abuse", abuse),) if abuse else (),
            attributes={
                key: text for key in ("name", "handle", "type", "parentHandle")
                if (text := cells.text(fields.text_at(record, key)))
            },
        )  # fmt: skip


def _entities(record: Record, depth: int = 3) -> Iterator[tuple[list[str], str, str]]:
    """Roles, name and mailbox of everybody that an object names, also those inside others."""
    found = record.get("entities")
    for entity in found[:50] if isinstance(found, list) else ():
        if not isinstance(entity, dict):
            continue
        card = list(_card(fields.place(entity, "vcardArray", 1)))
        name = next((value for key, value in card if key == "fn"), "")
        email = next((value for key, value in card if key == "email"), "")
        yield fields.texts_of(entity.get("roles")), cells.text(name), cells.mailbox(email)
        if depth:
            yield from _entities(entity, depth - 1)


def _card(properties: object) -> Iterable[tuple[str, str]]:
    for one in properties[:50] if isinstance(properties, list) else ():
        if isinstance(one, list) and len(one) >= 4:
            yield fields.text_of(one[0]).lower(), fields.text_of(one[3])
