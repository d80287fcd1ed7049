"""Whom the evidence of one server names, each owner once, whatever it is called.

A domain and a name are one owner's if a list says so, if the name spells the domain, or if they
stand in one certificate that somebody checked. Domains with the same label (`example.org`,
`example.com`) are one owner's if they are those of one server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alpheus.directory.domains import Domain, domain_of
from alpheus.directory.lookup import Directory
from alpheus.directory.model import Organisation
from alpheus.directory.owner_model import Hint
from alpheus.directory.words import fits_label, key_of

_SHORTEST_LABEL = 4
_MOST_NAMES = 3
"""A domain that lists give to more organisations is that of somebody who serves them."""

Identity = tuple[str, str]


class Candidate:
    """One possible owner, with the evidence for it."""

    __slots__ = (
        "domains", "hints", "hosts", "identity", "lead", "name", "names", "organisations",
    )  # fmt: skip

    def __init__(self) -> None:
        self.name = ""
        self.lead = ""
        self.domains: list[Domain] = []
        self.hosts: list[str] = []
        self.names: list[str] = []
        self.organisations: tuple[Organisation, ...] = ()
        self.identity: Identity = ("", "")
        self.hints: list[Hint] = []

    @property
    def title(self) -> str:
        """What to call it: by a list, by its certificate, by its domain's own words, or so."""
        if self.organisations:
            return self.organisations[0].title
        if self.name:
            return self.name
        first = self.domains[0] if self.domains else None
        return (first.title or first.name) if first else self.lead

    @property
    def is_lead(self) -> bool:
        """Whether nothing but the label of an inner domain is known of it."""
        return not (self.name or self.domains or self.organisations)

    @property
    def domain(self) -> str:
        """Its domain, the best known first; or ''."""
        if self.domains:
            return self.domains[0].name
        listed = (name for one in self.organisations for name in one.domains)
        return next(listed, "")

    @property
    def weight(self) -> int:
        """What all its evidence weighs: different kinds add up, the same kind does not."""
        best: dict[str, int] = {}
        for hint in self.hints:
            if hint.weight > best.get(hint.evidence, 0):
                best[hint.evidence] = hint.weight
        doubt = 1.0
        for weight in best.values():
            doubt *= 1 - weight / 100
        return min(99, round(100 * (1 - doubt)))

    def take_organisations(self, found: Sequence[Organisation]) -> None:
        """What lists say of it; constituents' own lists come first."""
        if found and not self.organisations and len(set(map(identity_of, found))) <= _MOST_NAMES:
            ordered = sorted(found, key=lambda one: one.kind != "customers")
            self.organisations = tuple(ordered)
            self.identity = identity_of(ordered[0])


def identity_of(one: Organisation) -> Identity:
    """What two records of one organisation share."""
    return key_of(one.name), one.region or one.country


