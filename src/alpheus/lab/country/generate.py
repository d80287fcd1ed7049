"""Writes a country: organisation after organisation, each into all the lists that know it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import msgspec

from alpheus.errors import OutputError, UsageError
from alpheus.lab.country import networks, truth
from alpheus.lab.country.dice import dice
from alpheus.lab.country.holdings import Country
from alpheus.lab.country.listing import Group
from alpheus.lab.country.lists import listings, triage
from alpheus.lab.country.model import Holding
from alpheus.lab.country.registers import Registers
from alpheus.lab.country.sightings import VICTIM
from alpheus.lab.country.strangers import PER_GROUP, Stranger
from alpheus.lab.country.truth import Truth
from alpheus.lab.country.writing import Books, ListFile, create

LONGEST = 62
"""So many days at most."""
PER_ORGANISATION_AND_DAY = 0.79
"""Observations, about, when nothing is thinned out."""


def generate(
    folder: Path,
    organisations: int = 3000,
    seed: int = 1,
    days: int = 31,
    observations: int | None = None,
) -> Truth:
    """Write a country of so many organisations into a new or empty folder.

    `lists/` holds what others wrote of it, in folders by source; `registers/` who has which domain
    and network; beside them lies what is true (see `truth.py`). The same arguments write the same
    bytes. `observations` thins the lists out to about so many; memory does not grow with them.
    Raises UsageError and OutputError.
    """
    networks.check_count(organisations)
    if not 0 < days <= LONGEST:
        raise UsageError(f"a simulated country lives 1 to {LONGEST} days, not {days}")
    if observations is not None and observations < 1:
        raise UsageError(f"a number of observations above zero is needed, not {observations}")
    full = organisations * days * PER_ORGANISATION_AND_DAY
    density = 1.0 if observations is None else min(1.0, observations / full)
    try:
        return _Writer(folder, seed, days, density).write(organisations)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{folder}: cannot be written: {error}") from error


class _Writer:
    """The state of writing one country."""

    def __init__(self, folder: Path, seed: int, days: int, density: float) -> None:
        self._seed, self._days, self._density = seed, days, density
        self._country = Country(seed, days)
        self._books = Books(folder)
        self._registers = Registers(lambda name: create(folder / name))
        self._servers = self._units = 0
        self._victims = self._listed = self._victim_servers = self._raw = 0
        self._closing = dice(seed, "closing")

    def write(self, organisations: int) -> Truth:
        with self._files() as files:
            for index in range(organisations):
                holding = self._country.holding(index)
                self._write_truth(holding)
                self._write_lists(holding, files)
                if (index + 1) % (networks.GROUP // PER_GROUP) == 0:
                    self._write_stranger(index // (networks.GROUP // PER_GROUP), files)
        return self._summary(organisations)

    @contextmanager
    def _files(self) -> Iterator[list[ListFile]]:
        files: list[ListFile] = []
        try:
            files += [ListFile(self._books, one) for one in listings(self._days)]
            yield files
        finally:
            for file in files:
                file.close(self._closing)
            self._registers.close()
            self._books.close()

    def _write_truth(self, holding: Holding) -> None:
        books = self._books
        organisation = holding.organisation
        books.write(truth.ORGANISATIONS, truth.organisation_line(organisation))
        self._registers.add(organisation, dice(self._seed, "registers", organisation.index))
        for server in holding.servers:
            books.write(truth.SERVERS, truth.server_line(holding, server))
            books.write(truth.STATES, truth.states_line(server, self._days))
        victims = [one for one in holding.servers if one.history.shells]
        self._servers += len(holding.servers)
        self._units += len({one.unit for one in holding.servers})
        self._victims += len({one.unit for one in victims})
        self._victim_servers += len(victims)

    def _write_lists(self, holding: Holding, files: list[ListFile]) -> None:
        rng = dice(self._seed, "lists", holding.organisation.index)
        entries: set[tuple[str, ...]] = set()
        accused: set[str] = set()
        for file in files:
            listing = file.listing
            for group in listing.collect(holding, listing.day, rng, self._density):
                if file.add(group, rng) and listing.counts_victims and group[0].claims == VICTIM:
                    entries.add(_entry(listing.kind, group))
                    accused.add(group[0].unit)
        self._raw += len(entries)
        self._listed += len(accused)
        for name, group, document in triage.assessments(holding, rng, self._density, self._days):
            with create(self._books.folder / truth.LISTS / name) as written:
                written.write(document)
            self._books.count("triage", group)
            self._books.record(name, 1, msgspec.json.encode(truth.row(group)))

    def _write_stranger(self, number: int, files: list[ListFile]) -> None:
        rng = dice(self._seed, "lists of strangers", number)
        stranger = Stranger(self._seed, number)
        entries: set[tuple[str, ...]] = set()
        for file in files:
            listing = file.listing
            if listing.strangers is None:
                continue
            seen = listing.strangers(stranger, listing.day, rng)
            if seen is None or rng.random() >= self._density or not file.add((seen,), rng):
                continue
            if listing.counts_victims and seen.claims == VICTIM:
                entries.add(_entry(listing.kind, (seen,)))
        self._raw += len(entries)

    def _summary(self, organisations: int) -> Truth:
        books = self._books
        found = Truth(
            folder=str(books.folder), seed=self._seed, days=self._days,
            organisations=organisations, servers=self._servers, units=self._units,
            rows=books.rows, observations=books.observations, unreadable=books.unreadable,
            victims=self._victims, victims_listed=self._listed,
            victim_servers=self._victim_servers, raw_victims=self._raw,
            lists=dict(sorted(books.by_kind.items())),
        )  # fmt: skip
        plain = {key: value for key, value in asdict(found).items() if key != "folder"}
        with create(books.folder / truth.SUMMARY) as file:
            file.write(msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n")
        return found


def _entry(kind: str, group: Group) -> tuple[str, ...]:
    """What makes an entry of a list of victims another one than the next."""
    return kind, group[0].address, str(group[0].port), group[0].url
