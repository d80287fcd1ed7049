"""Runs the probe against a test internet, in a folder of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alpheus.exposure.model import Observation
from alpheus.exposure.names import Addresses, MailDomain, Resolver
from alpheus.exposure.run import ProbeOptions, ProbeRun
from alpheus.exposure.scope import Scope
from alpheus.exposure.scope_file import read_scope
from alpheus.exposure.targets import read_targets
from alpheus.exposure.wiring import Limits
from alpheus.lab.internet import Truth

QUICK = Limits(busy=16, open=512, connect=4.0, answer=6.0)
PATIENT = Limits(busy=12, open=512, connect=10.0, answer=9.0)
"""For servers that share one process, and a busy machine, with the test."""


@dataclass(frozen=True)
class Seen:
    """What a probe said of every kind of server, mail servers greeted, and what it asked."""

    folder: Path
    """Of the run, with its audit log."""
    found: dict[str, Observation]
    truth: dict[str, Truth]
    """By address, as `found`."""
    heads: list[bytes]
    asked: Counter[str]


class KnownNames(Resolver):
    """A resolver that knows two tables and asks nobody."""

    def __init__(self, hosts: dict[str, tuple[str, ...]], domains: dict[str, MailDomain]) -> None:
        super().__init__()
        self._hosts = hosts
        self._known = domains

    def addresses(self, name: str) -> Addresses:
        found = self._hosts.get(name, ())
        return Addresses(name, found, error="" if found else "there is no such name")

    def describe(self, name: str) -> MailDomain:
        return self._known.get(name, MailDomain(name))


def scope_of(folder: Path, port: int, more: str = "", *, allow: str = "[127.0.0.0/8]") -> Scope:
    """A scope of the loopback network at a port; `more` is YAML put behind."""
    path = folder / "scope.yaml"
    path.write_text(
        "owner: Test\nauthorisation: none needed on loopback\ncontact: https://test.example/probe\n"
        f"allow: {allow}\nports: [{port}]\n"
        "rates: {per_host: 1000, per_network: 100000, total: 100000}\n" + more
    )
    return read_scope(path)


def probe_run(
    folder: Path,
    scope: Scope,
    targets: Sequence[str],
    heard: list[Observation],
    limits: Limits = QUICK,
    looks: int = 2,
    resolver: Resolver | None = None,
) -> ProbeRun:
    """A run whose results are put into `heard`."""
    options = ProbeOptions(scope, read_targets(targets), folder / "run", limits, looks, seed=1)
    return ProbeRun(options, resolver or Resolver(), lambda one, line: heard.append(one))


def probed(
    folder: Path, scope: Scope, targets: Sequence[str], **more: object
) -> dict[str, Observation]:
    """What is concluded of every target, by address."""
    heard: list[Observation] = []
    assert probe_run(folder, scope, targets, heard, **more).run()  # type: ignore[arg-type]
    return {one.address or one.target: one for one in heard}