class Candidates:
    """The candidates of one server, in the order in which evidence named them."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.all: list[Candidate] = []
        self._by_domain: dict[str, tuple[Candidate, Domain]] = {}

    def known_host(self, host: str) -> tuple[Candidate, Domain] | None:
        """The owner of a host that is, or lies directly below, a domain that was met."""
        known = self._by_domain
        return known.get(host) or known.get(host.partition(".")[2])

    def of_host(self, host: str, domain: Domain) -> Candidate:
        """The owner of a host name."""
        known = self._by_domain.get(domain.name)
        if known is not None:
            return known[0]
        _, found = self._directory.by_host(host)
        candidate = self._by_organisation(found) or self._by_label(domain.label)
        if candidate is None:
            candidate = self._by_spelling(domain.label) or self._new()
        self._by_domain[domain.name] = candidate, domain
        candidate.domains.append(domain)
        candidate.hosts.append(host)
        candidate.take_organisations(found)
        return candidate

    def of_name(self, name: str, country: str, region: str) -> Candidate:
        """The owner with a name; a list's record only where the name is that of a single one."""
        known = self.called(name)
        if known is not None:
            return known
        found = one_organisation(self._directory.by_name(name), country, region)
        candidate = self._by_organisation(found) or self._new()
        candidate.take_organisations(found)
        return self._named(candidate, name)

    def called(self, name: str) -> Candidate | None:
        """The owner that was met with a name, or with a domain that is made of it."""
        key = key_of(name)
        for known in self.all:
            if key in {key_of(known.name), known.identity[0]} or _spells(name, known):
                return self._named(known, name)
        return None

    def of_organisation(self, one: Organisation) -> Candidate:
        """The owner that a record describes."""
        owned = {domain.name for name in one.domains if (domain := domain_of(name))}
        for known in self.all:
            if owned & {domain.name for domain in known.domains}:
                known.take_organisations((one,))
                return known
        key = key_of(one.name)
        for known in self.all:
            if known.identity == identity_of(one) or key == key_of(known.name):
                known.take_organisations((one,))
                return known
            if _spells(one.name, known):
                return self._named(known, one.name)
        candidate = self._new()
        candidate.take_organisations((one,))
        return candidate

    def of_label(self, label: str) -> tuple[Candidate | None, str]:
        """Whom the label of an inner domain (`example` of `example.local`) fits, and why."""
        known = self._by_label(label) or self._by_spelling(label) or self._by_beginning(label)
        if known is not None:
            return known, f"'{label}' is what {known.title} is called elsewhere"
        found = one_organisation(self._directory.by_label(label), "", "")
        if not found:
            return None, ""
        candidate = self._by_organisation(found) or self._new()
        candidate.take_organisations(found)
        return candidate, f"only {found[0].title} in the directory has a domain called '{label}'"

    def lead(self, label: str) -> Candidate:
        """A candidate that has only the label of an inner domain for a name."""
        candidate = self._new()
        candidate.lead = label
        return candidate

    def join(self, into: Candidate, other: Candidate) -> None:
        """Make one owner of two; what lists say of the second is said of both."""
        if into is other:
            return
        into.take_organisations(other.organisations)
        into.domains += other.domains
        into.hosts += other.hosts
        into.names += other.names
        into.hints += other.hints
        into.name = into.name or other.name
        into.lead = into.lead or other.lead
        self.all.remove(other)
        for name, (known, domain) in list(self._by_domain.items()):
            if known is other:
                self._by_domain[name] = into, domain

    def _new(self) -> Candidate:
        candidate = Candidate()
        self.all.append(candidate)
        return candidate

    def _named(self, candidate: Candidate, name: str) -> Candidate:
        candidate.name = candidate.name or name
        if name not in candidate.names:
            candidate.names.append(name)
        return candidate

    def _by_organisation(self, found: Sequence[Organisation]) -> Candidate | None:
        if not found:
            return None
        identities = {identity_of(one) for one in found}
        return next((known for known in self.all if known.identity in identities), None)

    def _by_label(self, label: str) -> Candidate | None:
        if len(label) < _SHORTEST_LABEL:
            return None
        return next(
            (known for known in self.all if any(one.label == label for one in known.domains)), None
        )

    def _by_beginning(self, label: str) -> Candidate | None:
        """`abilene` is the beginning of `abilenetx`, and the other way round."""
        shortest = _SHORTEST_LABEL + 1
        for known in self.all:
            for own in (domain.label for domain in known.domains):
                short, long = sorted((own, label), key=len)
                if len(short) >= shortest and long.startswith(short):
                    return known
        return None

    def _by_spelling(self, label: str) -> Candidate | None:
        return next(
            (
                known for known in self.all
                if (known.name and fits_label(known.name, label))
                or (known.lead and fits_label(known.lead, label))
            ),
            None,
        )  # fmt: skip


def _spells(name: str, known: Candidate) -> bool:
    return any(fits_label(name, domain.label) for domain in known.domains)


def one_organisation(
    found: Iterable[Organisation], country: str, region: str
) -> tuple[Organisation, ...]:
    """The records of the only organisation among those found in a country and region, or none."""
    near = [
        one for one in found
        if (not country or not one.country or one.country == country)
        and (not region or not one.region or one.region == region)
    ]  # fmt: skip
    identities = {identity_of(one) for one in near}
    return tuple(near) if len(identities) == 1 else ()


def main_domain(found: Sequence[Organisation], directory: Directory) -> str:
    """The first domain of an organisation's records, whichever of its domains was met.

    Records of one name, part, place and country are one organisation's.
    """
    listed = next((one for one in found if one.domains), None)
    if listed is None:
        return ""
    place = _whole(listed)
    every = directory.by_name(listed.name) if listed.name else ()
    return next((one.domains[0] for one in every if one.domains and _whole(one) == place),
                listed.domains[0])  # fmt: skip


def _whole(one: Organisation) -> tuple[str, str, str, str, str]:
    return key_of(one.name), key_of(one.unit), one.country, one.region, key_of(one.city)
