"""Turns the evidence of one server into hints, in the order in which it is believed.

Certificate; names under which mail is served; what the server calls itself; the name of its
address; what constituents say; the registry's smallest range; and last who announces the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from alpheus.directory.candidates import Candidate, Candidates
from alpheus.directory.domains import STATES, Domain, domain_of
from alpheus.directory.keywords import in_label, in_name
from alpheus.directory.lookup import Directory, Holder
from alpheus.directory.model import Layer
from alpheus.directory.owner_model import Claim, Hint, OwnerEvidence
from alpheus.directory.providers import is_line, is_placeholder, is_provider, is_shared
from alpheus.directory.sectors import PROVIDERS
from alpheus.exposure.addresses import Range, read_address, write_range

CERTIFICATE, SUBJECT, SELF_SIGNED, SELF_NAMED = 90, 88, 65, 50
MAIL_NAME, ASKED_NAME, SERVER_NAME, INNER_NAME, LEAD = 80, 75, 65, 40, 25
REVERSE_NAME, CLAIM, WIDE_CLAIM = 55, 50, 40
ASSIGNMENT = ((256, 45), (4_096, 35), (1 << 128, 25))
NETWORK_NAME, ROUTE = 30, 15
"""What each kind of evidence weighs, of 100, where nothing speaks against it."""

SEVERAL, MANY = 60, 20
"""A further domain of a certificate with a few unrelated ones, and one of those with many."""

_FEW = 3
_MOST_OF_A_CERTIFICATE = 12
_MOST_NAMES = 20
_STRONG_NAME = 70
_SUBJECT_PART = re.compile(r"(?:^|, )(C|ST)=([^,]*)")
_STATE_CODES = {name.lower(): code.upper() for code, name in STATES.items()}
_INNER = frozenset({
    "corp", "ad", "domain", "internal", "intern", "office", "company", "exchange", "mail", "local",
    "lan", "network", "net", "hq", "main", "server", "root", "forest", "dom", "home", "int",
    "private", "inside", "prod", "test", "dev", "lab", "windows", "msft", "contoso", "fabrikam",
    "hosting", "hosted", "cloud", "default", "mydomain", "workgroup", "localhost", "example",
})  # fmt: skip


class Hints:
    """Collects the hints of one server. `provider` is who carries its network."""

    def __init__(self, evidence: OwnerEvidence, directory: Directory) -> None:
        self._evidence = evidence
        self._directory = directory
        self.candidates = Candidates(directory)
        self.ignored: list[Hint] = []
        self.notes: list[str] = []
        self.provider = ""
        self._carrier_domains: list[str] = []
        self.holders: list[Holder] = []
        self.claimed: list[tuple[Candidate, Claim]] = []
        self._delegated = ""
        self._collect()

    @cached_property
    def place(self) -> tuple[str, str]:
        """Country and state by the certificate's subject; the country else by the registry."""
        country, region = _place(self._evidence.subject)
        return country or self._delegated, region

    def _collect(self) -> None:
        evidence = self._evidence
        self._certificate()
        self._hosts("mail-name", evidence.mail_names, MAIL_NAME, "mail is served by this name")
        self._hosts("name", evidence.asked_names, ASKED_NAME, "this name leads to the server")
        self._server_names()
        reason = "the address leads back to this name"
        self._hosts("reverse-name", evidence.reverse_names, REVERSE_NAME, reason)
        reason = "it is known by this name"
        self._hosts("listed-name", evidence.listed_names, REVERSE_NAME, reason)
        for claim in evidence.claims[:_MOST_NAMES]:
            self._claim(claim)
        self._networks()

    def _certificate(self) -> None:
        evidence = self._evidence
        if not (evidence.certificate_names or evidence.organisation):
            return
        groups = self._groups(evidence.certificate_names)
        many = len(groups) > _FEW
        if 1 < len(groups) <= _FEW and not evidence.self_signed:
            groups = self._joined(groups)
        if many:
            self.notes.append(
                f"the certificate is for {len(groups)} unrelated domains: that of a provider"
            )
        full = SELF_SIGNED if evidence.self_signed else CERTIFICATE
        for at, (candidate, host, domain) in enumerate(groups.values()):
            if at >= _MOST_OF_A_CERTIFICATE:
                break
            weight, reason = _certificate_weight(at, len(groups), full)
            if evidence.self_signed:
                reason = f"{reason}; nobody checked it"
            candidate.hints.append(Hint("certificate", host, domain.name, weight, reason))
        self._organisation(groups, many=many)

    def _groups(self, names: Iterable[str]) -> dict[int, tuple[Candidate, str, Domain]]:
        """The owners of the names, each once, by the first of its names; inner names apart."""
        groups: dict[int, tuple[Candidate, str, Domain]] = {}
        inner: list[str] = []
        for host in dict.fromkeys(names):
            if self.candidates.known_host(host):
                continue
            domain = domain_of(host)
            if domain is None:
                inner.append(host)
            elif self._is_carriers(host, domain):
                continue
            elif not self._is_anybodys(host, domain, "certificate"):
                candidate = self.candidates.of_host(host, domain)
                groups.setdefault(id(candidate), (candidate, host, domain))
        for host in inner[:_MOST_NAMES]:
            self._inner_name("certificate", host, first_is_host=True)
        return groups

    def _joined(
        self, groups: dict[int, tuple[Candidate, str, Domain]]
    ) -> dict[int, tuple[Candidate, str, Domain]]:
        """A few domains in one checked certificate are one owner's, if no list says otherwise."""
        listed = [group for group in groups.values() if group[0].organisations]
        if len(listed) > 1:
            return groups
        first = listed[0] if listed else next(iter(groups.values()))
        for candidate, _, _ in groups.values():
            self.candidates.join(first[0], candidate)
        return {id(first[0]): first}

    def _organisation(
        self, groups: dict[int, tuple[Candidate, str, Domain]], *, many: bool
    ) -> None:
        """The subject's organisation; in a certificate that was checked it owns the domain."""
        evidence = self._evidence
        name = " ".join(evidence.organisation.split())
        if not name:
            return
        if is_placeholder(name):
            self._ignore("subject", name, "this name stands in certificates of many")
            return
        if self._carrier_domains and not groups:
            self.provider = name
            self._ignore("subject", name, "a host's certificate: its customer may own the server")
            return
        weight = SELF_NAMED if evidence.self_signed else SUBJECT
        reason = "the certificate's subject names it"
        if len(groups) == 1 and not evidence.self_signed and not many:
            candidate = next(iter(groups.values()))[0]
            candidate.name = candidate.name or name
            if name not in candidate.names:
                candidate.names.append(name)
            reason = f"{reason} together with the domain, and its issuer checked that"
        else:
            candidate = self.candidates.of_name(name, *self.place)
        candidate.hints.append(Hint("subject", name, name, weight, reason))

    def _hosts(self, kind: str, hosts: tuple[str, ...], weight: int, reason: str) -> None:
        for host in hosts[:_MOST_NAMES]:
            found = self._owner_of_host(kind, host)
            if found is not None:
                candidate, domain = found
                candidate.hints.append(Hint(kind, host, domain.name, weight, reason))

    def _owner_of_host(self, kind: str, host: str) -> tuple[Candidate, Domain] | None:
        """The owner of a name that leads to the server; None for names that say nothing."""
        evidence = self._evidence
        if host in evidence.certificate_names:
            known = self.candidates.known_host(host)
            if known is not None:
                return known
        domain = domain_of(host)
        if domain is None or self._is_anybodys(host, domain, kind):
            return None
        if kind != "server-name" and is_line(host, evidence.address):
            self._ignore(kind, host, "a provider's name for a line or machine")
            return None
        return self.candidates.of_host(host, domain), domain

    def _server_names(self) -> None:
        for host in self._evidence.server_names[:_MOST_NAMES]:
            if "." not in host:
                continue
            found = self._owner_of_host("server-name", host)
            if found is not None:
                candidate, domain = found
                reason = "the server calls itself so: the domain of its Active Directory"
                hint = Hint("server-name", host, domain.name, SERVER_NAME, reason)
                candidate.hints.append(hint)
            elif domain_of(host) is None:
                self._inner_name("server-name", host, first_is_host=True)

    def _inner_name(self, kind: str, host: str, *, first_is_host: bool) -> None:
        """A name that only its own network knows (`server.example.local`)."""
        labels = host.removeprefix("*.").split(".")
        inner = labels[1:-1] if first_is_host and len(labels) > 2 else labels[:-1]
        label = next((one for one in reversed(inner) if one not in _INNER and len(one) > 2), "")
        if not label or is_placeholder(label) or len(labels) < 2:
            return
        candidate, why = self.candidates.of_label(label)
        weight = INNER_NAME
        if candidate is None:
            candidate = self.candidates.lead(label)
            weight, why = LEAD, "the name of an inner domain: a lead, and no more"
        candidate.hints.append(Hint(kind, host, label, weight, why))

    def _claim(self, claim: Claim) -> None:
        """A list's word for whose the server is; its contact is that of whom it names."""
        if is_placeholder(claim.name):
            return
        known = self.candidates.called(claim.name)
        reason = f"{claim.source or 'a list'} has it as the owner"
        if known is None and carries_others(claim.name):
            self.provider = self.provider or claim.name
            self._ignore("claim", claim.name, f"{reason}; it carries others: ask it to forward")
            return
        candidate = known or self.candidates.of_name(claim.name, *self.place)
        candidate.hints.append(Hint("claim", claim.name, claim.name, CLAIM, reason))
        self.claimed.append((candidate, claim))

    def _networks(self) -> None:
        evidence = self._evidence
        if evidence.address:
            try:
                version, number = read_address(evidence.address)
            except ValueError:
                version = number = 0
            self.holders = self._directory.by_address(version, number) if version else []
        for holder in self.holders:
            self._holder(holder)
        if evidence.network_name:
            self._carrier_or_owner(
                "network-name", evidence.network_name, NETWORK_NAME, "a list names the network so"
            )
        name = evidence.as_name
        if not name and evidence.as_number:
            holder_of = self._directory.by_as(evidence.as_number)
            name = holder_of.name if holder_of else ""
        routed = any(one.layer is Layer.ROUTE and one.organisation for one in self.holders)
        if name and not routed:
            self._carrier_or_owner("route", name, ROUTE, f"announces AS{evidence.as_number or '?'}")

    def _holder(self, holder: Holder) -> None:
        one, span = holder.organisation, holder.span
        if one is None:
            return
        where = _in_words(span)
        if holder.layer is Layer.CLAIM:
            weight = CLAIM if span.size <= 256 else WIDE_CLAIM
            candidate = self.candidates.of_organisation(one)
            reason = f"{one.kind or 'a list'} has {where} as its own"
            candidate.hints.append(Hint("claim", where, one.title, weight, reason))
        elif holder.layer is Layer.ASSIGNMENT and one.name:
            weight = next(weight for most, weight in ASSIGNMENT if span.size <= most)
            netname = one.attributes.get("netname", "")
            self._carrier_or_owner(
                "assignment", one.name, weight, f"the registry has {where} as its own", netname
            )
        elif holder.layer is Layer.DELEGATION:
            self._delegated = one.country
        elif one.name:
            reason = f"announces {where} as AS{holder.as_number}"
            self._carrier_or_owner("route", one.name, ROUTE, reason)

    def _carrier_or_owner(
        self, kind: str, name: str, weight: int, reason: str, netname: str = ""
    ) -> None:
        """A holder of addresses: the owner, or who carries it."""
        if is_placeholder(name):
            return
        if carries_others(name) or (netname and is_provider(netname)):
            self.provider = self.provider or name
            self._ignore(kind, name, f"{reason}; it carries others: ask it to forward")
            return
        known = self.candidates.called(name)
        if known is None and weight < LEAD:
            self._ignore(kind, name, f"{reason}; that alone names no owner")
            return
        candidate = known or self.candidates.of_name(name, *self.place)
        candidate.hints.append(Hint(kind, name, name, weight, reason))

    def _is_carriers(self, host: str, domain: Domain) -> bool:
        """Whether a certificate's domain is that of somebody who runs servers for others."""
        if not hosts_others(domain.label):
            return False
        self._carrier_domains.append(domain.name)
        self.provider = self.provider or domain.name
        reason = "the domain of somebody who runs servers for others"
        self._ignore("certificate", host, reason)
        return True

    def _is_anybodys(self, host: str, domain: Domain, kind: str) -> bool:
        if is_shared(domain.name) or (kind != "certificate" and hosts_others(domain.label)):
            self._ignore(kind, host, "a domain of many people")
            return True
        return False

    def _ignore(self, kind: str, value: str, reason: str) -> None:
        if len(self.ignored) < _MOST_NAMES:
            self.ignored.append(Hint(kind, value, "", 0, reason))


