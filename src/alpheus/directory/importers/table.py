"""Reads a table of organisations, whose header says what its columns are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpheus.directory.domains import domain_of
from alpheus.directory.importers import cells, postal
from alpheus.directory.importers.layouts import BY_KIND, Layout, layout_of
from alpheus.directory.importers.model import Context, Entry
from alpheus.directory.model import Contact, Layer, Organisation
from alpheus.directory.sectors import naics_sector, sector_named
from alpheus.exposure.imports.fields import host_name
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.rows import Cells, Rows, column_names

_MOST_ATTRIBUTES = 60
_MAILBOXES = ("security", "registered", "abuse")
_ALSO_KEPT = frozenset({"type", "website"})
"""Roles whose cells are attributes as well."""


def read(source: Source, context: Context) -> Iterator[Entry]:
    """One organisation for each row; with it what of the row could not be read."""
    rows = Rows(source)
    columns = column_names(rows.first())
    layout = BY_KIND.get(context.kind) or layout_of(columns)
    table = _Table(columns, layout, source.name) if layout else None
    if table is None or not table.tells_something:
        named = ", ".join(columns[:8])
        yield Loss(0, f"no columns that tell an organisation: {named[: cells.LONGEST]}")
        return
    rows.width = len(columns)
    for item in rows:
        if isinstance(item, Loss):
            yield item
        else:
            yield from table.entries(rows.line, item)


class _Table:
    """The columns of one table, found once."""

    def __init__(self, columns: Sequence[str], layout: Layout, source: str) -> None:
        at = {column: number for number, column in enumerate(columns)}
        self._layout = layout
        self._source = source
        self._by_role = {
            role: found
            for role, names in layout.columns.items()
            if (found := [at[name] for name in names if name in at])
        }
        taken = {
            n for role, places in self._by_role.items() if role not in _ALSO_KEPT for n in places
        }
        self._others = [(n, column) for n, column in enumerate(columns) if n not in taken]

    @property
    def tells_something(self) -> bool:
        """Whether there is a name, and something to find it by or a way to reach it."""
        useful = {"domain", "host", "website", "network", "as_number", "country", *_MAILBOXES}
        return "name" in self._by_role and bool(useful & set(self._by_role))

    def entries(self, row: int, content: Cells) -> Iterator[Entry]:
        """What a row says, and what in it says nothing."""
        name = cells.text(self._first(content, "name"))
        domains, networks, bad = self._places(content)
        for what in bad[:5]:
            yield Loss(row, f"{what}: left out")
        contacts = tuple(self._contacts(content))
        number = cells.number(self._first(content, "as_number"))
        useful = domains or networks or number or contacts or self._named_alone
        if not (name and useful):
            yield Loss(row, "nothing to find it by or to reach it" if name else "no name")
            return
        attributes = {
            column[:200]: text
            for n, column in self._others[:_MOST_ATTRIBUTES]
            if (text := cells.text(content[n]))
        }
        yield Organisation(
            name=name, kind=self._layout.kind, source=self._source,
            unit=cells.text(self._first(content, "unit")),
            domains=tuple(domains), networks=tuple(networks), layer=Layer.CLAIM,
            sector=self._sector(content),
            country=self._country(content),
            region=cells.region(self._first(content, "region")),
            city=cells.text(self._first(content, "city")), as_number=number, contacts=contacts,
            attributes=attributes,
        )  # fmt: skip

    @property
    def _named_alone(self) -> bool:
        """Lists of one sector are of use with a name alone: it can be found in certificates."""
        return self._layout.kind != "customers"

    def _first(self, content: Cells, role: str) -> str:
        """The first cell of a role that has something."""
        return next((content[n] for n in self._by_role.get(role, ()) if cells.text(content[n])), "")

    def _places(self, content: Cells) -> tuple[list[str], list[str], list[str]]:
        """Domains, networks, and what is neither, in words."""
        domains: dict[str, None] = {}
        networks: dict[str, None] = {}
        wrong: list[str] = []
        for n in self._by_role.get("domain", ()):
            good, bad = cells.domains(content[n])
            domains |= dict.fromkeys(good)
            wrong += [f"'{text[:80]}' is no domain" for text in bad]
        for n in self._by_role.get("website", ()):
            own = cells.website_domain(content[n])
            if own:
                domains[own] = None
        for n in self._by_role.get("host", ()):
            owner = domain_of(host_name(content[n].strip()))
            if owner is not None:
                domains[owner.name] = None
        for n in self._by_role.get("network", ()):
            good, bad = cells.networks(content[n])
            networks |= dict.fromkeys(good)
            wrong += [f"'{text[:80]}' is no network, or too wide to be anybody's" for text in bad]
        return list(domains), list(networks), wrong

    def _sector(self, content: Cells) -> str:
        given = cells.text(self._first(content, "sector"))
        naics = cells.text(self._first(content, "naics"))
        named = sector_named(given) or naics_sector(given)
        kind = cells.text(self._first(content, "type"))
        return named or self._layout.sector(kind, naics)

    def _contacts(self, content: Cells) -> Iterator[Contact]:
        """Mailboxes by their role, the telephone with the first; a postal address."""
        phone = cells.text(self._first(content, "phone"))
        person = cells.text(self._first(content, "contact_name"))
        for role in _MAILBOXES:
            for n in self._by_role.get(role, ()):
                for part in cells.parts(content[n]):
                    email = cells.mailbox(part)
                    if email:
                        yield Contact(role, email, phone, person)
                        phone = person = ""
        if phone:
            yield Contact("registered", "", phone, person)
        said = {role: cells.text(self._first(content, role)) for role in postal.ROLES}
        said["region"] = cells.region(said["region"])
        place = postal.address(self._country(content), said)
        if place:
            yield Contact("letter", name=place)

    def _country(self, content: Cells) -> str:
        return cells.country(self._first(content, "country")) or self._layout.country
