"""Whose record is it: a host it names, else the nearest folder with exactly one, else the package.

Only names of computers that wrote records make a server; a target that a record merely mentions
never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from alpheus.detect.model import Origin
from alpheus.model import Evidence

_SETUP_NAME = re.compile(r"(?:WIN-[0-9A-Z]{11}|MINWINPC|[0-9A-Z]{10}-\d\d)", re.IGNORECASE)
"""Names that Windows Setup gives a computer before an administrator does."""

_NO_NAMES = frozenset({"", "-", "localhost", "n/a", "unknown", "(null)", "<null>"})


@dataclass(slots=True)
class Identity:
    """One server: the name it is reported under and every name it was seen with."""

    name: str
    aliases: set[str] = field(default_factory=set)


def computer_name(text: str | None) -> str | None:
    """A computer's name as records write it, or None if the text is not one."""
    name = (text or "").strip().rstrip(".")
    if name.lower() in _NO_NAMES or len(name) > 255 or re.search(r"[\s/\\<>\"'|*?]", name):
        return None
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return name
    return None


class Identities:
    """Assigns every origin to a server."""

    def __init__(self, origins: Iterable[Origin], evidence: Iterable[Evidence]) -> None:
        self._origins = list(origins)
        self._package_names = {item.id: item.name for item in evidence}
        self._by_name = _merge_names(self._origins)
        self._folders = self._hosts_of_folders()

    def servers(self) -> dict[Origin, Identity]:
        """Every origin with its server. Origins of the same server share one object."""
        packages: dict[str, Identity] = {}
        servers = {origin: self._server(origin, packages) for origin in self._origins}
        for place, identity in packages.items():
            if sum(other.name == identity.name for other in packages.values()) > 1:
                identity.aliases.add(place)
        for place, identity in packages.items():
            if place in identity.aliases:
                identity.name = f"{identity.name} ({place.rstrip('/')})"
                identity.aliases.discard(place)
        return servers

    def _named(self, origin: Origin) -> Identity | None:
        name = computer_name(origin.host)
        return self._by_name[_key(origin.evidence, name)] if name else None

    def _server(self, origin: Origin, packages: dict[str, Identity]) -> Identity:
        named = self._named(origin)
        if named is not None:
            return named
        for folder in _upwards(origin.folder):
            held = self._folders.get((origin.evidence, folder))
            if held:
                if len(held) == 1:
                    return next(iter(held.values()))
                break
        return packages.setdefault(
            f"{origin.evidence}/{origin.scope}", Identity(self._package_name(origin))
        )

    def _package_name(self, origin: Origin) -> str:
        inner = origin.scope.rstrip("/").rpartition("/")[2]
        return inner or self._package_names.get(origin.evidence, origin.evidence)

    def _hosts_of_folders(self) -> dict[tuple[str, str], dict[int, Identity]]:
        """The named servers below every folder of every package."""
        held: dict[tuple[str, str], dict[int, Identity]] = {}
        for origin in self._origins:
            named = self._named(origin)
            if named is not None:
                for folder in _upwards(origin.folder):
                    held.setdefault((origin.evidence, folder), {})[id(named)] = named
        return held


def _upwards(folder: str) -> Iterable[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _key(evidence: str, name: str) -> tuple[str, str]:
    return evidence, name.lower()


def _merge_names(origins: Iterable[Origin]) -> Mapping[tuple[str, str], Identity]:
    """One identity per computer: `EX01` is `ex01.corp.example` unless two domains claim it."""
    names: dict[tuple[str, str], str] = {}
    for origin in origins:
        name = computer_name(origin.host)
        if name:
            names.setdefault(_key(origin.evidence, name), name)
    domains = _domains_of(names.values())
    identities: dict[str, Identity] = {}
    result: dict[tuple[str, str], Identity] = {}
    for key, name in sorted(names.items(), key=lambda item: (-len(item[1]), item[0])):
        full = _full_name(name, key[0], domains, names)
        identity = identities.setdefault(full, Identity(name.split(".")[0].upper()))
        identity.aliases.add(name)
        result[key] = identity
    _adopt_setup_names(result)
    _tell_apart(identities)
    return result


def _domains_of(names: Iterable[str]) -> dict[str, set[str]]:
    domains: dict[str, set[str]] = {}
    for name in names:
        short, _, domain = name.lower().partition(".")
        if domain:
            domains.setdefault(short, set()).add(domain)
    return domains


def _full_name(
    name: str, evidence: str, domains: Mapping[str, set[str]], names: Mapping[tuple[str, str], str]
) -> str:
    short, _, domain = name.lower().partition(".")
    known = domains.get(short, set())
    if len(known) <= 1:
        return short
    if domain:
        return f"{short}.{domain}"
    here = sorted(d for d in known if _key(evidence, f"{short}.{d}") in names)
    return f"{short}.{here[0]}" if len(here) == 1 else short


def _adopt_setup_names(result: dict[tuple[str, str], Identity]) -> None:
    """A name given by Windows Setup belongs to the one other server of the same package."""
    for key, identity in list(result.items()):
        if not _SETUP_NAME.fullmatch(identity.name):
            continue
        others = {
            id(other): other
            for (evidence, _), other in result.items()
            if evidence == key[0] and not _SETUP_NAME.fullmatch(other.name)
        }
        if len(others) == 1:
            adopter = next(iter(others.values()))
            adopter.aliases |= identity.aliases
            result[key] = adopter


def _tell_apart(identities: Mapping[str, Identity]) -> None:
    """Two servers of one short name are reported under their full names."""
    by_name: dict[str, list[tuple[str, Identity]]] = {}
    for full, identity in identities.items():
        by_name.setdefault(identity.name, []).append((full, identity))
    for same in by_name.values():
        if len(same) > 1:
            for full, identity in same:
                identity.name = full.upper() if "." not in full else full
