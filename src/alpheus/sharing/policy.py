"""What may leave, and to whom: the Traffic Light Protocol, and who the victim is.

What rests on something that may be told to fewer people than the output is for is left out and
counted. A victim stands under a name that says nothing, unless it is to be named; then nothing that
would name it another way is handed on either: quotes, addresses inside, names of hosts.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment, Finding, Server

_MARK = 8


@dataclass
class Policy:
    """For whom an output is.

    `tlp` marks it; `named`: the victim is named and quoted. `key` makes the names that say nothing,
    the same for the same server in one output. `left_out` counts findings that may not leave.
    """

    tlp: Tlp
    named: bool
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    left_out: Counter[str] = field(default_factory=Counter)

    def allowed(self, assessments: Iterable[Assessment]) -> Iterator[Assessment]:
        """The assessments without what may not leave."""
        for one in assessments:
            servers = tuple(self._server(server) for server in one.servers)
            yield msgspec.structs.replace(one, servers=servers)

    def _server(self, server: Server) -> Server:
        findings = tuple(
            self._finding(one) for one in server.findings if self._may_leave(one)
        )  # fmt: skip
        if self.named:
            return msgspec.structs.replace(server, findings=findings)
        return msgspec.structs.replace(
            server, name=self._mark(server.name), aliases=(), headline=server.verdict.value,
            findings=findings,
        )  # fmt: skip

    def _may_leave(self, finding: Finding) -> bool:
        asked = Tlp.of(finding.tlp) if finding.tlp else None
        if asked is not None and asked.rank > self.tlp.rank:
            self.left_out[asked.value] += 1
            return False
        return True

    def _finding(self, finding: Finding) -> Finding:
        if self.named:
            return finding
        quotes = tuple(
            msgspec.structs.replace(one, text="", path=_tail(one.path), evidence="")
            for one in finding.citations
        )
        return msgspec.structs.replace(finding, citations=quotes)

    def _mark(self, name: str) -> str:
        digest = hmac.new(self.key, name.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"server-{digest.hexdigest()[:_MARK]}"


def is_outside(address: str) -> bool:
    """Whether it is an address of the internet, so not one of the victim's network."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_global
    except ValueError:
        return False


def _tail(path: str) -> str:
    """The last part of a path: the folders above may name the victim."""
    return path.rpartition("/")[2]