def _certificate_weight(at: int, groups: int, full: int) -> tuple[int, str]:
    """What the domain at a place of a certificate weighs, and why."""
    if groups == 1:
        return full, "the certificate is for this domain"
    if groups <= _FEW:
        if at == 0:
            return full - 5, "the first domain of the certificate"
        return min(full, SEVERAL), f"one of {groups} unrelated domains of the certificate"
    weight = 2 * MANY if at == 0 else max(5, 3 * MANY // groups)
    return weight, f"one of {groups} unrelated domains of the certificate"


@lru_cache(maxsize=8_192)
def _in_words(span: Range) -> str:
    return write_range(span)


def hosts_others(label: str) -> bool:
    """Whether the label of a domain is that of somebody who runs servers for others."""
    found = in_label(label)
    return bool(found) and found[0].sector == "hosting" and found[0].weight >= _STRONG_NAME


def carries_others(name: str) -> bool:
    """Whether a name is a provider's; a strong word for something else speaks against it."""
    if not is_provider(name):
        return False
    found = in_name(name)
    return not (found and found[0].weight >= _STRONG_NAME and found[0].sector not in PROVIDERS)


def _place(subject: str) -> tuple[str, str]:
    """Country and state of a certificate's subject; those of the United States as two letters."""
    found = dict(_SUBJECT_PART.findall(subject)) if subject else {}
    country, state = found.get("C", "").strip().upper(), found.get("ST", "").strip()
    if country != "US":
        return (country if len(country) == 2 else ""), ""
    return country, _STATE_CODES.get(state.lower(), state.upper() if len(state) == 2 else "")
