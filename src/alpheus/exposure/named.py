"""Where the names among the targets lead, inside the scope.

A name is asked at its own addresses and, if it is a mail domain, at those of its mail servers and
of its autodiscover name. Each address is asked once, by all the names that lead to it, and by those
that a list has for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from alpheus.exposure.addresses import read_address
from alpheus.exposure.journal import now_text
from alpheus.exposure.model import Endpoint, Observation, Status
from alpheus.exposure.names import Addresses, MailDomain, Resolver
from alpheus.exposure.scope import Scope
from alpheus.exposure.target_list import Place, TargetList

_MOST_NAMES = 8
"""So many names are kept for one address."""

_USUAL = ("", "mail.", "autodiscover.")
"""What is looked up below a denied name, beside itself."""

_ONLINE = "mail.protection.outlook.com"


@dataclass(slots=True)
class Named:
    """What was found. `names_at` and `cloud_at` are of addresses that are targets by themselves.

    `observations` are results of names that lead nowhere, or nowhere inside the scope.
    """

    endpoints: list[Endpoint] = field(default_factory=list)
    names_at: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    cloud_at: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """One address and port that names lead to."""

    target: str
    scheme: str
    names: list[str] = field(default_factory=list)
    cloud: list[str] = field(default_factory=list)


def denied_addresses(scope: Scope, resolver: Resolver) -> tuple[dict[str, str], int]:
    """Addresses that denied names, and mail servers below them, lead to, each with the reason.

    Also how many of the names lead nowhere, or could not be looked up; the server of such a one is
    known by its certificate alone.
    """
    denied = list(scope.deny.names())
    asked = [f"{prefix}{name}" for name, _ in denied for prefix in _USUAL]
    found: dict[str, str] = {}
    nowhere = 0
    results = iter(resolver.addresses_of(asked))
    for _, decision in denied:
        group = [next(results) for _ in _USUAL]
        for one in group:
            for address in one.addresses:
                found.setdefault(address, f"{one.name} leads to it: {decision.why}")
        nowhere += not any(one.addresses for one in group)
    return found, nowhere


def find_named(targets: TargetList, scope: Scope, resolver: Resolver) -> Named:
    """Look up every name of `targets`; nobody but the resolver is asked."""
    found: dict[tuple[str, int], _Found] = {}
    named = Named()
    for (host, place), called in targets.called.items():
        named.names_at[host, place.port or scope.ports[0]] = called
    domains = list(resolver.describe_all([name for (name, _), _ in targets.names]))
    hosts = [
        list(_hosts(name, domain))
        for ((name, _), _), domain in zip(targets.names, domains, strict=True)
    ]
    every = iter(list(resolver.addresses_of([host for group in hosts for host in group])))
    for ((_, place), text), domain, group in zip(targets.names, domains, hosts, strict=True):
        port = place.port or scope.ports[0]
        looked_up = [next(every) for _ in group]
        allowed = list(_allowed(looked_up, scope, port))
        for host, address in allowed:
            _note(found, (address, port), host, Place(port, place.scheme), text, domain)
        if allowed:
            named.observations += _left_out(text, port, looked_up[0], scope)
        else:
            named.observations.append(_nowhere(text, port, looked_up, domain, scope))
    for (address, port), one in found.items():
        if targets.has_address(*read_address(address), port):
            called = named.names_at.get((address, port), ())
            named.names_at[address, port] = tuple(dict.fromkeys((*one.names, *called)))
            named.cloud_at[address, port] = tuple(one.cloud)
        else:
            named.endpoints.append(Endpoint(
                one.target, address, port, tuple(one.names), one.scheme,
                scope.back_end_port, scope.smtp_port, tuple(one.cloud),
            ))  # fmt: skip
    return named


def _hosts(name: str, domain: MailDomain) -> Iterator[str]:
    """The name, and the mail servers of the domain that it is."""
    yield name
    if domain.domain == name and (domain.mail_hosts or domain.autodiscover):
        yield f"autodiscover.{name}"
        for host in domain.mail_hosts:
            if host != name and not host.endswith(_ONLINE):
                yield host


def _allowed(looked_up: Sequence[Addresses], scope: Scope, port: int) -> Iterator[tuple[str, str]]:
    for one in looked_up:
        for address in one.addresses:
            if scope.decide(address, (one.name, *one.aliases), port).allowed:
                yield one.name, address


def _note(  # noqa: PLR0917 - what a name and an address have to do with each other
    found: dict[tuple[str, int], _Found],
    key: tuple[str, int],
    host: str,
    place: Place,
    text: str,
    domain: MailDomain,
) -> None:
    one = found.setdefault(key, _Found(text, place.scheme))
    if host not in one.names and len(one.names) < _MOST_NAMES:
        one.names.append(host)
    if domain.cloud_mail_flow:
        one.cloud += [sign for sign in domain.cloud_signs if sign not in one.cloud]


def _left_out(text: str, port: int, looked_up: Addresses, scope: Scope) -> Iterator[Observation]:
    """Results of those addresses of a name that may not be asked, or were not all told."""
    for address in looked_up.addresses:
        decision = scope.decide(address, (looked_up.name, *looked_up.aliases), port)
        if not decision.allowed:
            reason = f"{looked_up.name} is {address}, too: {decision.why}"
            yield not_asked(text, address, port, reason)
    if looked_up.error:
        reason = f"perhaps not all addresses of {looked_up.name}: {looked_up.error}"
        yield not_asked(text, "", port, reason)


def not_asked(target: str, address: str, port: int, reason: str) -> Observation:
    """The result of a target to which nothing was sent."""
    return Observation(
        target, address, port, (), None, None, None, None, None, {}, None, Status.NOT_ASKED, reason,
        0, now_text(),
    )  # fmt: skip


def _nowhere(
    text: str, port: int, looked_up: Sequence[Addresses], domain: MailDomain, scope: Scope
) -> Observation:
    """The result of a name without an address that may be asked."""
    led = [(one, address) for one in looked_up for address in one.addresses]
    if led:
        status = Status.NOT_ASKED
        one, address = led[0]
        why = scope.decide(address, (one.name, *one.aliases), port).why
        reason = f"{one.name} is {address}: {why}"
    else:
        status = Status.UNRESOLVED
        reason = next((one.error for one in looked_up if one.error), "the name has no address")
    if domain.cloud_mail_flow:
        reason += f"; its mail goes to Exchange Online ({', '.join(domain.cloud_signs)})"
    return Observation(
        text, "", port, (), None, None, None, None, None, {}, None, status, reason, 0, now_text(),
        flags=("cloud-mail-flow",) if domain.cloud_mail_flow else (),
    )  # fmt: skip
