"""What may leave, and to whom: the Traffic Light Protocol, and who the victim is.

What rests on something that may be told to fewer people than the output is for is left out and
counted: findings, and what is said of a server that no finding left says. A victim stands under
a name that says nothing, unless it is to be named; then only what cannot name it another way is
handed on: no quotes, no paths but of planted pages, no addresses inside.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from alpheus.judge.verdict import counts, stage_of, verdict_of
from alpheus.knowledge.shared.model import Tlp
from alpheus.model import Verdict
from alpheus.report.assessment_file import (
    Assessment,
    Campaign,
    Citation,
    Coverage,
    CveState,
    Finding,
    Run,
    Server,
)
from alpheus.sharing.addresses import is_outside
from alpheus.sharing.traces import NAMELESS, is_planted
from alpheus.sharing.victims import Victims

_MARK = 8
_BUILD = re.compile(r"\d+(?:\.\d+){1,3}")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


@dataclass
class Policy:
    """For whom an output is.

    `tlp` marks it; `named`: the victim is named and quoted. `key` makes the names that say nothing,
    the same for the same server in every output of one key. `left_out` counts findings that may not
    leave, `servers` and `campaigns` what rests on them alone, by the mark that forbids it;
    `unlisted` counts servers that do not belong on a list of victims.
    """

    tlp: Tlp
    named: bool
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    left_out: Counter[str] = field(default_factory=Counter)
    servers: Counter[str] = field(default_factory=Counter)
    campaigns: Counter[str] = field(default_factory=Counter)
    unlisted: int = 0

    def allowed(self, assessments: Iterable[Assessment]) -> Iterator[Assessment]:
        """The assessments without what may not leave."""
        known = list(assessments)
        victims = Victims(server for one in known for server in one.servers)
        for one in known:
            servers = tuple(left for each in one.servers if (left := self._server(each)))
            if self.named:
                yield msgspec.structs.replace(one, servers=servers)
                continue
            hidden = tuple(self._hidden(server, victims) for server in servers)
            run = Run(one.run.finished, victims.without(one.run.version, ""))
            yield Assessment(one.schema, run, hidden, self._digest(one.digest))

    def told(self) -> list[str]:
        """What was left out, in sentences."""
        said = []
        for counted, one, many in (
            (self.left_out, "finding rests on what is {} and was left out",
             "findings rest on what is {} and were left out"),
            (self.servers, "server was left out: what is said of it rests on what is {}",
             "servers were left out: what is said of them rests on what is {}"),
            (self.campaigns, "campaign is not named: that it was seen rests on what is {}",
             "campaigns are not named: that they were seen rests on what is {}"),
        ):  # fmt: skip
            for mark, number in sorted(counted.items()):
                said.append(f"{number} {(one if number == 1 else many).format(mark)}")
        if self.unlisted:
            are = "server is" if self.unlisted == 1 else "servers are"
            said.append(f"{self.unlisted} {are} neither broken into nor open to a flaw: not listed")
        return said

    def _server(self, server: Server) -> Server | None:
        """A server with what may leave; None where too little is left for its verdict."""
        kept, withheld = [], []
        for one in server.findings:
            mark = self._mark_against(one)
            if mark is None:
                kept.append(one)
                continue
            self.left_out[mark.value] += 1
            if counts(one):
                withheld.append(mark)
        if not withheld:
            return msgspec.structs.replace(server, findings=tuple(kept))
        strictest = max(withheld, key=lambda mark: mark.rank).value
        if not _carried(server.verdict.rank, kept):
            self.servers[strictest] += 1
            return None
        campaigns = tuple(one for one in server.campaigns if _is_shown(one, kept))
        if len(campaigns) < len(server.campaigns):
            self.campaigns[strictest] += len(server.campaigns) - len(campaigns)
        return msgspec.structs.replace(
            server, findings=tuple(kept), campaigns=campaigns, stage=stage_of(kept),
            headline=server.verdict.value,
        )  # fmt: skip

    def _mark_against(self, finding: Finding) -> Tlp | None:
        """The mark that keeps a finding here; one that nobody knows counts as the strictest."""
        if not finding.tlp:
            return None
        asked = Tlp.of(finding.tlp) or Tlp.RED
        return asked if asked.rank > self.tlp.rank else None

    def _hidden(self, server: Server, victims: Victims) -> Server:
        """What is known not to name the server; every field is taken up here, or stays."""
        return Server(
            self._mark("server", server.name), victims.without(server.product, ""), server.verdict,
            server.stage, server.verdict.value,
            tuple(self._finding(one, victims) for one in server.findings),
            {cve: CveState(one.state) for cve, one in server.cves.items()
             if not victims.are_in(cve)},
            tuple(Coverage("", last=one.last) for one in server.coverage),
            campaigns=tuple(
                Campaign(one.pack, None, one.assessed, one.verdict, one.stage)
                for one in server.campaigns if not victims.are_in(one.pack)
            ),
            build=server.build if server.build and _BUILD.fullmatch(server.build.value) else None,
        )  # fmt: skip

    def _finding(self, one: Finding, victims: Victims) -> Finding:
        cited = dict.fromkeys(_cited(one, each, victims) for each in one.citations)
        return Finding(
            victims.without(one.rule, self._mark("rule", one.rule)),
            victims.without(one.pack, "own"),
            victims.without(one.title, f"A finding of stage {one.stage.value}"),
            one.stage, one.weight, one.confidence, one.time,
            tuple(each for each in one.techniques if not victims.are_in(each)), tuple(cited),
            one.citations_total, one.last,
            cves=tuple(each for each in one.cves if not victims.are_in(each)),
            clients=tuple(each for each in one.clients
                          if is_outside(each) and not victims.are_in(each)),
            tlp=one.tlp,
        )  # fmt: skip

    def _mark(self, kind: str, name: str) -> str:
        return f"{kind}-{self._digest(name)[:_MARK]}"

    def _digest(self, name: str) -> str:
        return hmac.new(
            self.key, name.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()  # fmt: skip


def _carried(rank: int, findings: list[Finding]) -> bool:
    """Whether findings alone give a verdict as grave as this one."""
    return rank <= Verdict.NOT_DETERMINABLE.rank or verdict_of(findings, covered=True).rank >= rank


def _is_shown(campaign: Campaign, findings: list[Finding]) -> bool:
    """Whether findings of a campaign's own pack give its verdict."""
    return _carried(campaign.verdict.rank, [one for one in findings if one.pack == campaign.pack])


def _cited(finding: Finding, one: Citation, victims: Victims) -> Citation:
    """A planted page by its hash, and by its name where that names nobody; of the rest, nothing."""
    if not is_planted(finding.rule, finding.stage, one.path, one.sha256):
        return Citation("", "")
    name = one.path.rpartition("/")[2]
    shown = victims.without(name, NAMELESS + name[name.rfind(".") :])
    known = one.sha256 if _SHA256.fullmatch(one.sha256 or "") else None
    return Citation("", shown, one.line, sha256=known)
